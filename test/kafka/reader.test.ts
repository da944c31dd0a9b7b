import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import kafkajs from "kafkajs";
import { groupLag, listGroups } from "../../src/kafka/admin/groups.ts";
import { deleteTopic } from "../../src/kafka/admin/topics.ts";
import { MessageProducer } from "../../src/kafka/produce/producer.ts";
import { useStack } from "../harness/stack.ts";
import { config, open, unique } from "./support/clusters.ts";
import { ended, feed, live, makeTopic, openReader, root } from "./support/reading.ts";

const stack = await useStack();

for (const [kind, { bootstrap }] of [
  ["Kafka 3.9 on ZooKeeper", stack.zk],
  ["Kafka 4.1 on KRaft", stack.kraft],
] as const) {
  describe(kind, () => {
    const cluster = open(bootstrap);
    const producer = new MessageProducer(cluster);
    const send = (topic: string, partition: number, value: string | null, key: string | null = null) =>
      producer.send({
        topic,
        partition,
        key: key === null ? null : Buffer.from(key),
        value: value === null ? null : Buffer.from(value),
        headers: [],
      });
    const kafka = new kafkajs.Kafka({ brokers: [bootstrap], logLevel: kafkajs.logLevel.NOTHING });

    async function withAdmin(act: (admin: kafkajs.Admin) => Promise<unknown>): Promise<void> {
      const admin = kafka.admin();
      await admin.connect();
      try {
        await act(admin);
      } finally {
        await admin.disconnect();
      }
    }

    /** `count` numbered values, one after the other over the partitions */
    async function fill(topic: string, partitions: number, count: number): Promise<void> {
      // a retry must not write a message twice
      const numbered = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
      await numbered.connect();
      for (let from = 0; from < count; from += 500) {
        const messages = Array.from({ length: Math.min(500, count - from) }, (_, i) => ({
          partition: (from + i) % partitions,
          value: String(from + i),
          timestamp: String(1_700_000_000_000 + (from + i) * 10),
        }));
        await numbered.send({ topic, messages });
      }
      await numbered.disconnect();
    }

    test("a topic is read whole, and neither a group nor a topic appears on the broker", async () => {
      const topic = await makeTopic(cluster, "whole", 3);
      await fill(topic, 3, 1200);
      const reader = openReader(bootstrap);
      await reader.start({ topic });
      const status = await reader.until("all is read", ended);
      assert.deepEqual([status.state, status.scanned, status.problem], ["done", 1200, null]);
      const rows = await reader.all();
      for (let p = 0; p < 3; p++) {
        const own = rows.filter(({ partition }) => partition === p);
        assert.deepEqual(
          own.map(({ offset, value }) => [offset, value?.text]),
          Array.from({ length: 400 }, (_, i) => [String(i), String(i * 3 + p)]),
        );
      }
      assert.equal(rows[0]?.timestamp, String(1_700_000_000_000 + Number(rows[0]?.value?.text) * 10));
      const missing = unique("missing");
      await reader.start({ topic: missing, from: { kind: "latest" }, to: { kind: "live" } });
      const failed = await reader.until("the failure", ended);
      assert.deepEqual([failed.state, failed.problem], ["failed", `There is no topic ${missing} on this cluster.`]);
      for (const { groupId } of await listGroups(cluster)) {
        const known = await groupLag(cluster, groupId).catch(() => []);
        assert.ok(!known.some((lag) => lag.topic === topic), `${groupId} is a group of this topic`);
        assert.doesNotMatch(groupId, /workbench|reader/);
      }
      assert.ok(!(await cluster.topics(null)).some(({ name }) => name === missing));
      await reader.dispose();
    });

    test("live, a message is there within moments, also in a partition of its own choice", async () => {
      const topic = await makeTopic(cluster, "live", 4);
      await fill(topic, 4, 20);
      const reader = openReader(bootstrap);
      await reader.start({ topic, from: { kind: "latest" }, to: { kind: "live" }, partitions: [1, 3] });
      const status = await reader.until("live", live);
      assert.deepEqual([status.state, status.nextSeq], ["live", 0]);
      const delays: number[] = [];
      for (let i = 0; i < 10; i++) {
        const sent = performance.now();
        await Promise.all([send(topic, 1, `live ${i}`), send(topic, 2, "not asked for")]);
        await reader.until(`message ${i}`, ({ nextSeq }) => nextSeq > i);
        delays.push(performance.now() - sent);
      }
      assert.deepEqual(
        (await reader.all()).map(({ partition, value }) => [partition, value?.text]),
        Array.from({ length: 10 }, (_, i) => [1, `live ${i}`]),
      );
      const typical = delays.sort((a, b) => a - b)[5]!;
      assert.ok(typical < 400, `typically after ${typical} ms`);
      await reader.dispose();
    });

    test("the last N are the newest of all partitions, exactly N, and live follows", async () => {
      const topic = await makeTopic(cluster, "last", 3);
      await fill(topic, 3, 300);
      await send(topic, 1, "newest");
      const reader = openReader(bootstrap);
      await reader.start({ topic, from: { kind: "last", count: 50 }, to: { kind: "live" } });
      await reader.until("live", live);
      const values = (await reader.all()).map(({ value }) => value?.text);
      assert.deepEqual(values, [...Array.from({ length: 49 }, (_, i) => String(251 + i)), "newest"]);
      await send(topic, 0, "after");
      await reader.until("one more", ({ nextSeq }) => nextSeq === 51);
      assert.equal((await reader.all()).at(-1)?.value?.text, "after");

      await reader.start({ topic, from: { kind: "last", count: 100_000 }, to: { kind: "end" } });
      assert.equal((await reader.until("all is read", ended)).scanned, 302);
      await reader.start({ topic, from: { kind: "last", count: 50 }, to: { kind: "count", count: 7 } });
      assert.equal((await reader.until("all is read", ended)).scanned, 7);
      await reader.dispose();
    });

    test("starts at an offset or a time, ends at a count or the end", async () => {
      const topic = await makeTopic(cluster, "ranges", 2);
      await fill(topic, 2, 200);
      const reader = openReader(bootstrap);
      const values = async (query: object) => {
        await reader.start({ topic, ...query });
        assert.equal((await reader.until("all is read", ended)).state, "done");
        return (await reader.all()).map(({ value }) => Number(value?.text)).sort((a, b) => a - b);
      };
      assert.deepEqual(await values({ from: { kind: "offset", offset: "97" } }), [194, 195, 196, 197, 198, 199]);
      assert.deepEqual(await values({ from: { kind: "offset", offset: "98" }, partitions: [1] }), [197, 199]);
      const at = String(1_700_000_000_000 + 1955);
      assert.deepEqual(await values({ from: { kind: "time", timestamp: at } }), [196, 197, 198, 199]);
      assert.deepEqual(await values({ from: { kind: "time", timestamp: "1800000000000" } }), []);
      assert.deepEqual(await values({ from: { kind: "offset", offset: "5000" } }), []);
      assert.equal((await values({ to: { kind: "count", count: 33 } })).length, 33);
      assert.deepEqual(await values({ from: { kind: "latest" } }), []);
      await reader.dispose();
    });

    test("an offset beyond the end waits for just that offset", async () => {
      const topic = await makeTopic(cluster, "beyond", 1);
      await fill(topic, 1, 10);
      const reader = openReader(bootstrap);
      await reader.start({ topic, from: { kind: "offset", offset: "12" }, to: { kind: "live" } });
      const waiting = await reader.until("live", live);
      assert.match(waiting.partitions[0]!.problem!, /^The log ends at offset 10, before offset 12 .*: reading waits/);
      for (let i = 10; i < 15; i++) await send(topic, 0, String(i));
      const there = await reader.until("three messages", ({ nextSeq }) => nextSeq === 3);
      assert.equal(there.partitions[0]!.problem, null);
      assert.deepEqual(
        (await reader.all()).map(({ value }) => value?.text),
        ["12", "13", "14"],
      );
      await reader.dispose();
    });

    test("messages that were deleted before are counted, and reading starts where the log does", async () => {
      const topic = await makeTopic(cluster, "deleted", 1);
      await fill(topic, 1, 30);
      await withAdmin(async (admin) => {
        // it only deletes what it knows of
        await admin.fetchTopicOffsets(topic);
        await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: "20" }] });
      });
      const reader = openReader(bootstrap);
      await reader.start({ topic, from: { kind: "offset", offset: "5" } });
      const status = await reader.until("all is read", ended);
      assert.equal(status.scanned, 10);
      assert.match(status.partitions[0]!.problem!, /^Up to 15 messages were deleted .* offset 20/);
      await reader.dispose();
    });

    test("aborted transactions are hidden, unless they are asked for; an open one ends the committed part", async () => {
      const topic = await makeTopic(cluster, "transactions", 1);
      const transactional = kafka.producer({ transactionalId: unique("tx"), idempotent: true, maxInFlightRequests: 1 });
      await transactional.connect();
      for (const [value, commit] of [
        ["committed 1", true],
        ["aborted 1", false],
        ["committed 2", true],
        ["aborted 2", false],
      ] as const) {
        const transaction = await transactional.transaction();
        await transaction.send({ topic, messages: [{ value }, { value: `${value} again` }] });
        await (commit ? transaction.commit() : transaction.abort());
      }
      await send(topic, 0, "plain");
      const undecided = await transactional.transaction();
      await undecided.send({ topic, messages: [{ value: "undecided" }] });
      const reader = openReader(bootstrap);
      const values = async (isolation: "read_committed" | "read_uncommitted") => {
        await reader.start({ topic, isolation });
        assert.equal((await reader.until("all is read", ended)).state, "done");
        return (await reader.all()).map(({ value }) => value?.text);
      };
      const twice = (value: string) => [value, `${value} again`];
      assert.deepEqual(await values("read_committed"), [...twice("committed 1"), ...twice("committed 2"), "plain"]);
      assert.deepEqual(await values("read_uncommitted"), [
        ...twice("committed 1"),
        ...twice("aborted 1"),
        ...twice("committed 2"),
        ...twice("aborted 2"),
        "plain",
        "undecided",
      ]);
      const detail = await reader.call("detail", [0]);
      assert.equal(detail?.batch.transactional, true);
      assert.notEqual(detail?.batch.producerId, "-1");
      // the last messages of a log that ends in markers and aborted records
      await undecided.abort();
      await reader.start({ topic, from: { kind: "last", count: 3 } });
      await reader.until("all is read", ended);
      assert.deepEqual(
        (await reader.all()).map(({ value }) => value?.text),
        [...twice("committed 2"), "plain"],
      );
      await transactional.disconnect();
      await reader.dispose();
    });

    test("paused nothing arrives; resumed it goes on without loss; cleared it starts counting again", async () => {
      const topic = await makeTopic(cluster, "pause", 1);
      const reader = openReader(bootstrap);
      await reader.start({ topic, from: { kind: "latest" }, to: { kind: "live" } });
      const first = await reader.until("live", live);
      await send(topic, 0, "a");
      await reader.until("a", ({ nextSeq }) => nextSeq === 1);
      await reader.call("pause", []);
      await reader.until("paused", ({ state }) => state === "paused");
      await send(topic, 0, "b");
      await send(topic, 0, "c");
      await sleep(700);
      assert.equal((await reader.all()).length, 1);
      reader.seen.length = 0;
      await reader.call("resume", []);
      await reader.until("b and c", ({ nextSeq, state }) => nextSeq === 3 && state === "live");
      assert.deepEqual(
        (await reader.all()).map(({ value }) => value?.text),
        ["a", "b", "c"],
      );
      await reader.call("clear", []);
      const cleared = await reader.until("cleared", ({ run }) => run > first.run);
      assert.deepEqual([cleared.scanned, cleared.nextSeq, cleared.state], [0, 0, "live"]);
      await send(topic, 0, "d");
      await reader.until("d", ({ run, nextSeq }) => run > first.run && nextSeq === 1);
      assert.deepEqual(
        (await reader.all()).map(({ seq, value }) => [seq, value?.text]),
        [[0, "d"]],
      );
      assert.equal(await reader.call("find", [topic, 0, "3"]), 0);
      await reader.dispose();
    });

    test("the ring keeps the newest rows and counts what it drops", async () => {
      const topic = await makeTopic(cluster, "ring", 1);
      await fill(topic, 1, 3000);
      const reader = openReader(bootstrap, { ring: { megabytes: 16, rows: 1000 } });
      await reader.start({ topic });
      const status = await reader.until("all is read", ended);
      assert.deepEqual([status.scanned, status.dropped, status.firstSeq, status.nextSeq], [3000, 2000, 2000, 3000]);
      const rows = await reader.all();
      assert.deepEqual([rows.length, rows[0]?.seq, rows[0]?.value?.text], [1000, 2000, "2000"]);
      assert.equal(await reader.call("detail", [1999]), null);
      assert.equal(await reader.call("find", [topic, 0, "1999"]), null);
      await reader.call("setLimits", [{ megabytes: 16, rows: 300 }]);
      const less = await reader.until("fewer are kept", ({ firstSeq }) => firstSeq === 2700);
      assert.deepEqual([less.dropped, less.nextSeq, less.view.first], [2700, 3000, 2700]);
      await reader.start({ topic });
      await reader.until("also of the next reading", (s) => ended(s) && s.nextSeq - s.firstSeq === 300);
      await reader.dispose();
    });

    test("a topic that is deleted while it is read is said so", async () => {
      const topic = await makeTopic(cluster, "gone", 1);
      await fill(topic, 1, 3);
      const reader = openReader(bootstrap);
      await reader.start({ topic, to: { kind: "live" } });
      await reader.until("live", live);
      await deleteTopic(cluster, topic);
      const status = await reader.until("the failure", ended);
      assert.equal(status.problem, `Topic ${topic} no longer exists: it was deleted while it was read.`);
      assert.equal((await reader.all()).length, 3, "what was read stays");
      await reader.dispose();
    });

    test("partitions that are added are read too", async () => {
      const topic = await makeTopic(cluster, "added", 1);
      const reader = openReader(bootstrap);
      await reader.start({ topic, from: { kind: "latest" }, to: { kind: "live" } });
      await reader.until("live", live);
      await withAdmin((admin) => admin.createPartitions({ topicPartitions: [{ topic, count: 2 }] }));
      await send(topic, 1, "in the new one");
      await reader.until("the message", ({ nextSeq }) => nextSeq === 1);
      assert.equal((await reader.all())[0]?.partition, 1);
      await reader.dispose();
    });
  });
}

describe("the reader's worker", () => {
  test("says so when the broker cannot be reached", async () => {
    const reader = openReader("127.0.0.1:1");
    await reader.start({ topic: "any", to: { kind: "live" } });
    const status = await reader.until("the failure", ended, 5000);
    assert.match(status.problem!, /127\.0\.0\.1:1/);
    await reader.dispose();
  });

  test("that crashes is a failed status and a sentence, never silence", async () => {
    const { startReader } = await import("../../src/reader/host.ts");
    const reader = startReader({
      workerFile: new URL("data:text/javascript,setTimeout(()=>{throw new Error('it broke')},50)"),
      config: config(stack.zk.bootstrap),
      ring: { megabytes: 16, rows: 1000 },
      schemas: null,
      log: () => {},
    });
    const failed = new Promise<string>((resolve) =>
      reader.onStatus(({ state, problem }) => resolve(`${state}: ${problem}`)),
    );
    await assert.rejects(reader.call("rows", [0, 1]), { name: "UserError", code: "crashed" });
    assert.equal(await failed, "failed: The reader has crashed: it broke. Start reading again to go on.");
    await assert.rejects(reader.call("rows", [0, 1]), /has crashed/);
    await reader.dispose();
  });

  test("leaves no handle behind when it is disposed in the middle of reading", async () => {
    const cluster = open(stack.kraft.bootstrap);
    const topic = await makeTopic(cluster, "handles", 2);
    const script = new URL("./support/readAndDispose.ts", import.meta.url).pathname;
    const { code, stdout, stderr } = await feed(process.execPath, [script, stack.kraft.bootstrap, topic], "", {
      cwd: root,
    });
    assert.deepEqual([code, stdout, stderr], [0, "live\n", ""]);
  });
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import kafkajs from "kafkajs";
import { listGroups } from "../../src/kafka/admin/groups.ts";
import { createTopic, deleteTopic } from "../../src/kafka/admin/topics.ts";
import { wholeTopic, wholeView } from "../../src/shared/messages.ts";
import { useStack } from "../harness/stack.ts";
import { open, unique } from "./support/clusters.ts";
import { commitWhenReady } from "./support/groups.ts";
import { ended, live, makeTopic, openReader } from "./support/reading.ts";

const { kraft } = await useStack();
const cluster = open(kraft.bootstrap);
const kafka = new kafkajs.Kafka({ brokers: [kraft.bootstrap], logLevel: kafkajs.logLevel.NOTHING });
const START = 1_700_000_000_000;

/** values 0 … count - 1 in turn over the partitions, each a second later than the one before, `at` the first */
async function fill(topic: string, partitions: number, count: number, at = START, name = ""): Promise<void> {
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  const messages = Array.from({ length: count }, (_, i) => ({
    partition: i % partitions,
    value: `${name}${i}`,
    timestamp: String(at + i * 1000),
  }));
  await producer.send({ topic, messages });
  await producer.disconnect();
}

const values = (rows: { value: { text: string } | null }[]) => rows.map(({ value }) => value?.text);

describe("several topics in one reading", () => {
  test("are read together, whole", async () => {
    const [a, b] = [await makeTopic(cluster, "several-a", 2), await makeTopic(cluster, "several-b", 3)];
    await fill(a, 2, 40, START, "a");
    await fill(b, 3, 60, START + 500, "b");
    const reader = openReader(kraft.bootstrap);
    await reader.start({ topic: a, topics: [a, b] });
    const status = await reader.until("all is read", ended);
    assert.deepEqual([status.state, status.scanned, status.partitions.length], ["done", 100, 5]);
    const rows = await reader.all();
    assert.deepEqual(
      [a, b].map((topic) => rows.filter((row) => row.topic === topic).length),
      [40, 60],
    );
    const found = await reader.call("find", [b, 1, "2"]);
    const row = rows.find(({ seq }) => seq === found);
    assert.deepEqual([row?.topic, row?.partition, row?.offset], [b, 1, "2"]);
    await reader.dispose();
  });

  test("are sorted by time when the view says so, and the last N are the newest of all of them", async () => {
    const [a, b] = [await makeTopic(cluster, "merged-a", 1), await makeTopic(cluster, "merged-b", 1)];
    await fill(a, 1, 20, START, "a");
    await fill(b, 1, 20, START + 500, "b");
    const reader = openReader(kraft.bootstrap);
    await reader.call("setView", [{ ...wholeView, sort: { by: "time", descending: false } }]);
    await reader.start({ topic: a, topics: [a, b] });
    await reader.until("the view has them all", (s) => ended(s) && s.view.next === 40);
    assert.deepEqual(
      values(await reader.all()),
      Array.from({ length: 40 }, (_, i) => `${i % 2 ? "b" : "a"}${i >> 1}`),
    );
    await reader.start({ topic: a, topics: [a, b], from: { kind: "last", count: 5 } });
    await reader.until("the last five", (s) => ended(s) && s.view.next === 5);
    assert.deepEqual(values(await reader.all()), ["b17", "a18", "b18", "a19", "b19"]);
    await reader.dispose();
  });

  test("are those whose whole name a pattern matches, also one that appears later", async () => {
    const name = unique("pattern");
    for (const end of ["one", "two", "two-not"]) {
      await createTopic(cluster, { name: `${name}-${end}`, partitions: 1, replicationFactor: 1, configs: {} });
    }
    await fill(`${name}-one`, 1, 3, START, "one");
    await fill(`${name}-two-not`, 1, 3, START, "not");
    const reader = openReader(kraft.bootstrap);
    await reader.start({ topic: "", topics: [], pattern: `${name}-(one|two|three)`, to: { kind: "live" } });
    await reader.until("is live", live);
    await createTopic(cluster, { name: `${name}-three`, partitions: 1, replicationFactor: 1, configs: {} });
    await fill(`${name}-three`, 1, 2, START, "three");
    await reader.until("the new topic is read", (s) => s.scanned === 5);
    assert.deepEqual(values(await reader.all()).sort(), ["one0", "one1", "one2", "three0", "three1"]);
    await reader.dispose();
    for (const end of ["one", "two", "two-not", "three"]) await deleteTopic(cluster, `${name}-${end}`);
  });

  test("that do not all exist are refused by name", async () => {
    const a = await makeTopic(cluster, "there", 1);
    const reader = openReader(kraft.bootstrap);
    await reader.start({ topic: a, topics: [a, "missing-1", "missing-2"] });
    const status = await reader.until("it failed", ended);
    assert.equal(status.problem, "There are no topics missing-1, missing-2 on this cluster.");
    await reader.dispose();
  });
});

describe("a reading", () => {
  test("ends with an offset, and with a time, both included", async () => {
    const topic = await makeTopic(cluster, "ends", 2);
    await fill(topic, 2, 40);
    const reader = openReader(kraft.bootstrap);
    await reader.start({ topic, to: { kind: "offset", offset: "4" } });
    await reader.until("offset 4", ended);
    assert.deepEqual((await reader.all()).map(({ offset }) => Number(offset)).sort(), [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
    await reader.start({ topic, to: { kind: "time", timestamp: String(START + 6000) } });
    await reader.until("that time", ended);
    assert.deepEqual(values(await reader.all()).sort(), ["0", "1", "2", "3", "4", "5", "6"]);
    await reader.dispose();
  });

  test("goes on until a time that is still to come", async () => {
    const topic = await makeTopic(cluster, "until", 1);
    await fill(topic, 1, 2, Date.now() - 10_000);
    const reader = openReader(kraft.bootstrap);
    await reader.start({ topic, to: { kind: "time", timestamp: String(Date.now() + 2500) } });
    await reader.until("is live", live);
    await fill(topic, 1, 1, Date.now(), "late");
    const status = await reader.until("it ended by itself", ended);
    assert.deepEqual([status.state, values(await reader.all())], ["done", ["0", "1", "late0"]]);
    await reader.dispose();
  });

  test("starts at given offsets, and reads only the partitions that are named", async () => {
    const topic = await makeTopic(cluster, "offsets", 3);
    await fill(topic, 3, 30);
    const reader = openReader(kraft.bootstrap);
    const offsets = [
      { topic, partition: 0, offset: "8" },
      { topic, partition: 2, offset: "9" },
    ];
    await reader.start({ topic, from: { kind: "offsets", offsets } });
    await reader.until("the rest", ended);
    assert.deepEqual(values(await reader.all()).sort(), ["24", "27", "29"]);
    await reader.dispose();
  });

  test("starts where a group has committed, and does not join it", async () => {
    const topic = await makeTopic(cluster, "group", 2);
    await fill(topic, 2, 20);
    const group = unique("committed");
    await commitWhenReady(cluster, { group, topic, partition: 0, offset: 7n });
    const reader = openReader(kraft.bootstrap);
    await reader.start({ topic, from: { kind: "group", group } });
    const status = await reader.until("the rest", ended);
    // 7, 8, 9 of partition 0, and all of partition 1, for which nothing is committed
    assert.equal(status.scanned, 13);
    const said = status.partitions.map(({ problem }) => problem);
    assert.equal(said[0], null);
    assert.match(
      said[1]!,
      new RegExp(`^Group ${group} has committed no offset here: reading starts .* at offset 0\\.$`),
    );
    assert.equal((await listGroups(cluster)).find(({ groupId }) => groupId === group)?.state, "Empty");
    await reader.dispose();
  });

  test("shows markers and aborted messages with their transaction when asked to", async () => {
    const topic = await makeTopic(cluster, "control", 1);
    const producer = kafka.producer({ transactionalId: unique("tx"), idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    for (const [value, commit] of [
      ["kept", true],
      ["dropped", false],
    ] as const) {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ value }] });
      await (commit ? transaction.commit() : transaction.abort());
    }
    await producer.disconnect();
    const reader = openReader(kraft.bootstrap);
    for (const isolation of ["read_committed", "read_uncommitted"] as const) {
      await reader.start({ topic, isolation, control: true });
      await reader.until("all of it", (s) => ended(s) && s.nextSeq === 4);
      const rows = await reader.all();
      assert.deepEqual(
        rows.map(({ kind, transaction }) => [kind, transaction?.state]),
        [
          ["record", "committed"],
          ["control", "marker-commit"],
          ["record", "aborted"],
          ["control", "marker-abort"],
        ],
      );
      assert.match(rows[3]!.value!.text, /^Marker: aborts the transaction of producer \d+$/);
    }
    await reader.start({ topic });
    await reader.until("the committed", (s) => ended(s) && s.nextSeq === 1);
    assert.deepEqual(
      (await reader.all()).map(({ transaction }) => transaction?.state),
      ["committed"],
    );
    await reader.dispose();
  });

  test("keeps only what its filter matches, and counts what it read", async () => {
    const topic = await makeTopic(cluster, "filtered", 2);
    await fill(topic, 2, 500);
    const reader = openReader(kraft.bootstrap);
    await reader.start({
      topic,
      filter: { kind: "contains", text: "49", caseSensitive: true, parts: ["value"] },
      to: { kind: "count", count: 5 },
    });
    const some = await reader.until("five", ended);
    assert.deepEqual([some.matched, some.nextSeq], [5, 5]);
    await reader.start({ topic, filter: { kind: "cel", expression: "offset >= 240 && partition == 1" } });
    const status = await reader.until("all was read", ended);
    assert.deepEqual([status.scanned, status.matched, status.nextSeq], [500, 10, 10]);
    assert.deepEqual(new Set((await reader.all()).map(({ partition }) => partition)), new Set([1]));
    await assert.rejects(
      reader.call("start", [{ ...wholeTopic(topic), filter: { kind: "cel", expression: "value." } }]),
      {
        name: "UserError",
        code: "filter",
      },
    );
    await reader.dispose();
  });
});

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { createTopic, deleteTopic } from "../../src/kafka/admin/topics.ts";
import { MessageProducer, type OutgoingMessage } from "../../src/kafka/produce/producer.ts";
import type { Writer } from "../../src/kafka/protocol/wire.ts";
import { CancelledError } from "../../src/shared/userError.ts";
import { runCommand } from "../harness/run.ts";
import { useStack } from "../harness/stack.ts";
import { ensureTools } from "../harness/tools.ts";
import { open, unique } from "./support/clusters.ts";
import { answerMetadata, answerVersions, fakeBroker } from "./support/fakeBroker.ts";

await ensureTools(["kcat"]);
const stack = await useStack();
const bytes = (text: string): Buffer => Buffer.from(text);

for (const [kind, { bootstrap }] of [
  ["Kafka 3.9 on ZooKeeper", stack.zk],
  ["Kafka 4.1 on KRaft", stack.kraft],
] as const) {
  describe(kind, () => {
    const cluster = open(bootstrap);
    const producer = new MessageProducer(cluster);
    const made: string[] = [];
    after(async () => {
      for (const topic of made) await deleteTopic(cluster, topic);
    });
    const newTopic = async (what: string, partitions: number, configs: Record<string, string> = {}) => {
      const name = unique(what);
      await createTopic(cluster, { name, partitions, replicationFactor: 1, configs });
      made.push(name);
      return name;
    };
    /** a message with what a test does not care about left empty */
    const message = (topic: string, more: Partial<OutgoingMessage> = {}): OutgoingMessage => ({
      topic,
      partition: null,
      key: null,
      value: null,
      headers: [],
      ...more,
    });
    /** what kcat reads of a topic */
    const read = async (topic: string): Promise<Record<string, unknown>[]> => {
      const output = await runCommand(
        "kcat",
        ["-C", "-b", bootstrap, "-t", topic, "-o", "beginning", "-e", "-q", "-J"],
        { timeoutMs: 30_000 },
      );
      return output
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
    };

    test("key, value and headers arrive as they were sent: nulls, empty ones, repeated names, in order", async () => {
      const topic = await newTopic("exact", 1);
      const headers = [
        { key: "trace", value: bytes("1") },
        { key: "a", value: null },
        { key: "trace", value: bytes("2") },
        { key: "", value: new Uint8Array() },
        { key: "ключ", value: bytes("ß") },
      ];
      const results = [
        await producer.send(message(topic, { key: bytes("k"), value: bytes('{"n": 12345678901234567890}'), headers })),
        await producer.send(message(topic, { key: new Uint8Array(), value: new Uint8Array() })),
        await producer.send(message(topic, { key: bytes("k"), value: null })),
      ];
      assert.deepEqual(
        results.map(({ partition, offset }) => [partition, offset]),
        [
          [0, 0n],
          [0, 1n],
          [0, 2n],
        ],
      );
      const seen = await read(topic);
      assert.deepEqual(
        seen.map(({ ts, key, payload, headers: h }) => ({ ts, key, payload, h })),
        [
          {
            ts: Number(results[0]!.timestamp),
            key: "k",
            payload: '{"n": 12345678901234567890}',
            h: ["trace", "1", "a", null, "trace", "2", "", "", "ключ", "ß"],
          },
          { ts: Number(results[1]!.timestamp), key: "", payload: "", h: undefined },
          { ts: Number(results[2]!.timestamp), key: "k", payload: null, h: undefined },
        ],
      );
    });

    test("a key goes to the partition that other clients choose for it", async () => {
      const topic = await newTopic("keys", 7);
      const keys = ["a", "foobar", "order-4711", "Grüße", "0", "customer:99"];
      for (const key of keys) {
        // librdkafka's murmur2 partitioner is the Java client's
        await runCommand(
          "sh",
          [
            "-c",
            `printf '%s|x' "$1" | kcat -P -b "$2" -t "$3" -K '|' -X topic.partitioner=murmur2`,
            "sh",
            key,
            bootstrap,
            topic,
          ],
          { timeoutMs: 30_000 },
        );
      }
      const theirs = new Map((await read(topic)).map(({ key, partition }) => [key, partition]));
      for (const key of keys) {
        const { partition } = await producer.send(message(topic, { key: bytes(key) }));
        assert.equal(partition, theirs.get(key), key);
      }
    });

    test("messages without a key are spread over the partitions; a partition that is given is used", async () => {
      const topic = await newTopic("spread", 3);
      const partitions: number[] = [];
      for (let i = 0; i < 12; i++) partitions.push((await producer.send(message(topic))).partition);
      // the first may have gone before all partitions of the new topic had a leader
      const counts = [0, 1, 2].map((one) => partitions.filter((partition) => partition === one).length);
      assert.ok(Math.min(...counts) >= 3, `messages by partition: ${counts}`);
      assert.equal((await producer.send(message(topic, { key: bytes("a"), partition: 2 }))).partition, 2);
    });

    test("a topic that stamps messages itself gives back its own time", async () => {
      const topic = await newTopic("stamped", 1, { "message.timestamp.type": "LogAppendTime" });
      const { timestamp } = await producer.send(message(topic));
      assert.equal((await read(topic))[0]?.["ts"], Number(timestamp));
    });

    test("a large message goes through where the topic allows it", async () => {
      const topic = await newTopic("large", 1, { "max.message.bytes": "8000000" });
      const { offset } = await producer.send(message(topic, { value: new Uint8Array(6_000_000) }));
      assert.equal(offset, 0n);
    });

    test("what the broker refuses is said in words, and nothing is written", async () => {
      const small = await newTopic("small", 1, { "max.message.bytes": "2000" });
      const compacted = await newTopic("compacted", 1, { "cleanup.policy": "compact" });
      const missing = unique("missing");
      const cases: [sent: OutgoingMessage, code: string, says: RegExp][] = [
        [message(missing), "unknown-topic", new RegExp(`^There is no topic ${missing} on this cluster\\.$`)],
        [message(small, { partition: 5 }), "unknown-partition", /has no partition 5: its only one is partition 0\.$/],
        [message(small, { partition: -1 }), "unknown-partition", /has no partition -1/],
        [
          message(small, { value: new Uint8Array(3000) }),
          "message-too-large",
          /3,070 bytes as a batch, topic .* takes at most 2,000 bytes \(max\.message\.bytes\)\.$/,
        ],
        [message(compacted), "invalid-record", /was not written to .*compacted.*key/i],
      ];
      for (const [sent, code, says] of cases) {
        await assert.rejects(producer.send(sent), { code, message: says });
      }
      await assert.rejects(cluster.topics([missing]), { code: "unknown-topic" });
      for (const topic of [small, compacted]) {
        const offsets = await cluster.listOffsets(topic, new Map([[0, "latest"]]), "read_uncommitted");
        assert.equal(offsets.get(0)?.offset, 0n, topic);
      }
    });

    test("a request beyond what the broker reads at all is a message too large", async () => {
      const topic = await newTopic("huge", 1);
      await assert.rejects(producer.send(message(topic, { value: Buffer.alloc(101 * 1024 * 1024) })), {
        code: "message-too-large",
      });
    });

    test("a topic that is deleted and made again with fewer partitions is looked up again", async () => {
      const topic = unique("again");
      await createTopic(cluster, { name: topic, partitions: 4, replicationFactor: 1, configs: {} });
      await producer.send(message(topic, { partition: 3 }));
      await deleteTopic(cluster, topic);
      await assert.rejects(producer.send(message(topic, { partition: 3 })), { code: "unknown-topic" });
      await createTopic(cluster, { name: topic, partitions: 1, replicationFactor: 1, configs: {} });
      made.push(topic);
      assert.equal((await producer.send(message(topic))).partition, 0);
    });
  });
}

describe("when things go wrong", () => {
  const message: OutgoingMessage = { topic: "t", partition: 0, key: null, value: null, headers: [] };

  /** A broker with a topic t of one partition; `produce` answers each Produce request, numbered from 1. */
  async function broker(produce: (attempt: number, w: Writer, hangUp: () => void) => boolean) {
    let attempts = 0;
    const fake = await fakeBroker(({ key, socket }, w) => {
      if (key === 18)
        return answerVersions(w, [
          [0, 3, 3],
          [3, 0, 4],
        ]);
      if (key === 3) return answerMetadata(w, { host: "127.0.0.1", port: fake.port }, [{ name: "t", partitions: 1 }]);
      return produce(++attempts, w, () => socket.destroy());
    });
    const producer = new MessageProducer(open(fake.address));
    return { producer, attempts: () => attempts };
  }
  const answer = (w: Writer, error: number, offset: bigint): true => {
    w.array(["t"], (name) => w.string(name).array([0], (p) => w.int32(p).int16(error).int64(offset).int64(-1n)));
    w.int32(0);
    return true;
  };

  test("a leader that has moved is asked again", async () => {
    const { producer, attempts } = await broker((attempt, w) => answer(w, attempt === 1 ? 6 : 0, 42n));
    assert.equal((await producer.send(message)).offset, 42n);
    assert.equal(attempts(), 2);
  });

  test("a user who may not write is told", async () => {
    const { producer } = await broker((_, w) => answer(w, 29, -1n));
    await assert.rejects(producer.send(message), {
      code: "topic-authorization-failed",
      message: /may not write to topic t \(ACL\)/,
    });
  });

  test("a topic with too few in-sync replicas is told", async () => {
    const { producer, attempts } = await broker((_, w) => answer(w, 19, -1n));
    await assert.rejects(producer.send(message), {
      code: "not-enough-replicas",
      message: /not written: fewer replicas of t are in sync than the topic demands/,
    });
    assert.equal(attempts(), 1);
  });

  test("a message whose replicas did not confirm in time may be there, and is not sent again", async () => {
    const { producer, attempts } = await broker((_, w) => answer(w, 7, -1n));
    await assert.rejects(producer.send(message), { code: "request-timed-out", message: /is on t, but not confirmed/ });
    assert.equal(attempts(), 1);
  });

  test("a connection lost after sending leaves the outcome open, and the message is not sent again", async () => {
    const { producer, attempts } = await broker((_attempt, _w, hangUp) => {
      hangUp();
      return false;
    });
    await assert.rejects(producer.send(message), {
      code: "outcome-unknown",
      message: /not known whether the message was written to t/,
    });
    assert.equal(attempts(), 1);
  });

  test("cancelling, or closing the producer, ends the waiting", async () => {
    const { producer } = await broker(() => false);
    const abort = new AbortController();
    const sending = producer.send(message, abort.signal);
    setTimeout(() => abort.abort(), 50);
    await assert.rejects(sending, CancelledError);
    const second = producer.send(message);
    setTimeout(() => producer.close(), 50);
    await assert.rejects(second, CancelledError);
  });
});

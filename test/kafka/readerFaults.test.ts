import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import kafkajs from "kafkajs";
import { createTopic, deleteTopic } from "../../src/kafka/admin/topics.ts";
import { startKafka39, startZookeeper } from "../harness/kafka.ts";
import { useStack } from "../harness/stack.ts";
import { open, unique, until } from "./support/clusters.ts";
import { ended, live, makeTopic, openReader } from "./support/reading.ts";

const stack = await useStack();
const quiet = (brokers: string[]) => new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING });

/** numbered values, in turn over the partitions, each exactly once */
async function fill(
  kafka: kafkajs.Kafka,
  topic: string,
  partitions: number,
  from: number,
  count: number,
): Promise<void> {
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  for (let at = from; at < from + count; at += 1000) {
    const messages = Array.from({ length: Math.min(1000, from + count - at) }, (_, i) => ({
      partition: (at + i) % partitions,
      value: `${at + i} ${"x".repeat(200)}`,
    }));
    await producer.send({ topic, messages, acks: -1 });
  }
  await producer.disconnect();
}

const numbers = (rows: { value: { text: string } | null }[]) =>
  rows.map(({ value }) => Number(value?.text.split(" ")[0])).sort((a, b) => a - b);
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);

for (const [kind, { bootstrap }] of [
  ["Kafka 3.9 on ZooKeeper", stack.zk],
  ["Kafka 4.1 on KRaft", stack.kraft],
] as const) {
  describe(kind, () => {
    const cluster = open(bootstrap);
    const kafka = quiet([bootstrap]);

    test("a topic that is deleted and created anew is said so, and the new one's messages are not taken for the old one's", async () => {
      const topic = unique("recreated");
      await createTopic(cluster, { name: topic, partitions: 1, replicationFactor: 1, configs: {} });
      after(() => deleteTopic(cluster, topic).catch(() => {}));
      await fill(kafka, topic, 1, 0, 5);
      const reader = openReader(bootstrap);
      await reader.start({ topic, to: { kind: "live" } });
      await reader.until("live", live);
      await deleteTopic(cluster, topic);
      await until("the name is free", () =>
        createTopic(cluster, { name: topic, partitions: 1, replicationFactor: 1, configs: {} }).then(
          () => true,
          () => false,
        ),
      );
      await fill(quiet([bootstrap]), topic, 1, 100, 50);
      const status = await reader.until("the end", ended);
      assert.match(
        status.problem!,
        new RegExp(`^Topic ${topic} (was deleted and created anew while it was read|no longer exists)`),
      );
      assert.deepEqual(numbers(await reader.all()), upTo(5));
      await reader.start({ topic });
      await reader.until("the new one", (s) => s.state === "done");
      assert.equal((await reader.all()).length, 50);
      await reader.dispose();
    });

    test("messages that retention takes before they are read are counted, and reading goes on after them", async () => {
      const topic = await makeTopic(cluster, "retention", 1);
      await fill(kafka, topic, 1, 0, 10);
      const reader = openReader(bootstrap);
      await reader.start({ topic, to: { kind: "live" } });
      await reader.until("the first ten", (s) => live(s) && s.scanned === 10);
      await reader.call("pause", []);
      await fill(kafka, topic, 1, 10, 40);
      const admin = kafka.admin();
      await admin.connect();
      try {
        // it needs to have heard of the topic before
        await admin.fetchTopicOffsets(topic);
        await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: "30" }] });
      } finally {
        await admin.disconnect();
      }
      await reader.call("resume", []);
      const status = await reader.until("the rest", (s) => s.scanned === 30);
      assert.deepEqual(numbers(await reader.all()), [...upTo(10), ...upTo(50).slice(30)]);
      assert.match(
        status.partitions[0]!.problem!,
        /^Up to 20 messages were deleted before they were read .* at offset 30/,
      );
      await reader.dispose();
    });
  });
}

test("a leader that is killed in the middle of a scan: nothing is lost, and nothing is read twice", {
  timeout: 180_000,
}, async () => {
  const zookeeper = await startZookeeper();
  after(() => zookeeper.stop());
  const start = (brokerId: number) =>
    startKafka39({
      zookeeper: zookeeper.address,
      brokerId,
      properties: { "zookeeper.session.timeout.ms": 6000, "min.insync.replicas": 1 },
      java: ["-Xmx384m"],
    });
  const brokers = await Promise.all([start(1), start(2)]);
  after(() => Promise.all(brokers.map((broker) => broker.stop())));
  const cluster = open(brokers.map(({ bootstrap }) => bootstrap));
  await until("both brokers are up", async () => (await cluster.brokerIds()).length === 2);
  const topic = "killed";
  await createTopic(cluster, { name: topic, partitions: 4, replicationFactor: 2, configs: {} });
  const kafka = quiet(brokers.map(({ bootstrap }) => bootstrap));
  const count = 40_000;
  await fill(kafka, topic, 4, 0, count);

  // through the broker that stays
  const reader = openReader(brokers[1].bootstrap, { ring: { megabytes: 256, rows: 1_000_000 } });
  await reader.start({ topic, to: { kind: "live" } });
  await reader.until("reading", ({ scanned }) => scanned > 0);
  process.kill(brokers[0].process.pid, "SIGKILL");
  await reader.until("all of it, from the other broker", ({ scanned }) => scanned >= count, 60_000);
  await until(
    "broker 2 leads all",
    async () => {
      const [found] = await cluster.topics([topic]);
      return found!.partitions.every(({ leader }) => leader === 2);
    },
    60_000,
  );
  await fill(quiet([brokers[1].bootstrap]), topic, 4, count, 1000);
  await reader.until("what came after", (s) => s.scanned >= count + 1000 && s.problem === null, 60_000);
  assert.deepEqual(numbers(await reader.all()), upTo(count + 1000));
  await reader.dispose();
});

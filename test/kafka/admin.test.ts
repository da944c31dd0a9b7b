import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import kafkajs from "kafkajs";
import { describeGroups, groupLag, listGroups } from "../../src/kafka/admin/groups.ts";
import { partitionOffsets } from "../../src/kafka/admin/offsets.ts";
import { checkNewTopic, createTopic, deleteTopic } from "../../src/kafka/admin/topics.ts";
import { MessageProducer } from "../../src/kafka/produce/producer.ts";
import { describeConfigs } from "../../src/kafka/protocol/describeConfigs.ts";
import { startKafka41 } from "../harness/kafka.ts";
import { useStack } from "../harness/stack.ts";
import { open, unique, until } from "./support/clusters.ts";
import { answerMetadata, answerVersions, fakeBroker } from "./support/fakeBroker.ts";
import { joinGroup, leaveGroup, startConsoleConsumer, syncGroup } from "./support/groups.ts";

const stack = await useStack();
const one = { partitions: 1, replicationFactor: 1, configs: {} };

for (const [kind, { bootstrap }] of [
  ["Kafka 3.9 on ZooKeeper", stack.zk],
  ["Kafka 4.1 on KRaft", stack.kraft],
] as const) {
  describe(kind, () => {
    const cluster = open(bootstrap);
    const made: string[] = [];
    const groups: string[] = [];
    after(async () => {
      for (const topic of made) await deleteTopic(cluster, topic);
      // most are gone with their last member or their topic's offsets
      const left = (await listGroups(cluster)).map(({ groupId }) => groupId).filter((id) => groups.includes(id));
      const admin = new kafkajs.Kafka({ brokers: [bootstrap], logLevel: kafkajs.logLevel.NOTHING }).admin();
      await admin.connect();
      await admin.deleteGroups(left).finally(() => admin.disconnect());
    });
    const newTopic = async (what: string, partitions = 1): Promise<string> => {
      const name = unique(what);
      await createTopic(cluster, { ...one, name, partitions });
      made.push(name);
      return name;
    };

    test("a topic is made with its partitions, replicas and configuration, and is there when the call returns", async () => {
      const name = unique("made");
      const configs = { "cleanup.policy": "compact", "max.message.bytes": "2000" };
      await createTopic(cluster, { name, partitions: 3, replicationFactor: 1, configs });
      const [topic] = await cluster.topics([name]);
      assert.equal(topic?.internal, false);
      assert.deepEqual(
        topic?.partitions.map((p) => [p.partition, p.leader, p.replicas, p.isr, p.offlineReplicas, p.problem]),
        [0, 1, 2].map((partition) => [partition, 1, [1], [1], [], null]),
      );
      const described = await cluster.request("any", describeConfigs, { type: 2, name, keys: Object.keys(configs) });
      assert.deepEqual(Object.fromEntries(described.configs.map((c) => [c.name, c.value])), configs);
      await deleteTopic(cluster, name);
      await assert.rejects(cluster.topics([name]), { code: "unknown-topic" });
    });

    test("without numbers the broker's defaults hold", async () => {
      const name = unique("defaults");
      await createTopic(cluster, { name, partitions: null, replicationFactor: null, configs: {} });
      assert.equal((await cluster.topics([name]))[0]?.partitions.length, 1);
      await deleteTopic(cluster, name);
    });

    test("refusals are said in words, by a check alike, and nothing is made", async () => {
      const name = unique("refused");
      const existing = await newTopic("existing");
      const cases: [what: object, code: string, says: RegExp][] = [
        [{ name: existing }, "topic-already-exists", /^There is a topic .* on this cluster already\.$/],
        [{ name: "a b/c" }, "invalid-topic-exception", /ASCII alphanumerics/],
        [{ name: "." }, "invalid-topic-exception", /'\.' is not allowed|cannot be/],
        [
          { name, replicationFactor: 3 },
          "invalid-replication-factor",
          /cannot have 3 replicas: the cluster has one broker\.$/,
        ],
        [{ name, replicationFactor: 0 }, "invalid-replication-factor", /larger than 0|positive/i],
        [{ name, partitions: 0 }, "invalid-partitions", /larger than 0|positive/i],
        [
          { name, configs: { "retention.ms": "soon" } },
          "invalid-config",
          /Invalid value soon for configuration retention\.ms/,
        ],
        [{ name, configs: { "no.such.config": "1" } }, "invalid-config", /Unknown topic config name: no\.such\.config/],
      ];
      for (const [what, code, message] of cases) {
        const topic = { ...one, name, ...what };
        await assert.rejects(createTopic(cluster, topic), { code, message }, JSON.stringify(what));
        await assert.rejects(checkNewTopic(cluster, topic), { code, message }, JSON.stringify(what));
      }
      await checkNewTopic(cluster, { ...one, name });
      await assert.rejects(cluster.topics([name]), { code: "unknown-topic" });
      await assert.rejects(deleteTopic(cluster, name), {
        code: "unknown-topic",
        message: `There is no topic ${name} on this cluster.`,
      });
    });

    test("first and last offsets of all partitions", async () => {
      const topic = await newTopic("ends", 3);
      const producer = new MessageProducer(cluster);
      for (const partition of [1, 1, 2]) {
        await producer.send({ topic, partition, key: null, value: null, headers: [] });
      }
      assert.deepEqual(await partitionOffsets(cluster, topic), [
        { partition: 0, first: 0n, last: 0n },
        { partition: 1, first: 0n, last: 2n },
        { partition: 2, first: 0n, last: 1n },
      ]);
    });

    test("a classic consumer group: listed, its members with what they read, its lag", async () => {
      const topic = await newTopic("read", 3);
      const group = unique("group");
      groups.push(group);
      const producer = new MessageProducer(cluster);
      for (let i = 0; i < 5; i++) await producer.send({ topic, partition: i % 2, key: null, value: null, headers: [] });
      const consumer = new kafkajs.Kafka({
        brokers: [bootstrap],
        clientId: "someone",
        logLevel: kafkajs.logLevel.NOTHING,
      }).consumer({
        groupId: group,
      });
      try {
        await consumer.connect();
        await consumer.subscribe({ topic, fromBeginning: true });
        let seen = 0;
        await consumer.run({
          autoCommit: false,
          eachMessage: async () => void seen++,
        });
        await until("all is read", () => seen === 5);
        await consumer.commitOffsets([{ topic, partition: 0, offset: "2" }]);

        const listed = (await listGroups(cluster)).find(({ groupId }) => groupId === group);
        assert.deepEqual(listed, { groupId: group, protocolType: "consumer", state: "Stable", type: "classic" });
        const [description] = await describeGroups(cluster, [group]);
        assert.equal(description?.state, "Stable");
        assert.equal(description?.coordinator.id, 1);
        assert.deepEqual(
          description?.members.map(({ clientId, host, assignments }) => ({ clientId, host, assignments })),
          [{ clientId: "someone", host: "127.0.0.1", assignments: [{ topic, partitions: [0, 1, 2] }] }],
        );
        assert.deepEqual(await groupLag(cluster, group), [
          { topic, partition: 0, committed: 2n, end: 3n, lag: 1n },
          { topic, partition: 1, committed: null, end: 2n, lag: null },
          { topic, partition: 2, committed: null, end: 0n, lag: null },
        ]);
      } finally {
        await consumer.disconnect();
      }
      const [empty] = await describeGroups(cluster, [group]);
      assert.deepEqual([empty?.state, empty?.members], ["Empty", []]);
    });

    test("a group of another protocol, and a consumer that writes nonsense, are shown and fail nothing", async () => {
      for (const protocolType of ["connect", "consumer"]) {
        const group = unique(protocolType);
        groups.push(group);
        const to = { coordinatorOf: group };
        const joined = await cluster.request(to, joinGroup, { group, protocolType, metadata: Buffer.from("{}") });
        assert.equal(joined.error, 0);
        const assignment = Buffer.from('{"this":"is no assignment"}');
        assert.equal((await cluster.request(to, syncGroup, { group, ...joined, assignment })).error, 0);
        const [description] = await describeGroups(cluster, [group]);
        assert.equal(description?.protocolType, protocolType);
        assert.equal(description?.members.length, 1);
        assert.deepEqual(
          description?.members[0]?.assignments.flatMap(({ partitions }) => partitions),
          [],
        );
        assert.deepEqual(await groupLag(cluster, group), []);
        // leaves, so that the group can be removed
        await cluster.request(to, leaveGroup, { group, memberId: joined.memberId });
      }
    });

    test("a group that does not exist is said", async () => {
      const unknown = { code: "unknown-group" };
      await assert.rejects(describeGroups(cluster, [unique("nobody")]), unknown);
      await assert.rejects(groupLag(cluster, unique("nobody")), unknown);
    });
  });
}

describe("groups of the newer kinds (Kafka 4.1)", () => {
  const { bootstrap } = stack.kraft;
  const cluster = open(bootstrap);

  for (const [type, title] of [
    ["consumer", "a KIP-848 consumer group: its members, what they read, its lag"],
    ["share", "a share group: its members and what they read; it commits no offsets"],
  ] as const) {
    test(title, async () => {
      const topic = unique(`modern-${type}`);
      const group = unique(`modern-${type}`);
      await createTopic(cluster, { ...one, name: topic, partitions: 2 });
      await new MessageProducer(cluster).send({ topic, partition: 0, key: null, value: Buffer.from("x"), headers: [] });
      const consumer = await startConsoleConsumer(type, bootstrap, topic, group);
      try {
        const assigned = async () => {
          const described = await describeGroups(cluster, [group]).catch(() => []);
          return described[0]?.members[0]?.assignments.length === 1;
        };
        await until("the group is stable", assigned, 30_000);
        const listed = (await listGroups(cluster)).find(({ groupId }) => groupId === group);
        assert.deepEqual(listed, { groupId: group, protocolType: type, state: "Stable", type });
        const [description] = await describeGroups(cluster, [group]);
        assert.deepEqual([description?.type, description?.protocolType, description?.state], [type, type, "Stable"]);
        assert.deepEqual(description?.members[0]?.assignments, [{ topic, partitions: [0, 1] }]);
        assert.equal(description?.members[0]?.host, "127.0.0.1");
        if (type === "consumer") {
          await until(
            "the offset is committed",
            async () => (await groupLag(cluster, group))[0]?.committed === 1n,
            30_000,
          );
          assert.deepEqual((await groupLag(cluster, group))[0], {
            topic,
            partition: 0,
            committed: 1n,
            end: 1n,
            lag: 0n,
          });
        } else {
          assert.ok((await groupLag(cluster, group)).every(({ committed, lag }) => committed === null && lag === null));
        }
      } finally {
        await consumer.stop();
        await deleteTopic(cluster, topic);
      }
    });
  }
});

test("nothing that only reads makes a topic or a group, not even the broker's own", async () => {
  const broker = await startKafka41({
    java: ["-Xmx512m"],
    properties: { "auto.create.topics.enable": true },
  });
  try {
    const cluster = open(broker.bootstrap);
    await createTopic(cluster, { ...one, name: "only" });
    await cluster.describe();
    await cluster.topics(null);
    await assert.rejects(cluster.topics(["missing"]), { code: "unknown-topic" });
    await cluster.listOffsets("only", new Map([[0, "latest"]]), "read_committed");
    await assert.rejects(cluster.listOffsets("missing", new Map([[0, "latest"]]), "read_committed"));
    await partitionOffsets(cluster, "only");
    await assert.rejects(partitionOffsets(cluster, "missing"), { code: "unknown-topic" });
    assert.deepEqual(await listGroups(cluster), []);
    await assert.rejects(describeGroups(cluster, ["missing"]), { code: "unknown-group" });
    await assert.rejects(groupLag(cluster, "missing"), { code: "unknown-group" });
    await checkNewTopic(cluster, { ...one, name: "checked" });
    await assert.rejects(
      new MessageProducer(cluster).send({ topic: "missing", partition: null, key: null, value: null, headers: [] }),
      { code: "unknown-topic" },
    );
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.deepEqual(
      (await cluster.topics(null)).map(({ name }) => name),
      ["only"],
    );
    assert.deepEqual(await listGroups(cluster), []);
  } finally {
    await broker.stop();
  }
});

test("5,000 groups are listed within a second", async () => {
  const broker = await fakeBroker(({ key }, w) => {
    if (key === 18)
      return answerVersions(w, [
        [3, 0, 4],
        [16, 0, 2],
      ]);
    if (key === 3) return answerMetadata(w, { host: "127.0.0.1", port: broker.port });
    w.int32(0).int16(0);
    w.array(
      Array.from({ length: 5000 }, (_, i) => `group-${i}`),
      (name) => w.string(name).string("consumer"),
    );
    return true;
  });
  const cluster = open(broker.address);
  await cluster.connect();
  const started = performance.now();
  const groups = await listGroups(cluster);
  assert.ok(performance.now() - started < 1000);
  assert.equal(groups.length, 5000);
  // an old broker tells neither state nor type
  assert.deepEqual(groups[0], { groupId: "group-0", protocolType: "consumer", state: null, type: null });
});

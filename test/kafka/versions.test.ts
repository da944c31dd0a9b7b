import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { createTopic, deleteTopic } from "../../src/kafka/admin/topics.ts";
import { Cluster, type Target } from "../../src/kafka/cluster.ts";
import { encodeRecordBatch } from "../../src/kafka/produce/recordBatch.ts";
import { apiVersions } from "../../src/kafka/protocol/apiVersions.ts";
import { createTopics } from "../../src/kafka/protocol/createTopics.ts";
import type { Api } from "../../src/kafka/protocol/defineApi.ts";
import { deleteTopics } from "../../src/kafka/protocol/deleteTopics.ts";
import { describeConfigs } from "../../src/kafka/protocol/describeConfigs.ts";
import { describeGroups } from "../../src/kafka/protocol/describeGroups.ts";
import { fetch } from "../../src/kafka/protocol/fetch.ts";
import { findCoordinator } from "../../src/kafka/protocol/findCoordinator.ts";
import { listGroups } from "../../src/kafka/protocol/listGroups.ts";
import { listOffsets } from "../../src/kafka/protocol/listOffsets.ts";
import { metadata } from "../../src/kafka/protocol/metadata.ts";
import { offsetFetch } from "../../src/kafka/protocol/offsetFetch.ts";
import { produce } from "../../src/kafka/protocol/produce.ts";
import { useStack } from "../harness/stack.ts";
import { config, unique } from "./support/clusters.ts";
import { commitWhenReady, joinGroup, leaveGroup, syncGroup } from "./support/groups.ts";

// Kafka 3.9 still speaks every version, old and new: what older brokers would be asked is asked here.
const { zk } = await useStack();
const cluster = new Cluster(config(zk.bootstrap));

const topic = unique("versions");
const committed = unique("committed");
const joined = unique("joined");
await createTopic(cluster, {
  name: topic,
  partitions: 2,
  replicationFactor: 1,
  configs: { "retention.ms": "123456789" },
});
await commitWhenReady(cluster, { group: committed, topic, partition: 1, offset: 7n });
const { id: topicId } = (await cluster.topics([topic]))[0]!;
assert.ok(topicId, "Kafka 3.9 gives its topics ids");
const join = () =>
  cluster.request({ coordinatorOf: joined }, joinGroup, {
    group: joined,
    protocolType: "connect",
    metadata: Buffer.from("m"),
  });
let member = await join();
// the part of the groups' topic that keeps this one may not be ready yet
for (let attempt = 0; member.error !== 0 && attempt < 100; attempt++) {
  await delay(100);
  member = await join();
}
await cluster.request({ coordinatorOf: joined }, syncGroup, { group: joined, ...member, assignment: Buffer.from("a") });
after(async () => {
  await cluster.request({ coordinatorOf: joined }, leaveGroup, { group: joined, memberId: member.memberId });
  await deleteTopic(cluster, topic);
  await cluster.close();
});

/** The answer in every version that we know, which has to be the newest's less what `reduce` takes off for an old one. */
function sameInAllVersions<Q, A>(
  api: Api<Q, A>,
  to: Target,
  body: (version: number) => Q,
  seen: (answer: A) => unknown,
  reduce: (seen: unknown, version: number) => unknown = (all) => all,
): void {
  const [min, max] = api.versions;
  for (let version = min; version <= max; version++) {
    test(`${api.name} version ${version}`, async () => {
      const at = (v: number) => cluster.request(to, { ...api, versions: [v, v] }, body(v));
      const newest = seen(await at(max));
      assert.deepEqual(seen(await at(version)), reduce(newest, version));
    });
  }
}

const records = encodeRecordBatch([{ key: null, value: Buffer.from("x"), headers: [], timestamp: 1_700_000_000_000n }]);
let produced = 0n;

sameInAllVersions(
  apiVersions,
  "any",
  () => null,
  (answer) => [answer.error, answer.versions.get(3)?.max],
);
sameInAllVersions(
  metadata,
  "any",
  () => ({ topics: [topic] }),
  (answer) => answer,
  (answer, version) => {
    type Reduced = { topics: { id: string | null; partitions: { leaderEpoch: number }[] }[] };
    const reduced = structuredClone(answer) as Reduced;
    if (version < 10) for (const t of reduced.topics) t.id = null;
    if (version < 7) for (const p of reduced.topics.flatMap((t) => t.partitions)) p.leaderEpoch = -1;
    return reduced;
  },
);
sameInAllVersions(
  fetch,
  1,
  () => ({
    maxWait: 100,
    minBytes: 1,
    maxBytes: 1_000_000,
    isolation: "read_committed" as const,
    topics: [{ name: topic, id: topicId, partitions: [{ partition: 0, offset: 0n, maxBytes: 100_000 }] }],
  }),
  ({ error, partitions, buffer }) => [
    error,
    ...partitions.map(({ topic: _, start, end, ...rest }) => ({
      ...rest,
      records: buffer.toString("hex", start, end),
    })),
  ],
  (answer, version) =>
    version >= 5
      ? answer
      : (answer as unknown[]).map((p) => (typeof p === "object" ? { ...p, logStartOffset: -1n } : p)),
);
sameInAllVersions(
  findCoordinator,
  "any",
  () => ({ key: committed, keyType: 0 }),
  ({ error, node }) => [error, node],
);
sameInAllVersions(
  produce,
  1,
  () => ({ topic, partition: 0, batch: records, timeoutMs: 5000 }),
  ({ error, message, baseOffset, appendTime }) => {
    assert.equal(baseOffset, produced++);
    return [error, message, appendTime];
  },
);
sameInAllVersions(
  listOffsets,
  1,
  () => ({ isolation: 0, topics: [{ topic, partitions: [{ partition: 0, timestamp: 1_700_000_000_000n }] }] }),
  (answer) => answer.topics,
);
sameInAllVersions(
  listGroups,
  1,
  () => null,
  (answer) => answer.groups.find(({ groupId }) => groupId === joined),
  (group, version) => ({
    ...(group as object),
    ...(version < 4 && { state: null }),
    ...(version < 5 && { type: null }),
  }),
);
sameInAllVersions(
  // Kafka 3.9 knows it up to version 5; groups on 4.1 are described in version 6
  { ...describeGroups, versions: [0, 5] },
  { coordinatorOf: joined },
  () => [joined],
  (groups) => groups,
);
sameInAllVersions(
  offsetFetch,
  { coordinatorOf: committed },
  () => ({ group: committed }),
  (answer) => answer,
);
sameInAllVersions(
  describeConfigs,
  "any",
  () => ({ type: 2 as const, name: topic, keys: ["retention.ms", "cleanup.policy"] }),
  (answer) => answer.configs.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
);
sameInAllVersions(
  createTopics,
  "controller",
  () => ({
    name: topic,
    partitions: 1,
    replicationFactor: 1,
    configs: { a: "b" },
    timeoutMs: 5000,
    validateOnly: true,
  }),
  ({ error, message }) => {
    assert.match(message ?? "", /already exists/);
    return error;
  },
);
sameInAllVersions(
  deleteTopics,
  "controller",
  () => ({ name: `${topic}-missing`, timeoutMs: 5000 }),
  ({ error }) => error,
);

test("the answers are not empty", async () => {
  const fetched = await cluster.request({ coordinatorOf: committed }, offsetFetch, { group: committed });
  assert.deepEqual(fetched, {
    error: 0,
    topics: [{ topic, partitions: [{ partition: 1, offset: 7n, metadata: "", error: 0 }] }],
  });
  const [group] = await cluster.request({ coordinatorOf: joined }, describeGroups, [joined]);
  assert.deepEqual([group?.state, group?.members[0]?.assignment.toString()], ["Stable", "a"]);
  const configs = await cluster.request("any", describeConfigs, { type: 2, name: topic, keys: ["retention.ms"] });
  assert.deepEqual(configs.configs, [
    { name: "retention.ms", value: "123456789", readOnly: false, sensitive: false, source: 1 },
  ]);
});

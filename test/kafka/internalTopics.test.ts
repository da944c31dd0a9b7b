import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import kafkajs from "kafkajs";
import { listGroups } from "../../src/kafka/admin/groups.ts";
import { createTopic, deleteTopic } from "../../src/kafka/admin/topics.ts";
import { MessageProducer } from "../../src/kafka/produce/producer.ts";
import { scanJson } from "../../src/schema/json.ts";
import { kafkaVersions } from "../harness/jars.ts";
import { useStack } from "../harness/stack.ts";
import { exactJson, known, withoutTexts } from "../unit/schema/internalRecords.ts";
import { open, unique, until } from "./support/clusters.ts";
import { startConsoleConsumer, startFormatter } from "./support/groups.ts";
import { rawRecords } from "./support/rawRecords.ts";
import { feed } from "./support/reading.ts";

const stack = await useStack();

interface DecodedRecord {
  type: string;
  key: Fields;
  /** null: a tombstone */
  value: { version: string; data: Fields } | null;
}

/** Numbers are the strings of their digits. */
type Fields = { [name: string]: unknown };

/** Every record of a topic, decoded: none fails, and where the topic is Kafka's own nothing is left over. */
async function decoded(cluster: Parameters<typeof rawRecords>[0], topic: string): Promise<DecodedRecord[]> {
  const format = known(topic);
  return (await rawRecords(cluster, topic)).map(({ key, value, partition, offset }) => {
    const where = `${topic}-${partition} at ${offset}`;
    assert.ok(key, where);
    const keyText = format.key(key, 1e6);
    assert.deepEqual(keyText.problems, [], where);
    const { type, data } = exactJson(keyText.text) as { type: string; data: Fields };
    if (!value) return { type, key: data, value: null };
    const { text, problems, cut } = format.value(value, key, 1e7);
    assert.equal(cut, false, where);
    // other tests have members that write what they like as their metadata
    assert.ok(
      problems.every((problem) => /^not shown as /.test(problem)),
      `${where}: ${problems}`,
    );
    return { type, key: data, value: exactJson(text) as { version: string; data: Fields } };
  });
}

for (const [kind, { bootstrap }, version] of [
  ["Kafka 3.9 on ZooKeeper", stack.zk, kafkaVersions.zk],
  ["Kafka 4.1 on KRaft", stack.kraft, kafkaVersions.kraft],
] as const) {
  describe(kind, () => {
    const modern = version === kafkaVersions.kraft;
    const cluster = open(bootstrap);
    const kafka = new kafkajs.Kafka({ brokers: [bootstrap], logLevel: kafkajs.logLevel.NOTHING });
    const [committing, librdkafka, gone, consumers, sharers] = ["kafkajs", "rdkafka", "gone", "kip848", "share"].map(
      (name) => unique(`internal-${name}`),
    ) as [string, string, string, string, string];
    const transactionalId = unique("internal-tx");
    const began = Date.now();
    const topic = unique("internal");
    let offsets: DecodedRecord[] = [];

    after(() => deleteTopic(cluster, topic));

    before(async () => {
      await createTopic(cluster, { name: topic, partitions: 2, replicationFactor: 1, configs: {} });
      const producer = new MessageProducer(cluster);
      const send = (partition: number) =>
        producer.send({ topic, partition, key: null, value: Buffer.from("x"), headers: [] });
      for (const partition of [0, 1, 0, 1]) await send(partition);

      const transactional = kafka.producer({ transactionalId, idempotent: true, maxInFlightRequests: 1 });
      await transactional.connect();
      const transaction = await transactional.transaction();
      await transaction.send({ topic, messages: [{ value: "y", partition: 1 }] });
      await transaction.sendOffsets({
        consumerGroupId: committing,
        topics: [{ topic, partitions: [{ partition: 1, offset: "2" }] }],
      });
      await transaction.commit();
      await transactional.disconnect();

      const consumer = kafka.consumer({ groupId: committing, rackId: "rack-1" });
      await consumer.connect();
      await consumer.subscribe({ topics: [topic], fromBeginning: true });
      let seen = 0;
      await consumer.run({ autoCommit: false, eachMessage: async () => void seen++ });
      await until("kafkajs has read something", () => seen > 0, 30_000);
      // an offset that no double holds
      await consumer.commitOffsets([{ topic, partition: 0, offset: "9007199254740993", metadata: "für später" }]);
      await consumer.disconnect();

      const admin = kafka.admin();
      await admin.connect();
      await admin.setOffsets({ groupId: gone, topic, partitions: [{ partition: 0, offset: "1" }] });
      await admin.deleteGroups([gone]);
      await admin.disconnect();

      const read = await feed("kcat", [
        ...["-b", bootstrap, "-X", "auto.offset.reset=earliest", "-G", librdkafka, "-c", "4", topic],
      ]);
      assert.equal(read.code, 0, read.stderr);

      if (modern) {
        for (const [type, group] of [
          ["consumer", consumers],
          ["share", sharers],
        ] as const) {
          const reading = await startConsoleConsumer(type, bootstrap, topic, group);
          try {
            const is = async (state: string) =>
              (await listGroups(cluster)).some((listed) => listed.groupId === group && listed.state === state);
            await until(`${group} is stable`, () => is("Stable"), 30_000);
            // a share group begins at the end of the log, when it comes to it
            await until(
              `${group} has read something`,
              async () => {
                await send(0);
                return /^x$/m.test(reading.log());
              },
              30_000,
            );
            if (type === "share") {
              await until(
                "its state is written",
                async () => (await decoded(cluster, "__share_group_state")).some(({ key }) => key["groupId"] === group),
                30_000,
              );
            }
          } finally {
            await reading.stop();
          }
          await until(
            `${group} is empty`,
            async () =>
              (await listGroups(cluster)).some(({ groupId, state }) => groupId === group && state === "Empty"),
            60_000,
          );
        }
      }
      offsets = await decoded(cluster, "__consumer_offsets");
    });

    const of = (type: string, group: string) =>
      offsets.filter(({ type: t, key }) => t === type && (key["group"] ?? key["groupId"]) === group);
    const isNow = (data: Fields, name: string) => {
      const time = Number(data[name]);
      assert.ok(time >= began - 60_000 && time <= Date.now() + 60_000, `${name} ${time}`);
      assert.equal(data[`${name}Text`], new Date(time).toISOString());
    };

    test("committed offsets are what was committed, to the last digit", () => {
      const { key, value } = of("OffsetCommit", committing).findLast((record) => record.key["partition"] === "0")!;
      assert.deepEqual(key, { group: committing, topic, partition: "0" });
      assert.equal(value!.data["offset"], "9007199254740993");
      assert.equal(value!.data["metadata"], "für später");
      isNow(value!.data, "commitTimestamp");
      const inTransaction = of("OffsetCommit", committing).find((record) => record.key["partition"] === "1")!;
      assert.equal(inTransaction.value!.data["offset"], "2");
      const rest = of("OffsetCommit", librdkafka).map((record) => record.value!.data["offset"]);
      assert.ok(rest.length > 0 && rest.every((offset) => /^[1-9]$/.test(String(offset))), rest.join());
    });

    test("classic groups have their members, with what they want and what they got", () => {
      for (const [group, clientId] of [
        [committing, "kafkajs"],
        [librdkafka, "rdkafka"],
      ] as const) {
        const full = of("GroupMetadata", group)
          .flatMap(({ value }) => (value?.data["members"] ?? []) as Fields[])
          .find(({ assignment }) => assignment !== "0x");
        assert.equal(full?.["clientId"], clientId);
        assert.equal(full["clientHost"], "/127.0.0.1");
        const { data: wants } = full["subscription"] as { data: Fields };
        assert.deepEqual(wants["topics"], [topic]);
        const { data: got } = full["assignment"] as { data: { assignedPartitions: Fields[] } };
        assert.deepEqual(
          got.assignedPartitions.map((of) => [of["topic"], [...(of["partitions"] as string[])].sort()]),
          [[topic, ["0", "1"]]],
        );
      }
      const values = of("GroupMetadata", committing).map(({ value }) => value!);
      assert.ok(values.some(({ data }) => data["protocolType"] === "consumer"));
      isNow(values.at(-1)!.data, "currentStateTimestamp");
    });

    test("what was deleted ends in tombstones", () => {
      assert.equal(of("OffsetCommit", gone).at(-1)?.value, null);
      assert.equal(of("OffsetCommit", gone)[0]?.value?.data["offset"], "1");
    });

    test("a transaction goes through its states", async () => {
      const own = (await decoded(cluster, "__transaction_state")).filter(
        ({ key }) => key["transactionalId"] === transactionalId,
      );
      const states = own.map(({ value }) => value!.data["transactionStatusText"]);
      for (const state of ["Empty", "Ongoing", "PrepareCommit", "CompleteCommit"])
        assert.ok(states.includes(state), state);
      const partitions = own.flatMap(({ value }) => (value!.data["transactionPartitions"] ?? []) as Fields[]);
      assert.ok(partitions.some(({ topic: name, partitionIds }) => name === topic && String(partitionIds) === "1"));
      assert.ok(partitions.some(({ topic: name }) => name === "__consumer_offsets"));
      isNow(own.at(-1)!.value!.data, "transactionLastUpdateTimestampMs");
    });

    test("a KIP-848 consumer group and a share group: members, assignments, state", { skip: !modern }, async () => {
      const [info] = await cluster.topics([topic]);
      const id = Buffer.from(info!.id!.replaceAll("-", ""), "hex").toString("base64url");
      for (const [prefix, group] of [
        ["Consumer", consumers],
        ["Share", sharers],
      ] as const) {
        const values = (type: string) =>
          of(`${prefix}Group${type}`, group).flatMap(({ value }) => (value ? [value.data] : []));
        const [member] = values("MemberMetadata");
        assert.deepEqual([member?.["subscribedTopicNames"], member?.["clientHost"]], [[topic], "/127.0.0.1"]);
        const all = [{ topicId: id, partitions: ["0", "1"] }];
        assert.deepEqual(
          values("TargetAssignmentMember").find((data) => (data["topicPartitions"] as []).length > 0),
          {
            topicPartitions: all,
          },
        );
        const current = values("CurrentMemberAssignment").find((data) => (data["assignedPartitions"] as []).length > 0);
        assert.deepEqual([current?.["assignedPartitions"], current?.["stateText"]], [all, "STABLE"]);
        assert.ok(values("Metadata").length > 0 && values("TargetAssignmentMetadata").length > 0);
        // it has left
        assert.equal(of(`${prefix}GroupMemberMetadata`, group).at(-1)?.value, null);
      }
      const [commit] = of("OffsetCommit", consumers).flatMap(({ value }) => (value ? [value.data] : []));
      assert.match(String(commit?.["offset"]), /^[1-9]\d*$/);
      const share = (await decoded(cluster, "__share_group_state")).filter(({ key }) => key["groupId"] === sharers);
      assert.ok(share.every(({ key }) => key["topicId"] === id));
      const batches = share.flatMap(({ value }) => (value?.data["stateBatches"] ?? []) as Fields[]);
      assert.ok(
        batches.some((batch) => batch["deliveryStateText"] === "Acknowledged"),
        JSON.stringify(share),
      );
    });

    const formatters = [
      ["__consumer_offsets", "OffsetsMessageFormatter", /^(Legacy)?OffsetCommit$/],
      ["__consumer_offsets", "GroupMetadataMessageFormatter", /^GroupMetadata$/],
      ["__transaction_state", "TransactionLogMessageFormatter", /^TransactionLog$/],
      ...(modern
        ? [
            ["__consumer_offsets", "ShareGroupMessageFormatter", /^ShareGroup/] as const,
            ["__share_group_state", "group.share.ShareGroupStateMessageFormatter", /^Share(Snapshot|Update)$/] as const,
          ]
        : []),
    ] as const;

    test("Kafka's own formatters print the same", async () => {
      const groups = new Set<unknown>([committing, librdkafka, gone, consumers, sharers, transactionalId]);
      const own = (records: { key: Fields; value: DecodedRecord["value"] }[]) =>
        records
          .filter(({ key }) => groups.has(key["group"] ?? key["groupId"] ?? key["transactionalId"]))
          .map(({ key, value }) => JSON.stringify(sorted(withoutTexts([key, value]))))
          .sort();
      await Promise.all(
        formatters.map(async ([internal, formatter, types]) => {
          const printing = await startFormatter(version, bootstrap, internal, formatter);
          let ours: string[] = [];
          let theirs: string[] = [];
          try {
            await until(
              `${formatter} has printed what there is`,
              async () => {
                ours = own((await decoded(cluster, internal)).filter(({ type }) => types.test(type)));
                theirs = own(printed(printing.log()));
                return ours.length > 0 && theirs.length >= ours.length;
              },
              60_000,
            );
          } finally {
            await printing.stop();
          }
          // of its own topic the share coordinator deletes what it no longer needs, perhaps between their reading and ours
          if (internal === "__share_group_state") theirs = theirs.filter((record) => ours.includes(record));
          assert.deepEqual(ours, theirs, formatter);
        }),
      );
    });
  });
}

/** What a formatter printed so far: JSON objects in a row, between lines of a log. */
function printed(log: string): { key: Fields; value: DecodedRecord["value"] }[] {
  return log
    .split(/(?=\{"key":)/)
    .filter((part) => part.startsWith('{"key":'))
    .flatMap((part) => {
      // the last one may not be there whole, and one before it may be followed by words
      const whole = /^\{"key":.*\}/.exec(part)?.[0];
      if (whole === undefined || !isJson(whole)) return [];
      const { key, value } = exactJson(whole) as { key: { data: Fields }; value: DecodedRecord["value"] };
      return [{ key: key.data, value }];
    });
}

function isJson(text: string): boolean {
  return scanJson(Buffer.from(text)).ok;
}

/** Names in one order; a member's metadata, which they print as base64, left out: the test of members looks at it. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== "subscription" && name !== "assignment")
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}

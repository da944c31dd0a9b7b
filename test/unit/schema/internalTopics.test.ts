import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { connectRecord } from "../../../src/schema/internal/connect.ts";
import { internalFormat } from "../../../src/schema/internal/internalFormat.ts";
import { exactJson, hex, kafkaRecords, known, withoutTexts } from "./internalRecords.ts";

const ALL = 1_000_000;
const text = (value: string) => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]).toString("hex");
};

test("records of all kinds and versions say what Kafka 4.4's own classes wrote, to the last digit", () => {
  const kinds = new Set<string>();
  for (const record of kafkaRecords()) {
    const { topic, name, version, keyBytes, valueBytes } = record;
    kinds.add(`${topic} ${name} ${version}`);
    const key = known(topic).key(keyBytes, ALL);
    assert.deepEqual(exactJson(key.text), { type: name, data: record.key });
    const value = known(topic).value(valueBytes, keyBytes, ALL);
    assert.deepEqual(withoutTexts(exactJson(value.text)), { version, data: record.value });
    assert.deepEqual([key.cut, value.cut], [false, false]);
  }
  // 22 kinds of the group coordinator, two of the share coordinator, one of transactions; three of them in more than one version
  assert.equal(kinds.size, 34);
});

describe("__consumer_offsets", () => {
  const format = known("__consumer_offsets");
  const key = hex(`0001 ${text("group")} ${text("orders")} 00000007`);

  test("a committed offset in each of its versions", () => {
    assert.equal(
      format.key(key, ALL).text,
      '{"type":"OffsetCommit","data":{"group":"group","topic":"orders","partition":7}}',
    );
    const offset = "7fffffffffffffff";
    const time = "0000018bcfe56800";
    const date = '"commitTimestamp":1700000000000,"commitTimestampText":"2023-11-14T22:13:20.000Z"';
    const of = (bytes: string) => format.value(hex(bytes), key, ALL).text;
    const start = '"data":{"offset":9223372036854775807';
    assert.equal(of(`0000 ${offset} ${text("m")} ${time}`), `{"version":0,${start},"metadata":"m",${date}}}`);
    assert.equal(
      of(`0001 ${offset} ${text("")} ${time} ffffffffffffffff`),
      `{"version":1,${start},"metadata":"",${date},"expireTimestamp":-1}}`,
    );
    assert.equal(of(`0002 ${offset} ${text("")} ${time}`), `{"version":2,${start},"metadata":"",${date}}}`);
    assert.equal(
      of(`0003 ${offset} 0000000c ${text("")} ${time}`),
      `{"version":3,${start},"leaderEpoch":12,"metadata":"",${date}}}`,
    );
    assert.equal(
      of(`0004 ${offset} ffffffff 01 ${time} 01 00 10 ${"00".repeat(15)}01`),
      `{"version":4,${start},"leaderEpoch":-1,"metadata":"",${date},"topicId":"AAAAAAAAAAAAAAAAAAAAAQ"}}`,
    );
  });

  const groupKey = hex(`0002 ${text("g")}`);
  const member = (protocolType: string, subscription: string, assignment: string) => {
    const sized = (bytes: string) => (bytes.length / 2).toString(16).padStart(8, "0") + bytes;
    return hex(
      `0000 ${text(protocolType)} 00000001 ffff ffff 00000001 ${text("m")} ${text("c")} ${text("/h")} 00002710
      ${sized(subscription.replace(/\s/g, ""))} ${sized(assignment.replace(/\s/g, ""))}`,
    );
  };
  const memberOf = (bytes: Buffer) => {
    const { text: json, problems } = format.value(bytes, groupKey, ALL);
    const { data } = exactJson(json) as { data: { members: { subscription: unknown; assignment: unknown }[] } };
    const { subscription, assignment } = data.members[0]!;
    return { subscription, assignment, problems };
  };

  test("a consumer's metadata of a version that is still to come is read as the last known, and the rest kept", () => {
    const subscription = `0009 00000001 ${text("orders")} ffffffff 00000000 00000005 ${text("rack")} abcd`;
    const assignment = `0000 00000001 ${text("orders")} 00000002 00000000 00000001 00000002 beef`;
    assert.deepEqual(memberOf(member("consumer", subscription, assignment)), {
      subscription: {
        version: "9",
        data: { topics: ["orders"], userData: null, ownedPartitions: [], generationId: "5", rackId: "rack" },
        unknown: "0xabcd",
      },
      assignment: {
        version: "0",
        data: { assignedPartitions: [{ topic: "orders", partitions: ["0", "1"] }], userData: "0xbeef" },
      },
      problems: [],
    });
  });

  test("members of other protocols: Connect's workers, text of registries, bytes of anything else", () => {
    // written by IncrementalCooperativeConnectProtocol of Kafka 4.1
    const assignment =
      "0002000000027731000f687474703a2f2f77313a383038332f0020000000000001000000020002633100000002ffffffff0000000000026332000000010000000300000001000263320000000100000001000493e0";
    const decoded = {
      version: "2",
      data: {
        error: "0",
        leader: "w1",
        "leader-url": "http://w1:8083/",
        "config-offset": "9007199254740993",
        assignment: [
          { connector: "c1", tasks: ["-1", "0"] },
          { connector: "c2", tasks: ["3"] },
        ],
        revoked: [{ connector: "c2", tasks: ["1"] }],
        delay: "300000",
      },
    };
    const metadata = `0002 000f687474703a2f2f77313a383038332f 0000000000000011 00000055 ${assignment}`;
    assert.deepEqual(memberOf(member("connect", metadata, assignment)), {
      subscription: {
        version: "2",
        data: { url: "http://w1:8083/", "config-offset": "17", allocation: decoded },
      },
      assignment: decoded,
      problems: [],
    });
    const eager = memberOf(
      member(
        "connect",
        "0000000f687474703a2f2f77313a383038332f0000000000000011",
        "0000000100027731000f687474703a2f2f77313a383038332f0000000000000005000000010002633100000002ffffffff00000000",
      ),
    );
    assert.deepEqual(eager.subscription, { version: "0", data: { url: "http://w1:8083/", "config-offset": "17" } });
    assert.deepEqual(eager.problems, []);
    const registry = Buffer.from('{"version":1}').toString("hex");
    assert.equal(memberOf(member("sr", registry, "")).subscription, '{"version":1}');
    assert.deepEqual(memberOf(member("mine", "00ff", "")), { subscription: "0x00ff", assignment: "0x", problems: [] });
  });

  test("what a member calls the consumer protocol and is not stays as its bytes, with a sentence", () => {
    assert.deepEqual(memberOf(member("consumer", "000100000001 0005 61", "")), {
      subscription: "0x000100000001000561",
      assignment: "0x",
      problems: ["not shown as ConsumerProtocolSubscription: a length of 5 bytes, where 1 is left (in topics[0])"],
    });
    // a group of thousands says it three times
    const all = [...Array(50)].map(() => `${text("m")} ${text("c")} ${text("/h")} 00002710 00000001 00 00000000`);
    const many = hex(`0000 ${text("consumer")} 00000001 ffff ffff 00000032 ${all.join("")}`);
    assert.equal(format.value(many, groupKey, ALL).problems.length, 3);
  });

  test("tagged fields of later versions of Kafka are kept as their bytes", () => {
    const epoch = format.value(
      hex("0000 00000003 03 00 08 0000000000000005 05 00 09 02 cafe"),
      hex("0003 0001 67"),
      ALL,
    );
    assert.equal(
      epoch.text,
      '{"version":0,"data":{"epoch":3,"metadataHash":5,"unknownTaggedFields":{"5":"0x","9":"0xcafe"}}}',
    );
    assert.deepEqual(epoch.problems, []);
  });

  test("a member's state says what it stands for", () => {
    const value = (state: string) =>
      format.value(hex(`0000 00000002 00000001 ${state} 01 01 00`), hex("0008 0001 67 0001 6d"), ALL).text;
    assert.match(value("01"), /"state":1,"stateText":"UNREVOKED_PARTITIONS",/);
    assert.match(value("7f"), /"state":127,"stateText":"UNKNOWN",/);
    assert.match(value("09"), /"state":9,"assignedPartitions"/);
  });

  test("kinds, versions and keys that are not known are refused with a sentence", () => {
    const fails = (act: () => unknown, message: string) => assert.throws(act, { message });
    fails(() => format.key(hex("0063 0001 67"), ALL), "records of type 99 are not known; the last known is 23");
    fails(() => format.key(hex("0012 0001 67"), ALL), "records of type 18 are not known");
    fails(() => format.value(hex("0005"), key, ALL), "version 5 of OffsetCommitValue is not known; known are 0 to 4");
    fails(() => format.value(hex("ffff"), key, ALL), "version -1 of OffsetCommitValue is not known; known are 0 to 4");
    for (const missing of [null, hex(""), hex("00")]) {
      fails(
        () => format.value(hex("0000"), missing, ALL),
        "what the value is depends on the record's key, which is missing",
      );
    }
    fails(() => format.key(hex("0001 ffff"), ALL), "null, which is not allowed there (in group)");
    fails(
      () => format.value(hex("0000 00000003 02 05 00 05 00"), hex("0003"), ALL),
      "the tagged field 5 comes after 5",
    );
    fails(
      () => format.value(hex("0000 00000003 01 00 09 000000000000000500"), hex("0003"), ALL),
      "1 byte is left over (in metadataHash)",
    );
    assert.deepEqual(format.key(hex("0002 0001 67 00"), ALL).problems, ["1 byte follows the record"]);
  });
});

test("__transaction_state: a status says what it stands for, and no time is made of -1", () => {
  const format = known("__transaction_state");
  const key = hex("0000 0002 7478");
  assert.equal(format.key(key, ALL).text, '{"type":"TransactionLog","data":{"transactionalId":"tx"}}');
  const value = "0000 00000000000003e8 0001 0000ea60 04 ffffffff 0000018bcfe56800 ffffffffffffffff";
  assert.equal(
    format.value(hex(value), key, ALL).text,
    '{"version":0,"data":{"producerId":1000,"producerEpoch":1,"transactionTimeoutMs":60000,"transactionStatus":4,' +
      '"transactionStatusText":"CompleteCommit","transactionPartitions":null,"transactionLastUpdateTimestampMs":1700000000000,' +
      '"transactionLastUpdateTimestampMsText":"2023-11-14T22:13:20.000Z","transactionStartTimestampMs":-1}}',
  );
});

describe("MirrorMaker", () => {
  // written by Heartbeat, Checkpoint and OffsetSync of Kafka 4.1
  const heartbeat = [hex("000775732d7765737400026575"), hex("00000000018bcfe5687b")] as const;
  const checkpoint = [
    hex("00076772c3bc707065000e75732d776573742e6f726465727300000007"),
    hex("00000020000000000001000000000000002a00046d657461"),
  ] as const;
  const offsetSync = [hex("00066f726465727300000003"), hex("0020000000000003ffffffffffffffff")] as const;

  test("heartbeats, checkpoints and offset syncs", () => {
    const both = (topic: string, [key, value]: readonly [Buffer, Buffer]) =>
      [known(topic).key(key, ALL).text, known(topic).value(value, key, ALL).text] as const;
    assert.deepEqual(both("heartbeats", heartbeat), [
      '{"sourceClusterAlias":"us-west","targetClusterAlias":"eu"}',
      '{"version":0,"data":{"timestamp":1700000000123,"timestampText":"2023-11-14T22:13:20.123Z"}}',
    ]);
    assert.deepEqual(both("us-west.checkpoints.internal", checkpoint), [
      '{"group":"grüppe","topic":"us-west.orders","partition":7}',
      '{"version":0,"data":{"upstreamOffset":9007199254740993,"offset":42,"metadata":"meta"}}',
    ]);
    assert.deepEqual(both("mm2-offset-syncs.eu.internal", offsetSync), [
      '{"topic":"orders","partition":3}',
      '{"upstreamOffset":9007199254740995,"offset":-1}',
    ]);
  });

  test("what somebody else wrote to a topic of such a name is not taken for one", () => {
    const format = known("heartbeats");
    assert.equal(format.reserved, false);
    assert.throws(() => format.key(Buffer.from("device-1"), ALL), { message: /^a length of 25701 bytes/ });
    assert.throws(() => format.value(Buffer.from('{"alive":true}'), null, ALL), {
      message: /^version 31522 of Heartbeat/,
    });
    assert.throws(() => format.value(Buffer.concat([heartbeat[1], hex("00")]), null, ALL), {
      message: "1 byte is left over",
    });
  });
});

test("_schemas is shown as the JSON that it is, when the key has a keytype", () => {
  const format = known("_schemas");
  const key = Buffer.from('{"keytype":"SCHEMA","subject":"orders","version":1,"magic":1}');
  const value = Buffer.from(
    '{"subject":"orders", "version":1,"id":9007199254740993,"schema":"\\"string\\"","deleted":false}',
  );
  assert.equal(format.key(key, ALL).text, key.toString());
  assert.equal(format.value(value, key, ALL).text, value.toString().replace(", ", ","));
  assert.deepEqual(format.value(value, key, 10).cut, true);
  assert.deepEqual(format.key(Buffer.from('{"keytype":"LATER","magic":9}'), ALL).problems, [
    'the keytype "LATER" is not known',
  ]);
  assert.throws(() => format.key(Buffer.from('{"subject":"orders"}'), ALL), {
    message: "the key is not a JSON object with a keytype",
  });
  assert.throws(() => format.key(Buffer.from("orders"), ALL), { message: /at byte 0$/ });
  assert.throws(() => format.value(value, null, ALL), { message: "the record's key has no keytype" });
  assert.throws(() => format.value(Buffer.from([0, 0xff]), key, ALL), { message: "it is not UTF-8 text" });
});

test("Kafka Connect's records are known by their shape, not by the topic's name", () => {
  const say = (key: string, value: unknown) => connectRecord(Buffer.from(key), Buffer.from(JSON.stringify(value)));
  const status = { state: "RUNNING", trace: null, worker_id: "w:8083", generation: 3 };
  assert.equal(say("status-connector-orders", status), "status of connector “orders”");
  assert.equal(
    say("status-task-orders-eu-12", { ...status, version: "1" }),
    "status of task 12 of connector “orders-eu”",
  );
  assert.equal(
    say("status-topic-a:connector-b", { topic: { name: "a", connector: "b", task: 0, discoverTimestamp: 1 } }),
    "topic “a” is used by connector “b”",
  );
  assert.equal(say("connector-orders", { properties: { name: "orders" } }), "configuration of connector “orders”");
  assert.equal(say("task-orders-0", { properties: {} }), "configuration of task 0 of connector “orders”");
  assert.equal(
    say("commit-orders", { tasks: 2 }),
    "the configurations of all tasks of connector “orders” are complete",
  );
  assert.equal(
    say("target-state-orders", { state: "STARTED", "state.v2": "STARTED" }),
    "state that connector “orders” shall be in",
  );
  assert.equal(
    say("session-key", { key: "k", algorithm: "a", "creation-timestamp": 1 }),
    "key that workers sign their requests to each other with",
  );
  assert.equal(
    say("restart-connector-orders", { "include-tasks": true, "only-failed": false }),
    "request to restart connector “orders”",
  );
  assert.equal(say('["orders",{"table":"t"}]', { id: 5 }), "source offset of connector “orders”");
  // with JsonConverter's schemas
  assert.equal(
    say("commit-orders", { schema: { type: "struct" }, payload: { tasks: 2 } }),
    "the configurations of all tasks of connector “orders” are complete",
  );
  for (const [key, value] of [
    ["connector-orders", { properties: {}, more: 1 }],
    ["connector-orders", { name: "orders" }],
    ["connector-", { properties: {} }],
    ["orders", { properties: {} }],
    ["task-orders-x", { properties: {} }],
    ['["orders",{"table":{}}]', { id: 5 }],
    ['["orders",{"table":1},2]', { id: 5 }],
    ['["orders",{"table":1}]', { id: [5] }],
    ["", { properties: {} }],
    ["commit-orders", null],
    ["commit-orders", [1]],
  ] as const) {
    assert.equal(say(key, value), null, key);
  }
  assert.equal(connectRecord(Buffer.from("commit-orders"), Buffer.from('{"tasks":')), null);
  assert.equal(connectRecord(Buffer.from([0x5b, 0xff]), Buffer.from("{}")), null);
});

test("other topics are left alone; MirrorMaker's separator may be another", () => {
  for (const topic of [
    "orders",
    "__consumer_offsets2",
    "x.internal",
    "checkpoints.internal",
    "my_schemas",
    "heartbeats2",
    "__cluster_metadata",
  ]) {
    assert.equal(internalFormat(topic), null, topic);
  }
  assert.equal(internalFormat("eu.heartbeats"), internalFormat("heartbeats"));
  assert.equal(internalFormat("eu_checkpoints_internal"), internalFormat("eu.checkpoints.internal"));
  assert.equal(internalFormat("mm2-offset-syncs_eu_internal"), internalFormat("mm2-offset-syncs.eu.internal"));
  assert.ok(internalFormat("__share_group_state")?.reserved);
});

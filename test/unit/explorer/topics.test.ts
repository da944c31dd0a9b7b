import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isInternal, laggingReplicas, partitionHealth, topicHealth } from "../../../src/explorer/health.ts";
import { totalLag } from "../../../src/explorer/lag.ts";
import { ranges } from "../../../src/explorer/texts.ts";
import { parseConfig, topicConfigProblem } from "../../../src/explorer/topicConfigs.ts";
import { topicNameProblem } from "../../../src/explorer/topicName.ts";

const none = new Set<string>();

describe("the name of a new topic", () => {
  it("may hold letters, digits, dot, _ and -", () => assert.equal(topicNameProblem("Orders_2-v.1", none), null));
  it("is at most 249 long", () => {
    assert.equal(topicNameProblem("x".repeat(249), none), null);
    assert.match(topicNameProblem("x".repeat(250), none) ?? "", /250 characters/);
  });
  it("is not empty, . or ..", () => {
    for (const name of ["", ".", ".."]) assert.notEqual(topicNameProblem(name, none), null);
  });
  it("holds no blank, slash or letter with an accent", () => {
    assert.match(topicNameProblem("a b", none) ?? "", /not blanks/);
    assert.match(topicNameProblem("a/b", none) ?? "", /not \//);
    assert.match(topicNameProblem("é", none) ?? "", /not é/);
  });
  it("is not taken, and differs in more than dot and _", () => {
    assert.match(topicNameProblem("a", new Set(["a"])) ?? "", /already/);
    assert.match(topicNameProblem("a.b", new Set(["a_b"])) ?? "", /collides with a_b/);
  });
});

describe("a topic's configuration", () => {
  it("is read from name=value, the value may hold =", () => {
    assert.deepEqual(parseConfig("a.b = c=d"), { name: "a.b", value: "c=d" });
    assert.equal(parseConfig("retention"), null);
    assert.equal(parseConfig("=5"), null);
  });
  it("is checked where its kind is known", () => {
    assert.equal(topicConfigProblem("retention.ms", "-1"), null);
    assert.match(topicConfigProblem("retention.ms", "1d") ?? "", /whole number of milliseconds/);
    assert.match(topicConfigProblem("segment.ms", "0") ?? "", /at least 1/);
    assert.match(topicConfigProblem("cleanup.policy", "remove") ?? "", /one of delete, compact/);
    assert.match(topicConfigProblem("min.cleanable.dirty.ratio", "1.5") ?? "", /from 0 to 1/);
  });
  it("is left to the broker where it is not", () => {
    assert.equal(topicConfigProblem("follower.replication.throttled.replicas", "*"), null);
  });
});

describe("the health of a topic", () => {
  const partition = (leader: number, isr: number[]) => ({
    partition: 0,
    leader,
    leaderEpoch: 0,
    replicas: [1, 2],
    isr,
    offlineReplicas: [],
    problem: null,
  });
  it("tells offline from under-replicated from fine", () => {
    assert.equal(partitionHealth(partition(1, [1, 2])), "fine");
    assert.equal(partitionHealth(partition(1, [1])), "under-replicated");
    assert.equal(partitionHealth(partition(-1, [])), "offline");
    assert.deepEqual(topicHealth({ partitions: [partition(1, [1, 2]), partition(1, [1]), partition(-1, [2])] }), {
      health: "offline",
      offline: 1,
      underReplicated: 1,
    });
    assert.deepEqual(laggingReplicas(partition(1, [1])), [2]);
  });
  it("leaves internal topics to Kafka and its tools", () => {
    assert.ok(isInternal({ name: "__consumer_offsets", internal: false }));
    assert.ok(isInternal({ name: "any", internal: true }));
    assert.ok(!isInternal({ name: "_orders", internal: false }));
  });
});

describe("texts of the tree", () => {
  it("shorten runs of numbers", () => {
    assert.equal(ranges([5, 0, 1, 2]), "0–2, 5");
    assert.equal(ranges([1, 2]), "1, 2");
    assert.equal(ranges([]), "");
  });
  it("add up lag, of what has a committed offset", () => {
    assert.equal(totalLag([{ lag: 2n }, { lag: null }, { lag: 9007199254740993n }]), 9007199254740995n);
    assert.equal(totalLag([{ lag: null }]), null);
    assert.equal(totalLag([{ lag: 0n }]), 0n);
  });
});

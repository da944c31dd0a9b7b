import assert from "node:assert/strict";
import { test } from "node:test";
import { scanJson } from "../../../src/schema/json.ts";
import { hex, kafkaRecords, known } from "./internalRecords.ts";
import { processorTime, seeded } from "./support.ts";

const ALL = 1_000_000;
const TOPICS = [
  "__consumer_offsets",
  "__transaction_state",
  "__share_group_state",
  "heartbeats",
  "eu.checkpoints.internal",
  "mm2-offset-syncs.eu.internal",
  "_schemas",
];

/** What is thrown is one sentence; what is shown is JSON. Gives whether it could be shown. */
function shownOrSaid(decode: () => { text: string; cut: boolean; problems: string[] }): boolean {
  let decoded: ReturnType<typeof decode>;
  try {
    decoded = decode();
  } catch (error) {
    assert.equal((error as Error).constructor, Error, String(error));
    assert.match((error as Error).message, /^[ -~]{5,300}$/);
    return false;
  }
  const bytes = Buffer.from(decoded.text);
  assert.ok(decoded.cut || scanJson(bytes).ok, decoded.text);
  assert.ok(decoded.problems.every((problem) => problem.length < 300));
  return true;
}

test("a record that ends too early is refused, wherever it ends", () => {
  // every other one: two of each kind and version
  for (const { topic, keyBytes, valueBytes } of kafkaRecords().filter((_, i) => i % 2 === 0)) {
    const format = known(topic);
    for (let end = 0; end < keyBytes.length; end++) {
      assert.ok(!shownOrSaid(() => format.key(keyBytes.subarray(0, end), ALL)), `${topic} key to ${end}`);
    }
    for (let end = 0; end < valueBytes.length; end++) {
      assert.ok(!shownOrSaid(() => format.value(valueBytes.subarray(0, end), keyBytes, ALL)), `${topic} to ${end}`);
    }
  }
});

test("cut at any length, the text begins as the whole does and is not much longer", () => {
  for (const { topic, keyBytes, valueBytes } of kafkaRecords()) {
    const whole = known(topic).value(valueBytes, keyBytes, ALL).text;
    for (let max = 0; max < whole.length; max += 7) {
      const { text, cut } = known(topic).value(valueBytes, keyBytes, max);
      assert.equal(cut, true);
      assert.equal(text.slice(0, max), whole.slice(0, max));
      assert.ok(text.length < max + 1000 + whole.length / 2);
    }
    assert.equal(known(topic).value(valueBytes, keyBytes, whole.length).cut, false);
  }
});

test("records with some bytes changed, and random bytes, are shown or refused with a sentence", () => {
  const random = seeded(20_240_607);
  const below = (n: number) => Math.floor(random() * n);
  const noise = (size: number) => Buffer.from(Array.from({ length: size }, () => below(256)));
  const records = kafkaRecords();
  let shown = 0;
  for (let round = 0; round < 3000; round++) {
    const { topic, keyBytes, valueBytes } = records[below(records.length)]!;
    const bytes = Buffer.from(valueBytes);
    for (let n = below(4); n >= 0; n--) bytes[below(bytes.length)] = below(3) === 0 ? 0xff : below(256);
    if (shownOrSaid(() => known(topic).value(bytes, keyBytes, ALL))) shown++;
    const max = below(300);
    shownOrSaid(() => known(topic).value(Buffer.concat([bytes, noise(below(20))]), keyBytes, max));
  }
  // many changes only make another record of it
  assert.ok(shown > 300, `${shown} were shown`);
  for (let round = 0; round < 3000; round++) {
    const format = known(TOPICS[below(TOPICS.length)]!);
    const key = noise(below(40));
    if (key.length > 1 && below(2) === 0) key.writeInt16BE(below(24), 0);
    const value = noise(below(200));
    if (value.length > 1) value.writeInt16BE(below(6), 0);
    shownOrSaid(() => format.key(key, ALL));
    shownOrSaid(() => format.value(value, key, ALL));
  }
});

test("lengths and counts of gigabytes are refused before anything is made of them", () => {
  const format = known("__consumer_offsets");
  const refuse = (key: string, value: string, message: RegExp) => {
    const took = processorTime(() => assert.throws(() => format.value(hex(value), hex(key), ALL), { message }));
    assert.ok(took < 200, `it took ${took} ms`);
  };
  const group = "0000 0008 636f6e73756d6572 00000001 ffff ffff";
  refuse("0002", `${group} 7fffffff 00`, /^2147483647 items in 1 byte \(in members\)$/);
  refuse("0002", `${group} fffffffe`, /^a length of -2 \(in members\)$/);
  refuse("0002", "0000 7fff 61", /^a length of 32767 bytes, where 1 is left \(in protocolType\)$/);
  refuse("0010", "0000 ffffffff0f 00", /^4294967294 items in 1 byte \(in topics\)$/);
  refuse("0010", "0000 ffffffff7f 00", /^a length is larger than 32 bits \(in topics\)$/);
  refuse("0010", "0000 ffffffffff01 00", /^a length is larger than 32 bits \(in topics\)$/);
  refuse("0003", "0000 00000001 ffffffff0f 00", /^the bytes end too early$/);
  refuse("0003", "0000 00000001 01 07 ffffffff0f", /^the bytes end too early$/);
});

test("a record of megabytes costs what is shown of it", () => {
  const count = 1_000_000;
  const topics = Buffer.alloc(count, 1);
  const value = Buffer.concat([hex("0000 c1843d"), topics, Buffer.alloc(17)]);
  const format = known("__consumer_offsets");
  let whole = 0;
  let preview = 0;
  const all = processorTime(() => {
    whole = format.value(value, hex("0010"), 100_000_000).text.length;
  });
  const some = processorTime(() => {
    preview = format.value(value, hex("0010"), 200).text.length;
  });
  assert.ok(whole > 3 * count && preview < 400);
  assert.ok(some < Math.max(5, all / 20), `${some} ms for the preview, ${all} ms for the whole`);
});

test("a string that is not UTF-8 is shown with a problem, and a prototype is a name like any other", () => {
  const format = known("__consumer_offsets");
  const { text, problems } = format.key(hex("0002 0003 61ff62"), ALL);
  assert.equal(text, '{"type":"GroupMetadata","data":{"group":"a\ufffdb"}}');
  assert.deepEqual(problems, ["a string is not well-formed UTF-8: what is malformed is shown as \ufffd"]);
  const member = "0001 6d 0001 63 0001 68 00002710 00000001 00 00000000";
  const value = format.value(
    hex(`0000 0009 5f5f70726f746f5f5f 00000001 ffff ffff 00000001 ${member}`),
    hex("0002"),
    ALL,
  );
  assert.match(value.text, /"protocolType":"__proto__".*"subscription":"0x00","assignment":"0x"/);
});

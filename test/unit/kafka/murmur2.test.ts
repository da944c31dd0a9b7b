import assert from "node:assert/strict";
import { test } from "node:test";
import { murmur2, partitionOfKey } from "../../../src/kafka/produce/murmur2.ts";

// printed by org.apache.kafka.common.utils.Utils.murmur2 of Kafka 4.1
const java: [key: string, hash: number][] = [
  ["", 275646681],
  ["a", -1563381124],
  ["ab", 316155434],
  ["abc", 479470107],
  ["abcd", -1323649548],
  ["21", -973932308],
  ["foobar", -790332482],
  ["order-4711", 1584983611],
  ["a-little-bit-longer-string", -1486304829],
  ["Grüße 🎉", 1725588403],
];

for (const [key, hash] of java) {
  test(`"${key}" hashes as in Java`, () => assert.equal(murmur2(Buffer.from(key)), hash));
}

test("bytes above 127 hash as in Java", () => {
  assert.equal(murmur2(Uint8Array.from({ length: 256 }, (_, i) => i)), -1948347274);
});

test("a view into a larger buffer hashes its own bytes only", () => {
  assert.equal(murmur2(Buffer.from("xxfoobarxx").subarray(2, 8)), -790332482);
});

test("a negative hash gives a partition in range", () => {
  for (const [key] of java) {
    const partition = partitionOfKey(Buffer.from(key), 7);
    assert.ok(partition >= 0 && partition < 7);
  }
  assert.equal(partitionOfKey(Buffer.from("21"), 6), (-973932308 & 0x7fffffff) % 6);
});

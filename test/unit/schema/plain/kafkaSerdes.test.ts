import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonNode } from "../../../../src/schema/jsonTree.ts";
import {
  decodeKafkaSerde,
  encodeKafkaSerde,
  KAFKA_SERDES,
  type KafkaSerde,
} from "../../../../src/schema/plain/kafkaSerdes.ts";
import { seeded } from "../support.ts";
import { bytesOf, fromHex, problemOf, randomBytes, refusal, textOf, upTo } from "./support.ts";

const decoderOf = (serde: KafkaSerde) => (bytes: Buffer, start: number, maxChars: number) =>
  decodeKafkaSerde(serde, bytes, start, maxChars);
const encoderOf = (serde: KafkaSerde) => (node: JsonNode) => encodeKafkaSerde(serde, node);

const UUID = "123e4567-E89B-12d3-a456-426614174000";

/** What Kafka's serializers write of these values. */
const SAME: [serde: KafkaSerde, hex: string, text: string][] = [
  ["short", "8000", "-32768"],
  ["short", "7fff", "32767"],
  ["integer", "ffffffff", "-1"],
  ["integer", "7fffffff", "2147483647"],
  ["integer", "80000000", "-2147483648"],
  ["long", "000000000000002a", "42"],
  ["long", "7fffffffffffffff", "9223372036854775807"],
  ["long", "8000000000000000", "-9223372036854775808"],
  ["long", "0020000000000001", "9007199254740993"],
  ["float", "3dcccccd", "0.1"],
  ["float", "41aa6666", "21.3"],
  ["float", "80000000", "-0"],
  ["float", "7f7fffff", "3.4028235e+38"],
  ["float", "7fc00000", '"NaN"'],
  ["float", "7fc00001", '"0x7fc00001"'],
  ["float", "ff800000", '"-Infinity"'],
  ["double", "3fb999999999999a", "0.1"],
  ["double", "7ff0000000000000", '"Infinity"'],
  ["double", "fff8000000000000", '"0xfff8000000000000"'],
  ["double", "0000000000000001", "5e-324"],
  ["boolean", "00", "false"],
  ["boolean", "01", "true"],
  ["uuid", Buffer.from(UUID).toString("hex"), `"${UUID}"`],
  ["bytes", "00ff", '"0x00ff"'],
];

test("each of Kafka's serializers is read, and written the same", () => {
  for (const [serde, hex, text] of SAME) {
    assert.equal(textOf(decoderOf(serde), fromHex(hex)), text);
    assert.equal(bytesOf(encoderOf(serde), text).toString("hex"), hex);
  }
  assert.deepEqual(new Set(SAME.map(([serde]) => serde)), new Set(KAFKA_SERDES.filter((serde) => serde !== "void")));
  assert.equal(textOf(decoderOf("void"), Buffer.alloc(0)), "null");
  assert.equal(bytesOf(encoderOf("void"), "null").length, 0);
});

test("random numbers come back bit by bit", () => {
  const random = seeded(71);
  for (const [serde, size] of [
    ["short", 2],
    ["integer", 4],
    ["long", 8],
    ["float", 4],
    ["double", 8],
  ] as const) {
    for (let i = 0; i < 500; i++) {
      const bytes = randomBytes(random, size);
      if (random() < 0.1) bytes.fill(0xff, 0, 1 + upTo(random, size));
      const text = textOf(decoderOf(serde), bytes);
      assert.equal(bytesOf(encoderOf(serde), text).toString("hex"), bytes.toString("hex"), `${serde} ${text}`);
      if (serde === "float" && !text.startsWith('"')) assert.ok(text.replace(/[-.]|e.*/g, "").length <= 39);
    }
  }
});

test("another number of bytes, or a wrong one, is one sentence", () => {
  assert.equal(
    refusal(decoderOf("long"), Buffer.alloc(7)),
    "a value of Kafka's long serializer has 8 bytes, and here are 7 from byte 0",
  );
  assert.match(refusal(decoderOf("boolean"), fromHex("02")), /0x02 at byte 0 is not a boolean/);
  assert.match(refusal(decoderOf("uuid"), Buffer.alloc(36, 0x61)), /not the text of a UUID/);
  assert.match(refusal(decoderOf("void"), fromHex("00")), /has no bytes, and here are 1/);
});

test("what does not fit a serializer is a problem", () => {
  for (const [serde, text, problem] of [
    ["short", "32768", /does not fit 16 bits/],
    ["long", "9223372036854775808", /does not fit 64 bits/],
    ["integer", "1.0", /expected an integer/],
    ["integer", '"1"', /expected an integer/],
    ["float", "1e39", /too large for 32 bits/],
    ["double", '"0x00"', /expected a number/],
    ["boolean", "1", /expected true or false/],
    ["uuid", '"1"', /expected a UUID/],
    ["bytes", '"0x0"', /pairs of hex digits/],
    ["void", "0", /expected null/],
  ] as const) {
    assert.match(problemOf(encoderOf(serde), text), problem);
  }
});

test("bytes are cut at the length asked for", () => {
  const decoded = decodeKafkaSerde("bytes", Buffer.alloc(1_000_000), 0, 100);
  assert.ok(decoded.cut && decoded.text.length < 300);
});

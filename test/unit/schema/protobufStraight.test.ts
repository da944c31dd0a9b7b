import assert from "node:assert/strict";
import { test } from "node:test";
import { parseJson } from "../../../src/schema/jsonTree.ts";
import { protobufMessageFormat } from "../../../src/schema/protobuf/decode.ts";
import { encodeProtobuf } from "../../../src/schema/protobuf/encode.ts";
import { type ProtobufSchema, parseProtobuf } from "../../../src/schema/protobuf/schema.ts";
import { randomJson, randomSchema } from "./protobufRandom.ts";
import { seeded } from "./support.ts";

/** What decoding gives, or the sentence that it throws. */
function outcome(schema: ProtobufSchema, name: string, bytes: Buffer, maxChars: number): unknown {
  try {
    const { text, cut, problems, printable } = protobufMessageFormat(schema, name).decode(bytes, 0, maxChars);
    if (printable) assert.match(text, /^[ -~]*$/);
    return { text, cut, problems };
  } catch (error) {
    return (error as Error).message;
  }
}

/** A schema of which no message is read straight. */
function neverStraight(text: string, names: string[]): ProtobufSchema {
  const schema = parseProtobuf({ schema: text, references: [] });
  for (const name of names)
    Object.assign(schema.messages.find(name)!.straight, { misses: Number.POSITIVE_INFINITY, tried: Number.NaN });
  return schema;
}

test("messages read straight are what the other way makes of them, whole, damaged, doubled or in another order", () => {
  const random = seeded(77);
  const below = (n: number): number => Math.floor(random() * n);
  let hits = 0;
  for (let i = 0; i < 40; i++) {
    const { text, messages } = randomSchema(random);
    const names = messages.map(({ name }) => `r.${name}`);
    const slow = neverStraight(text, names);
    for (const name of names) {
      // a schema for each: what mostly fails is not tried again
      const fast = parseProtobuf({ schema: text, references: [] });
      const value = (): Buffer => {
        const encoded = encodeProtobuf(fast, name, parseJson(randomJson({ text, messages }, name.slice(2), random)));
        assert.ok("bytes" in encoded);
        return encoded.bytes;
      };
      const one = value();
      const damaged = Buffer.from(one);
      if (damaged.length > 0) damaged[below(damaged.length)] = below(256);
      const cases = [one, value(), Buffer.concat([one, value()]), damaged, one.subarray(0, below(one.length + 1))];
      for (const bytes of cases) {
        const expected = outcome(slow, name, bytes, 1_000_000);
        assert.deepEqual(outcome(fast, name, bytes, 1_000_000), expected, `${text}\n${bytes.toString("hex")}`);
      }
      hits += fast.messages.find(name)!.straight.hits;
      assert.equal(slow.messages.find(name)!.straight.hits, 0);
    }
  }
  assert.ok(hits > 100, `only ${hits} messages were read straight`);
});

test("keys of a map that come twice, and fields that come again, are read the other way", () => {
  const text = `syntax = "proto3"; package r; message M { map<string, int32> m = 1; repeated int32 p = 2; oneof o { string a = 3; M b = 4; } int32 x = 5; }`;
  const schema = parseProtobuf({ schema: text, references: [] });
  const shown = (hex: string) => outcome(schema, "r.M", Buffer.from(hex.replaceAll(" ", ""), "hex"), 1000);
  const { straight } = schema.messages.find("r.M")!;
  const whole = (json: string) => ({ text: json, cut: false, problems: [] });
  assert.deepEqual(
    shown("0a05 0a0161 1001 0a05 0a0162 1002 1203 010203 1a0178 2805"),
    whole('{"m":{"a":1,"b":2},"p":[1,2,3],"a":"x","x":5}'),
  );
  assert.deepEqual([straight.hits, straight.misses], [1, 0]);
  assert.deepEqual(shown("0a05 0a0161 1001 0a05 0a0161 1002"), whole('{"m":{"a":2}}'));
  assert.deepEqual(shown("1001 2805 1002"), whole('{"p":[1,2],"x":5}'));
  assert.deepEqual(shown("1a0178 2200"), whole('{"b":{}}'));
  assert.deepEqual(shown("2801 2802"), whole('{"x":2}'));
  assert.equal(straight.hits, 1);
});

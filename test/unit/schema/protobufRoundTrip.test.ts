import assert from "node:assert/strict";
import { test } from "node:test";
import protobuf from "protobufjs";
import { parseJson } from "../../../src/schema/jsonTree.ts";
import { protobufMessageFormat } from "../../../src/schema/protobuf/decode.ts";
import { encodeProtobuf } from "../../../src/schema/protobuf/encode.ts";
import { parseProtobuf } from "../../../src/schema/protobuf/schema.ts";
import { decodeWithoutSchema } from "../../../src/schema/protobuf/withoutSchema.ts";
import { randomJson, randomSchema } from "./protobufRandom.ts";
import { seeded } from "./support.ts";

const WHOLE = Number.POSITIVE_INFINITY;

/** protobufjs's own value, with what its JSON has in other forms brought to ours */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "number")
    return Number.isFinite(value) ? (Object.is(value, -0) ? 0 : Math.fround(value)) : String(value);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
  return value;
}

test("random values of random schemas: encoded and shown, they are the same; protobufjs reads the same", () => {
  const random = seeded(41);
  for (let i = 0; i < 60; i++) {
    const schema = randomSchema(random);
    const parsed = parseProtobuf({ schema: schema.text, references: [] });
    const theirs = protobuf.parse(schema.text, new protobuf.Root(), { keepCase: true }).root;
    for (const { name } of schema.messages) {
      const json = randomJson(schema, name, random);
      const encoded = encodeProtobuf(parsed, `r.${name}`, parseJson(json));
      assert.ok("bytes" in encoded, `${JSON.stringify(encoded)}\n${schema.text}\n${json}`);
      const { text, problems, cut } = protobufMessageFormat(parsed, `r.${name}`).decode(encoded.bytes, 0, WHOLE);
      assert.deepEqual([text, problems, cut], [json, [], false], schema.text);
      const type = theirs.lookupType(`r.${name}`);
      const value = type.toObject(type.decode(encoded.bytes), { longs: String, enums: String, bytes: String });
      assert.deepEqual(plain(value), plain(JSON.parse(json)), `${schema.text}\n${json}`);
      // and what protobufjs writes is read the same
      const written = Buffer.from(type.encode(type.decode(encoded.bytes)).finish());
      const format = protobufMessageFormat(parsed, `r.${name}`);
      assert.deepEqual(JSON.parse(format.decode(written, 0, WHOLE).text), JSON.parse(json));
      if (encoded.bytes.length > 0)
        assert.equal(typeof JSON.parse(decodeWithoutSchema(encoded.bytes, 0, WHOLE).text), "object");
    }
  }
});

test("random damage never gives anything but JSON or a sentence", () => {
  const random = seeded(43);
  for (let i = 0; i < 25; i++) {
    const schema = randomSchema(random);
    const parsed = parseProtobuf({ schema: schema.text, references: [] });
    const format = protobufMessageFormat(parsed, "r.M0");
    const encoded = encodeProtobuf(parsed, "r.M0", parseJson(randomJson(schema, "M0", random)));
    assert.ok("bytes" in encoded);
    for (let k = 0; k < 20; k++) {
      const bytes: Buffer = Buffer.from(
        encoded.bytes.subarray(0, encoded.bytes.length * (random() < 0.5 ? random() : 1)),
      );
      for (let n = 0; n < 3 && bytes.length > 0; n++)
        bytes[Math.floor(random() * bytes.length)]! ^= 1 << Math.floor(random() * 8);
      for (const decode of [format.decode, decodeWithoutSchema]) {
        try {
          assert.equal(typeof JSON.parse(decode(bytes, 0, WHOLE).text), "object");
        } catch (error) {
          assert.ok(error instanceof Error && !/JSON|undefined|RangeError/.test(error.message), String(error));
          assert.match(
            error.message,
            /^(not a Protobuf message: )?(the value ends|a length of|a group|\d+ is not a (field's tag|wire type)|a number is longer|nested deeper)/,
          );
        }
      }
    }
  }
});

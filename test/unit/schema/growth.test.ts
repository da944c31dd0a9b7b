import assert from "node:assert/strict";
import { test } from "node:test";
import { compileAvro } from "../../../src/schema/avro/decode.ts";
import { parseAvro } from "../../../src/schema/avro/schema.ts";
import { compileJsonSchema } from "../../../src/schema/jsonSchema/validate.ts";
import { parseJson } from "../../../src/schema/jsonTree.ts";
import { decodeCbor } from "../../../src/schema/plain/cborDecode.ts";
import { protobufMessageFormat } from "../../../src/schema/protobuf/decode.ts";
import { parseProtobuf } from "../../../src/schema/protobuf/schema.ts";
import { decodeWithoutSchema } from "../../../src/schema/protobuf/withoutSchema.ts";
import { long, processorTime } from "./support.ts";

test("long texts are made with little memory beside their characters, whatever the format", () => {
  const count = 1_000_000;
  const inArray = Buffer.concat([Buffer.of(0x9f), Buffer.alloc(count, 0xa0), Buffer.of(0xff)]);
  const avro = compileAvro(parseAvro({ schema: '{"type":"array","items":"int"}', references: [] }));
  const blocks = Buffer.concat([Buffer.from(long(BigInt(count))), Buffer.alloc(count, 4), Buffer.of(0)]);
  const schema = parseProtobuf({ schema: 'syntax = "proto3"; message M { repeated int32 a = 1; }', references: [] });
  const protobuf = protobufMessageFormat(schema, "M");
  const packed = Buffer.concat([Buffer.of(10, 0xc0, 0x84, 0x3d), Buffer.alloc(count, 1)]);
  for (const run of [
    () => decodeCbor(inArray, 0, 1e8),
    () => avro(blocks, 0, 1e8),
    () => protobuf.decode(packed, 0, 1e8),
  ]) {
    const since = process.memoryUsage().heapUsed;
    const { text } = run();
    const taken = process.memoryUsage().heapUsed - since;
    assert.ok(text.length >= 2 * count);
    assert.ok(taken < 15 * text.length, `${taken} bytes for ${text.length} characters`);
  }
});

test("a string of CBOR in a million empty chunks takes hardly more than one in a few", () => {
  const chunks = (count: number) =>
    Buffer.concat([Buffer.of(0x5f), Buffer.alloc(count, 0x40), Buffer.of(0x41, 7, 0xff)]);
  assert.equal(decodeCbor(chunks(10), 0, 1000).text, '{"$bytes":"0x07"}');
  const many = chunks(1_000_000);
  const buffers = process.memoryUsage().heapUsed;
  assert.equal(decodeCbor(many, 0, 1000).text, '{"$bytes":"0x07"}');
  assert.ok(process.memoryUsage().heapUsed - buffers < 30_000_000);
  for (const [hex, text, problems] of [
    ["7f6161606262 63ff", '"abc"', []],
    // é in two chunks
    ["7f61c361a9ff", '"é"', ["a chunk of a string is not well-formed UTF-8"]],
  ] as const) {
    const { text: shown, problems: said } = decodeCbor(Buffer.from(hex.replace(" ", ""), "hex"), 0, 1000);
    assert.deepEqual([shown, said], [text, problems]);
  }
  assert.throws(() => decodeCbor(Buffer.from("5f406100ff", "hex"), 0, 1000), /begins no chunk of a byte string/);
});

test("references of an Avro schema that are listed backwards do not take the cube of their number", () => {
  const schema = (count: number) => ({
    schema: '"R0"',
    references: Array.from({ length: count }, (_, i) => ({
      name: `R${i}`,
      subject: "s",
      version: 1,
      schema: `{"type":"record","name":"R${i}","fields":[{"name":"x","type":${i === count - 1 ? '"int"' : `"R${i + 1}"`}}]}`,
    })),
  });
  parseAvro(schema(20));
  const [few, many] = [50, 400].map((count) => processorTime(() => parseAvro(schema(count))));
  assert.ok(many! < 60 * Math.max(few!, 2), `${few} ms for 50, ${many} ms for 400`);
  // one that lacks something all the same names it, and forgets what it had defined
  const lost = { ...schema(2), schema: '"R0"' };
  lost.references[1]!.schema = '{"type":"record","name":"R1","fields":[{"name":"x","type":"Lost"}]}';
  assert.throws(() => parseAvro(lost), /the type "R1" is not defined|the type "Lost" is not defined/);
});

test("a schema that takes many steps for a small value is given up sooner than for a large one", () => {
  const $defs: Record<string, unknown> = { a30: { type: "string" } };
  for (let i = 0; i < 30; i++)
    $defs[`a${i}`] = { anyOf: [{ $ref: `#/$defs/a${i + 1}` }, { $ref: `#/$defs/a${i + 1}` }] };
  const validate = compileJsonSchema({
    schema: JSON.stringify({ $defs, items: { $ref: "#/$defs/a0" } }),
    references: [],
  });
  const small = parseJson("[1]");
  const large = parseJson(`[${"1,".repeat(3_000)}1]`);
  assert.match(validate(small).unchecked.join(), /too many steps/);
  const [less, more] = [small, large].map((value) => processorTime(() => validate(value)));
  assert.ok(less! < more! / 2, `${less} ms and ${more} ms`);
});

test("bytes that are thousands of different fields are no Protobuf message", () => {
  const fields = Array.from({ length: 12_000 }, (_, i) => [((8 * (i + 1)) & 0x7f) | 0x80, (8 * (i + 1)) >> 7, 0]);
  const bytes = Buffer.from(
    fields.flatMap(([a, b, c]) => (b! > 0x7f ? [a!, (b! & 0x7f) | 0x80, b! >> 7, c!] : [a!, b!, c!])),
  );
  assert.throws(() => decodeWithoutSchema(bytes, 0, 1e6), /more than 10000 different fields/);
});

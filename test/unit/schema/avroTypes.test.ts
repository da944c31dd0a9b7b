import assert from "node:assert/strict";
import { test } from "node:test";
import avsc from "avsc";
import { compareAvro } from "../../../src/schema/avro/compatibility.ts";
import { compileAvro } from "../../../src/schema/avro/decode.ts";
import { encodeAvro } from "../../../src/schema/avro/encode.ts";
import { avroExample } from "../../../src/schema/avro/example.ts";
import { resolveAvro } from "../../../src/schema/avro/resolve.ts";
import { parseAvro, parseAvroWithNotes } from "../../../src/schema/avro/schema.ts";
import { parseJson } from "../../../src/schema/jsonTree.ts";
import { randomSchema, randomText } from "./avroRandom.ts";
import { avro, long, processorTime, seeded } from "./support.ts";

const parsed = (schema: unknown) => parseAvro(avro(schema));
const decoded = (schema: unknown, bytes: Uint8Array | number[], max = 1_000_000): string =>
  compileAvro(parsed(schema))(Buffer.from(bytes), 0, max).text;

function encoded(schema: unknown, text: string): Buffer {
  const result = encodeAvro(parsed(schema), parseJson(text));
  assert.ok("bytes" in result, JSON.stringify(result));
  return result.bytes;
}

const problem = (schema: unknown, text: string): string => {
  const result = encodeAvro(parsed(schema), parseJson(text));
  assert.ok("problems" in result, "it was encoded");
  return result.problems[0]!.message;
};

const BIG_DECIMAL = { type: "bytes", logicalType: "big-decimal" };

test("a big-decimal is exact and keeps its scale", () => {
  // within its bytes: the unscaled integer as bytes, then the scale as an int
  const bytes = (unscaled: number[], scale: bigint): number[] => {
    const inner = [...long(BigInt(unscaled.length)), ...unscaled, ...long(scale)];
    return [...long(BigInt(inner.length)), ...inner];
  };
  const both = (text: string, body: number[]): void => {
    assert.equal(decoded(BIG_DECIMAL, body), text);
    assert.deepEqual([...encoded(BIG_DECIMAL, text)], body);
  };
  both('"12.30"', bytes([0x04, 0xce], 2n));
  both('"-0.01"', bytes([0xff], 2n));
  both('"0"', bytes([0], 0n));
  both('"5E+3"', bytes([5], -3n));
  both('"-5E-2000"', bytes([0xfb], 2000n));
  both('"1E+2147483648"', bytes([1], -2147483648n));
  both('"340282366920938463463374607431768211455.5"', bytes([0x09, ...Array(15).fill(0xff), 0xfb], 1n));
  assert.deepEqual(encoded(BIG_DECIMAL, "12.30"), encoded(BIG_DECIMAL, '"12.30"'));
  assert.equal(problem(BIG_DECIMAL, '"1E+2147483649"'), "its scale, -2147483649, does not fit an int (32 bits)");
  assert.match(problem(BIG_DECIMAL, '"twelve"'), /^expected decimal number, got "twelve"/);
});

test("bytes that are no big-decimal are shown as bytes, and can be sent again", () => {
  for (const body of [[], [0x02], [0x06, 0x01], [0x02, 0x01, 0x04, 0x09], [0x01], Array(11).fill(0xff)]) {
    const bytes = Buffer.from([...long(BigInt(body.length)), ...body]);
    const text = decoded(BIG_DECIMAL, bytes);
    assert.equal(text, `"0x${Buffer.from(body).toString("hex")}"`);
    assert.deepEqual(encoded(BIG_DECIMAL, text), bytes);
  }
});

test("what of a schema is ignored is noted, with its place", () => {
  const notes = (schema: unknown): string[] =>
    parseAvroWithNotes(avro(schema)).notes.map(({ where, message }) => `${where}: ${message}`);
  const schema = {
    type: "record",
    name: "R",
    namespace: "n",
    fields: [
      { name: "ok", type: { type: "long", logicalType: "timestamp-micros" } },
      { name: "beside", type: "long", logicalType: "timestamp-millis" },
      { name: "on", type: ["null", { type: "string", logicalType: "date" }] },
      { name: "size", type: { type: "fixed", name: "F", size: 11, logicalType: "duration" } },
      { name: "digits", type: { type: "fixed", name: "D", size: 2, logicalType: "decimal", precision: 5 } },
      { name: "known", type: { type: "array", items: { type: "int", logicalType: "percent" } } },
    ],
  };
  assert.deepEqual(notes(schema), [
    'n.R.beside: the logicalType stands beside the field\'s "type": it belongs into an object that is the type',
    "n.R.on: the logical type date stands on int, not on string: it is ignored",
    "n.R.size: the logical type duration needs a fixed type of 12 bytes, not 11: it is ignored",
    "n.R.digits: 2 bytes hold 4 digits, not a decimal's 5: it is ignored",
    'n.R.known: the logical type "percent" is not one that Avro knows: it is ignored',
  ]);
  assert.deepEqual(notes({ type: "bytes", logicalType: "decimal" }), [
    ": a decimal needs a precision of at least 1: it is ignored",
  ]);
  assert.deepEqual(notes("int"), []);
});

test("aliases get the namespace of what has them", () => {
  const type = parsed({
    type: "record",
    name: "R",
    namespace: "n",
    aliases: ["Old", "m.Older"],
    fields: [{ name: "e", type: { type: "enum", name: "x.E", aliases: ["F"], symbols: ["A"] }, aliases: ["f"] }],
  });
  assert.ok(type.kind === "record");
  assert.deepEqual(type.aliases, ["n.Old", "m.Older"]);
  assert.deepEqual(type.fields[0]!.aliases, ["f"]);
  assert.ok(type.fields[0]!.type.kind === "enum");
  assert.deepEqual(type.fields[0]!.type.aliases, ["x.F"]);
});

test("examples are values of their schemas, for random schemas", () => {
  const random = seeded(37);
  assert.equal(avroExample(parsed({ type: "string", logicalType: "uuid" })), '"00000000-0000-0000-0000-000000000000"');
  assert.equal(avroExample(parsed(BIG_DECIMAL)), '"0.00"');
  for (let i = 0; i < 200; i++) {
    const schema = randomSchema(random);
    const example = avroExample(parsed(schema));
    assert.equal(decoded(schema, encoded(schema, example)), example);
  }
});

/** int64 as BigInt, so that avsc keeps its digits. */
const LONG = avsc.types.LongType.__with({
  fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigInt64LE(value);
    return buffer;
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === "bigint",
  compare: (a: bigint, b: bigint) => (a === b ? 0 : a < b ? -1 : 1),
});

/** avsc takes its own long, a double, for one with a logical type. */
const plainLong = (_: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && "type" in value && value.type === "long" && !("name" in value)
    ? "long"
    : value;

test("avsc reads what we write, and we read what avsc writes, byte for byte, for random schemas", () => {
  const random = seeded(404);
  let bytesInAll = 0;
  for (let i = 0; i < 200; i++) {
    const schema = randomSchema(random);
    const theirs = avsc.Type.forSchema(JSON.parse(JSON.stringify(schema), plainLong) as avsc.Schema, {
      registry: { long: LONG as unknown as avsc.Type },
      wrapUnions: true,
    });
    for (let k = 0; k < 3; k++) {
      // an object has each key once
      const text = randomText(random, parsed(schema), 0, 10);
      const ours = encoded(schema, text);
      const written = theirs.toBuffer(theirs.fromBuffer(ours));
      assert.deepEqual(written, ours, `${JSON.stringify(schema)}\n${text}`);
      assert.equal(decoded(schema, written), text);
      bytesInAll += written.length;
    }
  }
  assert.ok(bytesInAll > 5000, `${bytesInAll}`);
});

// ---------------------------------------------------------------------------------------------------------- hostile

test("blocks without end, of values without bytes, are bounded, skipped and read", () => {
  const nulls = { type: "array", items: "null" };
  const blocks = Buffer.concat([...Array<Buffer>(100_000).fill(Buffer.from([2])), Buffer.from([0])]);
  const claimed = 2n ** 60n;
  for (const bytes of [blocks, Buffer.from(long(claimed)), Buffer.from([...long(-claimed), 0, 0])]) {
    const took = processorTime(() => assert.throws(() => decoded(nulls, bytes), /take no bytes|block of/));
    assert.ok(took < 500, `it took ${took} ms`);
  }
  assert.throws(() => decoded(nulls, [...long(-1n), ...long(-5n)]), /^Error: a block of -5 bytes$/);
});

test("a schema of records within records, thousands deep, is refused in a sentence", () => {
  const chain = Array.from({ length: 15_000 }, (_, i) => ({
    type: "record",
    name: `R${i}`,
    fields: i === 0 ? [] : [{ name: "f", type: `R${i - 1}` }],
  }));
  const references = [{ name: "chain", subject: "chain", version: 1, schema: JSON.stringify(chain) }];
  const last = parseAvro(avro('"R14999"', { references }));
  const deep = new Error("the schema's types are nested too deeply");
  assert.throws(() => compileAvro(last), deep);
  assert.throws(() => resolveAvro(last, last), deep);
  assert.throws(() => compareAvro(last, last), deep);
});

test("records that hold themselves without an end, through others, arrays and unions", () => {
  const field = (type: unknown) => [{ name: "f", type }];
  const cycle = {
    type: "record",
    name: "A",
    fields: field({ type: "record", name: "B", fields: field({ type: "record", name: "C", fields: field("A") }) }),
  };
  assert.throws(() => decoded(cycle, [0, 0, 0]), /nested deeper than 400 levels/);
  assert.equal(problem(cycle, '{"f":{"f":{"f":{}}}}'), "the field is missing and has no default");
  assert.throws(() => avroExample(parsed(cycle)), /holds itself without an end/);
  const union = { type: "record", name: "U", fields: field(["U"]) };
  assert.throws(() => decoded(union, Array(1000).fill(0)), /nested deeper than 400 levels/);
  const array = { type: "record", name: "Y", fields: field({ type: "array", items: "Y" }) };
  assert.equal(avroExample(parsed(array)), '{"f":[]}');
});

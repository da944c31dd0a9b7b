import assert from "node:assert/strict";
import { test } from "node:test";
import avsc from "avsc";
import { CanRead } from "../../../src/schema/avro/canRead.ts";
import { compileAvro } from "../../../src/schema/avro/decode.ts";
import { encodeAvro } from "../../../src/schema/avro/encode.ts";
import { resolveAvro } from "../../../src/schema/avro/resolve.ts";
import { parseAvro } from "../../../src/schema/avro/schema.ts";
import { parseJson } from "../../../src/schema/jsonTree.ts";
import { mutated } from "./avroMutate.ts";
import { randomSchema, randomText, upTo } from "./avroRandom.ts";
import { avro, processorTime, seeded } from "./support.ts";

const parsed = (schema: unknown) => parseAvro(avro(schema));

function bytesOf(schema: unknown, text: string): Buffer {
  const encoded = encodeAvro(parsed(schema), parseJson(text));
  assert.ok("bytes" in encoded, JSON.stringify(encoded));
  return encoded.bytes;
}

/** A value that is written with one schema and read with another; the test fails when anything is wrong with it. */
function read(writer: unknown, text: string, reader: unknown): string {
  const { decode, problems } = resolveAvro(parsed(writer), parsed(reader));
  assert.deepEqual(problems, []);
  const decoded = decode(bytesOf(writer, text), 0, Number.POSITIVE_INFINITY);
  assert.deepEqual([decoded.cut, decoded.problems], [false, []]);
  return decoded.text;
}

/** What does not resolve, as "path: message"; with "(some)" where only some values do not. */
const problems = (writer: unknown, reader: unknown): string[] =>
  resolveAvro(parsed(writer), parsed(reader)).problems.map(
    ({ path, message, always }) => `${path}${always ? "" : " (some)"}: ${message}`,
  );

const failure = (writer: unknown, text: string, reader: unknown): string => {
  const { decode } = resolveAvro(parsed(writer), parsed(reader));
  let message = "";
  assert.throws(
    () => decode(bytesOf(writer, text), 0, 1000),
    (error: Error) => {
      message = error.message;
      return true;
    },
  );
  return message;
};

const record = (...fields: unknown[]) => ({ type: "record", name: "R", fields });
const field = (name: string, type: unknown, more: object = {}) => ({ name, type, ...more });
const enumOf = (symbols: string[], more: object = {}) => ({ type: "enum", name: "E", symbols, ...more });
const decimal = (scale: number) => ({ type: "bytes", logicalType: "decimal", precision: 9, scale });

test("fields are found by name and shown in the reader's order; others are skipped", () => {
  const writer = record(
    field("a", "int"),
    field("gone", { type: "map", values: ["null", { type: "array", items: "string" }] }),
    field("b", "string"),
    field("c", { type: "array", items: "long" }),
  );
  const text = '{"a":1,"gone":{"k":["x"],"l":null},"b":"y","c":[9007199254740993]}';
  assert.equal(read(writer, text, record(field("a", "int"), field("b", "string"))), '{"a":1,"b":"y"}');
  assert.equal(
    read(writer, text, record(field("c", { type: "array", items: "long" }), field("b", "string"), field("a", "int"))),
    '{"c":[9007199254740993],"b":"y","a":1}',
  );
  assert.equal(read(writer, text, record()), "{}");
});

test("fields and types are found by their aliases", () => {
  const writer = { ...record(field("old", "int"), field("n", "int")), name: "Old", namespace: "n" };
  const reader = { ...record(field("n", "int"), field("new", "int", { aliases: ["older", "old"] })), name: "New" };
  assert.equal(read(writer, '{"old":1,"n":2}', { ...reader, aliases: ["n.Old"] }), '{"n":2,"new":1}');
  assert.equal(read(writer, '{"old":1,"n":2}', { ...reader, namespace: "n", aliases: ["Old"] }), '{"n":2,"new":1}');
  assert.match(problems(writer, reader)[0]!, /^\$: what is written is n\.Old, what is read New: the names differ/);
  assert.equal(
    read(record(field("a", "int")), '{"a":7}', record(field("b", "long", { aliases: ["a"] }), field("a", "int"))),
    '{"b":7,"a":7}',
  );
});

test("what is not written is the reader's default, in every type", () => {
  const inner = { type: "record", name: "In", fields: [field("x", "int", { default: 5 }), field("y", "string")] };
  const reader = record(
    field("n", "long", { default: "every digit" }),
    field("b", "bytes", { default: "\u00ff" }),
    field("d", decimal(2), { default: "\u0004\u00ce" }),
    field("t", { type: "long", logicalType: "timestamp-millis" }, { default: 0 }),
    field("u", ["null", "string"], { default: null }),
    field("v", ["string", "null"], { default: "s" }),
    field("w", ["int", "long"], { default: 1 }),
    field("e", enumOf(["A", "B"]), { default: "B" }),
    field("r", inner, { default: { y: "z" } }),
    field("a", { type: "array", items: "In" }, { default: [{ y: "q" }] }),
    field("m", { type: "map", values: "float" }, { default: { k: 0.1 } }),
  );
  assert.equal(
    read(record(), "{}", JSON.stringify(reader).replace('"every digit"', "9223372036854775807")),
    '{"n":9223372036854775807,"b":"0xff","d":"12.30","t":"1970-01-01T00:00:00.000Z","u":null,"v":"s","w":{"int":1},"e":"B",' +
      '"r":{"x":5,"y":"z"},"a":[{"x":5,"y":"q"}],"m":{"k":0.1}}',
  );
});

test("numbers and texts are promoted, without a digit lost where none has to be", () => {
  assert.equal(read("int", "-7", "long"), "-7");
  assert.equal(read("long", "9007199254740993", "double"), "9007199254740992");
  assert.equal(read("int", "16777217", "float"), "16777216");
  assert.equal(read("float", "0.5", "double"), "0.5");
  assert.equal(read("string", '"é"', "bytes"), '"0xc3a9"');
  assert.equal(read("bytes", '"0xc3a9"', "string"), '"é"');
  assert.equal(read("int", "1000", { type: "long", logicalType: "timestamp-millis" }), '"1970-01-01T00:00:01.000Z"');
  assert.equal(read({ type: "array", items: "int" }, "[1,2]", { type: "array", items: "double" }), "[1,2]");
  // one rounding, not two: a double in between would be half way between two floats
  const float = (text: string) => Math.fround(Number(read("long", text, "float")));
  assert.equal(float("1152921573326323713"), 2 ** 60 + 2 ** 37);
  assert.equal(float("-1152921573326323713"), -(2 ** 60) - 2 ** 37);
  assert.equal(float("1152921573326323711"), 2 ** 60);
});

test("unions: each branch that is written is read as the reader's type", () => {
  assert.equal(read(["null", "int"], "5", ["null", "long"]), "5");
  assert.equal(read(["null", "int"], "null", ["long", "null"]), "null");
  assert.equal(read("int", "5", ["null", "int", "long"]), '{"int":5}');
  assert.equal(read("int", "5", ["null", "string", "double"]), "5");
  assert.equal(read(["int", "long"], '{"long":5}', "double"), "5");
  const named = (name: string, type: string) => ({ type: "record", name, fields: [field("x", type)] });
  // of two with the name, the one with its namespace as well
  assert.equal(read(named("b.N", "int"), '{"x":1}', [named("a.N", "int"), named("b.N", "int")]), '{"b.N":{"x":1}}');
  assert.equal(read(named("c.N", "int"), '{"x":1}', [named("a.N", "string"), named("b.N", "int")]), '{"b.N":{"x":1}}');
});

test("a branch or a symbol that the reader does not know is a problem of the values that have it", () => {
  const writer = record(field("u", ["null", "int", "string"]));
  const reader = record(field("u", ["null", "int"]));
  assert.deepEqual(problems(writer, reader), ["$.u (some): the reader's union (null, int) has no branch for a string"]);
  const { decode } = resolveAvro(parsed(writer), parsed(reader));
  assert.equal(decode(bytesOf(writer, '{"u":5}'), 0, 100).text, '{"u":5}');
  assert.equal(
    failure(writer, '{"u":"x"}', reader),
    "the reader's union (null, int) has no branch for a string (in u)",
  );
  const [from, to] = [enumOf(["A", "B", "C"]), enumOf(["B"])];
  assert.deepEqual(problems(from, to), ["$ (some): the reader's enum E has no default, and no symbol A, C"]);
  assert.equal(failure(from, '"C"', to), "the reader's enum E has no default, and no symbol C");
  assert.equal(read(from, '"C"', enumOf(["B", "Z"], { default: "Z" })), '"Z"');
  assert.equal(read(from, '"B"', enumOf(["B", "Z"], { default: "Z" })), '"B"');
});

test("what does not resolve says where", () => {
  const items = (type: unknown) =>
    record(field("items", { type: "array", items: { ...record(field("q", type)), name: "I" } }));
  assert.deepEqual(problems(items("string"), items("int")), ["$.items[].q: a string cannot be read as an int"]);
  assert.equal(
    failure(items("string"), '{"items":[{"q":"x"}]}', items("int")),
    "a string cannot be read as an int (in items[0].q)",
  );
  assert.deepEqual(problems(record(), record(field("n", "int"))), [
    "$.n: the reader's field n is not written, and it has no default",
  ]);
  assert.equal(
    failure(record(), "{}", record(field("n", "int"))),
    "the reader's field n is not written, and it has no default",
  );
  assert.match(
    problems(record(), record(field("n", "int", { default: "x" })))[0]!,
    /its default does not fit its type: expected int/,
  );
  const fixed = (size: number) => ({ type: "fixed", name: "F", size });
  assert.deepEqual(problems(fixed(2), fixed(3)), ["$: F is written with 2 bytes and read with 3"]);
  assert.deepEqual(problems(decimal(2), decimal(3)), [
    "$: a decimal written with 2 digits after the point is read with 3",
  ]);
  assert.deepEqual(problems({ type: "map", values: "int" }, record()), ["$: a map cannot be read as the record R"]);
});

test("recursive types resolve, reordered at every level", () => {
  const writer = record(field("value", "int"), field("next", ["null", "R"]), field("z", "int"));
  const reader = record(field("next", ["null", "R"]), field("n", "int", { default: 0 }), field("value", "double"));
  assert.equal(
    read(writer, '{"value":1,"next":{"value":2,"next":null,"z":3},"z":4}', reader),
    '{"next":{"next":null,"n":0,"value":2},"n":0,"value":1}',
  );
});

test("what is truncated anywhere is a sentence, reordered or not", () => {
  const writer = record(
    field("a", "string"),
    field("b", { type: "array", items: "long" }),
    field("c", ["null", "double"]),
  );
  const reader = record(field("c", ["null", "double"]), field("a", "bytes"));
  const { decode } = resolveAvro(parsed(writer), parsed(reader));
  const bytes = bytesOf(writer, '{"a":"abc","b":[1,2,300],"c":1.5}');
  for (let size = 0; size < bytes.length; size++)
    assert.throws(() => decode(bytes.subarray(0, size), 0, 1000), /^Error: the value ends after \d of its 3 fields/);
});

test("a long value is cut, in the reader's order, in a time that its length explains", () => {
  const writer = record(
    field("big", { type: "array", items: "string" }),
    field("next", ["null", "R"]),
    field("id", "int"),
  );
  const reader = record(
    field("id", "int"),
    field("next", ["null", "R"]),
    field("big", { type: "array", items: "string" }),
  );
  let text = "null";
  for (let level = 0; level < 100; level++)
    text = `{"big":[${Array(100).fill('"0123456789"').join(",")}],"next":${text},"id":${level}}`;
  const bytes = bytesOf(writer, text);
  const { decode } = resolveAvro(parsed(writer), parsed(reader));
  const took = processorTime(() => {
    const decoded = decode(bytes, 0, 200);
    assert.equal(decoded.cut, true);
    assert.ok(decoded.text.startsWith('{"id":99,"next":{"id":98,"next":{"id":97'), decoded.text.slice(0, 100));
  });
  assert.ok(took < 500, `it took ${took} ms`);
  const whole = decode(bytes, 0, Number.POSITIVE_INFINITY);
  assert.ok(!whole.cut && whole.text.endsWith(`"0123456789"]}`));
  assert.equal(JSON.parse(whole.text).next.next.id, 97);
});

test("nesting without end, and fields multiplied by reordering, are bounded", () => {
  const endless = record(field("e", "R"), field("f", "int"));
  const { decode } = resolveAvro(parsed(endless), parsed(record(field("f", "int"), field("e", "R"))));
  assert.throws(() => decode(Buffer.alloc(100), 0, 1000), /nested deeper than 400 levels/);
  const list = record(field("n", "null"), field("next", ["null", "R"]));
  const reversed = resolveAvro(parsed(list), parsed(record(field("next", ["null", "R"]), field("n", "null"))));
  assert.throws(() => reversed.decode(Buffer.alloc(100_000, 2), 0, 1000), /nested deeper than 400 levels/);
  const arrays = (type: unknown) => record(field("a", { type: "array", items: "null" }), field("b", type));
  const nothing = resolveAvro(parsed(arrays("null")), parsed(record(field("b", "null"))));
  assert.throws(() => nothing.decode(bytesOf("long", String(2n ** 60n)), 0, 1000), /take no bytes/);
});

test("names of prototypes are fields like others", () => {
  const names = ["__proto__", "constructor", "toString"];
  const writer = record(...names.map((name) => field(name, "int")));
  const reader = record(
    ...names.toReversed().map((name) => field(name, "long")),
    field("valueOf", "int", { default: 1 }),
  );
  const text = '{"__proto__":1,"constructor":2,"toString":3}';
  assert.equal(read(writer, text, reader), '{"toString":3,"constructor":2,"__proto__":1,"valueOf":1}');
  assert.deepEqual(problems(record(), record(field("toString", "int"))).length, 1);
});

test("a schema resolved with itself reads as it does alone; one that can be read has no problems, and the other way round", () => {
  const random = seeded(411);
  let checked = 0;
  for (let i = 0; i < 300; i++) {
    const schema = randomSchema(random);
    const type = parsed(schema);
    let changed = schema;
    for (let k = upTo(random, 3); k >= 0; k--) changed = mutated(random, changed);
    let reader: ReturnType<typeof parsed>;
    try {
      reader = parsed(changed);
    } catch {
      continue; // the definition of a name that is used later is gone
    }
    const bytes = bytesOf(schema, randomText(random, type));
    const alone = compileAvro(type)(bytes, 0, 1_000_000).text;
    assert.equal(resolveAvro(type, parsed(schema)).decode(bytes, 0, 1_000_000).text, alone);
    const resolved = resolveAvro(type, reader);
    const fits = new CanRead().test(reader, type);
    assert.equal(resolved.problems.length === 0, fits, `${JSON.stringify(schema)}\n${JSON.stringify(changed)}`);
    if (!fits) continue;
    const shown = resolved.decode(bytes, 0, 1_000_000);
    // bytes that are read as a string may be anything
    if (shown.problems.length > 0) {
      assert.match(shown.problems[0]!, /UTF-8/);
      continue;
    }
    // the reader's view is a value of the reader's schema
    const again = encodeAvro(reader, parseJson(shown.text));
    assert.ok("bytes" in again, `${JSON.stringify(changed)}\n${shown.text}\n${JSON.stringify(again)}`);
    assert.equal(compileAvro(reader)(again.bytes, 0, 1_000_000).text, shown.text);
    checked++;
  }
  assert.ok(checked > 100, `${checked}`);
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

const theirs = (schema: unknown) =>
  avsc.Type.forSchema(JSON.parse(JSON.stringify(schema)) as avsc.Schema, {
    registry: { long: LONG as unknown as avsc.Type },
    wrapUnions: true,
  });

const SEVERAL_FIT =
  /\[[^\]{}]*"(int|long|float|double|string|bytes)"[^\]{}]*"(int|long|float|double|string|bytes)"[^{}]*\]/;

test("avsc resolves the same, for random schemas of the types that it has", () => {
  const random = seeded(99);
  let compared = 0;
  for (let i = 0; i < 400; i++) {
    const count = 1 + upTo(random, 6);
    const type = (): unknown => ["int", "long", "double", "string", "bytes", "boolean"][upTo(random, 6)];
    const wide = (): unknown => {
      const inner = type();
      switch (upTo(random, 5)) {
        case 0:
          return { type: "array", items: inner };
        case 1:
          return { type: "map", values: inner };
        case 2:
          return ["null", inner];
        default:
          return inner;
      }
    };
    const schema = record(...Array.from({ length: count }, (_, k) => field(`f${k}`, wide())));
    let changed: unknown = schema;
    for (let k = upTo(random, 3); k >= 0; k--) changed = mutated(random, changed);
    // avsc takes a union's first branch that can read a value, we take that of the value's own type first
    if (SEVERAL_FIT.test(JSON.stringify(changed))) continue;
    // and compares names either with their namespaces or without, aliases as well
    if (JSON.stringify(changed).includes('"namespace"')) continue;
    const [writer, reader] = [parsed(schema), parsed(changed)];
    let readerType: avsc.Type;
    try {
      readerType = theirs(changed);
    } catch (error) {
      assert.match(String(error), /duplicate|ambiguous/);
      continue;
    }
    let resolver: ReturnType<typeof readerType.createResolver> | undefined;
    let refusal: string | null = null;
    try {
      resolver = readerType.createResolver(theirs(schema), { ignoreNamespaces: true });
    } catch (error) {
      refusal = String(error);
    }
    const resolved = resolveAvro(writer, reader);
    assert.equal(
      resolved.problems.length > 0,
      refusal !== null,
      `${JSON.stringify(schema)}\n${JSON.stringify(changed)}\n${refusal}`,
    );
    if (refusal !== null) continue;
    const given = randomText(random, writer).replace(/-?[0-9]{16,}/g, "12345");
    if (given.includes("NaN") || given.includes("Infinity")) continue;
    // a map's keys once each, as avsc's objects have them
    const text = JSON.stringify(JSON.parse(given));
    const bytes = bytesOf(schema, text);
    const expected = readerType.toString(readerType.fromBuffer(bytes, resolver));
    const shown = resolved.decode(bytes, 0, 1_000_000).text;
    // through avsc's own JSON, which names branches and writes bytes as characters
    const again = encodeAvro(reader, parseJson(expected));
    assert.ok("bytes" in again, `${expected} ${JSON.stringify(again)}`);
    assert.deepEqual(compileAvro(reader)(again.bytes, 0, 1_000_000).text, shown);
    compared++;
  }
  assert.ok(compared > 150, `${compared}`);
});

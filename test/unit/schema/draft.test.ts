import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeField, exampleFor, type FieldProblem } from "../../../src/schema/draft.ts";
import type { DraftEncoding } from "../../../src/shared/protocol.ts";
import { avro, knowing, long, preview, view, wire } from "./support.ts";

function bytesOf(encoding: DraftEncoding, text: string, schema: unknown = null): Buffer {
  const encoded = encodeField({ encoding, text }, schema === null ? null : avro(schema));
  assert.ok("bytes" in encoded, JSON.stringify(encoded));
  assert.ok(encoded.bytes);
  return Buffer.from(encoded.bytes);
}

function problemsOf(encoding: DraftEncoding, text: string, schema: unknown = null): FieldProblem[] {
  const encoded = encodeField({ encoding, text }, schema === null ? null : avro(schema));
  assert.ok("problems" in encoded, "it was encoded");
  return encoded.problems;
}

const record = (...fields: unknown[]) => ({ type: "record", name: "R", namespace: "n", fields });

test("text and JSON are sent as typed, null is no bytes", () => {
  assert.deepEqual(bytesOf("text", "é\n"), Buffer.from("é\n"));
  assert.deepEqual(bytesOf("text", ""), Buffer.alloc(0));
  assert.deepEqual(bytesOf("json", ' {"a": 1.10, "a":2}\n').toString(), ' {"a": 1.10, "a":2}\n');
  assert.deepEqual(encodeField({ encoding: "null", text: "ignored" }, null), { bytes: null });
});

test("JSON that is none is refused at its position", () => {
  assert.deepEqual(problemsOf("json", '{"a":1,}'), [
    { message: "not JSON: a name in double quotes is expected here", at: 7 },
  ]);
  assert.deepEqual(problemsOf("json", "")[0]?.at, 0);
});

test("half a surrogate pair is not sent as something else", () => {
  assert.deepEqual(problemsOf("text", "a😀\udc00")[0]?.at, 3);
  assert.match(problemsOf("schema", '"\\ud800"', "string")[0]!.message, /surrogate/);
});

test("hex takes white space between bytes and says where it is wrong", () => {
  assert.deepEqual(bytesOf("hex", " de AD\nbeef "), Buffer.from("deadbeef", "hex"));
  assert.deepEqual(bytesOf("hex", ""), Buffer.alloc(0));
  assert.deepEqual(bytesOf("hex", " 0xCAFE"), Buffer.from("cafe", "hex"));
  assert.equal(problemsOf("hex", "de xd")[0]?.at, 3);
  assert.equal(problemsOf("hex", "de a be")[0]?.at, 3);
  assert.equal(problemsOf("hex", "abc")[0]?.at, 2);
});

test("Avro is written in Confluent's wire format, every digit kept", () => {
  assert.deepEqual(bytesOf("schema", "9223372036854775807", "long"), wire(7, long(9223372036854775807n)));
  assert.deepEqual(bytesOf("schema", "-9007199254740993", "long"), wire(7, long(-9007199254740993n)));
  const decimal = { type: "bytes", logicalType: "decimal", precision: 30, scale: 2 };
  for (const text of ['"12.30"', "12.30", "12.3", "1.23e1", "1230e-2"])
    assert.deepEqual(bytesOf("schema", text, decimal), wire(7, [4, 0x04, 0xce]));
  assert.deepEqual(bytesOf("schema", '"-1.28"', decimal), wire(7, [2, 0x80]));
  assert.deepEqual(bytesOf("schema", "1.28", decimal), wire(7, [4, 0x00, 0x80]));
  assert.deepEqual(bytesOf("schema", '"0x04ce"', decimal), wire(7, [4, 0x04, 0xce]));
  const fixed = { type: "fixed", name: "F", size: 3, logicalType: "decimal", precision: 6, scale: 0 };
  assert.deepEqual(bytesOf("schema", "-2", fixed), wire(7, [0xff, 0xff, 0xfe]));
});

test("dates and times are taken as text and as raw numbers", () => {
  const logical = (type: string, logicalType: string) => ({ type, logicalType });
  const same = (schema: unknown, ...texts: string[]) => {
    const [first, ...others] = texts.map((text) => bytesOf("schema", text, schema));
    for (const other of others) assert.deepEqual(other, first);
  };
  same(logical("int", "date"), "19753", '"2024-01-31"');
  same(logical("int", "time-millis"), "45296789", '"12:34:56.789"');
  same(logical("long", "time-micros"), "45296000000", '"12:34:56"', '"12:34:56.000000"');
  const millis = logical("long", "timestamp-millis");
  same(
    millis,
    "1706704496789",
    '"2024-01-31T12:34:56.789Z"',
    '"2024-01-31T13:34:56.789+01:00"',
    '"2024-01-31 12:34:56.789000Z"',
  );
  same(logical("long", "timestamp-nanos"), "-1", '"1969-12-31T23:59:59.999999999Z"');
  same(logical("long", "local-timestamp-micros"), "1", '"1970-01-01T00:00:00.000001"');
  same(
    { type: "fixed", name: "D", size: 12, logicalType: "duration" },
    '"P1M2DT3.004S"',
    '"0x0100000002000000bc0b0000"',
  );
  for (const [schema, text] of [
    [logical("int", "date"), '"2023-02-29"'],
    [logical("int", "time-millis"), '"24:00"'],
    [logical("int", "time-millis"), '"12:34:56.7891"'],
    [millis, '"2024-01-31T12:34:56.789"'],
    [millis, '"yesterday"'],
    [logical("long", "local-timestamp-millis"), '"2024-01-31T12:34:56Z"'],
  ] as const) {
    assert.match(
      problemsOf("schema", text, schema)[0]!.message,
      /^expected a (date|time|timestamp).* like .*, got /,
      text,
    );
  }
});

test("problems name the place and what was expected", () => {
  const item = { type: "record", name: "Item", fields: [{ name: "qty", type: "int" }] };
  const schema = record(
    { name: "id", type: "long" },
    { name: "items", type: { type: "array", items: item } },
    { name: "e", type: { type: "enum", name: "E", symbols: ["A", "B"] } },
    { name: "m", type: { type: "map", values: "boolean" } },
  );
  assert.deepEqual(
    problemsOf("schema", '{"id":1.5,"items":[{"qty":"x"},{"qty":3000000000}],"e":"C","m":{"a b":1},"zz":0}', schema),
    [
      { path: "$.id", message: "expected long, got 1.5" },
      { path: "$.items[0].qty", message: 'expected int, got "x"' },
      { path: "$.items[1].qty", message: "3000000000 does not fit an int (32 bits)" },
      { path: "$.e", message: 'expected one of A, B, got "C"' },
      { path: '$.m["a b"]', message: "expected boolean, got 1" },
      { path: "$.zz", message: 'the record n.R has no field "zz"' },
    ],
  );
  assert.deepEqual(
    problemsOf("schema", '{"id":1,"id":2}', schema).map(({ path }) => path),
    ["$.id", "$.items", "$.e", "$.m"],
  );
  assert.deepEqual(problemsOf("schema", "[]", schema), [
    { path: "$", message: "expected record n.R (an object), got an array" },
  ]);
  assert.equal(problemsOf("schema", '{"id":1', schema)[0]?.at, 7);
  assert.match(
    problemsOf("schema", '"1.234"', { type: "bytes", logicalType: "decimal", precision: 9, scale: 2 })[0]!.message,
    /2 digits after/,
  );
  assert.match(
    problemsOf("schema", "1e30", { type: "bytes", logicalType: "decimal", precision: 9, scale: 2 })[0]!.message,
    /more than 9 digits/,
  );
  assert.match(problemsOf("schema", "1e400", "double")[0]!.message, /too large/);
  assert.ok(problemsOf("schema", `[${Array(1000).fill('"x"')}]`, { type: "array", items: "int" }).length <= 20);
});

test("unions take a bare value where one branch fits, and Avro's own form", () => {
  const optional = ["null", "string"];
  assert.deepEqual(bytesOf("schema", "null", optional), wire(7, [0]));
  for (const text of ['"x"', '{"string":"x"}'])
    assert.deepEqual(bytesOf("schema", text, optional), wire(7, [2, 2, 0x78]));
  const numbers = ["null", "int", "long"];
  assert.deepEqual(bytesOf("schema", '{"long":5}', numbers), wire(7, [4, 10]));
  assert.deepEqual(bytesOf("schema", "3000000000", numbers), wire(7, [4], long(3000000000n)));
  assert.match(problemsOf("schema", "5", numbers)[0]!.message, /fits int and long: write \{"int"/);
  assert.match(problemsOf("schema", '"x"', numbers)[0]!.message, /^expected one of null, int, long, got "x"$/);
  assert.deepEqual(problemsOf("schema", '{"long":"x"}', numbers), [
    { path: "$.long", message: 'expected long, got "x"' },
  ]);
  // a number for a decimal, which is shown as a string
  assert.deepEqual(
    bytesOf("schema", "1.5", ["null", { type: "bytes", logicalType: "decimal", precision: 4, scale: 1 }]),
    wire(7, [2, 2, 15]),
  );
  const a = { type: "record", name: "A", namespace: "n", fields: [{ name: "x", type: "int" }] };
  const b = { type: "record", name: "B", namespace: "n", fields: [{ name: "y", type: "int" }] };
  for (const text of ['{"n.B":{"y":1}}', '{"B":{"y":1}}', '{"y":1}'])
    assert.deepEqual(bytesOf("schema", text, ["null", a, b]), wire(7, [4, 2]));
  assert.deepEqual(
    bytesOf("schema", '{"map":{"map":"v"}}', ["null", { type: "map", values: "string" }]).subarray(5)[0],
    2,
  );
  assert.equal(problemsOf("schema", '{"n.A":{"x":"s"}}', ["null", a])[0]?.path, '$["n.A"].x');
  assert.equal(problemsOf("schema", '{"x":"s"}', ["null", a])[0]?.path, "$.x");
});

test("missing fields take their defaults, in Avro's own form", () => {
  const schema = record(
    { name: "a", type: "int", default: 5 },
    { name: "b", type: ["null", "string"], default: null },
    { name: "c", type: ["string", "null"], default: "x" },
    { name: "d", type: "bytes", default: "\u00ff0x" },
    { name: "e", type: { type: "array", items: "int" }, default: [1, 2] },
    { name: "f", type: { type: "bytes", logicalType: "decimal", precision: 4, scale: 2 }, default: "\u0004\u00ce" },
  );
  const bytes = bytesOf("schema", "{}", schema);
  assert.equal(
    preview(bytes, knowing(avro(schema))).text,
    '{"a":5,"b":null,"c":"x","d":"0xff3078","e":[1,2],"f":"12.30"}',
  );
  const big = '{"type":"record","name":"R","fields":[{"name":"a","type":"long","default":9007199254740993}]}';
  assert.deepEqual(bytesOf("schema", "{}", big), wire(7, long(9007199254740993n)));
  const endless = { type: "record", name: "E", fields: [{ name: "e", type: "E", default: {} }] };
  assert.match(problemsOf("schema", "{}", endless)[0]!.message, /default does not fit/);
  assert.match(
    problemsOf("schema", "{}", record({ name: "a", type: "int" }))[0]!.message,
    /missing and has no default/,
  );
});

test("an example is accepted by its own schema, and comes back as it is", () => {
  const node = {
    type: "record",
    name: "Node",
    fields: [
      { name: "next", type: ["null", "Node"] },
      { name: "all", type: { type: "array", items: "Node" } },
    ],
  };
  const logicals = ["timestamp-millis", "timestamp-micros", "timestamp-nanos", "local-timestamp-millis", "time-micros"];
  for (const schema of [
    "null",
    "long",
    "string",
    ["null", "string"],
    ["null", "int", "long"],
    node,
    record(
      { name: "a", type: "int", default: 5 },
      { name: "b", type: ["null", { type: "map", values: "double" }], default: null },
    ),
    ...logicals.map((logicalType) => ({ type: "long", logicalType })),
    { type: "int", logicalType: "date" },
    { type: "int", logicalType: "time-millis" },
    { type: "fixed", name: "U", size: 16, logicalType: "uuid" },
    { type: "fixed", name: "D", size: 12, logicalType: "duration" },
    { type: "fixed", name: "F", size: 3 },
    { type: "bytes", logicalType: "decimal", precision: 5, scale: 2 },
    { type: "enum", name: "E", symbols: ["A", "B"], default: "B" },
  ]) {
    const example = exampleFor(avro(schema));
    assert.equal(view(bytesOf("schema", example, schema), knowing(avro(schema))).text, example);
  }
  assert.equal(exampleFor(avro({ type: "record", name: "E", fields: [{ name: "e", type: "E" }] })), "{}");
  assert.equal(exampleFor(avro("{oops")), "{}");
});

test("JSON Schema subjects send the JSON as typed, and offer an example", () => {
  const schema = avro(
    {
      type: "object",
      properties: {
        id: { type: "integer", minimum: 1 },
        at: { type: "string", format: "date-time" },
        status: { enum: ["new", "done"] },
        tags: { type: "array", items: { $ref: "#/definitions/tag" } },
        note: { type: ["null", "string"] },
        self: { $ref: "#" },
      },
      definitions: { tag: { type: "string", default: "x" } },
    },
    { type: "JSON" },
  );
  const example = JSON.parse(exampleFor(schema));
  assert.deepEqual(
    [example.id, example.at, example.status, example.tags, example.note],
    [1, "2024-01-31T12:34:56.789Z", "new", ["x"], ""],
  );
  const text = '{ "id": 12345678901234567890 }';
  assert.deepEqual(encodeField({ encoding: "schema", text }, schema), { bytes: wire(7, Buffer.from(text)) });
  assert.ok("problems" in encodeField({ encoding: "schema", text: "{oops" }, schema));
});

test("what cannot be encoded says so", () => {
  assert.match(problemsOf("schema", "{}")[0]!.message, /choose a subject/);
  assert.ok("problems" in encodeField({ encoding: "schema", text: "{}" }, avro("x", { type: "THRIFT" })));
  assert.match(problemsOf("schema", "{}", { type: "nonsense" })[0]!.message, /not defined/);
});

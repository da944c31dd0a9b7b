import assert from "node:assert/strict";
import { test } from "node:test";
import type { RegisteredSchema } from "../../../src/schema/api.ts";
import { encodeField, type FieldProblem, helpFor } from "../../../src/schema/draft.ts";
import type { DraftEncoding } from "../../../src/shared/draft.ts";
import { avro, knowing, long, preview, view, wire } from "./support.ts";

const exampleOf = async (schema: RegisteredSchema): Promise<string> => (await helpFor(schema)).example;

async function bytesOf(encoding: DraftEncoding, text: string, schema: unknown = null): Promise<Buffer> {
  const encoded = await encodeField({ encoding, text }, schema === null ? null : avro(schema));
  assert.ok("bytes" in encoded, JSON.stringify(encoded));
  assert.ok(encoded.bytes);
  return Buffer.from(encoded.bytes);
}

async function problemsOf(encoding: DraftEncoding, text: string, schema: unknown = null): Promise<FieldProblem[]> {
  const encoded = await encodeField({ encoding, text }, schema === null ? null : avro(schema));
  assert.ok("problems" in encoded, "it was encoded");
  return encoded.problems;
}

const record = (...fields: unknown[]) => ({ type: "record", name: "R", namespace: "n", fields });

test("text and JSON are sent as typed, null is no bytes", async () => {
  assert.deepEqual(await bytesOf("text", "é\n"), Buffer.from("é\n"));
  assert.deepEqual(await bytesOf("text", ""), Buffer.alloc(0));
  assert.deepEqual((await bytesOf("json", ' {"a": 1.10, "a":2}\n')).toString(), ' {"a": 1.10, "a":2}\n');
  assert.deepEqual(await encodeField({ encoding: "null", text: "ignored" }, null), { bytes: null });
});

test("JSON that is none is refused at its position", async () => {
  assert.deepEqual(await problemsOf("json", '{"a":1,}'), [
    { message: "not JSON: a name in double quotes is expected here", at: 7 },
  ]);
  assert.deepEqual((await problemsOf("json", ""))[0]?.at, 0);
});

test("half a surrogate pair is not sent as something else", async () => {
  assert.deepEqual((await problemsOf("text", "a😀\udc00"))[0]?.at, 3);
  assert.match((await problemsOf("schema", '"\\ud800"', "string"))[0]!.message, /surrogate/);
});

test("hex takes white space between bytes and says where it is wrong", async () => {
  assert.deepEqual(await bytesOf("hex", " de AD\nbeef "), Buffer.from("deadbeef", "hex"));
  assert.deepEqual(await bytesOf("hex", ""), Buffer.alloc(0));
  assert.deepEqual(await bytesOf("hex", " 0xCAFE"), Buffer.from("cafe", "hex"));
  assert.equal((await problemsOf("hex", "de xd"))[0]?.at, 3);
  assert.equal((await problemsOf("hex", "de a be"))[0]?.at, 3);
  assert.equal((await problemsOf("hex", "abc"))[0]?.at, 2);
});

test("Avro is written in Confluent's wire format, every digit kept", async () => {
  assert.deepEqual(await bytesOf("schema", "9223372036854775807", "long"), wire(7, long(9223372036854775807n)));
  assert.deepEqual(await bytesOf("schema", "-9007199254740993", "long"), wire(7, long(-9007199254740993n)));
  const decimal = { type: "bytes", logicalType: "decimal", precision: 30, scale: 2 };
  for (const text of ['"12.30"', "12.30", "12.3", "1.23e1", "1230e-2"])
    assert.deepEqual(await bytesOf("schema", text, decimal), wire(7, [4, 0x04, 0xce]));
  assert.deepEqual(await bytesOf("schema", '"-1.28"', decimal), wire(7, [2, 0x80]));
  assert.deepEqual(await bytesOf("schema", "1.28", decimal), wire(7, [4, 0x00, 0x80]));
  assert.deepEqual(await bytesOf("schema", '"0x04ce"', decimal), wire(7, [4, 0x04, 0xce]));
  const fixed = { type: "fixed", name: "F", size: 3, logicalType: "decimal", precision: 6, scale: 0 };
  assert.deepEqual(await bytesOf("schema", "-2", fixed), wire(7, [0xff, 0xff, 0xfe]));
});

test("dates and times are taken as text and as raw numbers", async () => {
  const logical = (type: string, logicalType: string) => ({ type, logicalType });
  const same = async (schema: unknown, ...texts: string[]) => {
    const [first, ...others] = await Promise.all(texts.map((text) => bytesOf("schema", text, schema)));
    for (const other of others) assert.deepEqual(other, first);
  };
  await same(logical("int", "date"), "19753", '"2024-01-31"');
  await same(logical("int", "time-millis"), "45296789", '"12:34:56.789"');
  await same(logical("long", "time-micros"), "45296000000", '"12:34:56"', '"12:34:56.000000"');
  const millis = logical("long", "timestamp-millis");
  await same(
    millis,
    "1706704496789",
    '"2024-01-31T12:34:56.789Z"',
    '"2024-01-31T13:34:56.789+01:00"',
    '"2024-01-31 12:34:56.789000Z"',
  );
  await same(logical("long", "timestamp-nanos"), "-1", '"1969-12-31T23:59:59.999999999Z"');
  await same(logical("long", "local-timestamp-micros"), "1", '"1970-01-01T00:00:00.000001"');
  await same(
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
      (await problemsOf("schema", text, schema))[0]!.message,
      /^expected a (date|time|timestamp).* like .*, got /,
      text,
    );
  }
});

test("problems name the place and what was expected", async () => {
  const item = { type: "record", name: "Item", fields: [{ name: "qty", type: "int" }] };
  const schema = record(
    { name: "id", type: "long" },
    { name: "items", type: { type: "array", items: item } },
    { name: "e", type: { type: "enum", name: "E", symbols: ["A", "B"] } },
    { name: "m", type: { type: "map", values: "boolean" } },
  );
  assert.deepEqual(
    await problemsOf(
      "schema",
      '{"id":1.5,"items":[{"qty":"x"},{"qty":3000000000}],"e":"C","m":{"a b":1},"zz":0}',
      schema,
    ),
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
    (await problemsOf("schema", '{"id":1,"id":2}', schema)).map(({ path }) => path),
    ["$.id", "$.items", "$.e", "$.m"],
  );
  assert.deepEqual(await problemsOf("schema", "[]", schema), [
    { path: "$", message: "expected record n.R (an object), got an array" },
  ]);
  assert.equal((await problemsOf("schema", '{"id":1', schema))[0]?.at, 7);
  assert.match(
    (await problemsOf("schema", '"1.234"', { type: "bytes", logicalType: "decimal", precision: 9, scale: 2 }))[0]!
      .message,
    /2 digits after/,
  );
  assert.match(
    (await problemsOf("schema", "1e30", { type: "bytes", logicalType: "decimal", precision: 9, scale: 2 }))[0]!.message,
    /more than 9 digits/,
  );
  assert.match((await problemsOf("schema", "1e400", "double"))[0]!.message, /too large/);
  assert.ok((await problemsOf("schema", `[${Array(1000).fill('"x"')}]`, { type: "array", items: "int" })).length <= 20);
});

test("unions take a bare value where one branch fits, and Avro's own form", async () => {
  const optional = ["null", "string"];
  assert.deepEqual(await bytesOf("schema", "null", optional), wire(7, [0]));
  for (const text of ['"x"', '{"string":"x"}'])
    assert.deepEqual(await bytesOf("schema", text, optional), wire(7, [2, 2, 0x78]));
  const numbers = ["null", "int", "long"];
  assert.deepEqual(await bytesOf("schema", '{"long":5}', numbers), wire(7, [4, 10]));
  assert.deepEqual(await bytesOf("schema", "3000000000", numbers), wire(7, [4], long(3000000000n)));
  assert.match((await problemsOf("schema", "5", numbers))[0]!.message, /fits int and long: write \{"int"/);
  assert.match((await problemsOf("schema", '"x"', numbers))[0]!.message, /^expected one of null, int, long, got "x"$/);
  assert.deepEqual(await problemsOf("schema", '{"long":"x"}', numbers), [
    { path: "$.long", message: 'expected long, got "x"' },
  ]);
  // a number for a decimal, which is shown as a string
  assert.deepEqual(
    await bytesOf("schema", "1.5", ["null", { type: "bytes", logicalType: "decimal", precision: 4, scale: 1 }]),
    wire(7, [2, 2, 15]),
  );
  const a = { type: "record", name: "A", namespace: "n", fields: [{ name: "x", type: "int" }] };
  const b = { type: "record", name: "B", namespace: "n", fields: [{ name: "y", type: "int" }] };
  for (const text of ['{"n.B":{"y":1}}', '{"B":{"y":1}}', '{"y":1}'])
    assert.deepEqual(await bytesOf("schema", text, ["null", a, b]), wire(7, [4, 2]));
  assert.deepEqual(
    (await bytesOf("schema", '{"map":{"map":"v"}}', ["null", { type: "map", values: "string" }])).subarray(5)[0],
    2,
  );
  assert.equal((await problemsOf("schema", '{"n.A":{"x":"s"}}', ["null", a]))[0]?.path, '$["n.A"].x');
  assert.equal((await problemsOf("schema", '{"x":"s"}', ["null", a]))[0]?.path, "$.x");
});

test("missing fields take their defaults, in Avro's own form", async () => {
  const schema = record(
    { name: "a", type: "int", default: 5 },
    { name: "b", type: ["null", "string"], default: null },
    { name: "c", type: ["string", "null"], default: "x" },
    { name: "d", type: "bytes", default: "\u00ff0x" },
    { name: "e", type: { type: "array", items: "int" }, default: [1, 2] },
    { name: "f", type: { type: "bytes", logicalType: "decimal", precision: 4, scale: 2 }, default: "\u0004\u00ce" },
  );
  const bytes = await bytesOf("schema", "{}", schema);
  assert.equal(
    preview(bytes, knowing(avro(schema))).text,
    '{"a":5,"b":null,"c":"x","d":"0xff3078","e":[1,2],"f":"12.30"}',
  );
  const big = '{"type":"record","name":"R","fields":[{"name":"a","type":"long","default":9007199254740993}]}';
  assert.deepEqual(await bytesOf("schema", "{}", big), wire(7, long(9007199254740993n)));
  const endless = { type: "record", name: "E", fields: [{ name: "e", type: "E", default: {} }] };
  assert.match((await problemsOf("schema", "{}", endless))[0]!.message, /default does not fit/);
  assert.match(
    (await problemsOf("schema", "{}", record({ name: "a", type: "int" })))[0]!.message,
    /missing and has no default/,
  );
});

test("an example is accepted by its own schema, and comes back as it is", async () => {
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
    const example = await exampleOf(avro(schema));
    assert.equal(view(await bytesOf("schema", example, schema), knowing(avro(schema))).text, example);
  }
  assert.equal(await exampleOf(avro({ type: "record", name: "E", fields: [{ name: "e", type: "E" }] })), "{}");
  assert.equal(await exampleOf(avro("{oops")), "{}");
});

test("JSON Schema subjects send the JSON as typed, and offer an example", async () => {
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
  const example = JSON.parse(await exampleOf(schema));
  assert.deepEqual(
    [example.id, example.at, example.status, example.tags, example.note],
    [1, "2024-01-31T12:34:56.789Z", "new", ["x"], ""],
  );
  const text = '{ "id": 12345678901234567890 }';
  assert.deepEqual(await encodeField({ encoding: "schema", text }, schema), { bytes: wire(7, Buffer.from(text)) });
  assert.ok("problems" in (await encodeField({ encoding: "schema", text: "{oops" }, schema)));
  assert.deepEqual(await encodeField({ encoding: "schema", text: '{"id":0,"tags":["a",1]}' }, schema), {
    problems: [
      { path: "$.id", message: "0 is less than the minimum 1" },
      { path: "$.tags[1]", message: "expected string, got 1" },
    ],
  });
});

test("Protobuf subjects send the first message of the file, exactly", async () => {
  const proto = 'syntax = "proto3"; package p; message Order { int64 id = 1; string name = 2; } message Other {}';
  const schema = avro(proto, { type: "PROTOBUF" });
  assert.deepEqual(JSON.parse(await exampleOf(schema)), { id: "0", name: "" });
  const text = '{"id":"9007199254740993","name":"x"}';
  const body = Buffer.from("08818080808080801012" + "0178", "hex");
  assert.deepEqual(await encodeField({ encoding: "schema", text }, schema), {
    bytes: wire(7, Buffer.concat([Buffer.of(0), body])),
  });
  const wrong = await encodeField({ encoding: "schema", text: '{"id":"x","nam":1}' }, schema);
  assert.ok("problems" in wrong);
  assert.deepEqual(wrong.problems.map(({ path }) => path).sort(), ["$.id", "$.nam"]);
});

test("what cannot be encoded says so", async () => {
  assert.match((await problemsOf("schema", "{}"))[0]!.message, /choose a subject/);
  assert.ok("problems" in (await encodeField({ encoding: "schema", text: "{}" }, avro("x", { type: "THRIFT" }))));
  assert.match((await problemsOf("schema", "{}", { type: "nonsense" }))[0]!.message, /not defined/);
});

test("formats without a schema are sent from the JSON that they are shown as", async () => {
  const cases: [DraftEncoding, string, string][] = [
    ["messagepack", '{"a":9007199254740993}', "81a161cf0020000000000001"],
    ["cbor", '{"a":[1,"x"]}', "a1616182016178"],
    ["smile", '{"a":1}', "3a290a"],
    ["short", "-2", "fffe"],
    ["integer", "70000", "00011170"],
    ["long", "9007199254740993", "0020000000000001"],
    ["float", "0.1", "3dcccccd"],
    ["double", '"NaN"', "7ff8000000000000"],
    ["boolean", "true", "01"],
    [
      "uuid",
      " 123e4567-e89b-12d3-a456-426614174000 ",
      Buffer.from("123e4567-e89b-12d3-a456-426614174000").toString("hex"),
    ],
  ];
  for (const [encoding, text, hex] of cases) {
    const bytes = (await bytesOf(encoding, text)).toString("hex");
    assert.ok(encoding === "smile" ? bytes.startsWith(hex) : bytes === hex, `${encoding}: ${bytes}`);
  }
  for (const [encoding, text] of [
    ["short", "70000"],
    ["integer", "1.5"],
    ["boolean", "yes"],
    ["uuid", "12"],
    ["cbor", '{"a":'],
  ] as const) {
    assert.ok((await problemsOf(encoding, text))[0]!.message.length > 10, encoding);
  }
});

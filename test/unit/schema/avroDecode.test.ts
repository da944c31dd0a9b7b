import assert from "node:assert/strict";
import { test } from "node:test";
import { avro, knowing, long, preview, view, wire } from "./support.ts";

/** The compact JSON text of an Avro body under a schema; the test fails when there are problems. */
function decoded(schema: unknown, ...body: number[]): string {
  const cell = preview(wire(7, body), knowing(avro(schema)), 100_000);
  assert.deepEqual(cell.problems, []);
  assert.equal(cell.format, "avro");
  return cell.text;
}

function refused(schema: unknown, ...body: number[]): string {
  const context = knowing(avro(schema));
  const shown = view(wire(7, body), context);
  assert.equal(shown.format, "binary");
  assert.equal(shown.problems.length, 1);
  assert.deepEqual(preview(wire(7, body), context).problems, shown.problems);
  return shown.problems[0]!;
}

const le = (size: 4 | 8, value: number): number[] => {
  const bytes = Buffer.alloc(size);
  if (size === 4) bytes.writeFloatLE(value);
  else bytes.writeDoubleLE(value);
  return [...bytes];
};

const logical = (type: string, logicalType: string) => ({ type, logicalType });

test("primitive types", () => {
  assert.equal(decoded("null"), "null");
  assert.equal(decoded("boolean", 1), "true");
  assert.equal(decoded("int", 0x01), "-1");
  assert.equal(decoded("int", ...long(-2147483648n)), "-2147483648");
  assert.equal(decoded("string", 0x06, 0x66, 0x6f, 0x6f), '"foo"');
  assert.equal(decoded('"string"', 0x06, 0x66, 0x6f, 0x6f), '"foo"');
  assert.equal(decoded("string", 0x0a, 0x22, 0x0a, 0xc3, 0xa9, 0x5c), '"\\"\\né\\\\"');
  assert.equal(decoded("bytes", 0x04, 0x00, 0xff), '"0x00ff"');
  assert.equal(decoded({ type: "fixed", name: "F", size: 2 }, 0xca, 0xfe), '"0xcafe"');
  assert.equal(decoded({ type: "enum", name: "E", symbols: ["A", "B"] }, 0x02), '"B"');
});

test("every bit of a long is kept", () => {
  for (let bits = 0n; bits < 64n; bits++) {
    for (const delta of [-1n, 0n, 1n]) {
      for (const sign of [1n, -1n]) {
        const value = BigInt.asIntN(64, sign * ((1n << bits) + delta));
        assert.equal(decoded("long", ...long(value)), String(value));
      }
    }
  }
  assert.equal(decoded("long", ...long(9007199254740993n)), "9007199254740993");
});

test("doubles and floats are the shortest text that reads back the same", () => {
  for (const value of [0, 1, -1.5, 0.1, 1e300, 5e-324, 123456.789, 1e21])
    assert.equal(decoded("double", ...le(8, value)), String(value));
  assert.equal(decoded("double", ...le(8, -0)), "-0");
  assert.equal(decoded("double", ...le(8, Number.NaN)), '"NaN"');
  assert.equal(decoded("double", ...le(8, -Infinity)), '"-Infinity"');
  assert.equal(decoded("float", ...le(4, 0.1)), "0.1");
  assert.equal(decoded("float", ...le(4, 3.4028234663852886e38)), "3.4028235e+38");
  assert.equal(decoded("float", ...le(4, 16777216)), "16777216");
  assert.equal(decoded("float", ...le(4, 1.401298464324817e-45)), "1e-45");
  assert.equal(decoded("float", ...le(4, Infinity)), '"Infinity"');
});

test("arrays and maps, in one block, in several, and with their sizes in bytes", () => {
  const ints = { type: "array", items: "int" };
  assert.equal(decoded(ints, 0), "[]");
  assert.equal(decoded(ints, 4, 2, 4, 0), "[1,2]");
  assert.equal(decoded(ints, 2, 2, 2, 4, 0), "[1,2]");
  assert.equal(decoded(ints, 3, 4, 2, 4, 0), "[1,2]");
  const map = { type: "map", values: "boolean" };
  assert.equal(decoded(map, 4, 2, 0x61, 1, 2, 0x61, 0, 0), '{"a":true,"a":false}');
  assert.equal(decoded(map, 0), "{}");
});

test("a union is shown as its value where JSON tells the branches apart", () => {
  assert.equal(decoded(["null", "string"], 0), "null");
  assert.equal(decoded(["null", "string"], 2, 2, 0x61), '"a"');
  assert.equal(decoded(["string", "null"], 2), "null");
  assert.equal(decoded(["null", "int", "string", { type: "array", items: "int" }], 2, 2), "1");
});

test("a union is shown with its branch where JSON does not", () => {
  assert.equal(decoded(["null", "int", "long"], 4, 2), '{"long":1}');
  assert.equal(decoded(["null", "int", "long"], 0), "null");
  assert.equal(decoded(["string", "bytes"], 2, 2, 0x41), '{"bytes":"0x41"}');
  const a = { type: "record", name: "A", namespace: "n", fields: [] };
  const b = { type: "record", name: "B", namespace: "n", fields: [] };
  assert.equal(decoded([a, b], 2), '{"n.B":{}}');
  assert.equal(decoded(["null", "double", "string"], 2, ...le(8, 1.5)), "1.5");
  assert.equal(decoded(["null", "double", "string"], 2, ...le(8, Number.NaN)), '{"double":"NaN"}');
  assert.equal(decoded(["null", "double"], 2, ...le(8, Number.NaN)), '"NaN"');
});

test("named types, namespaces and recursion", () => {
  const list = {
    type: "record",
    name: "Node",
    namespace: "a.b",
    fields: [
      { name: "value", type: "int" },
      { name: "next", type: ["null", "Node"] },
      { name: "color", type: ["null", { type: "enum", name: "Color", symbols: ["RED"] }] },
    ],
  };
  assert.equal(
    decoded(list, 2, 2, 4, 0, 2, 0, 0),
    '{"value":1,"next":{"value":2,"next":null,"color":"RED"},"color":null}',
  );
  const full = {
    type: "record",
    name: "R",
    fields: [
      { name: "x", type: { ...list } },
      { name: "y", type: "a.b.Color" },
    ],
  };
  assert.equal(decoded(full, 2, 0, 0, 0), '{"x":{"value":1,"next":null,"color":null},"y":"RED"}');
});

test("logical types", () => {
  const decimal = (bytes: number[], scale: number) =>
    decoded({ type: "bytes", logicalType: "decimal", precision: 40, scale }, bytes.length * 2, ...bytes);
  assert.equal(decimal([0x04, 0xce], 2), '"12.30"');
  assert.equal(decimal([0xff], 2), '"-0.01"');
  assert.equal(decimal([], 2), '"0.00"');
  assert.equal(decimal([0x80], 0), '"-128"');
  assert.equal(decimal([0x00, ...Array(15).fill(0xff)], 5), '"13292279957849158729038070602803.44575"');
  assert.equal(
    decoded(
      { type: "fixed", name: "D", size: 4, logicalType: "decimal", precision: 9, scale: 3 },
      0xff,
      0xff,
      0xff,
      0xff,
    ),
    '"-0.001"',
  );
  assert.equal(decoded(logical("int", "date"), ...long(19753n)), '"2024-01-31"');
  assert.equal(decoded(logical("int", "date"), ...long(-1n)), '"1969-12-31"');
  assert.equal(decoded(logical("int", "date"), ...long(-719529n)), '"-000001-12-31"');
  assert.equal(decoded(logical("int", "date"), ...long(2147483647n)), "2147483647");
  assert.equal(decoded(logical("int", "time-millis"), ...long(86_399_999n)), '"23:59:59.999"');
  assert.equal(decoded(logical("int", "time-millis"), ...long(86_400_000n)), "86400000");
  assert.equal(decoded(logical("long", "time-micros"), ...long(45_296_000_001n)), '"12:34:56.000001"');
  assert.equal(decoded(logical("long", "timestamp-millis"), ...long(1_700_000_000_123n)), '"2023-11-14T22:13:20.123Z"');
  assert.equal(decoded(logical("long", "timestamp-millis"), ...long(-1n)), '"1969-12-31T23:59:59.999Z"');
  assert.equal(
    decoded(logical("long", "timestamp-micros"), ...long(1_700_000_000_123_456n)),
    '"2023-11-14T22:13:20.123456Z"',
  );
  assert.equal(
    decoded(logical("long", "timestamp-nanos"), ...long(1_700_000_000_123_456_789n)),
    '"2023-11-14T22:13:20.123456789Z"',
  );
  assert.equal(
    decoded(logical("long", "timestamp-nanos"), ...long(-9223372036854775808n)),
    '"1677-09-21T00:12:43.145224192Z"',
  );
  assert.equal(
    decoded(logical("long", "timestamp-micros"), ...long(-9007199254740993n)),
    '"1684-07-28T00:12:25.259007Z"',
  );
  assert.equal(decoded(logical("long", "timestamp-millis"), ...long(9223372036854775807n)), "9223372036854775807");
  assert.equal(decoded(logical("long", "local-timestamp-millis"), 0), '"1970-01-01T00:00:00.000"');
  assert.equal(decoded(logical("long", "local-timestamp-nanos"), 2), '"1970-01-01T00:00:00.000000001"');
  const uuid = [0x12, 0x3e, 0x45, 0x67, 0xe8, 0x9b, 0x12, 0xd3, 0xa4, 0x56, 0x42, 0x66, 0x14, 0x17, 0x40, 0x00];
  assert.equal(
    decoded({ type: "fixed", name: "U", size: 16, logicalType: "uuid" }, ...uuid),
    '"123e4567-e89b-12d3-a456-426614174000"',
  );
  assert.equal(decoded(logical("string", "uuid"), 2, 0x61), '"a"');
  assert.equal(
    decoded({ type: "fixed", name: "P", size: 12, logicalType: "duration" }, 1, 0, 0, 0, 2, 0, 0, 0, 0xbc, 0x0b, 0, 0),
    '"P1M2DT3.004S"',
  );
});

test("a logical type that does not fit its type is ignored", () => {
  assert.equal(decoded(logical("string", "date"), 2, 0x61), '"a"');
  assert.equal(decoded(logical("int", "timestamp-millis"), 2), "1");
  assert.equal(decoded({ type: "bytes", logicalType: "decimal", precision: 2, scale: 3 }, 2, 1), '"0x01"');
  assert.equal(decoded({ type: "long", logicalType: "made-up" }, 2), "1");
});

test("references are types of the schema, in whatever order they are listed", () => {
  const outer = { type: "record", name: "Outer", namespace: "n", fields: [{ name: "b", type: "n.B" }] };
  const b = { type: "record", name: "B", namespace: "n", fields: [{ name: "a", type: "A" }] };
  const a = { type: "enum", name: "A", namespace: "n", symbols: ["X"] };
  const references = [b, a].map((schema) => ({
    name: schema.name,
    subject: "s",
    version: 1,
    schema: JSON.stringify(schema),
  }));
  const cell = preview(wire(7, [0]), knowing(avro(outer, { references })));
  assert.deepEqual([cell.text, cell.problems], ['{"b":{"a":"X"}}', []]);
  assert.match(
    view(wire(7, [0]), knowing(avro(outer, { references: [references[0]!] }))).problems[0]!,
    /"A" is not defined/,
  );
});

test("a view is the same value laid out", () => {
  const schema = {
    type: "record",
    name: "R",
    fields: [
      { name: "a", type: "long" },
      { name: "b", type: { type: "array", items: "int" } },
    ],
  };
  const shown = view(wire(7, long(9007199254740993n), [2, 4, 0]), knowing(avro(schema)));
  assert.equal(shown.text, '{\n  "a": 9007199254740993,\n  "b": [\n    2\n  ]\n}');
  assert.deepEqual(shown.schema, { id: 7, type: "AVRO", subject: "orders-value", version: 1 });
});

const SEVEN = { type: "record", name: "R", fields: [..."abcdefg"].map((name) => ({ name, type: "int" })) };

test("what is cut off says how far it came", () => {
  assert.equal(refused(SEVEN, 2, 4, 6), "not Avro: the value ends after 3 of its 7 fields");
  assert.equal(refused(SEVEN), "not Avro: the value ends after 0 of its 7 fields");
  assert.equal(refused("long", 0x80), "not Avro: the value ends too early");
  assert.equal(refused("string", 0x06, 0x61), "not Avro: the value ends too early");
  const item = { type: "record", name: "I", fields: [{ name: "qty", type: "int" }] };
  const nested = {
    type: "record",
    name: "R",
    fields: [
      { name: "id", type: "int" },
      { name: "items", type: { type: "array", items: item } },
    ],
  };
  assert.equal(refused(nested, 2, 6, 2, 4), "not Avro: the value ends after 1 of its 2 fields (in items[2].qty)");
});

test("what does not fit says where", () => {
  assert.equal(refused("boolean", 2), "not Avro: 2 is not a boolean");
  const nested = {
    type: "record",
    name: "R",
    fields: [{ name: "e", type: { type: "enum", name: "E", symbols: ["A"] } }],
  };
  assert.equal(refused(nested, 8), "not Avro: the enum E has no symbol number 4 (in e)");
  assert.equal(refused(["null", "int"], 6), "not Avro: a union has no branch number 3");
  assert.equal(refused("int", ...long(2147483648n)), "not Avro: 2147483648 is not an int");
  assert.equal(refused("long", ...Array(10).fill(0xff), 1), "not Avro: a number is longer than 10 bytes");
  assert.equal(refused("long", ...Array(9).fill(0xff), 0x7f), "not Avro: a number is larger than 64 bits");
  assert.equal(refused("string", 1), "not Avro: a length of -1 for a string");
});

test("what follows the value is a problem, and the value is still shown", () => {
  const shown = view(wire(7, [2, 9, 9, 9]), knowing(avro("int")));
  assert.deepEqual([shown.format, shown.text, shown.problems], ["avro", "1", ["3 bytes follow the Avro value"]]);
  assert.deepEqual(preview(wire(7, [2, 9]), knowing(avro("int"))).problems, ["1 byte follows the Avro value"]);
});

test("a string that is not UTF-8 is shown as far as it is, and said so", () => {
  const shown = view(wire(7, [4, 0x61, 0xff]), knowing(avro("string")));
  assert.deepEqual([shown.text, shown.problems.length], ['"a\ufffd"', 1]);
  assert.deepEqual(view(wire(7, [6, 0xef, 0xbf, 0xbd]), knowing(avro("string"))).problems, []);
});

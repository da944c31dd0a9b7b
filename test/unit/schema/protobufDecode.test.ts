import assert from "node:assert/strict";
import { test } from "node:test";
import { protobufFormat, protobufMessageFormat } from "../../../src/schema/protobuf/decode.ts";
import { parseProtobuf } from "../../../src/schema/protobuf/schema.ts";

const WHOLE = Number.POSITIVE_INFINITY;

/** the text and problems of a message without anything before it */
function read(
  schema: string,
  bytes: number[] | Buffer,
  name = "M",
  references: { name: string; schema: string }[] = [],
) {
  const parsed = parseProtobuf({
    schema,
    references: references.map((each) => ({ subject: each.name, version: 1, ...each })),
  });
  const { text, problems } = protobufMessageFormat(parsed, name).decode(Buffer.from(bytes), 0, WHOLE);
  return [text, ...problems];
}

test("a message is chosen by name, in its own words when there is none", () => {
  assert.deepEqual(read('syntax="proto3"; package p; message M { int32 a = 1; }', [8, 1], "p.M"), ['{"a":1}']);
  assert.deepEqual(read('syntax="proto3"; package p; message M { int32 a = 1; }', [8, 1], ".p.M"), ['{"a":1}']);
  assert.throws(() => read('syntax="proto3"; message M {}', [], "N"), {
    message: "the schema has no message called N",
  });
});

test("index paths: one zero byte, [0] in full, and deeper ones", () => {
  const schema = parseProtobuf({
    schema: 'syntax="proto3"; message A { int32 a=1; message B { int32 b=1; } } message C {}',
    references: [],
  });
  const format = protobufFormat(schema);
  for (const [header, text] of [
    [[0], '{"a":1}'],
    [[2, 0], '{"a":1}'],
    [[4, 0, 0], '{"b":1}'],
  ] as const) {
    assert.equal(format.decode(Buffer.from([...header, 8, 1]), 0, WHOLE).text, text);
  }
  assert.deepEqual(schema.indexesOf("A.B"), [0, 0]);
  assert.deepEqual(schema.indexesOf("C"), [1]);
  assert.equal(schema.indexesOf("D"), null);
  assert.deepEqual(schema.names, ["A", "A.B", "C"]);
});

test("a map that a tool wrote as the entries it is compiled to is a map, in its place", () => {
  const schema = `syntax = "proto3"; package p; message M { string first = 1; repeated ME m = 2; oneof o { int32 a = 3; } optional int32 b = 4;
    message ME { option map_entry = true; string key = 1; Inner value = 2; } message Inner { int32 x = 1; } }`;
  const bytes = [10, 1, 102, 18, 7, 10, 1, 107, 18, 2, 8, 5, 24, 0, 32, 0];
  assert.deepEqual(read(schema, bytes, "p.M"), ['{"first":"f","m":{"k":{"x":5}},"a":0,"b":0}']);
  const parsed = parseProtobuf({ schema, references: [] });
  assert.deepEqual(parsed.names, ["p.M", "p.M.Inner"]);
  assert.deepEqual(parsed.indexesOf("p.M.Inner"), [0, 1]);
});

test("of entries of a map with one key the last one counts, and every type of key is shown as a string", () => {
  assert.deepEqual(
    read('syntax="proto3"; message M { map<string,int32> m=1; }', [10, 5, 10, 1, 97, 16, 1, 10, 5, 10, 1, 97, 16, 2]),
    ['{"m":{"a":2}}'],
  );
  const keys = "int32 int64 uint32 uint64 sint32 sint64 fixed32 fixed64 sfixed32 sfixed64 bool".split(" ");
  const fixed: Record<string, number[]> = {
    fixed32: [13, 1, 0, 0, 0],
    sfixed32: [13, 1, 0, 0, 0],
    fixed64: [9, 1, 0, 0, 0, 0, 0, 0, 0],
    sfixed64: [9, 1, 0, 0, 0, 0, 0, 0, 0],
  };
  for (const key of keys) {
    const entry = [...(fixed[key] ?? [8, 1]), 16, 7];
    const shown = key === "bool" ? "true" : key.startsWith("sint") ? "-1" : "1";
    assert.deepEqual(
      read(`syntax="proto3"; message M { map<${key},int32> m=1; }`, [10, entry.length, ...entry]),
      [`{"m":{"${shown}":7}}`],
      key,
    );
  }
  assert.deepEqual(read('syntax="proto3"; message M { map<int32,M> m=1; int32 a=2; }', [10, 0]), ['{"m":{"0":{}}}']);
});

test("an empty run of packed numbers is an empty list, and what follows it is all of the list", () => {
  const schema = 'syntax="proto3"; message M { repeated int32 a=1; }';
  assert.deepEqual(read(schema, [10, 0]), ['{"a":[]}']);
  assert.deepEqual(read(schema, [10, 0, 8, 1, 10, 0, 10, 1, 2]), ['{"a":[1,2]}']);
});

test("fields in another order than the schema's are shown in the schema's", () => {
  const schema =
    'syntax="proto3"; message M { int32 c=3; repeated int32 a=1; oneof o { int32 x=4; string y=5; } int32 b=2; }';
  assert.deepEqual(read(schema, [8, 1, 16, 2, 24, 3, 8, 4]), ['{"c":3,"a":[1,4],"b":2}']);
  assert.deepEqual(read(schema, [42, 1, 97, 32, 1, 42, 1, 98]), ['{"y":"b"}']);
});

test("messages and groups given in parts are merged, also deep within", () => {
  const schema =
    'syntax="proto2"; message M { optional group G = 1 { optional int32 a=1; optional int32 b=2; optional M m=3; } optional int32 n=4; }';
  assert.deepEqual(read(schema, [11, 8, 1, 12, 11, 16, 2, 8, 3, 12]), ['{"g":{"a":3,"b":2}}']);
  assert.deepEqual(read(schema, [11, 26, 2, 32, 1, 12, 11, 26, 2, 32, 5, 12]), ['{"g":{"m":{"n":5}}}']);
  assert.throws(() => read(schema, [11, 8, 1]), { message: "the value ends too early (in g)" });
});

test("editions: required and delimited fields", () => {
  const schema = `edition="2023"; message M { int32 a=1 [features.field_presence=LEGACY_REQUIRED]; N n=2 [features.message_encoding=DELIMITED]; repeated int32 p=3; }
    message N { int32 q=1; }`;
  assert.deepEqual(read(schema, [19, 8, 5, 20, 26, 2, 1, 2, 24, 3]), [
    '{"n":{"q":5},"p":[1,2,3]}',
    "the required field M.a is missing",
  ]);
});

test("required fields that are missing are named once, wherever they are missing", () => {
  const schema =
    'syntax="proto2"; message M { required int32 a=1; repeated N n=2; } message N { required string s=1; optional int32 i=2; }';
  assert.deepEqual(read(schema, [18, 2, 16, 1, 18, 0]), [
    '{"n":[{"i":1},{}]}',
    "the required fields N.s, M.a are missing",
  ]);
});

test("unknown fields are shown by number, each of them, with their wire type as a problem", () => {
  const schema = 'syntax="proto3"; message M { int32 a=1; }';
  assert.deepEqual(read(schema, [16, 1, 16, 2, 29, 1, 2, 3, 4, 33, 1, 2, 3, 4, 5, 6, 7, 8, 43, 8, 1, 44, 50, 1, 65]), [
    '{"#2":["1","2"],"#3":"0x01020304","#4":"0x0102030405060708","#5":"0x0801","#6":"0x41"}',
    "fields 2 (varint), 3 (32 bits), 4 (64 bits), 5 (group), 6 (bytes) are not in the schema, or are of other types there",
  ]);
});

test("text that is not UTF-8 is a problem wherever it stands: fields, map keys, Struct, wrappers", () => {
  const problem = "a string is not well-formed UTF-8: what is malformed is shown as \ufffd";
  const schema = `syntax="proto3"; import "google/protobuf/struct.proto"; import "google/protobuf/wrappers.proto";
    message M { string s=1; map<string,bool> m=2; google.protobuf.Struct t=3; google.protobuf.StringValue w=4; }`;
  for (const [bytes, text] of [
    [[10, 1, 0xff], '{"s":"\ufffd"}'],
    [[18, 5, 10, 1, 0xff, 16, 1], '{"m":{"\ufffd":true}}'],
    [[26, 5, 10, 3, 10, 1, 0xff], '{"t":{"\ufffd":null}}'],
    [[34, 3, 10, 1, 0xff], '{"w":"\ufffd"}'],
  ] as const)
    assert.deepEqual(read(schema, [...bytes]), [text, problem]);
  // the replacement character itself is fine
  assert.deepEqual(read(schema, [10, 3, 0xef, 0xbf, 0xbd]), ['{"s":"\ufffd"}']);
});

test("timestamps and durations at the ends of their ranges, and beyond", () => {
  const schema = `syntax="proto3"; import "google/protobuf/timestamp.proto"; import "google/protobuf/duration.proto";
    message M { google.protobuf.Timestamp t=1; google.protobuf.Duration d=2; }`;
  const varint = (value: bigint): number[] => {
    const bytes: number[] = [];
    for (let rest = BigInt.asUintN(64, value); ; rest >>= 7n) {
      if (rest < 128n) return [...bytes, Number(rest)];
      bytes.push(Number(rest & 127n) | 128);
    }
  };
  const shown = (field: number, seconds: bigint, nanos: bigint): string => {
    const body = [8, ...varint(seconds), 16, ...varint(nanos)];
    return read(schema, [field * 8 + 2, body.length, ...body])[0]!;
  };
  assert.equal(shown(1, -62_135_596_800n, 0n), '{"t":"0001-01-01T00:00:00Z"}');
  assert.equal(shown(1, 253_402_300_799n, 999_999_999n), '{"t":"9999-12-31T23:59:59.999999999Z"}');
  assert.equal(shown(1, -1n, 1000n), '{"t":"1969-12-31T23:59:59.000001Z"}');
  assert.equal(shown(1, 253_402_300_800n, 0n), '{"t":{"seconds":"253402300800","nanos":0}}');
  assert.equal(shown(1, 0n, -1n), '{"t":{"seconds":"0","nanos":-1}}');
  assert.equal(shown(2, -315_576_000_000n, -1n), '{"d":"-315576000000.000000001s"}');
  assert.equal(shown(2, 315_576_000_001n, 0n), '{"d":{"seconds":"315576000001","nanos":0}}');
  assert.equal(shown(2, 1n, -1n), '{"d":{"seconds":"1","nanos":-1}}');
});

test("field masks that could not be turned back are shown as a list", () => {
  const schema =
    'syntax="proto3"; import "google/protobuf/field_mask.proto"; message M { google.protobuf.FieldMask f=1; }';
  const mask = (...paths: string[]) => paths.flatMap((path) => [10, path.length, ...Buffer.from(path)]);
  const shown = (...paths: string[]) => read(schema, [10, mask(...paths).length, ...mask(...paths)])[0];
  assert.equal(shown("a_b.c", "d"), '{"f":"aB.c,d"}');
  assert.equal(shown("aB"), '{"f":{"paths":["aB"]}}');
  assert.equal(shown("a_1", "b,c"), '{"f":{"paths":["a_1","b,c"]}}');
});

test("an Any in an Any, of a known, an unknown and a well-known type; one that holds itself is bounded", () => {
  const schema =
    'syntax="proto3"; import "google/protobuf/any.proto"; import "google/protobuf/duration.proto"; message M { google.protobuf.Any a=1; int32 n=2; }';
  const any = (url: string, value: number[]): number[] => [
    10,
    url.length,
    ...Buffer.from(url),
    18,
    ...length(value.length),
    ...value,
  ];
  const length = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...length(n >> 7)]);
  const field = (body: number[]): number[] => [10, ...length(body.length), ...body];
  const shown = (body: number[]): string => read(schema, field(body))[0]!;
  assert.equal(shown(any("t/M", [16, 5])), '{"a":{"@type":"t/M","n":5}}');
  assert.equal(shown(any("t/M", field(any("t/M", [16, 5])))), '{"a":{"@type":"t/M","a":{"@type":"t/M","n":5}}}');
  assert.equal(shown(any("t/X", [1])), '{"a":{"@type":"t/X","value":"0x01"}}');
  assert.equal(
    shown(any("t/google.protobuf.Duration", [8, 3])),
    '{"a":{"@type":"t/google.protobuf.Duration","value":"3s"}}',
  );
  assert.equal(shown([]), '{"a":{}}');
  let body: number[] = [];
  for (let i = 0; i < 200; i++) body = any("t/M", field(body));
  assert.throws(() => read(schema, field(body)), /nested deeper than 100 levels/);
});

test("custom options, built-in files and missing imports", () => {
  const options = `syntax="proto3"; import "google/protobuf/descriptor.proto"; import "confluent/meta.proto"; import "confluent/type/decimal.proto";
    extend google.protobuf.FieldOptions { string note = 50000; }
    message M { option (confluent.message_meta).doc = "x"; int32 a = 1 [(note) = "n"]; confluent.type.Decimal d = 2; }`;
  assert.deepEqual(read(options, [8, 1, 18, 3, 10, 1, 5]), ['{"a":1,"d":{"value":"BQ=="}}']);
  assert.throws(() => read('syntax="proto3"; import "x/y.proto"; message M { x.Y y=1; }', []), {
    message: "no such type or enum 'x.Y' in type .M: its import x/y.proto is not among its references"
      .replace("type or enum", "Type or Enum")
      .replace("in type", "in Type"),
  });
  // an import that nothing is taken from may be missing
  assert.deepEqual(read('syntax="proto3"; import "x/y.proto"; message M { int32 a=1; }', [8, 1]), ['{"a":1}']);
});

test("names that JavaScript's objects have", () => {
  const schema =
    'syntax="proto3"; message constructor { int32 constructor=1; int32 hasOwnProperty=2; map<string,int32> prototype=3; }';
  const key = [10, 9, ...Buffer.from("__proto__"), 16, 1];
  assert.deepEqual(read(schema, [8, 1, 16, 2, 26, key.length, ...key], "constructor"), [
    '{"constructor":1,"hasOwnProperty":2,"prototype":{"__proto__":1}}',
  ]);
  assert.throws(() => read('syntax="proto3"; message M { int32 __proto__=1; }', []), {
    message: "the name __proto__ cannot be used",
  });
  assert.equal(({} as Record<string, unknown>)["a"], undefined);
});

test("cut off at every byte, a message is one sentence or a shorter message", () => {
  const schema =
    'syntax="proto3"; message M { int32 a=1; string s=2; M m=3; repeated int32 p=4; map<string,M> t=5; double d=6; }';
  const inner = [8, 1, 18, 2, 104, 105, 34, 3, 1, 2, 3];
  const entry = [10, 1, 107, 18, inner.length, ...inner];
  const whole = [...inner, 26, inner.length, ...inner, 42, entry.length, ...entry, 49, 0, 0, 0, 0, 0, 0, 240, 63];
  let shorter = 0;
  for (let size = 0; size < whole.length; size++) {
    try {
      assert.equal(typeof JSON.parse(read(schema, whole.slice(0, size))[0]!), "object");
      shorter++;
    } catch (error) {
      assert.match(
        (error as Error).message,
        /^(the value ends too early|a length of \d+ bytes, where only \d+ (is|are) left)( \(in .+\))?$/,
      );
    }
  }
  // where a field of the outermost message ends
  assert.equal(shorter, 6);
});

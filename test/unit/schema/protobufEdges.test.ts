import assert from "node:assert/strict";
import { test } from "node:test";
import protobuf from "protobufjs";
import descriptor from "protobufjs/ext/descriptor.js";
import { parseJson } from "../../../src/schema/jsonTree.ts";
import { protobufMessageFormat } from "../../../src/schema/protobuf/decode.ts";
import { encodeProtobuf } from "../../../src/schema/protobuf/encode.ts";
import { parseProtobuf } from "../../../src/schema/protobuf/schema.ts";
import { openDescriptorSet } from "../../../src/schema/protobuf/workspace.ts";
import { processorTime } from "./support.ts";

const WHOLE = Number.POSITIVE_INFINITY;
const schemaOf = (text: string) => parseProtobuf({ schema: text, references: [] });
const decoded = (text: string, hex: string, message = "M") => {
  const decode = protobufMessageFormat(schemaOf(text), message).decode(
    Buffer.from(hex.replaceAll(" ", ""), "hex"),
    0,
    WHOLE,
  );
  return [decode.text, ...decode.problems];
};
const known = (file: string, field: string) =>
  `syntax = "proto3"; import "google/protobuf/${file}.proto"; message M { ${field} }`;

test("paths that ProtoJSON cannot write are shown as the list that they are", () => {
  const schema = known("field_mask", "google.protobuf.FieldMask fm = 1;");
  const shown = (...paths: string[]) => {
    const fields = Buffer.concat(paths.map((path) => Buffer.concat([Buffer.of(10, path.length), Buffer.from(path)])));
    return decoded(schema, Buffer.concat([Buffer.of(10, fields.length), fields]).toString("hex"))[0];
  };
  assert.equal(shown("foo_bar", "baz.qux_quux"), '{"fm":"fooBar,baz.quxQuux"}');
  for (const path of ["foo_", "foo__bar", "foo_1", "fooBar"]) assert.equal(shown(path), `{"fm":{"paths":["${path}"]}}`);
});

test("a struct of a Value, and a value of a map, that come in parts are merged", () => {
  const value = known("struct", "google.protobuf.Value v = 1;");
  // {"k":"1"} and {"l":"2"}
  const parts = "2a0a 0a08 0a016b 1203 1a0131 2a0a 0a08 0a016c 1203 1a0132";
  assert.deepEqual(decoded(value, `0a18 ${parts}`), ['{"v":{"k":"1","l":"2"}}']);
  // another kind in between begins anew
  const [first, second] = [parts.slice(0, parts.length / 2), parts.slice(parts.length / 2)];
  assert.deepEqual(decoded(value, `0a1a ${first} 2001 ${second}`), ['{"v":{"l":"2"}}']);
  const map = 'syntax = "proto3"; message M { map<int32, M> m = 1; int32 a = 2; int64 b = 3; }';
  assert.deepEqual(decoded(map, "0a0a 0802 1202 1004 1202 1805"), ['{"m":{"2":{"a":4,"b":"5"}}}']);
  assert.deepEqual(decoded(map, "0a02 0802"), ['{"m":{"2":{}}}']);
});

test("NaN in a Value is not passed off as the text that it is shown as", () => {
  const schema = known("struct", "google.protobuf.Value v = 1;");
  assert.deepEqual(decoded(schema, "0a09 11 000000000000f87f"), [
    '{"v":"NaN"}',
    "a google.protobuf.Value holds NaN or infinity, which is shown as a string",
  ]);
});

test("a Value takes each number that it shows", () => {
  const schema = schemaOf(known("struct", "google.protobuf.Value v = 1;"));
  const bytes = Buffer.alloc(11);
  bytes.set([0x0a, 9, 0x11]);
  for (const number of [2 ** 63, 1.7976931348623157e308, -0, 1e21, 123456789012345680000]) {
    bytes.writeDoubleLE(number, 3);
    const { text } = protobufMessageFormat(schema, "M").decode(bytes, 0, WHOLE);
    assert.deepEqual(encodeProtobuf(schema, "M", parseJson(text)), { bytes }, text);
  }
  const lossy = encodeProtobuf(schema, "M", parseJson('{"v":9007199254740993}'));
  assert.ok("problems" in lossy && /would lose digits/.test(lossy.problems[0]!.message));
});

test("what an entry of a map has besides key and value is told", () => {
  assert.deepEqual(decoded('syntax = "proto3"; message M { map<string, int32> m = 1; }', "0a05 0a016b 1801"), [
    '{"m":{"k":0}}',
    "field 3 (varint) is not in the schema, or is of another type there",
  ]);
});

test("an Any holds well-known types that its schema does not import", () => {
  const schema = known("any", "google.protobuf.Any any = 1;");
  const holding = (type: string, body: string) => {
    const url = Buffer.from(`type.googleapis.com/google.protobuf.${type}`);
    const inner = Buffer.concat([
      Buffer.of(10, url.length),
      url,
      Buffer.of(18, body.length / 2),
      Buffer.from(body, "hex"),
    ]);
    return decoded(schema, Buffer.concat([Buffer.of(10, inner.length), inner]).toString("hex"))[0];
  };
  const at = '{"any":{"@type":"type.googleapis.com/google.protobuf.';
  assert.equal(holding("Timestamp", "0801"), `${at}Timestamp","value":"1970-01-01T00:00:01Z"}}`);
  assert.equal(holding("StringValue", "0a0161"), `${at}StringValue","value":"a"}}`);
  assert.equal(holding("Unheard", "0a0161"), `${at}Unheard","value":"0x0a0161"}}`);
});

test("an Any holds types of other files of a descriptor set", () => {
  const root = new protobuf.Root();
  root.addJSON(protobuf.common.get("google/protobuf/any.proto")!.nested!);
  protobuf.parse('syntax = "proto3"; package a; message M { google.protobuf.Any any = 1; }', root);
  protobuf.parse('syntax = "proto3"; package b; message Held { int32 n = 1; }', root);
  root.resolveAll();
  type Set = { file: { name: string; package: string; dependency: string[] }[] };
  const set = (root as unknown as { toDescriptor(edition: string): Set }).toDescriptor("proto3");
  const bytes = descriptor.FileDescriptorSet.encode(set as never).finish();
  const { schemaOf: ofSet } = openDescriptorSet(bytes);
  const url = Buffer.from("x/b.Held");
  const any = Buffer.concat([Buffer.of(10, url.length), url, Buffer.of(18, 2, 8, 5)]);
  const { text } = protobufMessageFormat(ofSet("a.M"), "a.M").decode(
    Buffer.concat([Buffer.of(10, any.length), any]),
    0,
    WHOLE,
  );
  assert.equal(text, '{"any":{"@type":"x/b.Held","n":5}}');
});

test("a group's field has its type's name in lower case", () => {
  const schema = 'syntax = "proto2"; message M { optional group SearchResult = 1 { optional int32 x = 1; } }';
  assert.deepEqual(decoded(schema, "0b 0805 0c"), ['{"searchresult":{"x":5}}']);
});

test("what the parser was not made for is a sentence", () => {
  for (const [text, problem] of [
    ['syntax = "proto2"; message M { oneof o { group G = 1 { optional int32 x = 1; } } }', /a group within a oneof$/],
    ['syntax = "proto3"; message M { optional group G = 1 { } }', /cannot be read here/],
  ] as const) {
    assert.throws(
      () => schemaOf(text),
      (error: Error) => !(error instanceof TypeError) && problem.test(error.message),
    );
  }
});

test("a message of many fields does not take the square of their number", () => {
  const of = (count: number) =>
    `syntax = "proto3"; message M { ${Array.from({ length: count }, (_, i) => `int32 f${i} = ${i + 1};`).join("")} }`;
  schemaOf(of(100));
  const [few, many] = [500, 5000].map((count) => processorTime(() => schemaOf(of(count))));
  assert.ok(many! < 40 * Math.max(few!, 1), `${few} ms for 500, ${many} ms for 5000`);
  assert.throws(() => schemaOf('syntax = "proto3"; message M { int32 a = 1; int32 b = 1; }'), /duplicate id 1/);
});

test("messages in parts within parts do not take the memory of all of them", () => {
  // each level has nearly all of the bytes, and a second, small part
  let bytes = Buffer.alloc(4 * 1024 * 1024, 0);
  bytes.set([0x1a, 0xfb, 0xff, 0xff, 0x01]);
  for (let i = 0; i < 60; i++) {
    const size = Buffer.from([
      (bytes.length & 0x7f) | 0x80,
      ((bytes.length >> 7) & 0x7f) | 0x80,
      ((bytes.length >> 14) & 0x7f) | 0x80,
      bytes.length >> 21,
    ]);
    bytes = Buffer.concat([Buffer.of(0x12), size, bytes, Buffer.of(0x12, 2, 8, 1)]);
  }
  const { decode } = protobufMessageFormat(
    schemaOf('syntax = "proto3"; message M { int32 a = 1; M m = 2; bytes b = 3; }'),
    "M",
  );
  assert.throws(() => decode(bytes, 0, WHOLE), /in parts that are too large to be joined/);
});

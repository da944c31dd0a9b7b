import assert from "node:assert/strict";
import { before, test } from "node:test";
import protobuf from "protobufjs";
import descriptor from "protobufjs/ext/descriptor.js";
import type { DecodeContext, RegisteredSchema } from "../../../src/schema/api.ts";
import { createDecoder } from "../../../src/schema/decoder.ts";
import type { PayloadView } from "../../../src/shared/messages.ts";
import { avro, knowing, long, seeded, wire } from "./support.ts";

const proto = (schema: string, more: Partial<RegisteredSchema> = {}) => avro(schema, { type: "PROTOBUF", ...more });

const ORDER = `
syntax = "proto3";
package shop;
import "google/protobuf/timestamp.proto";
message Order {
  int64 order_id = 1;
  string name = 2;
  repeated int32 counts = 3;
  map<string, Line> lines = 4;
  enum State { NEW = 0; PAID = 1; ALSO_PAID = 1 [deprecated = true]; option allow_alias = true; }
  State state = 5;
  oneof pay { string card = 6; bytes cash = 7; }
  google.protobuf.Timestamp at = 8;
  Line first = 9;
  double ratio = 10;
  uint64 big = 11;
  sint64 debt = 12;
  fixed64 f = 13 [json_name = "fixedOne"];
  float small = 14;
  map<int64, bool> flags = 15;
  repeated Line all = 16;
  message Line { int32 qty = 1; Order parent = 2; message Deep { bool on = 1; } }
}
message Other { string x = 1; }
`;

const types = new protobuf.Root();
let decoder = createDecoder();
before(() => {
  protobuf.parse(ORDER, types, { keepCase: true });
  types.addJSON(protobuf.common.get("google/protobuf/timestamp.proto")!.nested!);
  decoder = createDecoder();
});

const encode = (name: string, value: object): Uint8Array => {
  const type = types.lookupType(name);
  return type.encode(type.fromObject(value)).finish();
};

const viewOf = async (bytes: Uint8Array, context: DecodeContext): Promise<PayloadView> =>
  decoder.view(bytes, context, Number.POSITIVE_INFINITY);

/** the compact JSON and the problems of a message of the file at an index path */
async function shown(
  schema: string,
  body: Uint8Array | number[],
  indexes: number[] = [0],
  more: Partial<RegisteredSchema> = {},
) {
  const context = knowing(proto(schema, more));
  const cell = await decoder.preview(wire(7, indexes, body), context, 100_000);
  const view = await viewOf(wire(7, indexes, body), context);
  assert.deepEqual(view.problems, cell.problems);
  assert.equal(view.format, cell.format);
  if (cell.format === "protobuf") assert.deepEqual(JSON.parse(view.text), JSON.parse(cell.text));
  return cell;
}

test("a message is shown in Protobuf's JSON form, every digit kept", async () => {
  const body = encode("shop.Order", {
    order_id: "9223372036854775807",
    name: 'Jané "J"',
    counts: [1, -1, 300],
    lines: { a: { qty: 1 }, b: {} },
    state: 1,
    cash: Buffer.from([1, 2, 255]),
    at: { seconds: 1_700_000_000, nanos: 120_000_000 },
    first: { qty: -5, parent: { name: "p" } },
    ratio: 0.1,
    big: "18446744073709551615",
    debt: "-9007199254740993",
    f: "9007199254740993",
    small: 0.1,
    flags: { "5": false, "-1": true },
    all: [{ qty: 1 }, {}],
  });
  const cell = await shown(ORDER, body);
  assert.deepEqual(cell.problems, []);
  assert.equal(
    cell.text,
    '{"orderId":"9223372036854775807","name":"Jané \\"J\\"","counts":[1,-1,300],"lines":{"a":{"qty":1},"b":{}},"state":"PAID",' +
      '"cash":"AQL/","at":"2023-11-14T22:13:20.120Z","first":{"qty":-5,"parent":{"name":"p"}},"ratio":0.1,' +
      '"big":"18446744073709551615","debt":"-9007199254740993","fixedOne":"9007199254740993","small":0.1,' +
      '"flags":{"5":false,"-1":true},"all":[{"qty":1},{}]}',
  );
});

test("message indexes choose the message: one zero, a path, a path of several", async () => {
  const other = encode("shop.Other", { x: "y" });
  assert.equal((await shown(ORDER, other, [2, 2])).text, '{"x":"y"}');
  assert.equal((await shown(ORDER, encode("shop.Order", { name: "n" }), [2, 0])).text, '{"name":"n"}');
  assert.equal((await shown(ORDER, encode("shop.Order.Line.Deep", { on: true }), [6, 0, 0, 0])).text, '{"on":true}');
  assert.deepEqual((await shown(ORDER, [], [2, 4])).problems, ["not Protobuf: the schema has no message at index [2]"]);
  assert.deepEqual((await shown(ORDER, [], [1])).problems, ["not Protobuf: a path of -1 message indexes"]);
});

test("an empty message, absent and unknown fields", async () => {
  assert.deepEqual((await shown(ORDER, [])).text, "{}");
  const cell = await shown(
    'syntax="proto3"; message M { int32 a = 1; }',
    [8, 2, 0x78, 3, 0x82, 1, 2, 0xca, 0xfe, 0x0a, 1, 0x61],
  );
  assert.equal(cell.text, '{"a":2,"#15":"3","#16":"0xcafe","#1":"0x61"}');
  assert.deepEqual(cell.problems, [
    "fields 15 (varint), 16 (bytes), 1 (bytes) are not in the schema, or are of other types there",
  ]);
});

test("a field given twice: the last counts, messages are merged, of a oneof one is left", async () => {
  const schema = 'syntax="proto3"; message M { int32 a=1; M m=2; oneof o { int32 x=3; M y=4; } }';
  assert.equal((await shown(schema, [8, 1, 8, 2])).text, '{"a":2}');
  assert.equal((await shown(schema, [0x12, 2, 8, 1, 0x12, 2, 0x18, 5])).text, '{"m":{"a":1,"x":5}}');
  assert.equal((await shown(schema, [0x18, 1, 0x22, 0])).text, '{"y":{}}');
});

test("packed and unpacked, groups, extensions and required fields of proto2", async () => {
  assert.equal(
    (await shown('syntax="proto3"; message M { repeated int32 a=1; }', [8, 1, 0x0a, 2, 2, 3, 8, 4])).text,
    '{"a":[1,2,3,4]}',
  );
  const schema =
    'syntax="proto2"; message G { required int32 a=1; repeated group Res = 2 { optional int32 u=3; } extensions 100 to 200; } extend G { optional int32 ext=100; }';
  assert.equal(
    (await shown(schema, [8, 1, 0x13, 0x18, 7, 0x14, 0x13, 0x14, 0xa0, 6, 9])).text,
    '{"a":1,"res":[{"u":7},{}],"[ext]":9}',
  );
});

test("well-known types have their own JSON", async () => {
  const schema = `syntax="proto3"; package w;
    import "google/protobuf/struct.proto"; import "google/protobuf/duration.proto"; import "google/protobuf/any.proto";
    import "google/protobuf/wrappers.proto"; import "google/protobuf/field_mask.proto"; import "google/protobuf/empty.proto";
    message M { google.protobuf.Struct s=1; google.protobuf.Duration d=2; google.protobuf.Any a=3; google.protobuf.Int64Value l=4;
      google.protobuf.FieldMask f=5; google.protobuf.Empty e=6; google.protobuf.StringValue t=7; google.protobuf.BoolValue b=8; }
    message X { int32 n=1; }`;
  const root = new protobuf.Root();
  protobuf.parse(schema, root, { keepCase: true });
  for (const name of ["struct", "duration", "any", "wrappers", "field_mask", "empty"]) {
    root.addJSON(protobuf.common.get(`google/protobuf/${name}.proto`)!.nested!);
  }
  const M = root.lookupType("w.M");
  const any = { type_url: "type.googleapis.com/w.X", value: Buffer.from([8, 5]) };
  const body = M.encode(
    M.fromObject({
      s: {
        fields: {
          k: { listValue: { values: [{ numberValue: 1.5 }, { nullValue: 0 }, { boolValue: true }] } },
          t: { stringValue: "é" },
        },
      },
      d: { seconds: -1, nanos: -500_000_000 },
      a: any,
      l: { value: "9007199254740993" },
      f: { paths: ["user_name", "b.c"] },
      e: {},
      t: { value: "" },
      b: { value: true },
    }),
  ).finish();
  assert.equal(
    (await shown(schema, body)).text,
    '{"s":{"k":[1.5,null,true],"t":"é"},"d":"-1.500s","a":{"@type":"type.googleapis.com/w.X","n":5},"l":"9007199254740993",' +
      '"f":"userName,b.c","e":{},"t":"","b":true}',
  );
  const unknownAny = M.encode(M.fromObject({ a: { type_url: "x/nobody.Knows", value: Buffer.from([8, 5]) } })).finish();
  assert.equal((await shown(schema, unknownAny)).text, '{"a":{"@type":"x/nobody.Knows","value":"0x0805"}}');
});

test("imported files are taken from the schema's references", async () => {
  const main = 'syntax="proto3"; package a; import "b.proto"; import "c/d.proto"; message M { b.B x=1; c.D y=2; }';
  const references = [
    {
      name: "b.proto",
      subject: "b",
      version: 1,
      schema: 'syntax="proto3"; package b; import "c/d.proto"; message B { c.D d=1; }',
    },
    { name: "c/d.proto", subject: "d", version: 1, schema: 'syntax="proto3"; package c; message D { sint32 n=1; }' },
  ];
  assert.equal(
    (await shown(main, [0x0a, 4, 0x0a, 2, 8, 3, 0x12, 0], [0], { references })).text,
    '{"x":{"d":{"n":-2}},"y":{}}',
  );
  assert.match((await shown(main, [])).problems[0]!, /^not Protobuf: schema id 7 cannot be used: no such /);
});

test("a file in its compiled form is read like its text; there, entries of maps count in index paths", async () => {
  const text = `syntax = "proto3"; package c.d; import "google/protobuf/timestamp.proto";
    message A { map<string, B> m = 1; repeated sint64 r = 2; oneof o { string s_x = 3; E e = 4; } google.protobuf.Timestamp t = 5;
      message B { int32 n = 1 [json_name = "N"]; } enum E { ZERO = 0; ONE = 1; } }`;
  const root = protobuf.parse(text, new protobuf.Root(), { keepCase: true }).root;
  root.addJSON(protobuf.common.get("google/protobuf/timestamp.proto")!.nested!);
  root.resolveAll();
  const set = descriptor.FileDescriptorSet.decode(
    descriptor.FileDescriptorSet.encode(root.toDescriptor("proto3")).finish(),
  );
  const [file] = (
    set as unknown as { file: (protobuf.Message & { package: string; dependency: string[] })[] }
  ).file.filter((each) => each.package === "c.d");
  file!.dependency = ["google/protobuf/timestamp.proto"];
  const compiled = Buffer.from(descriptor.FileDescriptorProto.encode(file!).finish()).toString("base64");
  const body = [0x0a, 7, 0x0a, 1, 0x6b, 0x12, 2, 8, 5, 0x12, 2, 1, 2, 0x20, 1, 0x2a, 2, 8, 1];
  const json = '{"m":{"k":{"N":5}},"r":["-1","1"],"e":"ONE","t":"1970-01-01T00:00:01Z"}';
  assert.equal((await shown(text, body)).text, json);
  assert.equal((await shown(compiled, body)).text, json);
  assert.equal((await shown(text, [8, 3], [4, 0, 0])).text, '{"N":3}');
  assert.equal((await shown(compiled, [8, 3], [4, 0, 2])).text, '{"N":3}');
  assert.match((await shown(compiled, [], [2, 2])).problems[0]!, /no message at index \[1\]/);
  assert.match((await shown("AAAA", [])).problems[0]!, /^not Protobuf: /);
});

test("what is cut off or malformed says where", async () => {
  const body = encode("shop.Order", { first: { parent: { name: "abc" } }, all: [{ qty: 1 }] });
  assert.deepEqual((await shown(ORDER, body.subarray(0, 3))).problems, [
    "not Protobuf: a length of 7 bytes, where only 1 is left (in first)",
  ]);
  assert.deepEqual((await shown(ORDER, [0x4a, 2, 0x12, 5])).problems, [
    "not Protobuf: a length of 5 bytes, where only 0 are left (in first.parent)",
  ]);
  assert.match((await shown(ORDER, [0x0f])).problems[0]!, /^not Protobuf: 7 is not a wire type/);
  assert.match((await shown(ORDER, [8])).problems[0]!, /ends too early \(in order_id\)/);
  assert.match((await shown(ORDER, [8, ...Array(10).fill(0xff), 1])).problems[0]!, /longer than 10 bytes/);
  assert.match((await shown("syntax=oops", [])).problems[0]!, /cannot be used/);
});

test("a schema is loaded once, then used without waiting", async () => {
  const context = knowing(proto(ORDER));
  const fresh = createDecoder();
  const first = fresh.preview(wire(7, [0]), context, 10);
  assert.ok(first instanceof Promise);
  await first;
  assert.equal(fresh.preview(wire(7, [0]), context, 10) instanceof Promise, false);
});

test("hostile messages are bounded", async () => {
  const start = performance.now();
  const tree = 'syntax="proto3"; message T { T a=1; T b=2; repeated T c=3; int32 n=4; }';
  let nested = Buffer.alloc(0);
  for (let i = 0; i < 300; i++)
    nested = Buffer.concat([Buffer.from([0x0a]), Buffer.from(varint(nested.length)), nested]);
  assert.match((await shown(tree, nested)).problems[0]!, /nested deeper than 100 levels/);
  // each level in two parts: read once, not twice
  let parts = Buffer.from([0x20, 1]);
  for (let i = 0; i < 90; i++)
    parts = Buffer.concat([Buffer.from([0x0a, ...varint(parts.length)]), parts, Buffer.from([0x0a, 2, 0x20, 2])]);
  assert.equal((await shown(tree, parts)).problems.length, 0);
  assert.match((await shown(tree, [0x0a, ...varint(2 ** 40)])).problems[0]!, /a length of 1099511627776 bytes/);
  assert.match((await shown(tree, Buffer.alloc(100_000, 0x1b))).problems[0]!, /nested deeper|group|ends too early/);
  const wide = await decoder.preview(
    wire(7, [0], Buffer.alloc(2_000_000, Buffer.from([0x1a, 0]))),
    knowing(proto(tree)),
    200,
  );
  assert.equal(wide.cut, true);
  assert.ok(performance.now() - start < 2000);
});

function varint(value: number): number[] {
  // the zigzag form of a half is the plain form
  return value % 2 === 0 ? long(BigInt(value) / 2n) : long(-(BigInt(value) + 1n) / 2n);
}

test("random bytes never throw", async () => {
  const random = seeded(8);
  const context = knowing(proto(ORDER));
  for (let i = 0; i < 1000; i++) {
    const bytes = Buffer.from(
      Array.from({ length: Math.floor(random() * 40) }, () => Math.floor(random() * (random() < 0.6 ? 24 : 256))),
    );
    const view = await viewOf(wire(7, [0], bytes), context);
    if (view.format === "protobuf") assert.equal(typeof JSON.parse(view.text), "object");
    else assert.equal(view.problems.length, 1);
  }
});

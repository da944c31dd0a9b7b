import assert from "node:assert/strict";
import { test } from "node:test";
import protobuf from "protobufjs";
import descriptor from "protobufjs/ext/descriptor.js";
import { protobufMessageFormat } from "../../../src/schema/protobuf/decode.ts";
import { openDescriptorSet, openProtoFiles } from "../../../src/schema/protobuf/workspace.ts";

const open = (files: Record<string, string>, names = Object.keys(files).slice(0, 1), roots = ["proto"]) =>
  openProtoFiles(names, { roots, read: (path) => Promise.resolve(Object.hasOwn(files, path) ? files[path]! : null) });

const shown = (schema: Parameters<typeof protobufMessageFormat>[0], name: string, bytes: number[]): string =>
  protobufMessageFormat(schema, name).decode(Buffer.from(bytes), 0, 1000).text;

test("imports are found in the include roots, then beside the file; built-in ones need no file", async () => {
  const { messages, problems, schemaOf } = await open({
    "proto/shop/order.proto": `syntax = "proto3"; package shop; import "common/money.proto"; import "beside.proto"; import public "google/protobuf/timestamp.proto";
      message Order { common.Money total = 1; Beside b = 2; google.protobuf.Timestamp at = 3; message Line { int32 qty = 1; } }`,
    "proto/common/money.proto":
      'syntax = "proto3"; package common; import "google/protobuf/wrappers.proto"; message Money { int64 units = 1; google.protobuf.Int32Value v = 2; }',
    "proto/shop/beside.proto": 'syntax = "proto3"; package shop; message Beside { bool on = 1; }',
  });
  assert.deepEqual(problems, []);
  assert.deepEqual(messages, [
    { name: "shop.Order", file: "proto/shop/order.proto" },
    { name: "shop.Order.Line", file: "proto/shop/order.proto" },
  ]);
  const schema = schemaOf("shop.Order");
  assert.equal(schemaOf("shop.Order.Line"), schema);
  assert.equal(
    shown(schema, "shop.Order", [10, 4, 8, 5, 18, 0, 18, 2, 8, 1, 26, 0]),
    '{"total":{"units":"5","v":0},"b":{"on":true},"at":"1970-01-01T00:00:00Z"}',
  );
  assert.throws(() => schemaOf("common.Nobody"), { message: "none of the files has a message called common.Nobody" });
});

test("files that import each other, and the same names in files of their own", async () => {
  const { messages, problems, schemaOf } = await open(
    {
      "a.proto": 'syntax="proto3"; import "b.proto"; message A { B b = 1; }',
      "b.proto": 'syntax="proto3"; import "a.proto"; message B { A a = 1; }',
      "c.proto": 'syntax="proto3"; message A2 { string x = 1; }',
    },
    ["a.proto", "c.proto"],
    [""],
  );
  assert.deepEqual([problems, messages.map(({ name }) => name)], [[], ["A", "A2"]]);
  assert.equal(shown(schemaOf("A"), "A", [10, 2, 10, 0]), '{"b":{"a":{}}}');
});

test("what is wrong with a file is said with its line and column, and the others can be used", async () => {
  const lines = (...text: string[]) => text.join("\n");
  const good = { "good.proto": 'syntax="proto3"; message G {}' };
  const cases: [string, number | null, number | null, string | RegExp][] = [
    [lines('syntax = "proto3";', "message M {", "  int32 a1 1;", "}"), 3, 12, "'=' is expected here, not '1'"],
    [
      lines('syntax = "proto3";', "message M {", "  int32 a = 1;", "  int32 b = 2", "}"),
      5,
      1,
      /^'?;?'?.*expected here, not '}'|illegal token '}'/,
    ],
    [
      lines('syntax = "proto3";', "message M {", "  int32 a = 1;", "  string b = 1;", "}"),
      4,
      3,
      "duplicate id 1 in Type M",
    ],
    [lines('syntax = "proto3";', "message M {", "  int32 a = 1;"), 3, 15, /^the file ends|illegal token/],
    [
      lines('syntax = "proto3";', "message M {", "  Foo a = 1;", "}"),
      3,
      3,
      "the type Foo is neither defined nor imported (in M)",
    ],
    [
      lines('syntax = "proto3";', "", '  import "x/y.proto";', "message M { x.Y y = 1; }"),
      3,
      10,
      'the import "x/y.proto" was not found in proto, .',
    ],
    ["message M { int32 __proto__ = 1; }", 1, null, "the name __proto__ cannot be used"],
  ];
  for (const [text, line, column, message] of cases) {
    const { problems, messages } = await open({ "bad.proto": text, ...good }, [
      "bad.proto",
      "good.proto",
      "none.proto",
    ]);
    assert.deepEqual(messages, [{ name: "G", file: "good.proto" }]);
    assert.equal(problems.length, 2);
    assert.deepEqual(problems[1], { file: "none.proto", line: null, column: null, message: "the file does not exist" });
    const problem = problems[0]!;
    if (typeof message === "string") assert.equal(problem.message, message);
    else assert.match(problem.message, message);
    assert.equal(problem.line, line, problem.message);
    if (column !== null) assert.equal(problem.column, column, problem.message);
  }
});

test("a problem of an imported file is that file's", async () => {
  const { problems } = await open({
    "a.proto": 'syntax="proto3"; import "b.proto"; message A {}',
    "b.proto": "\n message {",
  });
  assert.deepEqual(
    problems.map(({ file, line }) => [file, line]),
    [["b.proto", 2]],
  );
});

test("endless imports and hostile nesting end in a sentence", async () => {
  let reads = 0;
  const endless = await openProtoFiles(["0.proto"], {
    roots: [""],
    read: (path) => {
      reads++;
      return Promise.resolve(`syntax="proto3"; import "${Number.parseInt(path, 10) + 1}.proto";`);
    },
  });
  assert.match(endless.problems[0]!.message, /more than 2000 files/);
  assert.ok(reads <= 2001);
  const deep = await open({ "a.proto": `syntax="proto3"; ${"message A {".repeat(10_000)}` });
  assert.equal(deep.problems.length, 1);
  assert.match(deep.problems[0]!.message, /max depth exceeded/);
});

test("a descriptor set lists its messages, what is imported last", () => {
  const root = protobuf.parse(
    'syntax="proto3"; package a.b; import "google/protobuf/timestamp.proto"; message M { google.protobuf.Timestamp t = 1; map<string, int32> m = 2; message In { int32 x = 1; } }',
    new protobuf.Root(),
    { keepCase: true },
  ).root;
  root.addJSON(protobuf.common.get("google/protobuf/timestamp.proto")!.nested!);
  root.resolveAll();
  const set = descriptor.FileDescriptorSet.encode(root.toDescriptor("proto3")).finish();
  const files = openDescriptorSet(set);
  assert.deepEqual(files.messages.map(({ name }) => name).sort(), ["a.b.M", "a.b.M.In", "google.protobuf.Timestamp"]);
  assert.throws(() => files.schemaOf("x"), { message: "the descriptor set has no message called x" });
  assert.throws(() => openDescriptorSet(Buffer.from("syntax")), { message: /^this is not a descriptor set/ });
  assert.throws(() => openDescriptorSet(Buffer.alloc(0)), { message: "this descriptor set has no files" });
});

test("a descriptor set with a field whose number is none says so in a sentence", () => {
  // found by fuzzing: a field has no number
  const hex =
    "0a3e0a07612e70726f766f12017022280a014d120c0a016118012001280952016112150a016d3d3d3d3d022003200b32042e702e4d52016d620670726f746f33";
  const files = openDescriptorSet(Buffer.from(hex, "hex"));
  for (const { name } of files.messages) {
    assert.throws(
      () => files.schemaOf(name),
      (error: Error) => !(error instanceof TypeError) && /cannot be read here: id must be/.test(error.message),
    );
  }
  assert.ok(files.messages.length > 0);
});

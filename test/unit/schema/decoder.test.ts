import assert from "node:assert/strict";
import { test } from "node:test";
import { createDecoder } from "../../../src/schema/decoder.ts";
import { UserError } from "../../../src/shared/userError.ts";
import { avro, knowing, preview, seeded, view, WITHOUT_REGISTRY, wire } from "./support.ts";

test("no bytes are empty", () => {
  assert.deepEqual(preview(""), { format: "empty", text: "", cut: false, problems: [] });
  assert.deepEqual(view(""), { format: "empty", text: "", textCut: 0, size: 0, schema: null, problems: [], notes: [] });
});

test("objects and arrays are JSON; scalars and everything else that reads well is text", () => {
  for (const text of ['{"a":1}', "[]", ' \n{"a":1}\n']) assert.equal(view(text).format, "json");
  for (const text of [
    "12345678",
    '"x"',
    "true",
    "null",
    "hello",
    "{not json}",
    '{"a":1,}',
    "żółć 你好 😀",
    "a\tb\r\nc",
  ]) {
    assert.equal(view(text).format, "text", text);
    assert.equal(preview(text).format, "text", text);
    assert.equal(view(text).text, text);
  }
});

test("colour sequences of log lines are text, other control characters are not", () => {
  assert.equal(view("\u001b[31mERROR\u001b[0m it failed").format, "text");
  assert.equal(preview("\u001b[31mERROR").text, "\\u001b[31mERROR");
  for (const text of ["a\u0000", "a\u0007", "\u001bX", "a\u007f", "a\u0080b", "a\u009fb"])
    assert.equal(view(text).format, "binary", text);
});

test("what is not well-formed UTF-8 is bytes", () => {
  for (const bytes of [
    [0xff],
    [0xc3],
    [0xc0, 0x80],
    [0xed, 0xa0, 0x80],
    [0xf5, 0x80, 0x80, 0x80],
    [0x61, 0xe2, 0x82],
    [0x80],
  ]) {
    assert.equal(view(Uint8Array.from(bytes)).format, "binary");
    assert.equal(preview(Uint8Array.from(bytes)).format, "binary");
  }
  assert.equal(view(Uint8Array.of(0xff, 0x00, 0x1a)).text, "ff 00 1a");
});

test("random bytes and big-endian numbers are not called text", () => {
  const random = seeded(3);
  let texts = 0;
  for (let i = 0; i < 2000; i++) {
    const bytes = Uint8Array.from({ length: 16 }, () => Math.floor(random() * 256));
    if (view(bytes).format !== "binary") texts++;
  }
  assert.equal(texts, 0);
  for (const value of [0n, 42n, -1n, 1_700_000_000_000n]) {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64BE(value);
    assert.deepEqual([view(bytes).format, view(bytes).problems], ["binary", []], String(value));
  }
});

test("a preview of text is one line on which nothing hides", () => {
  assert.equal(preview("a\nb\r\nc\td\u202eevil\u2066").text, "a↵b↵c⇥d\\u202eevil\\u2066");
  assert.equal(preview('{"a":"\u202e"}').text, '{"a":"\\u202e"}');
  const cut = preview("😀😀😀", undefined, 3);
  assert.deepEqual([cut.text, cut.cut], ["😀", true]);
  const long = preview("é".repeat(100_000), undefined, 50);
  assert.deepEqual([long.text, long.cut, long.format], ["é".repeat(50), true, "text"]);
});

test("a text's view is cut between characters and counts the rest", () => {
  const shown = view("é😀x", undefined, 2);
  assert.deepEqual([shown.text, shown.textCut, shown.size], ["é", 3, 7]);
});

test("a byte order mark before JSON is pointed out", () => {
  const shown = view("\ufeff{}");
  assert.deepEqual([shown.format, shown.text, shown.problems.length], ["json", "{}", 1]);
});

test("without a registry, a Confluent schema id is pointed out", () => {
  const shown = view(wire(12, [2, 3, 4, 5]));
  assert.equal(shown.format, "binary");
  assert.deepEqual(shown.problems, [
    "starts like a Confluent schema id 12, but this connection has no schema registry",
  ]);
  assert.deepEqual(preview(wire(12, [2, 3, 4, 5])).problems, shown.problems);
  assert.deepEqual(view(wire(0x7fffffff, [1, 2])).problems, []);
});

test("big-endian numbers are not asked for as schema ids", () => {
  for (const value of [9007199254740993n, 72057594037927936n - 1n, 42n]) {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64BE(value);
    assert.deepEqual([preview(bytes, knowing()).format, preview(bytes, knowing()).problems], ["binary", []]);
  }
});

test("headers are never taken for Confluent's wire format", () => {
  assert.equal(preview(wire(7, [2]), { ...knowing(avro("long")), part: "header" }).format, "binary");
});

test("an unknown id and a registry that is down are problems of the row, with the bytes shown", async () => {
  const decoder = createDecoder();
  const unknown = await decoder.preview(wire(9, [1]), knowing(), 100);
  assert.deepEqual(unknown, {
    format: "binary",
    text: "00 00 00 00 09 01",
    cut: false,
    problems: ["not Avro: schema id 9 is unknown to the registry (404)"],
  });
  const shown = await decoder.view(wire(9, [1]), knowing(), 100);
  assert.deepEqual(shown.schema, { id: 9, type: null, subject: null, version: null });
  assert.deepEqual(shown.problems, unknown.problems);
  const byId = () =>
    Promise.reject(new UserError("the schema registry could not be asked: h refused", { code: "refused" }));
  const down = await decoder.preview(
    wire(9, [1]),
    { ...WITHOUT_REGISTRY, schemas: { cached: () => undefined, byId } },
    100,
  );
  assert.deepEqual(down.problems, [
    "not decoded: schema id 9 could not be fetched: the schema registry could not be asked: h refused",
  ]);
});

test("a schema that has to be fetched is waited for once, then used without waiting", async () => {
  const schema = avro("long");
  let known = false;
  const context = {
    ...WITHOUT_REGISTRY,
    schemas: {
      cached: () => (known ? schema : undefined),
      byId: () => {
        known = true;
        return Promise.resolve(schema);
      },
    },
  };
  const decoder = createDecoder();
  const first = decoder.preview(wire(7, [2]), context, 10);
  assert.ok(first instanceof Promise);
  assert.equal((await first).text, "1");
  assert.equal((decoder.preview(wire(7, [4]), context, 10) as { text: string }).text, "2");
});

test("JSON Schema's wire format is JSON after the id, scalars too, shown from its own characters", async () => {
  const context = knowing(avro('{"properties":{"b":{"maximum":3}}}', { type: "JSON" }));
  const decoder = createDecoder();
  const view = async (body: Buffer) => decoder.view(wire(7, body), context, Number.POSITIVE_INFINITY);
  const preview = async (body: Buffer, most = 100) => decoder.preview(wire(7, body), context, most);
  const shown = await view(Buffer.from('{"a":12345678901234567890, "a":1.0}'));
  assert.equal(shown.format, "json-schema");
  assert.equal(shown.text, '{\n  "a": 12345678901234567890,\n  "a": 1.0\n}');
  assert.deepEqual(shown.schema, { id: 7, type: "JSON", subject: "orders-value", version: 1 });
  assert.equal((await preview(Buffer.from("42"))).text, "42");
  const large = await preview(Buffer.from(JSON.stringify("x".repeat(100_000))), 10);
  assert.deepEqual([large.format, large.text, large.cut], ["json-schema", '"xxxxxxxxx', true]);
  const broken = await view(Buffer.from("{oops"));
  assert.equal(broken.format, "binary");
  assert.deepEqual(broken.problems, ["not JSON: a name in double quotes is missing at byte 6"]);
  const invalid = await preview(Buffer.from('{"b":4}'));
  assert.deepEqual([invalid.text, invalid.problems], ['{"b":4}', ["$.b: 4 is greater than the maximum 3"]]);
});

test("a schema that is no Avro, or of an unknown type, is a problem with its reason", () => {
  assert.match(
    view(wire(7, [2]), knowing(avro('{"type":"nonsense"}'))).problems[0]!,
    /the type "nonsense" is not defined/,
  );
  assert.match(view(wire(7, [2]), knowing(avro("{oops"))).problems[0]!, /its text is not JSON/);
  assert.match(view(wire(7, [2]), knowing(avro("{}", { type: "THRIFT" }))).problems[0]!, /THRIFT/);
});

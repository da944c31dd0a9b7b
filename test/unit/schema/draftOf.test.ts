import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import type { RegisteredSchema, RegistryKind, SchemaKey, SchemaSource } from "../../../src/schema/api.ts";
import { type DraftSchema, encodeField } from "../../../src/schema/draft.ts";
import { type DraftOrigin, draftHeader, draftOf } from "../../../src/schema/draftOf.ts";
import { type FrameOptions, frame, lookupIn } from "../../../src/schema/registry/wire.ts";
import type { DecodeAs, FixedFormat } from "../../../src/shared/decoding.ts";
import type { DraftField } from "../../../src/shared/draft.ts";
import { avro, long, seeded, wire } from "./support.ts";

const bytesOf = (hex: string): Buffer => Buffer.from(hex.replaceAll(" ", ""), "hex");

/** {"id": 2^53 + 1, "name": "somebody"} in MessagePack */
const PACKED = bytesOf("82 a26964 cf0020000000000001 a46e616d65 a8736f6d65626f6479");

const ORIGIN: DraftOrigin = {
  topic: "orders",
  part: "value",
  headers: null,
  schemas: null,
  choice: { kind: "auto" },
  file: null,
};

const knowing = (kind: RegistryKind, key: SchemaKey, schema: RegisteredSchema): SchemaSource => ({
  kind,
  cached: () => undefined,
  byId: (asked) => (asked === key ? Promise.resolve(schema) : Promise.reject(new Error(`asked for ${asked}`))),
});

/** The draft of a payload; untouched it gives the same bytes. */
async function draft(bytes: Buffer, more: Partial<DraftOrigin> = {}): Promise<DraftField> {
  const { field } = await draftOf(bytes, { ...ORIGIN, ...more });
  assert.deepEqual(await encodeField(field, null), { bytes });
  return field;
}

/** The bytes of a draft after an edit. */
async function edited(field: DraftField, from: string, to: string, schema: DraftSchema | null = null): Promise<Buffer> {
  assert.ok(field.text.includes(from), field.text);
  const encoded = await encodeField({ ...field, text: field.text.replace(from, to) }, schema);
  assert.ok("bytes" in encoded && encoded.bytes, JSON.stringify(encoded));
  return Buffer.from(encoded.bytes);
}

test("a payload becomes a draft in its own format", async () => {
  const utf16 = Buffer.concat([bytesOf("fffe"), Buffer.from("some words", "utf16le")]);
  for (const [bytes, encoding, text] of [
    [Buffer.from("plain"), "text", "plain"],
    [Buffer.from('{"a" : 1.10,\r\n"a":2}'), "json", '{"a" : 1.10,\r\n"a":2}'],
    [Buffer.from("<a>\n <b/></a>"), "xml", "<a>\n <b/></a>"],
    [PACKED, "messagepack", '{\n  "id": 9007199254740993,\n  "name": "somebody"\n}'],
    [utf16, "utf-16", "some words"],
    [bytesOf("deadbeef ff00"), "hex", "de ad be ef ff 00"],
    // only read
    [bytesOf("aced0005 7400 03 616263"), "hex", "ac ed 00 05 74 00 03 61 62 63"],
    // an editor would change these line ends
    [Buffer.from("a\rb"), "hex", "61 0d 62"],
    [Buffer.from("a\r\nb\n"), "hex", "61 0d 0a 62 0a"],
    [Buffer.from("a\r\nb"), "text", "a\r\nb"],
    [Buffer.from("\ufeff{}"), "text", "\ufeff{}"],
    [Buffer.alloc(0), "text", ""],
  ] as const) {
    const field = await draft(bytes);
    assert.deepEqual([field.encoding, field.text], [encoding, text]);
  }
  assert.deepEqual((await draftOf(null, ORIGIN)).field, { encoding: "null", text: "" });
  const changed = Buffer.from(PACKED.toString("hex").replace("20000000000001", "20000000000002"), "hex");
  assert.deepEqual(await edited(await draft(PACKED), "993", "994"), changed);
});

test("what is compressed stays compressed, and what is in it is edited", async () => {
  const field = await draft(gzipSync('{"id":1}'));
  assert.deepEqual([field.encoding, field.wrap, field.text], ["json", "gzip", '{"id":1}']);
  assert.deepEqual(await edited(field, "1", "2"), gzipSync('{"id":2}'));
  const twice = await draft(gzipSync(gzipSync("x")));
  assert.deepEqual([twice.encoding, twice.wrap], ["hex", "gzip"]);
  // more than a form is fit for
  assert.equal((await draft(gzipSync(Buffer.alloc(9_000_000)))).encoding, "hex");
});

test("a chosen format is what it is edited as", async () => {
  const cases: [FixedFormat, string, Partial<DraftField>][] = [
    ["long", "0020000000000001", { encoding: "long", text: "9007199254740993" }],
    ["double", "7ff8000000000000", { encoding: "double", text: '"NaN"' }],
    ["latin-1", "e9", { encoding: "latin-1", text: "é" }],
    ["utf-16le", "e900", { encoding: "utf-16le", text: "é" }],
    ["hex", "7b7d", { encoding: "hex", text: "7b 7d" }],
    ["text", "7b7d", { encoding: "text", text: "{}" }],
    ["base64", Buffer.from('{"a":1}').toString("hex"), { encoding: "hex" }],
    ["base64", Buffer.from("eyJhIjoxfQ==").toString("hex"), { encoding: "json", wrap: "base64", text: '{"a":1}' }],
    ["snappy", "01 00 78", { encoding: "text", wrap: "snappy", text: "x" }],
    // not what was chosen
    ["long", "ff", { encoding: "hex", text: "ff" }],
  ];
  for (const [format, hex, expected] of cases) {
    const { original: _, ...field } = await draft(bytesOf(hex), { choice: { kind: "format", format } });
    assert.deepEqual({ ...field, ...expected }, field, format);
  }
});

const PROTO = `syntax = "proto3"; package shop;
message First { string only = 1; }
message Outer { message Item { int64 n = 1; } int64 id = 1; }`;

test("by a registry's schema it is edited under the same id, in the same place, as the same message", async () => {
  const uuid = "00010203-0405-4607-8809-0a0b0c0d0e0f";
  const record = avro({ type: "record", name: "R", fields: [{ name: "id", type: "long" }] });
  const proto = avro(PROTO, { type: "PROTOBUF" });
  const item = { indexes: [1, 0], name: "Item", glueIndex: 2 };
  for (const [key, kind, more] of [
    [7, "confluent", {}],
    [7, "confluent", { place: "header" }],
    [`guid:${uuid}`, "confluent", { place: "header" }],
    ["contentId:7", "apicurio", {}],
    ["globalId:7", "apicurio", { place: "header" }],
    [`glue:${uuid}`, "glue", {}],
    [`glue:${uuid}`, "glue", { compress: true }],
  ] as [SchemaKey, RegistryKind, Partial<FrameOptions>][]) {
    const options = { part: "value", place: "payload", message: null, compress: false, ...more } as const;
    for (const [schema, body, after, message] of [
      [record, long(5n), long(6n), null],
      [proto, [8, 5], [8, 6], item],
    ] as const) {
      const { payload, headers } = frame(key, Buffer.from(body), { ...options, message });
      const source = knowing(kind, key, schema);
      const field = await draft(payload, { schemas: source, headers: lookupIn(headers) });
      const what = JSON.stringify([key, more, schema.type]);
      assert.deepEqual([field.encoding, field.pinned?.key, field.subject], ["schema", key, "orders-value"], what);
      assert.equal(field.message, message ? "shop.Outer.Item" : undefined);
      const changed = { ...field, text: field.text.replace("5", "6") };
      const again = await encodeField(changed, { ...schema, key });
      const expected = frame(key, Buffer.from(after), { ...options, message });
      assert.ok("bytes" in again, what);
      assert.deepEqual([again.bytes, again.headers ?? []], [expected.payload, expected.headers], what);
    }
  }
  const json = avro({ type: "object" }, { type: "JSON" });
  const field = await draft(wire(7, Buffer.from('{ "a":1e2 }')), { schemas: knowing("confluent", 7, json) });
  assert.equal(field.text, '{ "a":1e2 }');
});

test("what would be lost by encoding it again is edited as bytes, and why a schema is missing is told", async () => {
  const proto = avro('syntax = "proto3"; message A { int64 id = 1; }', { type: "PROTOBUF" });
  const unknown = wire(7, [0], [8, 5, 16, 1]);
  assert.equal((await draft(unknown, { schemas: knowing("confluent", 7, proto) })).encoding, "hex");
  const { field, why } = await draftOf(wire(9, [1]), { ...ORIGIN, schemas: knowing("confluent", 7, proto) });
  assert.deepEqual([field.encoding, why], ["hex", "asked for 9"]);
});

test("by a file's schema it is edited in the framing that it has", async () => {
  const choice: DecodeAs = {
    kind: "schema",
    type: "AVRO",
    label: "a.avsc",
    schema: '"long"',
    references: [],
    message: null,
    compiled: false,
  };
  const file = { uri: "file:///a.avsc", label: "a.avsc", type: "AVRO" } as const;
  const bare = await draft(Buffer.from(long(5n)), { choice, file });
  assert.deepEqual([bare.encoding, bare.text, bare.framing], ["file", "5", undefined]);
  assert.deepEqual(await edited(bare, "5", "6", choice), Buffer.from(long(6n)));
  const encoded = await encodeField({ encoding: "file", framing: "single-object", text: "5" }, choice);
  assert.ok("bytes" in encoded);
  const single = await draft(Buffer.from(encoded.bytes!), { choice, file });
  assert.equal(single.framing, "single-object");
  // the id before it would be lost
  assert.equal((await draft(wire(7, long(5n)), { choice, file })).encoding, "hex");
  const container = { schema: '"long"', codec: "deflate" };
  const whole = await encodeField({ encoding: "avro-container", text: "[1,2]", container }, null);
  assert.ok("bytes" in whole);
  const many = await draft(Buffer.from(whole.bytes!));
  assert.deepEqual([many.encoding, many.text, many.container], ["avro-container", "[\n  1,\n  2\n]", container]);
});

test("random bytes, and random bytes after the signs of formats, give the same bytes untouched and never fail", async () => {
  const random = seeded(12);
  const signs = [
    "",
    "00 00000007",
    "1f8b08",
    "78 9c",
    "28b52ffd",
    "4f626a01",
    "3a290a",
    "c301",
    "efbbbf",
    "feff",
    "aced0005",
    "03 00",
    "3c61 3e",
  ];
  const schemas = knowing("confluent", 7, avro('{"type":"array","items":"string"}'));
  for (let i = 0; i < 1500; i++) {
    const tail = Buffer.from(Array.from({ length: Math.floor(random() * 30) }, () => Math.floor(random() * 256)));
    await draft(Buffer.concat([bytesOf(signs[i % signs.length]!), tail]), { schemas: i % 2 ? schemas : null });
  }
});

test("a header's value is text of one line, or hex", () => {
  assert.deepEqual(draftHeader("a", null), { key: "a", value: "", kind: "null" });
  assert.deepEqual(draftHeader("a", Buffer.from("é")), { key: "a", value: "é", kind: "text" });
  assert.deepEqual(draftHeader("a", Buffer.from("a\nb")), { key: "a", value: "61 0a 62", kind: "hex" });
  assert.deepEqual(draftHeader("a", bytesOf("0000000007")), { key: "a", value: "00 00 00 00 07", kind: "hex" });
});

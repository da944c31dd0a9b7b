import assert from "node:assert/strict";
import { test } from "node:test";
import type { DecodeContext, RegisteredSchema, SchemaKey } from "../../../src/schema/api.ts";
import { parseAvro } from "../../../src/schema/avro/schema.ts";
import { createDecoder } from "../../../src/schema/decoder.ts";
import { type DraftSchema, encodeField, helpFor } from "../../../src/schema/draft.ts";
import { lookupIn } from "../../../src/schema/registry/wire.ts";
import type { DecodeAs, FixedFormat } from "../../../src/shared/decoding.ts";
import type { DraftField, PlainFormat } from "../../../src/shared/draft.ts";
import type { PayloadView } from "../../../src/shared/messages.ts";
import { pick, randomSchema, randomText, upTo } from "./avroRandom.ts";
import { randomJson, randomSchema as randomProto } from "./protobufRandom.ts";
import { avro, seeded } from "./support.ts";

type FileSchema = Extract<DecodeAs, { kind: "schema" }>;
type Sent = { bytes: Buffer; headers: { key: string; value: Buffer }[] };

const fileOf = (type: FileSchema["type"], schema: string, message: string | null = null): FileSchema => ({
  kind: "schema",
  type,
  label: "a file",
  schema,
  references: [],
  message,
  compiled: false,
});

async function sent(
  field: DraftField,
  schema: DraftSchema | null = null,
  part: "key" | "value" = "value",
): Promise<Sent> {
  const encoded = await encodeField(field, schema, part);
  assert.ok("bytes" in encoded && encoded.bytes, JSON.stringify([field, encoded]));
  return { bytes: Buffer.from(encoded.bytes), headers: encoded.headers ?? [] };
}

async function problemOf(
  field: DraftField,
  schema: DraftSchema | null = null,
): Promise<{ message: string; at?: number; path?: string }> {
  const encoded = await encodeField(field, schema);
  assert.ok("problems" in encoded, `${field.encoding} was encoded: ${field.text}`);
  return encoded.problems[0]!;
}

/** What our reader shows of it. */
async function shown(
  { bytes, headers }: Sent,
  choice: DecodeAs = { kind: "auto" },
  registered: RegisteredSchema | null = null,
  more: Partial<DecodeContext> & { kind?: "apicurio" | "glue" | "confluent" } = {},
): Promise<PayloadView> {
  const lookup = lookupIn(headers);
  const byId = (key: SchemaKey) =>
    registered && (registered.key ?? registered.id) === key
      ? Promise.resolve(registered)
      : Promise.reject(new Error(`asked for ${key}`));
  return createDecoder({ choices: { of: () => choice } }).view(
    bytes,
    {
      topic: "t",
      part: more.part ?? "value",
      schemas: registered ? { kind: more.kind ?? "confluent", cached: () => undefined, byId } : null,
      record: { header: (name) => lookup?.(name), key: () => null },
    },
    Number.POSITIVE_INFINITY,
  );
}

const compact = (text: string): string => JSON.stringify(JSON.parse(text));

test("XML is sent as typed, in the encoding that it declares, and is refused at its place", async () => {
  const latin = '<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>';
  assert.deepEqual((await sent({ encoding: "xml", text: latin })).bytes, Buffer.from(latin, "latin1"));
  for (const text of ["<a b='1'>x</a>", latin, '<?xml version="1.0" encoding="UTF-16"?><a>日😀</a>', "<a><b/>\n</a>"]) {
    const view = await shown(await sent({ encoding: "xml", text }));
    assert.deepEqual([view.format, view.problems], ["xml", []]);
    assert.equal(view.text.replace(/\n\s*/g, ""), text.replace(/\n\s*/g, ""));
  }
  assert.deepEqual(await problemOf({ encoding: "xml", text: "<a>\n  <b></a>" }), {
    message: "not well-formed at line 2, column 6: </a> where </b> is expected",
    at: 9,
  });
  assert.equal(
    (await problemOf({ encoding: "xml", text: "<?xml version='1.0' encoding='US-ASCII'?><a>é</a>" })).at,
    44,
  );
  assert.match((await problemOf({ encoding: "xml", text: "" })).message, /root element/);
});

test("Base64 and hex stand for bytes, and say which character is wrong", async () => {
  const random = seeded(3);
  for (let i = 0; i < 300; i++) {
    const bytes = Buffer.from(Array.from({ length: upTo(random, 40) }, () => upTo(random, 256)));
    const alphabet = pick(random, ["base64", "base64url"] as const);
    const text = bytes.toString(alphabet).replace(/.{10}/g, "$&\n");
    if (bytes.length > 0) assert.deepEqual((await sent({ encoding: "base64", text })).bytes, bytes, text);
    const hex = bytes.toString("hex").replace(/../g, pick(random, ["$& ", "$&", "$&\n"]));
    if (bytes.length > 0) assert.deepEqual((await sent({ encoding: "hex", text: hex })).bytes, bytes, hex);
  }
  for (const [text, at, message] of [
    ["AA*A", 2, /"\*" is not a character of Base64/],
    ["AA😀A", 2, /"😀" is not/],
    ["A+_A", 2, /another alphabet/],
    ["AA==A", 4, /nothing may follow/],
    ["AAAA A", 5, /ends within a byte/],
    ["AAA==", 3, /do not fit 3 characters/],
    ["AAAA AB", 6, /bits that belong to no byte/],
  ] as const) {
    const problem = await problemOf({ encoding: "base64", text });
    assert.equal(problem.at, at, text);
    assert.match(problem.message, message);
  }
});

test("text is sent in the encoding that is chosen, and read back in it", async () => {
  const text = "a\tzß¤\r\n";
  for (const encoding of ["text", "utf-16", "utf-16le", "latin-1"] as const) {
    const view = await shown(await sent({ encoding, text }), { kind: "format", format: encoding });
    assert.deepEqual([view.text, view.problems], [text, []], encoding);
  }
  assert.deepEqual((await sent({ encoding: "utf-16", text: "é" })).bytes, Buffer.from("feff00e9", "hex"));
  assert.equal((await problemOf({ encoding: "latin-1", text: "ab€" })).at, 2);
  assert.equal((await problemOf({ encoding: "utf-16", text: "ab\ud800" })).at, 2);
});

test("any format without a schema can be packed, and is unpacked by the reader", async () => {
  const drafts: [PlainFormat, string, string][] = [
    ["json", '{"n":12345678901234567890}', '{\n  "n": 12345678901234567890\n}'],
    ["xml", "<a><b/></a>", "<a>\n  <b/>\n</a>"],
    ["text", "plain text", "plain text"],
    [
      "messagepack",
      '{"a":[1,2,3,"some text in it"]}',
      '{\n  "a": [\n    1,\n    2,\n    3,\n    "some text in it"\n  ]\n}',
    ],
  ];
  for (const wrap of ["gzip", "zlib", "zstd", "lz4", "snappy-framed", "snappy-xerial"] as const) {
    for (const [encoding, text, expected] of drafts) {
      const view = await shown(await sent({ encoding, text, wrap }));
      assert.equal(view.text, expected, `${encoding} in ${wrap}`);
      assert.deepEqual(view.problems, []);
      assert.match(view.notes.join(), /Compressed with/);
    }
  }
  for (const wrap of ["snappy", "base64"] as const) {
    const choice = { kind: "format", format: wrap satisfies FixedFormat } as const;
    for (const [encoding, text, expected] of drafts)
      assert.equal(
        (await shown(await sent({ encoding, text, wrap }), choice)).text,
        expected,
        `${encoding} in ${wrap}`,
      );
  }
  // what cannot be read when it is packed is not
  const schema = avro("string");
  const field = { encoding: "schema", text: '"x"', wrap: "gzip" } as const;
  assert.deepEqual((await sent(field, schema)).bytes.subarray(0, 5), Buffer.from("0000000007", "hex"));
});

test("by a file's schema Avro is written bare, as a single object and as a container file, for random schemas and values", async () => {
  const random = seeded(2025);
  for (let i = 0; i < 40; i++) {
    const text = JSON.stringify(randomSchema(random));
    const file = fileOf("AVRO", text);
    const type = parseAvro({ schema: text, references: [] });
    const value = randomText(random, type);
    for (const framing of [undefined, "single-object"] as const) {
      const field: DraftField = { encoding: "file", text: value, ...(framing ? { framing } : {}) };
      const one = await sent(field, file).catch(() => null);
      // a value without bytes is an empty payload, which is no value to the reader
      if (!one || one.bytes.length === 0) continue;
      const view = await shown(one, file);
      assert.deepEqual([view.format, view.problems], ["avro", []], `${text}\n${value}`);
      assert.equal(compact(view.text), compact(value), text);
    }
    const many = `[${Array.from({ length: upTo(random, 4) }, () => randomText(random, type)).join(",")}]`;
    for (const codec of ["null", "deflate", "snappy", "zstandard"]) {
      const container = { schema: text, codec };
      const view = await shown(await sent({ encoding: "avro-container", text: many, container }));
      assert.deepEqual([view.format, view.problems], ["avro", []], `${text}\n${many}`);
      assert.equal(compact(view.text), compact(many), text);
    }
  }
  const file = fileOf("AVRO", '"long"');
  const container = { encoding: "file", framing: "container" } as const;
  assert.equal((await shown(await sent({ ...container, text: "[1,-2]" }, file))).text, "[\n  1,\n  -2\n]");
  assert.match((await problemOf({ ...container, text: "1" }, file)).message, /expected an array/);
  assert.equal((await problemOf({ ...container, text: '[1,"x"]' }, file)).path, "$[1]");
});

const PROTO = `syntax = "proto3"; package shop;
message First { string only = 1; }
message Outer { message Inner { int64 n = 1; message Deep { string s = 1; } } int64 id = 1; }
message Other { message Inner { string t = 1; } }`;

test("any message of a Protobuf file is written, with its index path, the first one's shortened", async () => {
  const schema = avro(PROTO, { type: "PROTOBUF" });
  for (const [message, text, frame] of [
    [undefined, '{"only":"x"}', "00"],
    ["shop.First", '{"only":"x"}', "00"],
    ["shop.Outer", '{"id":"9007199254740993"}', "0202"],
    ["shop.Outer.Inner", '{"n":"5"}', "040200"],
    ["shop.Outer.Inner.Deep", '{"s":"é"}', "06020000"],
    ["shop.Other.Inner", '{"t":"x"}', "040400"],
  ] as const) {
    const field: DraftField = { encoding: "schema", text, ...(message ? { message } : {}) };
    const payload = await sent(field, schema);
    assert.ok(payload.bytes.toString("hex").startsWith(`0000000007${frame}`), payload.bytes.toString("hex"));
    assert.equal(compact((await shown(payload, undefined, schema)).text), text);
    const header = await sent({ ...field, place: "header" }, schema);
    assert.equal(header.headers[0]!.key, "__value_schema_id");
    assert.equal(header.headers[0]!.value.toString("hex"), `0000000007${frame}`);
    assert.equal(compact((await shown(header, undefined, schema)).text), text);
    const file = fileOf("PROTOBUF", PROTO, message ?? null);
    assert.equal(compact((await shown(await sent({ ...field, encoding: "file" }, file), file)).text), text);
  }
  assert.match(
    (await problemOf({ encoding: "schema", text: "{}", message: "shop.Gone" }, schema)).message,
    /choose another/,
  );
  const help = await helpFor(schema, { message: "shop.Outer.Inner" });
  assert.deepEqual(help, {
    example: '{\n  "n": "0"\n}',
    messages: [
      "shop.First",
      "shop.Outer",
      "shop.Outer.Inner",
      "shop.Outer.Inner.Deep",
      "shop.Other",
      "shop.Other.Inner",
    ],
  });
});

test("random Protobuf messages come back, framed by each registry's serializers", async () => {
  const random = seeded(9);
  const uuid = "00010203-0405-4607-8809-0a0b0c0d0e0f";
  for (let i = 0; i < 6; i++) {
    const made = randomProto(random);
    const { text, messages } = made;
    const schema = avro(text, { type: "PROTOBUF" });
    for (const { name } of messages) {
      const json = randomJson(made, name, random);
      for (const [key, kind, place] of [
        [7, "confluent", undefined],
        [7, "confluent", "header"],
        [`guid:${uuid}`, "confluent", "header"],
        ["contentId:7", "apicurio", undefined],
        ["globalId:7", "apicurio", "header"],
        [`glue:${uuid}`, "glue", undefined],
        [`glue:${uuid}`, "glue", "zlib"],
      ] as const) {
        const registered = { ...schema, key } as RegisteredSchema;
        const field: DraftField = { encoding: "schema", text: json, message: `r.${name}`, ...(place ? { place } : {}) };
        const view = await shown(await sent(field, registered, "key"), undefined, registered, { kind, part: "key" });
        const bare = await shown(
          await sent({ ...field, encoding: "file" }, fileOf("PROTOBUF", text)),
          fileOf("PROTOBUF", text, `r.${name}`),
        );
        // an empty message has no bytes where its schema is named in a header
        if (view.format === "empty") continue;
        assert.deepEqual([view.format, view.problems], ["protobuf", []], `${text}\n${json}`);
        assert.equal(view.text, bare.format === "empty" ? "{}" : bare.text);
      }
    }
  }
});

test("what a registry's format cannot say is a problem of the field", async () => {
  const schema = avro(PROTO, { type: "PROTOBUF", key: "contentId:7" });
  const field: DraftField = { encoding: "schema", text: '{"t":"x"}', message: "shop.Other.Inner" };
  assert.match((await problemOf(field, schema)).message, /Inner is shop\.Outer\.Inner to its readers/);
  const glue = avro("string", { key: "glue:00010203-0405-4607-8809-0a0b0c0d0e0f" });
  assert.match(
    (await problemOf({ encoding: "schema", text: '"x"', place: "header" }, glue)).message,
    /in the payload only/,
  );
});

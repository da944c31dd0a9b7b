import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import type { DecodeContext, RecordLook } from "../../../src/schema/api.ts";
import { encodeAvro } from "../../../src/schema/avro/encode.ts";
import { parseAvro } from "../../../src/schema/avro/schema.ts";
import { encodeSingleObject } from "../../../src/schema/avro/singleObject.ts";
import { createDecoder } from "../../../src/schema/decoder.ts";
import { parseJson } from "../../../src/schema/jsonTree.ts";
import { encodeCbor } from "../../../src/schema/plain/cborEncode.ts";
import { encodeMsgpack } from "../../../src/schema/plain/msgpack.ts";
import type { DecodeAs } from "../../../src/shared/decoding.ts";
import type { Cell, PayloadView } from "../../../src/shared/messages.ts";

const WHOLE = Number.POSITIVE_INFINITY;
const context: DecodeContext = { topic: "orders", part: "value", schemas: null };
const decoder = createDecoder();

const viewOf = (bytes: Uint8Array, about: DecodeContext = context) => decoder.view(bytes, about, WHOLE) as PayloadView;
const cellOf = (bytes: Uint8Array, about: DecodeContext = context) => decoder.preview(bytes, about, 300) as Cell;
const bytesOf = (encoded: { bytes: Buffer } | { problems: unknown }): Buffer => {
  assert.ok("bytes" in encoded, JSON.stringify(encoded));
  return encoded.bytes;
};
const looking = (headers: Record<string, Buffer | null>, key: Buffer | null = null): RecordLook => ({
  header: (name) => headers[name],
  key: () => key,
});
const ORDER = parseJson('{"id":9007199254740993,"status":"paid","tags":["a","b"]}');

describe("the automatic choice", () => {
  test("unpacks what is compressed, and says so", () => {
    const json = Buffer.from('{"id":1,"text":"abc"}');
    for (const [name, bytes] of [
      ["gzip", gzipSync(json)],
      ["Zstandard", zstdCompressSync(json)],
      ["zlib", deflateSync(json)],
    ] as const) {
      const shown = viewOf(bytes);
      assert.deepEqual([shown.format, shown.size, shown.problems], ["json", bytes.length, []], name);
      assert.equal(shown.text, '{\n  "id": 1,\n  "text": "abc"\n}');
      assert.deepEqual(shown.notes, [`Compressed with ${name}: ${bytes.length} bytes hold 21.`]);
      assert.deepEqual(cellOf(bytes), { format: "json", text: '{"id":1,"text":"abc"}', cut: false, problems: [] });
    }
    const twice = viewOf(gzipSync(gzipSync(json)));
    assert.deepEqual([twice.format, twice.notes.length], ["json", 2]);
  });

  test("a zip bomb is refused, with the reason and its bytes", () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    const cell = cellOf(bomb);
    assert.equal(cell.format, "binary");
    assert.match(cell.problems.join(), /^not gzip: it unpacks to more than 16/);
    let matryoshka = Buffer.from("x");
    for (let i = 0; i < 10; i++) matryoshka = gzipSync(matryoshka);
    assert.equal(viewOf(matryoshka).format, "binary");
    assert.deepEqual(viewOf(matryoshka).problems, ["not gzip: it is compressed within more layers than are unpacked"]);
  });

  test("reads MessagePack, CBOR, XML and UTF-16 by their signs", () => {
    const shown = (bytes: Uint8Array) => [viewOf(bytes).format, cellOf(bytes).format, cellOf(bytes).text];
    const text = '{"id":9007199254740993,"status":"paid","tags":["a","b"]}';
    assert.deepEqual(shown(bytesOf(encodeMsgpack(ORDER))), ["messagepack", "messagepack", text]);
    assert.deepEqual(shown(bytesOf(encodeCbor(ORDER, true))), ["cbor", "cbor", text]);
    const xml = Buffer.from('<?xml version="1.0"?><order id="1"><item>a</item></order>');
    assert.deepEqual(shown(xml).slice(0, 2), ["xml", "xml"]);
    assert.match(viewOf(xml).text, /<order id="1">\n +<item>a<\/item>\n<\/order>/);
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from("some text of an order", "utf16le")]);
    assert.deepEqual(shown(utf16), ["text", "text", "some text of an order"]);
    const emoji = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from("Grüße 😀", "utf16le")]);
    assert.deepEqual(shown(emoji), ["text", "text", "Grüße 😀"]);
  });

  test("never takes text for something else, nor bytes for text", () => {
    for (const text of ["12345678", "hello", "<not xml", "Obj", ":)", "xyz", "8 apples", "true", "4711"]) {
      assert.deepEqual([viewOf(Buffer.from(text)).format, cellOf(Buffer.from(text)).format], ["text", "text"], text);
    }
    const long = Buffer.alloc(8);
    long.writeBigInt64BE(1_700_000_000_000n);
    assert.equal(cellOf(long).format, "binary");
    assert.deepEqual(viewOf(long).notes, ["It may be a Long of Kafka's serializer: choose how it is to be decoded."]);
  });

  test("notes names that are there twice in an object", () => {
    const shown = viewOf(Buffer.from('{"a":1,"b":{"c":1,"c":2}}'));
    assert.deepEqual([shown.format, shown.problems], ["json", []]);
    assert.match(shown.notes.join(), /\$\.b\.c is there more than once/);
  });

  test("reads Kafka's own topics, a value by its key", () => {
    // group "g", topic "t", partition 0; version 3: offset 42, leader epoch 1, metadata "", commit timestamp
    const key = Buffer.from("00010001670001740000" + "0000", "hex");
    const value = Buffer.from("0003" + "000000000000002a" + "00000001" + "0000" + "0000018bcfe56800", "hex");
    const about = { topic: "__consumer_offsets", schemas: null, record: looking({}, key) } as const;
    const shown = cellOf(value, { ...about, part: "value" });
    assert.deepEqual([shown.format, shown.problems], ["kafka", []]);
    assert.match(shown.text, /"offset":42/);
    assert.match(cellOf(key, { ...about, part: "key" }).text, /"OffsetCommit".*"group":"g"/);
    const odd = cellOf(Buffer.from([0, 99, 1]), { ...about, part: "value" });
    assert.equal(odd.format, "binary");
    assert.match(odd.problems.join(), /^not a record of the group coordinator: /);
  });

  test("says of Avro's single-object encoding what is missing", () => {
    const type = parseAvro({
      schema: '{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}',
      references: [],
    });
    const bytes = bytesOf(encodeSingleObject(type, parseJson('{"a":200}')));
    assert.match(
      cellOf(bytes).problems.join(),
      /^looks like Avro's single-object encoding, by a schema with the fingerprint [0-9a-f]{16}/,
    );
  });
});

describe("what a person chose", () => {
  const chosen = (as: DecodeAs) => createDecoder({ choices: { of: () => as } });
  const decoded = (as: DecodeAs, bytes: Uint8Array) => chosen(as).view(bytes, context, WHOLE) as PayloadView;
  const schema = '{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}';
  const avro = {
    kind: "schema",
    type: "AVRO",
    label: "schemas/r.avsc",
    schema,
    references: [],
    message: null,
    compiled: false,
  } as const;

  test("is what a payload is read as", () => {
    const long = Buffer.alloc(8);
    long.writeBigInt64BE(-(2n ** 63n));
    const shown = decoded({ kind: "format", format: "long" }, long);
    assert.deepEqual([shown.format, shown.text, shown.problems], ["long", "-9223372036854775808", []]);
    const base64 = decoded(
      { kind: "format", format: "base64" },
      Buffer.from(Buffer.from('{"a":1}').toString("base64")),
    );
    assert.deepEqual(
      [base64.format, base64.notes],
      [
        "json",
        ["Read as Base64, which was chosen for this topic.", "Written as base64; these are the 7 bytes inside."],
      ],
    );
    assert.equal(decoded({ kind: "format", format: "hex" }, Buffer.from('{"a":1}')).format, "binary");
    assert.equal(decoded({ kind: "format", format: "text" }, Buffer.from('{"a":1}')).format, "text");
    assert.equal(decoded({ kind: "format", format: "latin-1" }, Buffer.from([0xe4])).text, "ä");
  });

  test("says why a payload is not that, and shows it as it is", () => {
    const shown = decoded({ kind: "format", format: "long" }, Buffer.from("hello"));
    assert.deepEqual([shown.format, shown.text], ["text", "hello"]);
    assert.match(shown.problems.join(), /^not Long: a value of Kafka's long serializer has 8 bytes, and here are 5/);
    assert.match(decoded({ kind: "format", format: "text" }, Buffer.from([0xff])).problems.join(), /^not Text/);
  });

  test("may be a schema: bare, behind an id, or in single-object encoding", () => {
    const type = parseAvro({ schema, references: [] });
    const bare = bytesOf(encodeAvro(type, parseJson('{"a":200}')));
    const single = bytesOf(encodeSingleObject(type, parseJson('{"a":200}')));
    for (const bytes of [bare, Buffer.concat([Buffer.from([0, 0, 0, 0, 9]), bare]), single]) {
      const shown = decoded(avro, bytes);
      assert.deepEqual([shown.format, shown.text, shown.problems], ["avro", '{\n  "a": 200\n}', []]);
      assert.deepEqual(shown.notes, ["Read by the schema of schemas/r.avsc."]);
    }
    assert.match(decoded(avro, Buffer.from([0x80])).problems.join(), /^not Avro: /);
    assert.match(
      decoded({ ...avro, schema: "{" }, bare).problems.join(),
      /the schema of schemas\/r\.avsc cannot be used/,
    );
  });

  test("may be a Protobuf message, of a file that defines several", async () => {
    const proto = 'syntax = "proto3"; message A { string s = 1; } message B { int64 n = 1; }';
    const as = { ...avro, type: "PROTOBUF", label: "b.proto", schema: proto, message: "B" } as const;
    const shown = await chosen(as).view(Buffer.from([0x08, 0x96, 0x01]), context, WHOLE);
    assert.deepEqual([shown.format, shown.text, shown.problems], ["protobuf", '{\n  "n": "150"\n}', []]);
    const framed = await chosen(as).view(Buffer.from([0, 0, 0, 0, 7, 2, 2, 0x08, 0x96, 0x01]), context, WHOLE);
    assert.equal(framed.text, '{\n  "n": "150"\n}');
  });

  test("may be a schema whose fault is told in few words", async () => {
    const long = { ...avro, schema: `"${"x".repeat(5000)}"` };
    const [problem] = decoded(long, Buffer.from([1])).problems;
    assert.ok(problem!.length < 1100 && problem!.endsWith("…"), problem);
    const base64 = await chosen({ ...avro, type: "PROTOBUF", schema: "abcd" }).view(Buffer.from([1]), context, WHOLE);
    assert.match(base64.problems.join(), /it is neither a \.proto file nor a descriptor of one in base64$/);
  });

  test("may be another extension's decoder", async () => {
    const as: DecodeAs = { kind: "extension", id: "acme.x", label: "Acme" };
    const asked: unknown[] = [];
    const good = createDecoder({
      choices: { of: () => as },
      external: async (id, bytes, about) => {
        asked.push([id, [...bytes], about]);
        return { text: '{"a":1}', json: true, problems: [] };
      },
    });
    const shown = await good.view(Buffer.from([1, 2]), context, WHOLE);
    assert.deepEqual(
      [shown.format, shown.text, shown.notes],
      ["extension-json", '{\n  "a": 1\n}', ["Decoded by Acme."]],
    );
    assert.deepEqual(asked, [["acme.x", [1, 2], { topic: "orders", part: "value" }]]);
    const boasting = createDecoder({
      choices: { of: () => as },
      external: async () => ({ text: "{a", json: true, problems: [] }),
    });
    for (const given of [
      await boasting.preview(Buffer.from([1]), context, 100),
      await boasting.view(Buffer.from([1]), context, WHOLE),
    ]) {
      const { format, text: made, problems } = given;
      assert.deepEqual([format, made, problems], ["extension", "{a", ["Acme calls it JSON, but it is not"]]);
    }
    const bad = createDecoder({ choices: { of: () => as }, external: () => Promise.reject(new Error("no magic")) });
    const cell = await bad.preview(Buffer.from([1, 2]), context, 100);
    assert.deepEqual([cell.format, cell.problems], ["binary", ["not decoded by Acme: no magic"]]);
  });
});

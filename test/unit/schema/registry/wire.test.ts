import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import type { RegistryKind, SchemaKey } from "../../../../src/schema/api.ts";
import { type FrameOptions, frame, lookupIn, schemaKey, wireOf } from "../../../../src/schema/registry/wire.ts";
import { readApicurioRef } from "../../../../src/schema/registry/wireApicurio.ts";
import { readMessageIndexes, writeMessageIndexes } from "../../../../src/schema/registry/wireConfluent.ts";
import { glueIndexOf, glueMessage, inflateGlue, readGlueIndex } from "../../../../src/schema/registry/wireGlue.ts";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");
const guid = "0f8fad5b-d9cb-469f-a165-70867728950e";
const guidHex = guid.replaceAll("-", "");

const payload = (text: string, kind: RegistryKind | null) => wireOf(hex(text), null, "value", kind);
const headers = (entries: Record<string, string>) =>
  lookupIn(Object.entries(entries).map(([key, value]) => ({ key, value: hex(value) })));

test("Confluent's payload names an id in four bytes", () => {
  assert.deepEqual(payload("00 00000107 02", "confluent"), {
    key: 0x107,
    start: 5,
    compressed: false,
    message: { kind: "indexes-here" },
  });
  // too short, no id, another first byte, a negative id, an int64 that is no id
  for (const bytes of ["", "00 000001", "00 00000000 02", "01 00000107 02", "00 ffffffff 02", "00 018f0000 000000"])
    assert.equal(payload(bytes, "confluent"), null, bytes);
});

test("Confluent's headers go before what the payload starts with", () => {
  const value = hex("00 00000001 02");
  const read = (bytes: string) => wireOf(value, headers({ __value_schema_id: bytes }), "value", "confluent");
  assert.deepEqual(read(`01 ${guidHex}`), {
    key: `guid:${guid}`,
    start: 0,
    compressed: false,
    message: { kind: "indexes", indexes: null },
  });
  assert.deepEqual(read(`01 ${guidHex} 00`)?.message, { kind: "indexes", indexes: [0] });
  assert.deepEqual(read(`01 ${guidHex} 04 02 04`)?.message, { kind: "indexes", indexes: [1, 2] });
  assert.equal(read("00 00000007")?.key, 7);
  // what is no such header does not hide the payload's own
  for (const bad of ["", "01", "02 00000007", `01 ${guidHex} 04 02`, "00 00000000"])
    assert.equal(read(bad)?.key, 1, bad);
  assert.equal(wireOf(value, headers({ __key_schema_id: `01 ${guidHex}` }), "value", "confluent")?.key, 1);
});

test("of several headers with one name the last counts", () => {
  const lookup = lookupIn([
    { key: "__value_schema_id", value: hex("00 00000001") },
    { key: "__value_schema_id", value: hex("00 00000002") },
  ]);
  assert.equal(wireOf(hex("02"), lookup, "value", "confluent")?.key, 2);
});

test("Apicurio's payloads have a content id in four bytes or a global id in eight", () => {
  assert.deepEqual(payload("00 00000007 02", "apicurio"), {
    key: "contentId:7",
    start: 5,
    compressed: false,
    message: { kind: "ref", name: null },
  });
  assert.deepEqual([payload("00 0000000000000007 02", "apicurio")].map((wire) => [wire?.key, wire?.start])[0], [
    "globalId:7",
    9,
  ]);
  for (const bytes of ["00 00000000 02", "00 0000000000000000", "00 ffffffff 00", "7b7d"])
    assert.equal(payload(bytes, "apicurio"), null, bytes);
});

test("Apicurio's headers name either id, and a Protobuf message", () => {
  const bytes = hex("02");
  const read = (entries: Record<string, string>, part: "key" | "value" = "value") =>
    wireOf(bytes, headers(entries), part, "apicurio");
  assert.equal(read({ "apicurio.value.globalId": "0000000000000009" })?.key, "globalId:9");
  const named = read(
    {
      "apicurio.key.contentId": "000000000000000a",
      "apicurio.protobuf.type.key": Buffer.from("Order").toString("hex"),
    },
    "key",
  );
  assert.deepEqual(named, {
    key: "contentId:10",
    start: 0,
    compressed: false,
    message: { kind: "ref", name: "Order" },
  });
  // a negative id, one that no double holds, one that is too short
  for (const id of ["ffffffffffffffff", "7fffffffffffffff", "00000009"])
    assert.equal(read({ "apicurio.value.globalId": id }), null, id);
});

test("Glue's payloads have the UUID of a version, and may be compressed", () => {
  assert.deepEqual(payload(`03 00 ${guidHex} 02`, "glue"), {
    key: `glue:${guid}`,
    start: 18,
    compressed: false,
    message: { kind: "number-here" },
  });
  const bytes = Buffer.concat([hex(`03 05 ${guidHex}`), deflateSync(Buffer.from("hello"))]);
  assert.equal(wireOf(bytes, null, "value", "glue")?.compressed, true);
  assert.equal(inflateGlue(bytes, 100).toString(), "hello");
  for (const other of ["03 01", "02 00"]) assert.equal(payload(`${other} ${guidHex}`, "glue"), null);
  assert.equal(payload(`03 00 ${guidHex.slice(2)}`, "glue"), null);
});

test("what is compressed in Glue's payloads cannot fill the memory", () => {
  const bomb = Buffer.concat([hex(`03 05 ${guidHex}`), deflateSync(Buffer.alloc(10_000_000))]);
  assert.throws(() => inflateGlue(bomb, 1_000_000), /longer than 1000000 bytes/);
  assert.throws(() => inflateGlue(hex(`03 05 ${guidHex} 00 01`), 100), /is not, or is damaged/);
});

test("what a payload starts with is read as the registry has it", () => {
  assert.equal(payload("00 00000007 02", "glue"), null);
  assert.equal(payload(`03 00 ${guidHex}`, "confluent"), null);
  assert.equal(payload("00 00000007 02", null)?.key, 7);
  assert.equal(payload(`03 00 ${guidHex}`, null)?.key, `glue:${guid}`);
});

test("Protobuf's ways to name a message are read back as they were written", () => {
  for (const indexes of [[0], [1], [0, 0], [3, 70, 20_000]]) {
    const bytes = writeMessageIndexes(indexes);
    assert.deepEqual(readMessageIndexes(Buffer.concat([hex("ff"), bytes, hex("08")]), 1), {
      indexes,
      end: 1 + bytes.length,
    });
  }
  // one index that is 0 has two forms
  assert.deepEqual(readMessageIndexes(hex("02 00"), 0), { indexes: [0], end: 2 });
  // a count without its indexes, a negative one, one without end, far too many
  for (const bad of ["04 02", "01", "ffffffffffff", "feffffff0f", ""])
    assert.equal(readMessageIndexes(hex(bad), 0), null, bad);
  assert.deepEqual(readApicurioRef(hex("05 0a 03 41 2e 42 08 01"), 0), { name: "A.B", end: 6 });
  // no length, a length past the end, another field, a name that is none
  for (const bad of ["", "05 0a 03 41", "03 08 01 00", "03 0a 01 20", "02 0a 00"])
    assert.equal(readApicurioRef(hex(bad), 0), null, bad);
  const names = ["B", "B.C", "B.A", "B.A.D"];
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((n) => glueMessage(names, n)),
    ["B", "B.A", "B.A.D", "B.C", null],
  );
  assert.deepEqual([glueIndexOf(names, "B.C"), glueIndexOf(names, "X")], [3, -1]);
  assert.deepEqual(readGlueIndex(hex("ac 02"), 0), { index: 300, end: 2 });
});

test("what is framed is found again", () => {
  const encoded = hex("02 04 06");
  const protobuf = { indexes: [1, 0], name: "Order", glueIndex: 3 };
  const cases: [SchemaKey, RegistryKind, Partial<FrameOptions>][] = [
    [263, "confluent", {}],
    [263, "confluent", { place: "header" }],
    [`guid:${guid}`, "confluent", { place: "header", message: protobuf }],
    ["contentId:7", "apicurio", { message: protobuf }],
    ["globalId:7", "apicurio", {}],
    ["globalId:7", "apicurio", { place: "header", part: "key", message: protobuf }],
    ["contentId:7", "apicurio", { place: "header" }],
    [`glue:${guid}`, "glue", { compress: true }],
    [`glue:${guid}`, "glue", { message: protobuf }],
  ];
  for (const [key, kind, more] of cases) {
    const options = { part: "value", place: "payload", message: null, compress: false, ...more } as const;
    const framed = frame(key, encoded, options);
    const wire = wireOf(framed.payload, lookupIn(framed.headers), options.part, kind);
    const what = JSON.stringify([key, more]);
    assert.equal(wire?.key, key, what);
    let { payload: bytes } = framed;
    let { start } = wire;
    if (wire.compressed) {
      bytes = inflateGlue(bytes, 100);
      start = 0;
    }
    if (options.message) {
      if (wire.message.kind === "indexes") assert.deepEqual(wire.message.indexes, protobuf.indexes);
      else if (wire.message.kind === "ref") {
        const ref = readApicurioRef(bytes, start);
        // version 2 names the message in the header only
        const inHeader = options.place === "header" && String(key).startsWith("globalId:");
        assert.equal(ref?.name, inHeader ? undefined : "Order", what);
        assert.equal(wire.message.name, options.place === "header" ? "Order" : null, what);
        start = ref?.end ?? start;
      } else if (wire.message.kind === "number-here") {
        const read = readGlueIndex(bytes, start);
        assert.equal(read?.index, 3, what);
        start = read.end;
      }
    }
    assert.deepEqual(bytes.subarray(start), encoded, what);
  }
});

test("what a format cannot say is refused with a sentence", () => {
  const options = { part: "value", place: "payload", message: null, compress: false } as const;
  assert.throws(() => frame(`guid:${guid}`, hex("02"), options), /in a header only/);
  assert.throws(() => frame(`glue:${guid}`, hex("02"), { ...options, place: "header" }), /in the payload only/);
  assert.throws(() => frame("contentId:4294967296", hex("02"), options), /does not fit/);
  assert.throws(() => schemaKey({ id: guid }), /not what a payload names/);
  assert.equal(schemaKey({ id: 1 }), 1);
  assert.equal(schemaKey({ id: 1, key: "contentId:1" }), "contentId:1");
});

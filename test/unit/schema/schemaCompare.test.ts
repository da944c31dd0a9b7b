import assert from "node:assert/strict";
import { test } from "node:test";
import { compareJsonSchema } from "../../../src/schema/jsonSchema/compare.ts";
import { parseJson } from "../../../src/schema/jsonTree.ts";
import { compareProtobuf } from "../../../src/schema/protobuf/compare.ts";
import { protobufMessageFormat } from "../../../src/schema/protobuf/decode.ts";
import { encodeProtobuf } from "../../../src/schema/protobuf/encode.ts";
import { parseProtobuf } from "../../../src/schema/protobuf/schema.ts";
import type { SchemaChange } from "../../../src/schema/schemaChange.ts";
import { processorTime } from "./support.ts";

const lines = (changes: SchemaChange[]): string[] =>
  changes.map(
    ({ path, message, breaks }) => `${path}: ${message}${breaks.length > 0 ? ` [${breaks.join(", ")}]` : ""}`,
  );

const parsed = (schema: string) => parseProtobuf({ schema, references: [] });
const proto = (older: string, newer: string): string[] => lines(compareProtobuf(parsed(older), parsed(newer)));
const json = (older: unknown, newer: unknown): string[] =>
  lines(
    compareJsonSchema(
      { schema: JSON.stringify(older), references: [] },
      { schema: JSON.stringify(newer), references: [] },
    ),
  );

test("versions of a .proto file in words", () => {
  assert.deepEqual(
    proto(
      `syntax="proto3"; package shop; message Order { int64 id=1; string note=2; int32 qty=3; string old_name=4; Line line=5; map<string,int32> m=6; oneof pay { string card=7; } string cash=8; int32 gone=9; E e=10; reserved 20; }
       message Line { int32 n=1; } message Away {} enum E { NEW=0; PAID=1; SENT=2; LOST=3; }`,
      `syntax="proto3"; package shop; message Line { int32 n=1; } message Order { int32 id=1; bytes note=2; repeated int32 qty=3; string new_name=4; Line line=15; map<string,string> m=6; oneof pay { string card=7; string cash=8; } E e=10; bool added=11; bool taken=20; reserved 9; }
       message Here {} enum E { NEW=0; PAYED=1; SENT=5; BACK=4; }`,
    ),
    [
      "shop.Order: the message moved from index [0] to [1]: each version's id still leads to the right one",
      "shop.Order.id: the type changed from int64 to int32: the bytes are the same, but larger values of before are cut off",
      "shop.Order.note: the type changed from string to bytes: bytes that are not UTF-8 cannot be read with the older schema [FORWARD]",
      "shop.Order.qty: it is repeated now, and packed: readers with the older schema cannot read it [FORWARD]",
      "shop.Order.new_name: the field 4 was renamed from old_name: bytes stay the same, JSON does not",
      "shop.Order.line: the field's number changed from 5 to 15: neither side finds the other's values [BACKWARD, FORWARD]",
      "shop.Order.m: the type changed from map<string, int32> to map<string, string>: the values of one cannot be read as the other [BACKWARD, FORWARD]",
      "shop.Order.gone: the field 9 was removed: its values are skipped",
      "shop.Order.added: the field 11 was added: what was written before does not have it",
      "shop.Order.taken: the field 20 was added with a number that was reserved: data of before may have it for something else",
      "shop.Order.cash: it moved into the oneof pay: where it was written with another member, one of them is lost [BACKWARD]",
      "shop.Line: the message moved from index [1] to [0]: each version's id still leads to the right one",
      "shop.Away: the message was removed: what was written as one can no longer be read [BACKWARD]",
      "shop.Here: the message was added: readers with the older schema do not know it [FORWARD]",
      "shop.E.PAYED: the value 1 was renamed from PAID: bytes stay the same, JSON does not",
      "shop.E.SENT: the value's number changed from 2 to 5: it is read as another value [BACKWARD, FORWARD]",
      "shop.E.LOST: the value 3 was removed: where it was written, readers with the newer schema see a number without a name",
      "shop.E.BACK: the value 4 was added: readers with the older schema see a number without a name",
    ],
  );
  assert.deepEqual(
    proto('syntax="proto3"; package a; message M { M m=1; }', 'syntax="proto3"; package b; message M { M m=1; }'),
    ["b: the package changed from a to b: bytes stay the same, but the types named in an Any do not"],
  );
  assert.deepEqual(
    proto(
      'syntax="proto3"; message M { oneof a { int32 x=1; int32 y=2; } }',
      'syntax="proto3"; message M { oneof b { int32 x=1; int32 y=2; } }',
    ),
    [],
  );
  assert.deepEqual(
    proto(
      'syntax="proto2"; message M { required M m=1; }',
      'syntax="proto2"; message M { repeated M m=1; optional group G=2 { } }',
    ).slice(0, 2),
    [
      "M.m: it is repeated now: readers with the older schema see the last value only",
      "M.m: it is no longer required: readers with the older schema insist on it [FORWARD]",
    ],
  );
});

test("types said to be readable as another are: every scalar type against every other, on the wire", () => {
  const types =
    "int32 int64 uint32 uint64 sint32 sint64 bool fixed32 fixed64 sfixed32 sfixed64 float double string bytes E".split(
      " ",
    );
  const one = (type: string): string =>
    type === "bool" ? "true" : type === "string" ? '"1"' : type === "bytes" ? '"MQ=="' : "1";
  const schemaOf = (type: string) => parsed(`syntax="proto3"; enum E { ZERO=0; ONE=1; } message M { ${type} a=1; }`);
  // what the value 1 is, whatever its type
  const meaning = (text: string): string =>
    text
      .replace(/"ONE"|true/, "1")
      .replace(/"MQ=="/, '"1"')
      .replaceAll('"', "");
  for (const older of types) {
    const from = schemaOf(older);
    const encoded = encodeProtobuf(from, "M", parseJson(`{"a":${one(older)}}`));
    assert.ok("bytes" in encoded);
    for (const newer of types) {
      // every zigzag number but 0 reads as true, also where that is right by chance
      if (newer === "bool" && older.startsWith("sint")) continue;
      const to = schemaOf(newer);
      const claimed = compareProtobuf(from, to).some(({ breaks, path }) => path === "M.a" && breaks.length === 2);
      let read = false;
      try {
        const { text, problems } = protobufMessageFormat(to, "M").decode(encoded.bytes, 0, 1000);
        read = problems.length === 0 && meaning(text) === "{a:1}";
      } catch (error) {
        assert.ok(error instanceof Error);
      }
      assert.equal(claimed, !read, `${older} to ${newer}`);
    }
  }
});

test("versions of a JSON Schema in words", () => {
  const order = (more: object, extra: object = {}) => ({
    type: "object",
    properties: { id: { type: "integer" }, ...more },
    ...extra,
  });
  assert.deepEqual(
    json(
      order(
        {
          items: { type: "array", maxItems: 5, items: { $ref: "#/definitions/item" } },
          state: { enum: ["A", "B"] },
          gone: { type: "string" },
          note: { type: "string", format: "date" },
          any: {},
        },
        {
          required: ["id"],
          definitions: { item: { type: "object", properties: { qty: { type: "integer", minimum: 1 } } } },
        },
      ),
      order(
        {
          items: { type: "array", maxItems: 9, items: { $ref: "#/$defs/item" } },
          state: { enum: ["B", "C"] },
          note: { type: ["string", "null"], format: "time" },
          "new-one": { type: "string", default: "" },
          any: { not: {} },
        },
        {
          required: ["new-one"],
          $defs: {
            item: {
              type: "object",
              properties: { qty: { type: "number", minimum: 1e22 } },
              additionalProperties: false,
            },
          },
        },
      ),
    ),
    [
      '$.items: "maxItems" was raised from 5 to 9 [FORWARD]',
      "$.items[].qty: the type was widened from integer to number [FORWARD]",
      '$.items[].qty: "minimum" was raised from 1 to 1e+22 [BACKWARD]',
      "$.items[]: further members are no longer allowed [BACKWARD]",
      '$.state: no longer allowed: "A" [BACKWARD]',
      '$.state: allowed now: "C" [FORWARD]',
      "$.gone: the member was removed: it may have any value now, as further members may [FORWARD]",
      "$.note: the type was widened from string to string or null [FORWARD]",
      '$.note: "format" changed from "date" to "time", which not every reader checks',
      '$.any: "not" was added: which values that allows or refuses was not worked out [BACKWARD, FORWARD]',
      '$["new-one"]: the member was added: the older schema let a further member of that name have any value [BACKWARD]',
      '$["new-one"]: the member is required now: what was written before may not have it, unless readers fill in its default [BACKWARD]',
      "$.id: the member is no longer required: readers with the older schema insist on it [FORWARD]",
    ],
  );
  assert.deepEqual(json({ type: "string", title: "a" }, { type: "string", description: "b", default: 1 }), []);
  assert.deepEqual(json(true, false), ["$: no value is allowed any more [BACKWARD]"]);
  assert.deepEqual(json({ allOf: [{ minimum: 1 }] }, { allOf: [{ minimum: 1 }, { maximum: 5 }] }), [
    '$: it has to fit {"maximum":5} too [BACKWARD]',
  ]);
  assert.deepEqual(
    json(
      { oneOf: [{ type: "string" }, { type: "integer", minimum: 1 }] },
      { oneOf: [{ type: "string" }, { type: "integer", minimum: 2 }] },
    ),
    ['$: "minimum" was raised from 1 to 2 [BACKWARD]'],
  );
  assert.throws(() => compareJsonSchema({ schema: "{", references: [] }, { schema: "{}", references: [] }), {
    message: /^its text is not JSON/,
  });
});

test("numbers that a double would take for equal are not", () => {
  const limit = (text: string) => ({ schema: `{"maximum":${text}}`, references: [] });
  assert.deepEqual(lines(compareJsonSchema(limit("9007199254740993"), limit("9007199254740992"))), [
    '$: "maximum" was lowered from 9007199254740993 to 9007199254740992 [BACKWARD]',
  ]);
  assert.deepEqual(compareJsonSchema(limit("1.0"), limit("1")), []);
});

test("schemas that hold themselves, and alternatives without end, are bounded", () => {
  const took = processorTime(() => {
    const tree = (type: string) => ({
      type: "object",
      properties: { v: { type }, next: { $ref: "#" }, all: { type: "array", items: { $ref: "#" } } },
    });
    assert.deepEqual(json(tree("string"), tree("integer")), [
      "$.v: the type changed from string to integer [BACKWARD, FORWARD]",
    ]);
    const wide = (type: string) => ({
      $defs: Object.fromEntries(
        Array.from({ length: 8 }, (_, i) => [
          `d${i}`,
          {
            anyOf: Array.from({ length: 8 }, (_, k) => ({
              properties: { [`p${k}`]: { $ref: `#/$defs/d${(i + k + 1) % 8}` }, v: { type } },
            })),
          },
        ]),
      ),
      $ref: "#/$defs/d0",
    });
    const found = json(wide("string"), wide("integer"));
    assert.ok(found.length > 0 && found.length <= 501);
    assert.deepEqual(json({ $ref: "#" }, { $ref: "#/x" }), []);
  });
  assert.ok(took < 8000, `${took} ms`);
});

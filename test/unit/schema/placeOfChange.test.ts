import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { schemaDifferences } from "../../../src/schema/differences.ts";
import { placeOfChange } from "../../../src/schema/placeOfChange.ts";

/** What stands at a path: the line before it without blanks, and the text itself. */
function at(type: string, text: string, path: string): string {
  const place = placeOfChange(type, text, path);
  if (!place) return "nowhere";
  const line = text.slice(0, place.start).split("\n").length;
  return `${line}: ${text.slice(place.start, place.end)}`;
}

const avro = `{ "type": "record", "name": "Order", "namespace": "shop", "fields": [
  { "name": "id", "type": "long" },
  { "name": "items", "type": { "type": "array", "items": { "type": "record", "name": "Item", "fields": [
    { "name": "qty", "type": "int" },
    { "name": "parent", "type": ["null", "Item"] } ] } } },
  { "name": "first", "type": "Item" },
  { "name": "tags", "type": { "type": "map", "values": ["null", "string"] } },
  { "name": "payment", "type": [
    { "type": "record", "name": "Card", "fields": [ { "name": "number", "type": "string" } ] },
    { "type": "record", "name": "Cash", "namespace": "money", "fields": [
      { "name": "number", "type": "string" } ] } ] }
] }`;

describe("the place of a change in an Avro schema", () => {
  for (const [path, expected] of [
    ["$", '1: "Order"'],
    ["$.id", '2: "id"'],
    ["$.items[].qty", '4: "qty"'],
    ["$.items[]", '3: "Item"'],
    ["$.items[].parent<shop.Item>.qty", '4: "qty"'],
    ["$.items[].parent.qty", '4: "qty"'],
    ["$.first.qty", '4: "qty"'],
    ["$.tags{}", "7: ["],
    ["$.payment<shop.Card>.number", '9: "number"'],
    ["$.payment<money.Cash>.number", '11: "number"'],
    ["$.payment<money.Cash>.gone", '10: "Cash"'],
    ["$.gone", '1: "Order"'],
  ] as const)
    test(`${path} is ${expected}`, () => assert.equal(at("AVRO", avro, path), expected));

  test("is found while the text is not whole, and nowhere without any", () => {
    assert.equal(at("AVRO", avro.slice(0, avro.indexOf("payment")), "$.tags"), '7: "tags"');
    assert.equal(at("AVRO", " ", "$.tags"), "nowhere");
  });
});

const proto = `syntax = "proto3"; // message Fake { string x = 1; }
package shop;
/* message Order { */
message Order {
  option deprecated = true;
  int64 id = 1 [json_name = "ID"];
  map<string, int32> counts = 2;
  oneof how { string card = 3; string cash = 4; }
  message Item { string sku = 1; }
  repeated Item items = 5;
}
enum Status { NEW = 0; PAID = 1; }
`;

describe("the place of a change in a .proto file", () => {
  for (const [path, expected] of [
    ["shop", "2: "],
    ["shop.Order", "4: Order"],
    ["shop.Order.id", "6: id"],
    ["shop.Order.counts", "7: counts"],
    ["shop.Order.cash", "8: cash"],
    ["shop.Order.Item.sku", "9: sku"],
    ["shop.Order.Item.gone", "9: Item"],
    ["shop.Status.PAID", "12: PAID"],
    ["other.Fake", "nowhere"],
  ] as const)
    test(`${path} is ${expected}`, () => assert.equal(at("PROTOBUF", proto, path), expected));
});

const json = `{ "type": "object",
  "properties": {
    "id": { "type": "integer" },
    "a \\"b\\"": { "type": "string" },
    "items": { "type": "array",
      "items": { "$ref": "#/definitions/Item" } } },
  "definitions": { "Item": { "allOf": [ { "properties": {
    "sku": { "type": "string" } } } ] } } }`;

describe("the place of a change in a JSON Schema", () => {
  for (const [path, expected] of [
    ["$", "1: {"],
    ["$.id", '3: "id"'],
    [`$['a "b"']`, '4: "a \\"b\\""'],
    ["$.items[].sku", '8: "sku"'],
    ["$.items[].gone", "6: {"],
  ] as const)
    test(`${path} is ${expected}`, () => assert.equal(at("JSON", json, path), expected));

  test("is nowhere in what is no JSON", () => assert.equal(at("JSON", "{", "$.id"), "nowhere"));
});

describe("differences of two schemas", () => {
  const of = (type: string, schema: string) => ({ type, schema, references: [] });

  test("are told the same way for every type, with what breaks", async () => {
    const pairs = [
      [
        of("AVRO", '{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}'),
        of("AVRO", '{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"b","type":"int"}]}'),
      ],
      [
        of("PROTOBUF", 'syntax = "proto2"; message R { optional int32 a = 1; }'),
        of("PROTOBUF", 'syntax = "proto2"; message R { optional int32 a = 1; required int32 b = 2; }'),
      ],
      [
        of("JSON", '{"type":"object","properties":{"a":{"type":"integer"}},"additionalProperties":false}'),
        of(
          "JSON",
          '{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"integer"}},"required":["b"],"additionalProperties":false}',
        ),
      ],
    ] as const;
    for (const [older, newer] of pairs) {
      const { backward, changes } = await schemaDifferences(older, newer);
      assert.equal(backward, false, newer.type);
      const breaking = changes.find(({ breaks }) => breaks.includes("BACKWARD"));
      assert.match(breaking?.path ?? "", /\bb$/, newer.type);
      assert.match(breaking?.message ?? "", /^[A-Z].*\.$/, newer.type);
      assert.equal(breaking?.severity, "breaking");
      const same = await schemaDifferences(newer, newer);
      assert.deepEqual(same, { backward: true, forward: true, changes: [] });
    }
  });

  test("of two types, or of what is no schema, are not to be had", async () => {
    await assert.rejects(schemaDifferences(of("AVRO", '"int"'), of("JSON", "{}")), /cannot be compared/);
    await assert.rejects(schemaDifferences(of("AVRO", '"int"'), of("AVRO", '"nit"')), Error);
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { placeInSchema } from "../../../src/schema/problemPlace.ts";

const avro = `{
  "type": "record",
  "name": "Order",
  "fields": [
    { "name": "id", "type": "string" },
    { "name": "total", "type": "double" }
  ]
}`;
const under = (text: string, type: string, sentence: string): string | null => {
  const place = placeInSchema(text, type, sentence);
  return place && text.slice(place.start, place.end);
};

describe("what a sentence about a schema means is found", () => {
  it("by a JSON pointer, as far as it leads", () => {
    const field = '{ "name": "total", "type": "double" }';
    assert.equal(under(avro, "AVRO", "total at /fields/1"), field);
    assert.equal(under(avro, "AVRO", "The field at path '/fields/1/nothing' in the new schema"), field);
    assert.equal(under(avro, "AVRO", "at '#/fields/0/name' of it"), '"id"');
    assert.equal(under(avro, "AVRO", "at /fields"), "[");
    assert.equal(under('{"a/b":{"~":1}}', "JSON", "at /a~1b/~0"), "1");
  });

  it("by the last name of a path of ours", () => {
    assert.equal(under(avro, "AVRO", " $.total "), '"total"');
    assert.equal(under(avro, "AVRO", " $.items[].total "), '"total"');
    assert.equal(under("message Order {\n  int32 total = 1;\n}", "PROTOBUF", " shop.Order.total "), "total");
  });

  it("by a name in quotes, that of a field rather than any text", () => {
    assert.equal(placeInSchema(avro, "AVRO", "Field 'id' is missing")?.start, avro.indexOf('"id"'));
    const both = '{"doc":"total","name":"total"}';
    assert.equal(placeInSchema(both, "AVRO", 'the field "total"')?.start, 22);
  });

  it("nowhere, where the text has nothing of it", () => {
    for (const sentence of ["", "refused", "at /nothing/here", "'x'", " $.x ", "/", "https://example.org/fields"])
      assert.equal(placeInSchema(avro, "AVRO", sentence), null, sentence);
    assert.equal(placeInSchema("not json", "AVRO", "at /fields/1"), null);
  });

  it("soon, whatever the sentence", () => {
    for (const part of ["/a", "'", "$.a", ".a", "[", "/fields/1 ", "a."])
      assert.doesNotThrow(() => placeInSchema(avro, "AVRO", part.repeat(20_000)));
  });
});

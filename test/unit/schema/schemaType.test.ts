import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { schemaTypeOf } from "../../../src/schema/schemaType.ts";

describe("the type of a schema in an editor", () => {
  it("is told by the file's extension", () => {
    assert.equal(schemaTypeOf("", "order.avsc"), "AVRO");
    assert.equal(schemaTypeOf("", "order.proto"), "PROTOBUF");
    assert.equal(schemaTypeOf("", "order.schema.json"), "JSON");
  });

  it("is told by the text where the name does not tell", () => {
    for (const [text, type] of [
      ['{"type":"record","name":"A","fields":[]}', "AVRO"],
      ['"string"', "AVRO"],
      ['["null","string"]', "AVRO"],
      ['{"type":"array","items":"string"}', "AVRO"],
      ['{"$schema":"http://json-schema.org/draft-07/schema#"}', "JSON"],
      ['{"type":"object","properties":{}}', "JSON"],
      ['{"type":"array","items":{"type":"number"}}', "JSON"],
      ["true", "JSON"],
      ['syntax = "proto3"; message A {}', "PROTOBUF"],
      ["// of the shop\n\n/* twice */ message A {}", "PROTOBUF"],
      ['{"type":"record","fields":[', "AVRO"],
      ["dear diary", null],
      ["", null],
    ] as const)
      assert.equal(schemaTypeOf(text, "some.json"), type, text);
  });

  it("of a long text that is none is known soon", () => {
    assert.equal(schemaTypeOf(`${"// x\n".repeat(100_000)}?`, ""), null);
    assert.equal(schemaTypeOf("/* ".repeat(100_000), ""), null);
  });
});

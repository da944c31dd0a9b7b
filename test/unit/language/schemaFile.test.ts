import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { likelySubjects, schemaFileOf } from "../../../src/language/schemaFile.ts";

const typeOf = (path: string, languageId: string, text = "") => schemaFileOf(path, languageId, text).type;

describe("A schema file", () => {
  it("is known by its name, its language, or what stands in it", () => {
    assert.equal(typeOf("/a/order.avsc", "plaintext"), "AVRO");
    assert.equal(typeOf("/a/order.proto", "plaintext"), "PROTOBUF");
    assert.equal(typeOf("/a/order.schema.json", "json"), "JSON");
    assert.equal(typeOf("Untitled-1", "proto3"), "PROTOBUF");
    assert.equal(typeOf("/a/order.json", "json", '{"$schema": "x"}'), "JSON");
    assert.equal(typeOf("/a/order.json", "json", '{"type": "record", "name": "R", "fields": []}'), "AVRO");
    for (const text of ["[]", '{"type": "module"}', "{"])
      assert.throws(() => typeOf("/a/package.json", "json", text), /Open an Avro/);
    assert.throws(() => typeOf("/a/order.avsc", "avro-schema", " ".repeat(5_000_001)), /longer than/);
  });
});

describe("The subjects that a file may be a version of", () => {
  const likely = (name: string, text: string, ...subjects: string[]) =>
    likelySubjects(schemaFileOf(`/schemas/${name}`, "plaintext", text), subjects);
  const record = '{"type": "record", "name": "OrderPaid", "namespace": "shop", "fields": []}';

  it("are known by the file's name first, then by what the schema calls itself", () => {
    assert.deepEqual(
      likely(
        "orders.avsc",
        record,
        "other-value",
        "topic-shop.OrderPaid",
        "orders-key",
        "shop.order_paid-value",
        "orders-value",
        "orders",
        "shop.OrderPaid",
      ),
      ["orders", "orders-value", "orders-key", "topic-shop.OrderPaid", "shop.OrderPaid", "shop.order_paid-value"],
    );
    assert.deepEqual(likely("order.avsc", "{", "shop.orders-value", "payments-value"), ["shop.orders-value"]);
  });

  it("are found by a .proto file's first message and a JSON Schema's title", () => {
    const proto = 'syntax = "proto3";\npackage shop;\nmessage Shipment {}\nmessage Box {}\n';
    assert.deepEqual(likely("a.proto", proto, "shop.Box", "shop.Shipment", "shipments-value"), [
      "shop.Shipment",
      "shipments-value",
    ]);
    assert.deepEqual(likely("a.schema.json", '{"title": "Invoice"}', "b-value", "invoice-value"), ["invoice-value"]);
  });

  it("are none where nothing is alike", () => {
    assert.deepEqual(likely(".avsc", "", "a-value", "-value"), []);
  });
});

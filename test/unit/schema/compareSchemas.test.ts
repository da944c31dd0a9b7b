import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compareSchemas } from "../../../src/schema/compareSchemas.ts";

const of = (type: string, schema: unknown) => ({
  type,
  schema: typeof schema === "string" ? schema : JSON.stringify(schema),
  references: [],
});
const order = (...fields: object[]) => of("AVRO", { type: "record", name: "Order", fields });
const id = { name: "id", type: "string" };

describe("two versions of a schema", () => {
  it("of Avro are compared with what each difference means for readers", async () => {
    const { changes, backward, forward } = await compareSchemas(order(id), order(id, { name: "n", type: "int" }));
    assert.deepEqual([backward, forward], [false, true]);
    assert.deepEqual(
      changes.map(({ path, breaks }) => ({ path, breaks })),
      [{ path: "$.n", breaks: ["BACKWARD"] }],
    );
    assert.match(changes[0]!.message, /^[A-Z].*\. [A-Z].*\.$/);
  });

  it("of Protobuf are compared by what is on the wire", async () => {
    const proto = (fields: string) => of("PROTOBUF", `syntax = "proto3";\nmessage A { ${fields} }`);
    const same = await compareSchemas(proto("int32 a = 1;"), proto("int32 a = 1;"));
    assert.deepEqual(same, { changes: [], backward: true, forward: true });
    const { changes, backward } = await compareSchemas(proto("int32 a = 1;"), proto("string a = 1;"));
    assert.equal(backward, false);
    assert.match(changes[0]!.message, /^[A-Z].*\.$/);
  });

  it("of JSON Schema are compared by the values that they allow", async () => {
    const closed = (type: string) => of("JSON", { type: "object", properties: { a: { type } } });
    const { backward, forward } = await compareSchemas(closed("integer"), closed("number"));
    assert.deepEqual([backward, forward], [true, false]);
  });

  it("of different types share no reader", async () => {
    const { changes, backward, forward } = await compareSchemas(order(id), of("JSON", { type: "object" }));
    assert.equal(changes[0]?.message, "The type is JSON Schema instead of Avro.");
    assert.deepEqual([backward, forward], [false, false]);
  });

  it("are refused with a sentence when one cannot be understood", async () => {
    await assert.rejects(compareSchemas(order(id), of("AVRO", "{")), {
      code: "not-comparable",
      message: /^The versions cannot be compared: /,
    });
    await assert.rejects(compareSchemas(of("XML", "<a/>"), of("XML", "<a/>")), { code: "not-comparable" });
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { singleObjectSchemas } from "../../../src/panels/singleObjectSchemas.ts";
import type { RegisteredSchema, SchemaSource } from "../../../src/schema/api.ts";
import { UserError } from "../../../src/shared/userError.ts";

const schema: RegisteredSchema = {
  id: "00000000000000ff",
  type: "AVRO",
  schema: '"int"',
  references: [],
  subject: null,
  version: null,
  file: "schemas/int.avsc",
};
const files = (count: number, found: RegisteredSchema | null = null) => ({
  find: async (fingerprint: string) => ({ schema: fingerprint === "00000000000000ff" ? found : null, files: count }),
});
const registry = (answer: RegisteredSchema | Error) => {
  const asked: unknown[] = [];
  const source: SchemaSource = {
    cached: () => undefined,
    byId: async (...query) => {
      asked.push(query);
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  return { asked, source };
};
const unknown = new UserError("the registry has no subject orders-value", { code: "unknown-schema" });
const ask = (from: ReturnType<typeof singleObjectSchemas>) =>
  from.byId("fingerprint:00000000000000ff", "orders", "value");

describe("Schemas of single objects", () => {
  it("are those of the workspace's files, and only then the registry's", async () => {
    const { asked, source } = registry({ ...schema, id: 7 });
    assert.equal(await ask(singleObjectSchemas(files(3, schema), source)), schema);
    assert.deepEqual(asked, []);
    assert.equal((await ask(singleObjectSchemas(files(3), source))).id, 7);
    assert.deepEqual(asked, [["fingerprint:00000000000000ff", "orders", "value"]]);
  });

  it("that are nowhere: what was looked through is said", async () => {
    const says = async (count: number, source: SchemaSource | null) => {
      const error: unknown = await ask(singleObjectSchemas(files(count), source)).catch((error) => error);
      assert.ok(error instanceof UserError);
      assert.equal(error.code, "unknown-schema");
      return error.message;
    };
    assert.equal(await says(0, null), "the workspace has no .avsc file");
    assert.equal(await says(1, null), "the one .avsc file of the workspace has another");
    assert.equal(
      await says(12, registry(unknown).source),
      "the registry has no subject orders-value, and none of the 12 .avsc files of the workspace has it",
    );
  });

  it("of a registry that is down are not called unknown", async () => {
    const down = new UserError("the registry refused the connection", { code: "refused" });
    await assert.rejects(ask(singleObjectSchemas(files(2), registry(down).source)), down);
  });
});

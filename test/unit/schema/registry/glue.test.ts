import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type AwsAccess, GlueRegistry } from "../../../../src/schema/registry/glue.ts";
import { schemaSource } from "../../../../src/schema/registry/source.ts";
import { MockGlue } from "./mockGlue.ts";
import { failure, json, serve } from "./support.ts";

const access = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret", sessionToken: "session", region: "eu-west-1" };

async function glue(t: TestContext, more: Partial<AwsAccess> = {}) {
  const mock = new MockGlue(access);
  const endpoint = await serve(t, mock.handler);
  return { mock, registry: new GlueRegistry({ ...access, endpoint, registryName: null, ...more }, 2000) };
}

const draft = (schema: string) => ({ type: "AVRO", schema, references: [] });

test("against a mock of Glue: schemas are registered, listed, read and deleted", async (t) => {
  const { mock, registry } = await glue(t);
  mock.next.pending = 2;
  const first = await registry.register("orders", draft('"int"'));
  assert.deepEqual([first.subject, first.version, first.type, first.schema], ["orders", 1, "AVRO", '"int"']);
  assert.equal(first.key, `glue:${first.id}`);
  mock.next.pending = 0;
  const second = await registry.register("orders", draft('"long"'));
  for (const name of ["a", "b", "c"]) await registry.register(name, draft('"int"'));
  assert.deepEqual(await registry.subjects(), ["orders", "a", "b", "c"]);
  assert.deepEqual(await registry.test(), { subjects: 4 });
  assert.deepEqual(await registry.versions("orders"), [1, 2]);
  assert.equal((await registry.latest("orders")).id, second.id);
  assert.equal((await registry.version("orders", 1)).id, first.id);
  assert.equal((await registry.schema(`glue:${String(second.id)}`)).schema, '"long"');
  assert.deepEqual(await registry.versionsOf(`glue:${String(second.id)}`), [{ subject: "orders", version: 2 }]);
  await registry.deleteVersion("orders", 2, "hard");
  assert.deepEqual(await registry.versions("orders"), [1]);
  assert.match((await failure(registry.deleteVersion("orders", 1, "hard")))[1], /the first version stays/);
  await registry.deleteSubject("orders", "hard");
  assert.deepEqual(await failure(registry.latest("orders")), [
    "unknown-subject",
    "the schema orders is unknown to the registry (404)",
  ]);
});

test("against a mock of Glue: a payload's schema comes with its topic's name", async (t) => {
  const { registry } = await glue(t);
  const { id } = await registry.register("orders", draft('"int"'));
  const source = schemaSource(registry);
  const schema = await source.byId(`glue:${String(id)}`, "orders", "value");
  assert.deepEqual([source.kind, schema.id, schema.subject, schema.version], ["glue", id, "orders", 1]);
});

test("against a mock of Glue: the compatibility level, and a version that does not keep to it", async (t) => {
  const { mock, registry } = await glue(t);
  await registry.register("orders", draft('"int"'));
  assert.deepEqual(await registry.compatibility("orders"), { value: "BACKWARD", inherited: false });
  await registry.setCompatibility("orders", "FULL");
  assert.equal((await registry.compatibility("orders")).value, "FULL");
  mock.next.fails = true;
  assert.deepEqual(await failure(registry.register("orders", draft('"string"'))), [
    "incompatible",
    "the schema registry refuses the schema: it is not compatible with orders as it is",
  ]);
});

test("against a mock of Glue: what it has not is refused before it is asked", async (t) => {
  const { mock, registry } = await glue(t);
  const refused = [
    registry.contexts(),
    registry.mode(),
    registry.compatibility(null),
    registry.checkCompatibility(),
    registry.deleteSubject("x", "soft"),
    registry.register("x", { ...draft('"int"'), references: [{ name: "n", subject: "s", version: 1 }] }),
  ];
  for (const promise of refused) assert.equal((await failure(promise))[0], "unsupported");
  assert.deepEqual(mock.actions, []);
  assert.equal((await failure(registry.schema(7)))[0], "other-registry");
});

test("against a mock of Glue: what is wrong is one sentence", async (t) => {
  const unknown = `glue:0f8fad5b-d9cb-469f-a165-70867728950e` as const;
  const { registry } = await glue(t);
  assert.equal((await failure(registry.schema(unknown)))[0], "unknown-schema");
  const wrong = await glue(t, { secretAccessKey: "other" });
  assert.deepEqual(await failure(wrong.registry.test()), [
    "unauthorized",
    "the schema registry does not accept the access key (401): The request signature does not match",
  ]);
  const nowhere = await glue(t, { registryName: "mine" });
  assert.match((await failure(nowhere.registry.test()))[1], /^the registry mine is not there/);
  assert.throws(
    () => new GlueRegistry({ ...access, region: "EU (Ireland)", endpoint: null, registryName: null }, 100),
    {
      code: "bad-url",
    },
  );
  const denying = await serve(t, (_, response) =>
    json(response, 400, { __type: "AccessDeniedException", Message: "not authorized to perform glue:ListSchemas" }),
  );
  const denied = new GlueRegistry({ ...access, endpoint: denying, registryName: null }, 1000);
  assert.equal((await failure(denied.test()))[0], "forbidden");
});

test("the address is AWS's own unless there is an endpoint", () => {
  const url = (region: string) => new GlueRegistry({ ...access, region, endpoint: null, registryName: null }, 100).url;
  assert.equal(url("eu-west-1"), "https://glue.eu-west-1.amazonaws.com");
  assert.equal(url("cn-north-1"), "https://glue.cn-north-1.amazonaws.com.cn");
});

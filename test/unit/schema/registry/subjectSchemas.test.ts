import assert from "node:assert/strict";
import { test } from "node:test";
import type { RegisteredSchema, SchemaQuery } from "../../../../src/schema/api.ts";
import { fingerprintOf } from "../../../../src/schema/avro/canonical.ts";
import { parseAvro } from "../../../../src/schema/avro/schema.ts";
import { schemaSource } from "../../../../src/schema/registry/source.ts";
import { byFingerprintQuery, subjectVersion } from "../../../../src/schema/registry/subjectSchemas.ts";
import { UserError } from "../../../../src/shared/userError.ts";

const schemaOf = (version: number) =>
  JSON.stringify({ type: "record", name: "Order", fields: [{ name: `f${version}`, type: "int" }] });
const queryOf = (version: number): SchemaQuery =>
  byFingerprintQuery(fingerprintOf(parseAvro({ schema: schemaOf(version), references: [] })));

/** A registry with one subject, that counts what it is asked, and can be made to fail. */
function fakeRegistry(versions: number, subject = "orders-value") {
  const registry = {
    versions: async (name: string): Promise<number[]> => {
      registry.asked.push(name);
      await new Promise((resolve) => setImmediate(resolve));
      if (registry.failure) throw registry.failure;
      if (name !== subject)
        throw new UserError(`the registry has no subject ${name} (404)`, { code: "unknown-subject" });
      return Array.from({ length: registry.count }, (_, i) => i + 1);
    },
    version: async (name: string, version: number | string): Promise<RegisteredSchema> => {
      registry.asked.push(`${name} ${version}`);
      registry.most = Math.max(registry.most, ++registry.waiting);
      await new Promise((resolve) => setImmediate(resolve));
      registry.waiting--;
      if (registry.failure) throw registry.failure;
      if (registry.gone.has(Number(version))) throw new UserError(`no version ${version}`, { code: "unknown-subject" });
      const number = version === "latest" ? registry.count : Number(version);
      const schema = registry.texts.get(number) ?? { type: "AVRO", schema: schemaOf(number) };
      return { id: 100 + number, references: [], subject: name, version: number, ...schema };
    },
    schema: () => Promise.reject(new Error("no schema is asked for by its id here")),
    versionsOf: async () => [],
    count: versions,
    asked: [] as string[],
    waiting: 0,
    most: 0,
    failure: null as Error | null,
    gone: new Set<number>(),
    texts: new Map<number, { type: string; schema: string }>(),
  };
  return registry;
}

test("a fingerprint is looked up among the versions of the topic's own subject, the newest first, each asked for once", async () => {
  const registry = fakeRegistry(9);
  const source = schemaSource(registry);
  const found = await source.byId(queryOf(8), "orders", "value");
  assert.deepEqual([found.id, found.subject, found.version], [108, "orders-value", 8]);
  assert.deepEqual(registry.asked, ["orders-value", ...[9, 8, 7, 6].map((v) => `orders-value ${v}`)]);
  const all = [1, 2, 7, 9].map((v) => source.byId(queryOf(v), "orders", "value"));
  assert.deepEqual(
    (await Promise.all([...all, all[0]])).map((schema) => schema?.version),
    [1, 2, 7, 9, 1],
  );
  assert.equal(registry.asked.length, 10, "one list, and nine versions");
  assert.ok(registry.most <= 4);
  assert.equal(source.cached(queryOf(2), "orders", "value")?.version, 2);
});

test("parallel calls for one fingerprint are one search, and an unknown one is searched for again only after a pause", async () => {
  const registry = fakeRegistry(3);
  let now = 0;
  const source = schemaSource(registry, { pauseMs: 1000, now: () => now });
  const ask = () => source.byId(queryOf(4), "orders", "value");
  const why = /^UserError: none of the 3 versions of orders-value in the registry has it$/;
  await Promise.all([assert.rejects(ask(), why), assert.rejects(ask(), why)]);
  await assert.rejects(ask(), { code: "unknown-schema" });
  assert.equal(registry.asked.length, 4);
  registry.count = 4;
  await assert.rejects(ask(), why);
  assert.equal(registry.asked.length, 4);
  now = 1001;
  assert.equal((await ask()).version, 4);
  assert.deepEqual(registry.asked.slice(4), ["orders-value", "orders-value 4"]);
});

test("a topic without a subject says so, and has its key's subject for keys", async () => {
  const source = schemaSource(fakeRegistry(1, "orders-key"));
  await assert.rejects(
    source.byId(queryOf(1), "orders", "value"),
    /^UserError: the registry has no subject orders-value$/,
  );
  await assert.rejects(
    source.byId(queryOf(5), "orders", "key"),
    /the one version of orders-key in the registry has another$/,
  );
  assert.equal((await source.byId(queryOf(1), "orders", "key")).version, 1);
});

test("of many versions only the newest are looked through, and other fingerprints cost no request", async () => {
  const registry = fakeRegistry(140);
  const source = schemaSource(registry);
  const why = /^UserError: none of the newest 100 of the 140 versions of orders-value in the registry has it$/;
  await assert.rejects(source.byId(queryOf(40), "orders", "value"), why);
  await assert.rejects(source.byId(queryOf(3), "orders", "value"), why);
  assert.equal(registry.asked.length, 101);
});

test("versions that are gone, no Avro or unusable keep no other one from being found", async () => {
  const registry = fakeRegistry(4);
  registry.gone.add(4);
  registry.texts.set(3, { type: "PROTOBUF", schema: "message M {}" }).set(2, { type: "AVRO", schema: "{" });
  assert.equal((await schemaSource(registry).byId(queryOf(1), "orders", "value")).version, 1);
});

test("a registry that is down costs one request, whatever is asked", async () => {
  const registry = fakeRegistry(3);
  registry.failure = new UserError("the schema registry did not answer in time", { code: "timed-out" });
  let now = 0;
  const source = schemaSource(registry, { downMs: 1000, now: () => now });
  const ask = (query: SchemaQuery) => assert.rejects(source.byId(query, "orders", "value"), /did not answer in time/);
  await Promise.all([1, 2, 3, 4, 5].map((version) => ask(queryOf(version))));
  await ask("latest:orders-value");
  await ask(queryOf(3));
  assert.deepEqual(registry.asked, ["orders-value"]);
  registry.failure = null;
  now = 1001;
  assert.equal((await source.byId(queryOf(3), "orders", "value")).version, 3);
});

test("the latest version is asked for again after a while, another one never", async () => {
  const registry = fakeRegistry(2, ":.team:orders-value");
  let now = 0;
  const source = schemaSource(registry, { latestMs: 1000, now: () => now });
  const latest = () => source.byId("latest::.team:orders-value", "orders", "value");
  assert.equal((await latest()).version, 2);
  registry.count = 3;
  assert.equal((await latest()).version, 2);
  now = 1001;
  assert.equal(source.cached("latest::.team:orders-value", "orders", "value"), undefined);
  assert.equal((await latest()).version, 3);
  for (let i = 0; i < 2; i++) {
    now += 100_000;
    const first = await source.byId(subjectVersion(":.team:orders-value", 1), "orders", "value");
    assert.deepEqual([first.subject, first.version], [":.team:orders-value", 1]);
  }
  assert.equal(registry.asked.length, 3);
});

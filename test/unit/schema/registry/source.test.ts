import assert from "node:assert/strict";
import { test } from "node:test";
import { schemaSource } from "../../../../src/schema/registry/source.ts";
import { UserError } from "../../../../src/shared/userError.ts";

const unknown = (id: number) =>
  new UserError(`schema id ${id} is unknown to the registry (404)`, { code: "unknown-schema" });

/** A registry that knows ids below 100, counts what it is asked, and can be made to fail. */
function fakeRegistry() {
  const registry = {
    asked: [] as number[],
    waiting: 0,
    most: 0,
    failure: null as Error | null,
    async schema(id: number) {
      registry.asked.push(id);
      registry.most = Math.max(registry.most, ++registry.waiting);
      await new Promise((resolve) => setImmediate(resolve));
      registry.waiting--;
      if (registry.failure) throw registry.failure;
      if (id >= 100) throw unknown(id);
      return { id, type: "AVRO", schema: '"int"', references: [] };
    },
    async versionsOf(id: number) {
      return [
        { subject: "shared", version: 1 },
        { subject: "orders-value", version: 2 },
        { subject: "orders-value", version: 3 },
        { subject: `refunds-key`, version: id },
      ];
    },
    versions: async () => [],
    version: () => Promise.reject(new Error("no version is asked for here")),
  };
  return registry;
}

test("parallel and later calls for one id are one request", async () => {
  const registry = fakeRegistry();
  const source = schemaSource(registry);
  assert.equal(source.cached(1, "orders", "value"), undefined);
  const [a, b] = await Promise.all([source.byId(1, "orders", "value"), source.byId(1, "orders", "value")]);
  assert.equal(a, b);
  assert.equal(source.cached(1, "orders", "value"), a);
  assert.equal(await source.byId(1, "orders", "value"), a);
  assert.deepEqual(registry.asked, [1]);
});

test("the topic's own subject is preferred, and other topics share the request", async () => {
  const registry = fakeRegistry();
  const source = schemaSource(registry);
  const of = async (topic: string, part: "key" | "value") => {
    const { subject, version } = await source.byId(7, topic, part);
    return [subject, version];
  };
  assert.deepEqual(await of("orders", "value"), ["orders-value", 3]);
  assert.deepEqual(await of("refunds", "key"), ["refunds-key", 7]);
  assert.deepEqual(await of("refunds", "value"), ["refunds-key", 7]);
  assert.deepEqual(await of("other", "value"), ["shared", 1]);
  assert.deepEqual(source.cached(7, "orders", "value")?.subject, "orders-value");
  assert.deepEqual(registry.asked, [7]);
});

test("an unknown id is asked for again only after a pause", async () => {
  const registry = fakeRegistry();
  let now = 0;
  const source = schemaSource(registry, { pauseMs: 1000, now: () => now });
  for (let i = 0; i < 5; i++) await assert.rejects(source.byId(100, "orders", "value"), /unknown/);
  assert.deepEqual(registry.asked, [100]);
  now = 1001;
  await assert.rejects(source.byId(100, "orders", "value"), /unknown/);
  assert.deepEqual(registry.asked, [100, 100]);
});

test("a registry that is down costs one round of requests, not one for each row", async () => {
  const registry = fakeRegistry();
  registry.failure = new UserError("the schema registry could not be asked", { code: "timed-out" });
  let now = 0;
  const troubles: (string | null)[] = [];
  const trouble = (why: string | null) => void troubles.push(why);
  const source = schemaSource(registry, { downMs: 1000, parallel: 2, now: () => now, trouble });
  const rows = await Promise.allSettled(Array.from({ length: 50 }, (_, i) => source.byId(i, "orders", "value")));
  assert.ok(rows.every((row) => row.status === "rejected"));
  assert.equal(registry.asked.length, 2);
  await assert.rejects(source.byId(60, "orders", "value"), /could not be asked/);
  assert.equal(registry.asked.length, 2);
  registry.failure = null;
  now = 1001;
  assert.equal((await source.byId(60, "orders", "value")).id, 60);
  assert.equal((await source.byId(1, "orders", "value")).id, 1);
  assert.deepEqual(troubles, ["the schema registry could not be asked", null], "told once, and once that it is over");
  registry.failure = new UserError("the schema registry could not be asked", { code: "refused" });
  await assert.rejects(source.byId(61, "orders", "value"));
  registry.failure = null;
  now = 2002;
  await assert.rejects(source.byId(100, "orders", "value"), /unknown/);
  assert.equal(troubles.at(-1), null, "one that does not know a schema answers");
  assert.equal(troubles.length, 4);
});

test("little is asked at once", async () => {
  const registry = fakeRegistry();
  const source = schemaSource(registry, { parallel: 3 });
  await Promise.all(Array.from({ length: 40 }, (_, i) => source.byId(i, "orders", "value")));
  assert.equal(registry.most, 3);
});

test("payloads that only look like schema ids do not flood the registry", async () => {
  const registry = fakeRegistry();
  let now = 0;
  const source = schemaSource(registry, { pauseMs: 1000, now: () => now });
  for (let id = 1000; id < 1200; id++) await assert.rejects(source.byId(id, "numbers", "key"));
  assert.equal(registry.asked.length, 50);
  await assert.rejects(source.byId(1300, "numbers", "key"), /was not looked up/);
  // another part of the topic is judged on its own
  assert.equal((await source.byId(5, "numbers", "value")).id, 5);
  now = 1001;
  assert.equal((await source.byId(6, "numbers", "key")).id, 6);
});

test("on a person's word a registry that was down is asked again at once, and every failure is forgotten", async () => {
  const registry = fakeRegistry();
  const troubles: (string | null)[] = [];
  const trouble = (why: string | null) => void troubles.push(why);
  const source = schemaSource(registry, { pauseMs: 1000, downMs: 1000, now: () => 0, trouble });
  await assert.rejects(source.byId(100, "orders", "value"), /unknown/);
  registry.failure = new UserError("the schema registry could not be asked", { code: "refused" });
  await assert.rejects(source.byId(7, "orders", "value"), /could not be asked/);
  await assert.rejects(source.byId(7, "orders", "value"), /could not be asked/);
  assert.deepEqual(registry.asked, [100, 7]);
  await assert.rejects(source.retry(), /could not be asked/);
  assert.deepEqual(registry.asked, [100, 7, 7]);
  registry.failure = null;
  // nobody asked it: it is still given its pause
  await assert.rejects(source.byId(7, "orders", "value"), /could not be asked/);
  await source.retry();
  assert.equal(source.cached(7, "orders", "value")?.id, 7);
  assert.deepEqual(registry.asked, [100, 7, 7, 7]);
  assert.deepEqual(troubles, ["the schema registry could not be asked", null]);
  await assert.rejects(source.byId(100, "orders", "value"), /unknown/);
  assert.deepEqual(registry.asked, [100, 7, 7, 7, 100]);
  await source.retry();
  assert.equal(registry.asked.length, 5, "while it answers there is nothing to ask");
});

test("a registry that only says that it does not know an id answers again", async () => {
  const registry = fakeRegistry();
  const troubles: (string | null)[] = [];
  const source = schemaSource(registry, { now: () => 0, trouble: (why) => void troubles.push(why) });
  registry.failure = new UserError("the schema registry could not be asked", { code: "refused" });
  await assert.rejects(source.byId(100, "orders", "value"), /could not be asked/);
  registry.failure = null;
  await source.retry();
  assert.deepEqual(troubles, ["the schema registry could not be asked", null]);
});

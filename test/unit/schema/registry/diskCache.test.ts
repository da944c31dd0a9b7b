import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { SchemaText } from "../../../../src/schema/registry/api.ts";
import { DiskCache } from "../../../../src/schema/registry/diskCache.ts";
import { schemaSource } from "../../../../src/schema/registry/source.ts";
import { UserError } from "../../../../src/shared/userError.ts";

const registry = { identity: "confluent https://registry.example", shortLived: false };

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "kw-schemas-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const schema = (id: number, text = '"int"'): SchemaText => ({
  id,
  type: "AVRO",
  schema: text,
  references: [{ name: "n.B", subject: "b", version: 2, schema: '"long"' }],
});

test("a schema is found again by another process, under its registry and name only", async (t) => {
  const path = join(folder(t), "made", "when needed");
  await new DiskCache(path).set(registry, 7, schema(7));
  await new DiskCache(path).set(registry, "contentId:7", { ...schema(7), key: "contentId:7" });
  const cache = new DiskCache(path);
  assert.deepEqual(await cache.get(registry, 7), schema(7));
  assert.deepEqual(await cache.get(registry, "contentId:7"), { ...schema(7), key: "contentId:7" });
  assert.equal(await cache.get(registry, 8), null);
  assert.equal(await cache.get({ ...registry, identity: "confluent https://other.example" }, 7), null);
  assert.deepEqual(
    readdirSync(path).filter((name) => name.endsWith(".tmp")),
    [],
  );
});

test("a registry on this machine is remembered by UUIDs, not by numbers", async (t) => {
  const path = folder(t);
  const cache = new DiskCache(path);
  const local = { identity: "confluent http://localhost:8081", shortLived: true };
  const guid = "guid:0f8fad5b-d9cb-469f-a165-70867728950e" as const;
  await cache.set(local, 1, schema(1));
  await cache.set(local, guid, { ...schema(1), key: guid });
  assert.equal(await cache.get(local, 1), null);
  assert.equal((await cache.get(local, guid))?.schema, '"int"');
});

test("a damaged entry counts as absent, and is replaced", async (t) => {
  const path = folder(t);
  const cache = new DiskCache(path);
  await cache.set(registry, 1, schema(1));
  const [name] = readdirSync(path);
  const file = join(path, name!);
  const whole = readFileSync(file, "utf8");
  const forged = [
    "",
    whole.slice(0, -5),
    "null",
    whole.replace('"key":1', '"key":2'),
    whole.replace('"AVRO"', "5"),
    whole.replace('"subject":"b"', '"subject":null'),
  ];
  for (const text of forged) {
    writeFileSync(file, text);
    assert.equal(await cache.get(registry, 1), null, text);
  }
  await cache.set(registry, 1, schema(1));
  assert.deepEqual(await cache.get(registry, 1), schema(1));
});

test("the oldest go when there are too many, or too much", async (t) => {
  const path = folder(t);
  const cache = new DiskCache(path, { entries: 10 });
  const held = async (): Promise<number[]> => {
    const ids = Array.from({ length: 30 }, (_, id) => id);
    const found = await Promise.all(ids.map((id) => cache.get(registry, id)));
    return ids.filter((id) => found[id]);
  };
  for (let id = 0; id < 11; id++) {
    const before = new Set(readdirSync(path));
    await cache.set(registry, id, schema(id));
    for (const name of readdirSync(path)) if (!before.has(name)) utimesSync(join(path, name), 1000 + id, 1000 + id);
  }
  // what was written last has its own time
  assert.deepEqual(await held(), [3, 4, 5, 6, 7, 8, 9, 10]);
  const small = new DiskCache(path, { bytes: 3000 });
  await small.set(registry, 20, schema(20, JSON.stringify("x".repeat(2000))));
  assert.deepEqual((await held()).includes(20), true);
  assert.ok((await held()).length < 4);
  await small.set(registry, 21, schema(21, "x".repeat(5000)));
  assert.equal(await small.get(registry, 21), null);
});

test("a folder that cannot be written to is said once for each schema, and stops nothing", async (t) => {
  const path = join(folder(t), "file");
  writeFileSync(path, "");
  const problems: string[] = [];
  const cache = new DiskCache(path, { log: (problem) => problems.push(problem) });
  await cache.set(registry, 1, schema(1));
  assert.equal(await cache.get(registry, 1), null);
  assert.equal(problems.length, 2, problems.join());
});

test("what the disk has needs no registry, and what it lacks is asked for once", async (t) => {
  const cache = new DiskCache(folder(t));
  const asked: string[] = [];
  const up = {
    kind: "confluent" as const,
    ...registry,
    schema: async (id: unknown) => {
      asked.push(`schema ${id}`);
      return schema(Number(id));
    },
    versionsOf: async () => [{ subject: "t-value", version: 3 }],
    versions: async () => [],
    version: () => Promise.reject(new Error("no version is asked for here")),
  };
  const first = await schemaSource(up, { cache }).byId(1, "t", "value");
  assert.deepEqual([first.subject, first.version, asked], ["t-value", 3, ["schema 1"]]);
  await cache.set(registry, 9, schema(9)); // writes are in order: this one is after that of 1
  const refused = () => Promise.reject(new UserError("refused", { code: "refused" }));
  let now = 0;
  let attempts = 0;
  const versionsOf = () => {
    attempts++;
    return refused();
  };
  const source = schemaSource({ ...up, schema: refused, versionsOf }, { cache, now: () => now });
  const offline = await source.byId(1, "t", "value");
  assert.deepEqual([offline.schema, offline.subject], ['"int"', null]);
  assert.equal(source.kind, "confluent");
  await source.byId(9, "t", "value");
  assert.equal(attempts, 1, "a registry that is down is asked again only after a pause");
  now = 60_000;
  await assert.rejects(source.byId(2, "t", "value"), /refused/);
});

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { RegisteredSchema } from "../../src/schema/api.ts";
import { createDecoder } from "../../src/schema/decoder.ts";
import { encodeField, helpFor } from "../../src/schema/draft.ts";
import { ConfluentRegistry } from "../../src/schema/registry/confluent.ts";
import { schemaSource } from "../../src/schema/registry/source.ts";
import { UserError } from "../../src/shared/userError.ts";
import { useStack } from "../harness/stack.ts";

const exampleOf = async (schema: RegisteredSchema): Promise<string> => (await helpFor(schema)).example;

// names of our own: the registry may be shared
const prefix = `schema-test-${process.pid}-${Date.now()}`;
const registered = new Set<string>();
let url = "";

before(async () => {
  url = (await useStack()).registry.url;
});

after(async () => {
  // in reverse and for good: a registry refuses to delete what others refer to, also those that are only marked as deleted
  for (const subject of [...registered].reverse()) {
    await request("DELETE", `/subjects/${subject}`);
    await request("DELETE", `/subjects/${subject}?permanent=true`);
  }
});

async function request(method: string, path: string, body?: unknown): Promise<{ id: number }> {
  const headers = { "content-type": "application/vnd.schemaregistry.v1+json" };
  const response = await fetch(url + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
  if (!response.ok && method !== "DELETE")
    throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as { id: number };
}

async function register(subject: string, body: Record<string, unknown>): Promise<number> {
  registered.add(subject);
  return (await request("POST", `/subjects/${subject}/versions`, body)).id;
}

const client = (): ConfluentRegistry =>
  new ConfluentRegistry({ urls: [url], auth: { kind: "none" }, tls: null, timeoutMs: 10_000 });

const record = (name: string, ...fields: unknown[]) =>
  JSON.stringify({ type: "record", name, namespace: "kw", fields });

test("an order is encoded with the newest of two versions and decoded with its own", async () => {
  const topic = `${prefix}-orders`;
  const first = await register(`${topic}-value`, {
    schema: record(topic.replaceAll("-", "_"), { name: "id", type: "long" }),
  });
  const second = await register(`${topic}-value`, {
    schema: record(
      topic.replaceAll("-", "_"),
      { name: "id", type: "long" },
      { name: "total", type: { type: "bytes", logicalType: "decimal", precision: 12, scale: 2 }, default: "\u0000" },
    ),
  });
  const latest = await client().latest(`${topic}-value`);
  assert.deepEqual([latest.id, latest.version, latest.type], [second, 2, "AVRO"]);
  assert.equal(await exampleOf(latest), '{\n  "id": 0,\n  "total": "0.00"\n}');

  const source = schemaSource(client());
  const decoder = createDecoder();
  const context = { topic, part: "value" as const, schemas: source };
  for (const [id, version, text] of [
    [second, 2, '{\n  "id": 9223372036854775807,\n  "total": "12345678.90"\n}'],
    [first, 1, '{\n  "id": -1\n}'],
  ] as const) {
    const schema = await source.byId(id, topic, "value");
    const encoded = await encodeField({ encoding: "schema", text }, schema);
    assert.ok("bytes" in encoded && encoded.bytes, JSON.stringify(encoded));
    const view = await decoder.view(encoded.bytes, context, Number.POSITIVE_INFINITY);
    assert.deepEqual([view.format, view.text, view.problems], ["avro", text, []]);
    assert.deepEqual(view.schema, { id, type: "AVRO", subject: `${topic}-value`, version });
  }
});

test("an id's subject is the topic's own where several have the same schema", async () => {
  const schema = record(`S${process.pid}`, { name: "x", type: "int" });
  const ids = new Set<number>();
  for (const subject of [`${prefix}-a-value`, `${prefix}-b-value`, `${prefix}-b-key`])
    ids.add(await register(subject, { schema }));
  assert.equal(ids.size, 1);
  const source = schemaSource(client());
  const [id] = ids;
  assert.equal((await source.byId(id!, `${prefix}-b`, "value")).subject, `${prefix}-b-value`);
  assert.equal((await source.byId(id!, `${prefix}-b`, "key")).subject, `${prefix}-b-key`);
  assert.equal((await source.byId(id!, `${prefix}-a`, "value")).subject, `${prefix}-a-value`);
});

test("references between subjects are followed", async () => {
  const inner = record(`Inner${process.pid}`, { name: "qty", type: "int" });
  await register(`${prefix}-inner`, { schema: inner });
  const id = await register(`${prefix}-outer-value`, {
    schema: record(`Outer${process.pid}`, { name: "inner", type: `kw.Inner${process.pid}` }),
    references: [{ name: `kw.Inner${process.pid}`, subject: `${prefix}-inner`, version: 1 }],
  });
  const schema = { ...(await client().schema(id)), subject: null, version: null };
  assert.deepEqual(
    schema.references.map(({ subject }) => subject),
    [`${prefix}-inner`],
  );
  const encoded = await encodeField({ encoding: "schema", text: '{"inner":{"qty":3}}' }, schema);
  assert.ok("bytes" in encoded && encoded.bytes);
  const context = { topic: `${prefix}-outer`, part: "value" as const, schemas: schemaSource(client()) };
  assert.equal((await createDecoder().preview(encoded.bytes, context, 100)).text, '{"inner":{"qty":3}}');
});

test("JSON Schema subjects are encoded and decoded as JSON", async () => {
  const subject = `${prefix}-json-value`;
  await register(subject, { schemaType: "JSON", schema: '{"type":"object","properties":{"id":{"type":"integer"}}}' });
  const latest: RegisteredSchema = await client().latest(subject);
  assert.equal(latest.type, "JSON");
  const encoded = await encodeField({ encoding: "schema", text: '{"id":12345678901234567890}' }, latest);
  assert.ok("bytes" in encoded && encoded.bytes);
  const context = { topic: `${prefix}-json`, part: "value" as const, schemas: schemaSource(client()) };
  const view = await createDecoder().view(encoded.bytes, context, 1000);
  assert.deepEqual(
    [view.format, view.text, view.schema?.subject],
    ["json-schema", '{\n  "id": 12345678901234567890\n}', subject],
  );
});

test("Protobuf subjects are decoded, with what they import", async () => {
  const inner = `syntax = "proto3"; package kw${process.pid}; message Line { int64 qty = 1; }`;
  await register(`${prefix}-line`, { schemaType: "PROTOBUF", schema: inner });
  const id = await register(`${prefix}-proto-value`, {
    schemaType: "PROTOBUF",
    schema: `syntax = "proto3"; package kw${process.pid}; import "line.proto"; import "google/protobuf/timestamp.proto";
      message First { string x = 1; } message Second { repeated Line lines = 1; google.protobuf.Timestamp at = 2; }`,
    references: [{ name: "line.proto", subject: `${prefix}-line`, version: 1 }],
  });
  const header = Buffer.alloc(5);
  header.writeInt32BE(id, 1);
  // index path [1], a line with the largest quantity, the epoch's first second
  const quantity = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
  const bytes = Buffer.concat([header, Buffer.from([2, 2, 0x0a, 10, 8, ...quantity, 0x12, 2, 8, 1])]);
  const context = { topic: `${prefix}-proto`, part: "value" as const, schemas: schemaSource(client()) };
  const view = await createDecoder().view(bytes, context, 1000);
  assert.deepEqual([view.format, view.problems, view.schema?.type], ["protobuf", [], "PROTOBUF"]);
  assert.deepEqual(JSON.parse(view.text), { lines: [{ qty: "9223372036854775807" }], at: "1970-01-01T00:00:01Z" });
  const latest = await client().latest(`${prefix}-proto-value`);
  const example = await exampleOf(latest);
  const draft = await encodeField({ encoding: "schema", text: example }, latest);
  assert.ok("bytes" in draft && draft.bytes, JSON.stringify(draft));
  const again = await createDecoder().view(draft.bytes, context, 1000);
  assert.deepEqual([again.format, again.problems, again.schema?.id], ["protobuf", [], latest.id]);
});

test("what the registry does not know is said so", async () => {
  const code = async (promise: Promise<unknown>) =>
    promise.then(
      () => "none",
      (error) => (error instanceof UserError ? error.code : error),
    );
  assert.equal(await code(client().schema(2_000_000_000)), "unknown-schema");
  assert.equal(await code(client().latest(`${prefix}-nothing`)), "unknown-subject");
  const wrongPath = new ConfluentRegistry({
    urls: [new URL(url).origin],
    auth: { kind: "none" },
    tls: null,
    timeoutMs: 5000,
  });
  assert.equal(await code(wrongPath.test()), "not-a-registry");
  const context = { topic: "t", part: "value" as const, schemas: schemaSource(client()) };
  const cell = await createDecoder().preview(Buffer.from([0, 0x77, 0x35, 0x94, 0, 1]), context, 100);
  assert.deepEqual(cell.problems, ["not Avro: schema id 2000000000 is unknown to the registry (404)"]);
});

test("the subjects are listed, and counted by the connection test", async () => {
  await register(`${prefix}-listed`, { schema: '"string"' });
  const subjects = await client().subjects();
  assert.ok(subjects.includes(`${prefix}-listed`));
  assert.ok((await client().test()).subjects >= 1);
});

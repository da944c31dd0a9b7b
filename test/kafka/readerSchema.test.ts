import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import avsc from "avsc";
import { MessageProducer } from "../../src/kafka/produce/producer.ts";
import type { SchemaQuery, SchemaSource } from "../../src/schema/api.ts";
import { fingerprintOf } from "../../src/schema/avro/canonical.ts";
import { parseAvro } from "../../src/schema/avro/schema.ts";
import { ConfluentRegistry } from "../../src/schema/registry/confluent.ts";
import { schemaSource } from "../../src/schema/registry/source.ts";
import { wireHeader } from "../../src/schema/registry/wireConfluent.ts";
import { automatically, type DecodeAs } from "../../src/shared/decoding.ts";
import { type ExportColumn, wholeView } from "../../src/shared/messages.ts";
import { freePorts } from "../harness/ports.ts";
import { useStack } from "../harness/stack.ts";
import { open } from "./support/clusters.ts";
import { ended, feed, makeTopic, openReader, root } from "./support/reading.ts";

const stack = await useStack();
const { bootstrap } = stack.zk;
const { url } = stack.registry;
const cluster = open(bootstrap);
const producer = new MessageProducer(cluster);
const client = (at: string) =>
  new ConfluentRegistry({ urls: [at], auth: { kind: "none" }, tls: null, timeoutMs: 10_000 });
const registry = client(url);
const folder = mkdtempSync(join(tmpdir(), "kw-reader-schema-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const order = (...fields: object[]) => ({ type: "record", name: "Order", namespace: "shop", fields });
const id = { name: "id", type: "long" };
const qty = { name: "qty", type: "int" };
const note = { name: "note", type: "string", default: "-" };
const VERSIONS = [order(id, qty), order(id, qty, note)];
const READ = order({ name: "quantity", type: "long", aliases: ["qty"] }, note, id);

const encoded = (schema: object, value: unknown): Buffer => avsc.Type.forSchema(schema as avsc.Schema).toBuffer(value);
function single(schema: object, value: unknown): Buffer {
  const header = Buffer.from([0xc3, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  header.writeBigUInt64LE(fingerprintOf(parseAvro({ schema: JSON.stringify(schema), references: [] })), 2);
  return Buffer.concat([header, encoded(schema, value)]);
}

/** A topic whose subject has two versions: a value of each with the registry's id, a single object of each, one of a schema that nobody knows, JSON. */
async function makeOrders(): Promise<{ topic: string; ids: number[] }> {
  const topic = await makeTopic(cluster, "reader-schema", 1);
  const subject = `${topic}-value`;
  after(() => registry.deleteSubject(subject, "soft"));
  const ids: number[] = [];
  for (const schema of VERSIONS) {
    const text = JSON.stringify(schema);
    ids.push(Number((await registry.register(subject, { type: "AVRO", schema: text, references: [] })).id));
  }
  const values = [
    Buffer.concat([wireHeader(ids[0]!), encoded(VERSIONS[0]!, { id: 1, qty: 10 })]),
    Buffer.concat([wireHeader(ids[1]!), encoded(VERSIONS[1]!, { id: 2, qty: 20, note: "second" })]),
    single(VERSIONS[0]!, { id: 3, qty: 30 }),
    single(VERSIONS[1]!, { id: 4, qty: 40, note: "fourth" }),
    single(order(id), { id: 5 }),
    Buffer.from('{"id":6}'),
  ];
  for (const value of values) await producer.send({ topic, partition: 0, key: null, value, headers: [] });
  return { topic, ids };
}

/** The registry's schemas, and what was asked for. */
function watched(source: SchemaSource): SchemaSource & { asked: SchemaQuery[] } {
  const asked: SchemaQuery[] = [];
  const byId: SchemaSource["byId"] = (query, topic, part) => {
    asked.push(query);
    return source.byId(query, topic, part);
  };
  return { ...source, asked, byId };
}

const asFile: DecodeAs = {
  kind: "reader",
  reader: { from: "file", label: "order.avsc", schema: JSON.stringify(READ) },
};

describe("An Avro reader's schema", () => {
  test("shows all values that name a schema as one program sees them: rows, details, columns, filters, exports", async () => {
    const { topic, ids } = await makeOrders();
    const reader = openReader(bootstrap, { schemas: schemaSource(registry) });
    await reader.call("setDecoding", [topic, { ...automatically, value: asFile }]);
    await reader.start({ topic });
    await reader.until("all is read", ended);
    const rows = await reader.all();
    const seen = [
      '{"quantity":10,"note":"-","id":1}',
      '{"quantity":20,"note":"second","id":2}',
      '{"quantity":30,"note":"-","id":3}',
      '{"quantity":40,"note":"fourth","id":4}',
    ];
    assert.deepEqual(
      rows.slice(0, 4).map(({ value }) => value?.text),
      seen,
    );
    assert.equal(rows[5]?.value?.text, '{"id":6}');
    const detail = await reader.call("detail", [0]);
    assert.deepEqual(detail?.value?.schema, { id: ids[0], type: "AVRO", subject: `${topic}-value`, version: 1 });
    assert.deepEqual(detail?.value?.notes, [
      `As a program with order.avsc sees it; it was written with schema id ${ids[0]} (${topic}-value, version 1).`,
      "Filled in by default: note. By alias: quantity (written as qty). Of a wider type: quantity (int as long).",
    ]);
    const filter = { kind: "cel", expression: 'value.note == "-" && value.quantity > 10' } as const;
    await reader.call("setView", [{ ...wholeView, filter, fields: ["$.quantity"] }]);
    await reader.until("the view is filtered", ({ view }) => view.next === 1);
    const [only] = await reader.all();
    assert.deepEqual([only?.seq, only?.fields?.[0]?.text], [2, "30"]);
    const target = join(folder, "orders.csv");
    const columns = ["offset", "value", { field: "$.quantity" }] satisfies ExportColumn[];
    await reader.call("export", [1, { format: "csv", seqs: [0], columns, target }]);
    assert.match(readFileSync(target, "utf8"), /^0,.*""quantity"": ?10.*,10\r?$/ms);
    // read with the filter, nothing else is kept
    await reader.start({ topic, filter: { kind: "cel", expression: "value.quantity == 20" } });
    const status = await reader.until("all is read", ended);
    assert.equal(status.matched, 1);
    await reader.dispose();
  });

  test("may be the latest version of the subject, and one that cannot be resolved leaves values as they were written", async () => {
    const { topic } = await makeOrders();
    const reader = openReader(bootstrap, { schemas: schemaSource(registry) });
    await reader.start({ topic });
    await reader.until("all is read", ended);
    const latest: DecodeAs = { kind: "reader", reader: { from: "registry", subject: null, version: null } };
    await reader.call("setDecoding", [topic, { ...automatically, value: latest }]);
    assert.equal((await reader.all())[0]?.value?.text, '{"id":1,"qty":10,"note":"-"}');
    const strict = {
      from: "file" as const,
      label: "vat.avsc",
      schema: JSON.stringify(order({ name: "vat", type: "int" })),
    };
    await reader.call("setDecoding", [topic, { ...automatically, value: { kind: "reader", reader: strict } }]);
    const [first] = await reader.all();
    assert.equal(first?.value?.text, '{"id":1,"qty":10}');
    assert.match(first!.value!.problems.join(), /^not readable with vat\.avsc: the reader's field vat is not written/);
    await reader.dispose();
  });

  test("is a format of the command line, by file, version or latest", async () => {
    const { topic } = await makeOrders();
    const file = join(folder, "order.avsc");
    writeFileSync(file, JSON.stringify(READ));
    const printed = async (how: string, more: string[] = ["--registry", url]) => {
      const args = ["--brokers", bootstrap, "--topic", topic, "--from", "beginning", "--to", "end"];
      args.push("--decode", `value=${how}`, ...more);
      return feed(process.execPath, ["src/cli/read.ts", ...args], "", { cwd: root });
    };
    const values = async (how: string, more?: string[]) => {
      const { code, stdout, stderr } = await printed(how, more);
      assert.equal(code, 0, stderr);
      return stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).value as { text: string; schema: object; problems: string[]; notes: string[] });
    };
    const [first, , third, , fifth, json] = await values(`reader:${file}`);
    assert.deepEqual(JSON.parse(first!.text), { quantity: 10, note: "-", id: 1 });
    assert.match(first!.notes[0]!, new RegExp(`^As a program with ${file} sees it; `));
    assert.deepEqual(JSON.parse(third!.text), { quantity: 30, note: "-", id: 3 });
    assert.match(fifth!.problems.join(), new RegExp(`none of the 2 versions of ${topic}-value in the registry has it`));
    assert.deepEqual(JSON.parse(json!.text), { id: 6 });
    const [latest] = await values("reader-latest");
    assert.deepEqual(JSON.parse(latest!.text), { id: 1, qty: 10, note: "-" });
    const [, second] = await values(`reader-version:${topic}-value#1`);
    assert.deepEqual(JSON.parse(second!.text), { id: 2, qty: 20 });
    const matching = await printed(`reader:${file}`, [
      "--registry",
      url,
      "--filter",
      "value.quantity >= 30",
      "--format",
      "count",
    ]);
    assert.equal(matching.stdout, "2\n");
    const without = await printed("reader-latest", []);
    assert.deepEqual(
      [without.code, without.stderr],
      [1, "--registry is missing: the reader's schema is asked for there.\n"],
    );
  });
});

describe("Single objects", () => {
  test("are read by the versions of the topic's own subject, which are asked for only once one is looked at", async () => {
    const { topic, ids } = await makeOrders();
    const schemas = watched(schemaSource(registry));
    const reader = openReader(bootstrap, { schemas });
    await reader.start({ topic, filter: { kind: "contains", text: "fourth", caseSensitive: true, parts: ["value"] } });
    await reader.until("all is read", ended);
    await reader.start({ topic });
    await reader.until("all is read", (status) => ended(status) && status.unwalked === 0);
    assert.deepEqual(schemas.asked, [], "reading and searching ask for no schema");
    const rows = await reader.all();
    assert.deepEqual(
      [rows[2]?.value?.text, rows[3]?.value?.text],
      ['{"id":3,"qty":30}', '{"id":4,"qty":40,"note":"fourth"}'],
    );
    const detail = await reader.call("detail", [3]);
    assert.deepEqual(detail?.value?.schema, { id: ids[1], type: "AVRO", subject: `${topic}-value`, version: 2 });
    const why = new RegExp(
      `none of the 2 versions of ${topic}-value in the registry has it; choose that schema's file`,
    );
    assert.match(rows[4]!.value!.problems.join(), why);
    const before = schemas.asked.length;
    await reader.all();
    assert.equal(schemas.asked.length, before, "what is known, and what is not, is remembered");
    await reader.dispose();
  });

  test("say that the registry is down, and it is asked once for all of them", async () => {
    const { topic } = await makeOrders();
    const [port] = await freePorts(1);
    const nobody = `http://127.0.0.1:${port}`;
    const down = client(nobody);
    let requests = 0;
    const counted = {
      kind: "confluent" as const,
      identity: down.identity,
      shortLived: true,
      schema: () => Promise.reject(new Error("no id is asked for here")),
      versionsOf: async () => [],
      version: () => Promise.reject(new Error("no version is asked for here")),
      versions: (subject: string) => {
        requests++;
        return down.versions(subject);
      },
    };
    const reader = openReader(bootstrap, { schemas: schemaSource(counted) });
    await reader.start({ topic, from: { kind: "offset", offset: "2" } });
    await reader.until("all is read", ended);
    const rows = await reader.all();
    for (const { value } of rows.slice(0, 3)) assert.match(value!.problems.join(), /could not be looked up: .*refused/);
    assert.equal(rows[3]?.value?.format, "json");
    assert.equal(requests, 1);
    await reader.until("the status says it too", ({ registry }) => registry?.includes("refused") === true);
    await reader.dispose();
  });
});

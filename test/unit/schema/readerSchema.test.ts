import assert from "node:assert/strict";
import { test } from "node:test";
import avsc from "avsc";
import type { DecodeContext, RegisteredSchema, SchemaQuery, SchemaSource } from "../../../src/schema/api.ts";
import { fingerprintOf } from "../../../src/schema/avro/canonical.ts";
import { parseAvro } from "../../../src/schema/avro/schema.ts";
import { createDecoder } from "../../../src/schema/decoder.ts";
import { byFingerprintQuery, subjectVersion } from "../../../src/schema/registry/subjectSchemas.ts";
import type { ReaderSchema } from "../../../src/shared/decoding.ts";
import type { PayloadView } from "../../../src/shared/messages.ts";
import { UserError } from "../../../src/shared/userError.ts";
import { avro, knowing, WITHOUT_REGISTRY, wire } from "./support.ts";

const field = (name: string, type: unknown, more: object = {}) => ({ name, type, ...more });
const order = (...fields: object[]) => ({ type: "record", name: "Order", namespace: "shop", fields });
const item = (...fields: object[]) => ({ type: "array", items: { type: "record", name: "Item", fields } });
const status = (...symbols: string[]) => ({ type: "enum", name: "Status", symbols, default: symbols[0] });

const WRITTEN = order(
  field("id", "long"),
  field("amount", "double"),
  field("legacy", "string"),
  field("items", item(field("qty", "int"), field("colour", "string"))),
  field("status", status("NEW", "LOST")),
);
const READ = order(
  field("id", "long"),
  field("items", item(field("qty", "long"), field("sku", "string", { default: "none" }))),
  field("total", "double", { aliases: ["amount"] }),
  field("currency", "string", { default: "EUR" }),
  field("status", status("UNKNOWN", "NEW")),
);
const VALUE = { id: 7, amount: 1.5, legacy: "x", items: [{ qty: 3, colour: "red" }], status: "LOST" };
const SEEN = '{"id":7,"items":[{"qty":3,"sku":"none"}],"total":1.5,"currency":"EUR","status":"UNKNOWN"}';
const AS_WRITTEN = JSON.stringify(VALUE);

const encoded = (schema: object, value: unknown): Buffer => avsc.Type.forSchema(schema as avsc.Schema).toBuffer(value);
const bytes = encoded(WRITTEN, VALUE);
const writer = avro(WRITTEN, { version: 2 });

const file = (schema: unknown, label = "schemas/order.avsc"): ReaderSchema => ({
  from: "file",
  label,
  schema: typeof schema === "string" ? schema : JSON.stringify(schema),
});
const decoderOf = (reader: ReaderSchema) => createDecoder({ choices: { of: () => ({ kind: "reader", reader }) } });

/** All of a payload, as a topic shows it for which a reader's schema is chosen. */
async function seen(payload: Uint8Array, reader: ReaderSchema, context: DecodeContext): Promise<PayloadView> {
  const decoder = decoderOf(reader);
  const cell = await decoder.preview(payload, context, 1000);
  const view = await decoder.view(payload, context, Number.POSITIVE_INFINITY);
  assert.deepEqual([cell.format, cell.problems], [view.format, view.problems], "a row says what the detail pane says");
  return { ...view, text: view.format === "avro" ? JSON.stringify(JSON.parse(view.text)) : view.text };
}

/** A registry with what it answers; whatever else is asked for it does not know. */
function registry(answers: Partial<Record<string, RegisteredSchema | Error>>): SchemaSource & { asked: SchemaQuery[] } {
  const asked: SchemaQuery[] = [];
  return {
    asked,
    cached: () => undefined,
    async byId(query) {
      asked.push(query);
      const answer = answers[query] ?? new UserError(`${query} is not there`, { code: "unknown-schema" });
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
}

const at = (schemas: SchemaSource): DecodeContext => ({ topic: "orders", part: "value", schemas });

test("a value is shown as the reader's schema sees it, with the writer's beside it and what resolution changes", async () => {
  const view = await seen(wire(7, bytes), file(READ), knowing(writer));
  assert.deepEqual(
    [view.format, view.text, view.problems, view.schema],
    ["avro", SEEN, [], { id: 7, type: "AVRO", subject: "orders-value", version: 2 }],
  );
  assert.deepEqual(view.notes, [
    "As a program with schemas/order.avsc sees it; it was written with schema id 7 (orders-value, version 2).",
    "Filled in by default: Item.sku, currency. Left out: Item.colour, legacy. By alias: total (written as amount). Of a wider type: Item.qty (int as long). Unknown symbols: status (LOST as UNKNOWN).",
  ]);
  const same = await seen(wire(7, bytes), file(WRITTEN), knowing(writer));
  assert.deepEqual([same.text, same.notes[1], same.notes.length], [AS_WRITTEN, "Both schemas show it alike.", 2]);
});

test("a header may name the writer's schema", async () => {
  const header = (name: string) => (name === "__value_schema_id" ? Buffer.from([0, 0, 0, 0, 7]) : undefined);
  const view = await seen(bytes, file(READ), { ...knowing(writer), record: { header, key: () => null } });
  assert.equal(view.text, SEEN);
});

test("what cannot be resolved says where and why, and is shown as it was written", async () => {
  const strict = order(field("id", "long"), field("items", item(field("qty", "string"))));
  const view = await seen(wire(7, bytes), file(strict), knowing(writer));
  assert.deepEqual([view.format, view.text, view.schema?.version], ["avro", AS_WRITTEN, 2]);
  assert.deepEqual(view.problems, [
    "not readable with schemas/order.avsc: an int cannot be read as a string (in items[0].qty); shown as it was written",
  ]);
  const empty = encoded(WRITTEN, { ...VALUE, items: [] });
  const without = await seen(wire(7, empty), file(strict), knowing(writer));
  assert.deepEqual([without.text, without.problems], ['{"id":7,"items":[]}', []]);
  const missing = await seen(wire(7, bytes), file(order(field("vat", "double"))), knowing(writer));
  assert.equal(missing.text, AS_WRITTEN);
  assert.match(missing.problems.join(), /the reader's field vat is not written, and it has no default; shown as/);
});

test("bytes that are no value of the writer's are not blamed on the reader", async () => {
  const view = await seen(wire(7, bytes.subarray(0, 9)), file(READ), knowing(writer));
  assert.deepEqual([view.format, view.problems.length], ["binary", 1]);
  assert.match(view.problems[0]!, /^not Avro: the value ends after 2 of its 5 fields$/);
  const broken = await seen(wire(7, bytes), file(READ), knowing(avro("{")));
  assert.match(broken.problems.join(), /^not Avro: schema id 7 cannot be used: /);
});

test("a file that is no schema is a problem of each value, which is shown as it was written", async () => {
  for (const text of ["", '{"type":"record"}']) {
    const view = await seen(wire(7, bytes), file(text), knowing(writer));
    assert.equal(view.text, AS_WRITTEN);
    assert.match(
      view.problems.join(),
      /^not readable with schemas\/order\.avsc: it cannot be used as a schema: .*; shown/,
    );
  }
});

test("payloads that name no Avro schema are what they are automatically, and say so", async () => {
  const none = /^It names no Avro schema/;
  const json = await seen(Buffer.from('{"id":1}'), file(READ), knowing(writer));
  assert.deepEqual([json.format, json.problems], ["json", []]);
  assert.match(json.notes.join(), none);
  const jsonSchema = avro('{"type":"object"}', { type: "JSON" });
  const other = await seen(wire(7, Buffer.from('{"id":1}')), file(READ), knowing(jsonSchema));
  assert.equal(other.format, "json-schema");
  assert.match(other.notes.join(), none);
});

test("a single object's fingerprint leads to its writer's schema, which may be the reader's own", async () => {
  const fingerprint = (schema: unknown) => fingerprintOf(parseAvro(avro(schema)));
  const single = (schema: object) => {
    const header = Buffer.from([0xc3, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    header.writeBigUInt64LE(fingerprint(schema), 2);
    return Buffer.concat([header, encoded(WRITTEN, VALUE)]);
  };
  const known = registry({ [byFingerprintQuery(fingerprint(WRITTEN))]: writer });
  const view = await seen(single(WRITTEN), file(READ), at(known));
  assert.deepEqual([view.text, view.schema?.version], [SEEN, 2]);
  assert.match(view.notes.join(), /An Avro single object: .*As a program with schemas\/order\.avsc/);
  const own = await seen(single(WRITTEN), file(WRITTEN), WITHOUT_REGISTRY);
  assert.deepEqual([own.text, own.problems], [AS_WRITTEN, []]);
  const unknown = await seen(single(WRITTEN), file(READ), WITHOUT_REGISTRY);
  assert.deepEqual([unknown.format, unknown.notes], ["binary", []]);
});

test("a container's values are resolved too, or all of them are as they were written", async () => {
  const values = [VALUE, { ...VALUE, id: 8 }];
  const container = await new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = [];
    const encoder = new avsc.streams.BlockEncoder(WRITTEN as avsc.Schema, { codec: "null" });
    encoder.on("data", (chunk: Buffer) => chunks.push(chunk));
    encoder.on("end", () => resolve(Buffer.concat(chunks)));
    encoder.on("error", reject);
    for (const value of values) encoder.write(value);
    encoder.end();
  });
  const view = await seen(container, file(READ), WITHOUT_REGISTRY);
  assert.deepEqual([view.format, view.text], ["avro", `[${SEEN},${SEEN.replace("7", "8")}]`]);
  assert.match(view.notes.join(), /it was written with the schema inside it\..*Left out: Item\.colour, legacy\./);
  const bad = await seen(container, file(order(field("vat", "int"))), WITHOUT_REGISTRY);
  assert.equal(bad.text, JSON.stringify(values));
  assert.match(bad.problems.join(), /^not readable with .*vat is not written.*; shown as it was written$/);
  const cut = await seen(container.subarray(0, -3), file(READ), WITHOUT_REGISTRY);
  assert.deepEqual(cut.problems.length, 1);
  assert.doesNotMatch(cut.problems[0]!, /not readable with/, "damage is not the reader's");
});

test("the reader's schema may be the latest version of each value's subject, or any version", async () => {
  const latest = avro(READ, { id: 9, version: 3 });
  const known = registry({ "7": writer, "latest:orders-value": latest, [subjectVersion("other", 1)]: latest });
  const view = await seen(wire(7, bytes), { from: "registry", subject: null, version: null }, at(known));
  assert.deepEqual([view.text, view.schema?.id], [SEEN, 7]);
  assert.match(view.notes[0]!, /^As a program with the latest version of orders-value \(3\) sees it; /);
  const version = await seen(wire(7, bytes), { from: "registry", subject: "other", version: 1 }, at(known));
  assert.match(version.notes[0]!, /^As a program with other version 1 sees it; /);
});

test("a reader's schema that cannot be fetched leaves the value as it was written", async () => {
  const down = new UserError("the schema registry refused the connection", { code: "refused" });
  const view = await seen(
    wire(7, bytes),
    { from: "registry", subject: null, version: null },
    at(registry({ "7": writer, "latest:orders-value": down })),
  );
  assert.equal(view.text, AS_WRITTEN);
  assert.deepEqual(view.problems, [
    "not readable with the latest version of orders-value: it could not be fetched: the schema registry refused the connection; shown as it was written",
  ]);
  const proto = registry({ "7": writer, "latest:orders-value": avro("x", { type: "PROTOBUF" }) });
  const other = await seen(wire(7, bytes), { from: "registry", subject: null, version: null }, at(proto));
  assert.match(other.problems.join(), /it is no Avro schema \(PROTOBUF\); shown as it was written$/);
});

test("an automatic single object of an unknown schema says what was looked through", async () => {
  const single = Buffer.from("c3010000000000000001ff02", "hex");
  const decoder = createDecoder();
  const problems = async (context: DecodeContext) => (await decoder.view(single, context, 1000)).problems.join();
  const missing = new UserError("none of the 3 versions of orders-value in the registry has it", {
    code: "unknown-schema",
  });
  const down = new UserError("the schema registry refused the connection", { code: "refused" });
  const looks = "looks like Avro's single-object encoding, by a schema with the fingerprint 0100000000000000";
  const choose = "choose that schema's file to decode it";
  const query = byFingerprintQuery(0x0100000000000000n);
  assert.equal(await problems(at(registry({ [query]: missing }))), `${looks}: ${missing.message}; ${choose}`);
  assert.equal(
    await problems(at(registry({ [query]: down }))),
    `${looks}, which could not be looked up: ${down.message}; ${choose}`,
  );
  assert.equal(await problems(WITHOUT_REGISTRY), `${looks}: ${choose}`);
});

test("plain text is searched as it is also where a reader's schema is chosen, as headers allow", () => {
  const decoder = decoderOf(file(READ));
  assert.deepEqual(decoder.plainStarts("orders", "value"), createDecoder().plainStarts("orders", "value"));
});

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { createDecoder } from "../../src/schema/decoder.ts";
import { encodeField } from "../../src/schema/draft.ts";
import { ConfluentRegistry } from "../../src/schema/registry/confluent.ts";
import { schemaSource } from "../../src/schema/registry/source.ts";
import type { PayloadView } from "../../src/shared/messages.ts";
import { demoPython } from "../harness/demo/python.ts";
import { useStack } from "../harness/stack.ts";

// written by Confluent's Python serializers (fastavro, Google's protobuf), read by ours, and the other way round
const prefix = `schema-test-${process.pid}-${Date.now()}`;
const script = join(import.meta.dirname, "schemaPython.py");
let url = "";
const written = new Map<string, { hex: string; json: string | null }>();

before(async () => {
  url = (await useStack()).registry.url;
  for (const line of (await python(["write", url, prefix], "")).trim().split("\n")) {
    const { topic, hex, json } = JSON.parse(line);
    written.set(topic.slice(prefix.length + 1), { hex, json });
  }
});

after(async () => {
  for (const subject of [...[...written.keys()].map((name) => `${prefix}-${name}-value`), "kwpy_common.proto"]) {
    // for good: what is only marked as deleted still keeps the registry from deleting what it refers to
    for (const how of ["", "?permanent=true"]) await fetch(`${url}/subjects/${subject}${how}`, { method: "DELETE" });
  }
});

async function python(args: string[], input: string): Promise<string> {
  const child = spawn(await demoPython(), [script, ...args], {
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1", PYTHONUTF8: "1" },
    stdio: ["pipe", "pipe", "inherit"],
    timeout: 60_000,
  });
  const ended = new Promise<number | null>((resolve, reject) => child.once("error", reject).once("close", resolve));
  child.stdin.end(input);
  const output = await text(child.stdout);
  assert.equal(await ended, 0, "Python failed");
  return output;
}

const client = (): ConfluentRegistry =>
  new ConfluentRegistry({ urls: [url], auth: { kind: "none" }, tls: null, timeoutMs: 10_000 });

async function viewOf(name: string): Promise<PayloadView> {
  const { hex } = written.get(name)!;
  const context = { topic: `${prefix}-${name}`, part: "value" as const, schemas: schemaSource(client()) };
  const view = await createDecoder().view(Buffer.from(hex, "hex"), context, Number.POSITIVE_INFINITY);
  assert.deepEqual(view.problems, []);
  return view;
}

const EVERYTHING =
  '"l":9007199254740993,"d":0.1,"f":0.25,"s":"é\\"\\n😀","b":"0x00ff","x":"0x616263","e":"B","a":[1,-2],"m":{"k":null,"j":"v"}';
const LOGICAL =
  '"dec":"-12345678901234567890.123456","date":"2024-02-29","tm":"23:59:59.999","tu":"00:00:00.000001","ts":"1969-12-31T23:59:59.999Z",' +
  '"tsu":"2024-01-31T12:34:56.789012Z","lts":"2024-01-31T12:34:56.789012","id":"00000000-0000-0000-0000-000000000001"';
const inner = `{${EVERYTHING},"u":null,${LOGICAL}}`;
const expected = `{${EVERYTHING},"u":${inner},${LOGICAL}}`;

test("Avro that fastavro wrote is read to the last digit", async () => {
  const view = await viewOf("py-avro");
  assert.equal(view.format, "avro");
  assert.deepEqual(
    view.text,
    JSON.stringify(JSON.parse(expected), null, 2).replaceAll("9007199254740992", "9007199254740993"),
  );
  assert.equal(view.schema?.subject, `${prefix}-py-avro-value`);
});

test("Avro that we write is the same bytes, and fastavro reads it", async () => {
  const schema = await client().latest(`${prefix}-py-avro-value`);
  const encoded = await encodeField({ encoding: "schema", text: expected }, schema);
  assert.ok("bytes" in encoded && encoded.bytes, JSON.stringify(encoded));
  const hex = Buffer.from(encoded.bytes).toString("hex");
  assert.equal(hex, written.get("py-avro")!.hex);
  assert.equal(await python(["read", url], `${JSON.stringify({ topic: `${prefix}-py-avro`, hex })}\n`), "true\n");
});

test("JSON Schema's JSON is read from its own characters", async () => {
  const view = await viewOf("py-json");
  assert.deepEqual([view.format, view.text], ["json-schema", '{\n  "id": 12345678901234567890\n}']);
});

test("Protobuf is read as Google's own library writes it in JSON", async () => {
  for (const name of ["second", "first", "inner", "late", "empty"]) {
    const view = await viewOf(`py-proto-${name}`);
    assert.equal(view.format, "protobuf");
    assert.deepEqual(JSON.parse(view.text), JSON.parse(written.get(`py-proto-${name}`)!.json!), name);
  }
});

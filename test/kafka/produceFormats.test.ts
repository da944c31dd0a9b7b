import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createTopic, deleteTopic } from "../../src/kafka/admin/topics.ts";
import { MessageProducer } from "../../src/kafka/produce/producer.ts";
import { type DraftSchema, encodeField } from "../../src/schema/draft.ts";
import type { Registry } from "../../src/schema/registry/api.ts";
import { openRegistry } from "../../src/schema/registry/open.ts";
import { readVarint } from "../../src/schema/registry/wireConfluent.ts";
import type { DecodeAs } from "../../src/shared/decoding.ts";
import type { DraftField, Wrap } from "../../src/shared/draft.ts";
import { demoPython, pythonWith } from "../harness/demo/python.ts";
import { apicurioSerdeJars } from "../harness/jars.ts";
import { runCommand } from "../harness/run.ts";
import { useStack } from "../harness/stack.ts";
import { open, unique } from "./support/clusters.ts";
import { runJava } from "./support/java.ts";
import { feed } from "./support/reading.ts";

// written by ours to a real broker and registry, read by other people's clients
const stack = await useStack();
const { bootstrap } = stack.kraft;
const cluster = open(bootstrap);
const producer = new MessageProducer(cluster);
const prefix = unique("formats");
const made: string[] = [];
const base = new URL(stack.registry.url).origin;

after(async () => {
  // the others are closed by now
  const cleaning = open(bootstrap);
  for (const topic of made) await deleteTopic(cleaning, topic);
  await cleaning.close();
});

/** Makes a topic with one message, and gives its name. */
async function send(name: string, field: DraftField, schema: DraftSchema | null = null): Promise<string> {
  const topic = `${prefix}-${name}`;
  await createTopic(cluster, { name: topic, partitions: 1, replicationFactor: 1, configs: {} });
  made.push(topic);
  const encoded = await encodeField(field, schema);
  assert.ok("bytes" in encoded, JSON.stringify(encoded));
  const { bytes: value, headers = [] } = encoded;
  await producer.send({ topic, partition: 0, key: Buffer.from("k"), value, headers });
  return topic;
}

interface Asked {
  kind: string;
  topic: string;
  proto?: string;
  message?: string;
}

/** What Python makes of the message of each topic. */
async function python(command: string, args: string[], asked: Asked[]): Promise<unknown[]> {
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: "1", PYTHONUTF8: "1" };
  const script = join(import.meta.dirname, "produceFormats.py");
  const lines = asked.map((each) => `${JSON.stringify(each)}\n`).join("");
  const { code, stdout, stderr } = await feed(command, [script, ...args], lines, { env });
  assert.equal(code, 0, stderr);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

const AVRO =
  '{"type":"record","name":"Order","namespace":"kw.produce","fields":[{"name":"id","type":"long"},{"name":"note","type":["null","string"]}]}';
const ORDER = '{"id": 5, "note": "für 😀"}';
const JSON_SCHEMA = '{"type":"object","title":"order","properties":{"id":{"type":"integer"}}}';
const PROTO = `syntax = "proto3";
package kw.produce;
message First { string only = 1; }
message Outer {
  message Inner { int64 n = 1; message Deep { string s = 1; } }
  int64 id = 1;
  repeated Inner inners = 2;
}
`;

const MESSAGES: [name: string, text: string, message: string][] = [
  ["first", '{"only":"x"}', "kw.produce.First"],
  ["outer", '{"id":"9007199254740993","inners":[{"n":"-1"}]}', "kw.produce.Outer"],
  ["inner", '{"n":"5"}', "kw.produce.Outer.Inner"],
  ["deep", '{"s":"é"}', "kw.produce.Outer.Inner.Deep"],
];

const openBy = (kind: "confluent" | "apicurio", url: string): Promise<Registry> =>
  openRegistry({ kind, urls: [url], auth: { kind: "none" }, tls: null, timeoutMs: 10_000 });

/** The file's descriptor in base64, as protoc makes it. */
async function compiled(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "kw-produce-"));
  try {
    writeFileSync(join(folder, "x.proto"), PROTO);
    const out = join(folder, "set");
    const args = ["-m", "grpc_tools.protoc", `-I${folder}`, `--descriptor_set_out=${out}`, "x.proto"];
    await runCommand(await demoPython(), args, { timeoutMs: 120_000 });
    // a set of one file: its tag and length, then the file
    const set = readFileSync(out);
    const size = readVarint(set, 1)!;
    assert.equal(size.end + size.value, set.length);
    return set.subarray(size.end).toString("base64");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe("what Python's clients read", () => {
  test("confluent-kafka: Avro, JSON Schema and each message of a Protobuf file, with the id in the payload and in a header", async () => {
    const registry = await openBy("confluent", stack.registry.url);
    const register = (type: string, schema: string) =>
      registry.register(`${prefix}-${type}-value`, { type, schema, references: [] });
    const [avro, json, proto] = [
      await register("AVRO", AVRO),
      await register("JSON", JSON_SCHEMA),
      // as its serializers register it: an Apicurio registry gives back what it was given, and they read this form only
      await register("PROTOBUF", await compiled()),
    ];
    const asked: Asked[] = [];
    const expected: unknown[] = [];
    for (const place of [undefined, "header"] as const) {
      const more = { encoding: "schema", ...(place ? { place } : {}) } as const;
      const name = (what: string) => `${what}-${place ?? "payload"}`;
      asked.push({ kind: "avro", topic: await send(name("avro"), { ...more, text: ORDER }, avro) });
      expected.push(JSON.parse(ORDER));
      asked.push({ kind: "json", topic: await send(name("json"), { ...more, text: '{"id":5}' }, json) });
      expected.push({ id: 5 });
      for (const [what, text, message] of MESSAGES) {
        const topic = await send(name(what), { ...more, text, message }, proto);
        asked.push({ kind: "protobuf", topic, proto: PROTO, message });
        expected.push(JSON.parse(text));
      }
    }
    assert.deepEqual(await python(await demoPython(), ["confluent", bootstrap, stack.registry.url], asked), expected);
    registry.close();
  });

  test("what is compressed is unpacked by the libraries of the formats, containers and single objects are read by fastavro", async () => {
    const text = JSON.stringify({ text: "over and over again, ".repeat(50) });
    const file: DecodeAs = {
      kind: "schema",
      type: "AVRO",
      label: "order.avsc",
      schema: AVRO,
      references: [],
      message: null,
      compiled: false,
    };
    const asked: Asked[] = [];
    const expected: unknown[] = [];
    for (const wrap of ["gzip", "zlib", "zstd", "lz4", "snappy", "snappy-framed"] satisfies Wrap[]) {
      asked.push({ kind: wrap, topic: await send(wrap, { encoding: "json", text, wrap }) });
      expected.push(text);
    }
    for (const codec of ["null", "deflate", "snappy", "zstandard"]) {
      const field = {
        encoding: "avro-container",
        text: `[${ORDER},${ORDER}]`,
        container: { schema: AVRO, codec },
      } as const;
      asked.push({ kind: "container", topic: await send(`container-${codec}`, field) });
      expected.push([JSON.parse(ORDER), JSON.parse(ORDER)]);
    }
    const single = await send("single", { encoding: "file", framing: "single-object", text: ORDER }, file);
    asked.push({ kind: "single-object", topic: single, message: AVRO });
    expected.push(JSON.parse(ORDER));
    const clients = await pythonWith(join(import.meta.dirname, "pythonClients.txt"), "Python's Kafka clients (20 MB)");
    assert.deepEqual(await python(clients, ["plain", bootstrap], asked), expected);
  });
});

describe("what Apicurio's Java deserializers read", () => {
  const expected: unknown[] = [];
  const names: string[] = [];
  let answers: unknown[] = [];

  before(async () => {
    const registry = await openBy("apicurio", base);
    const lines: string[] = [];
    const ask = (name: string, type: string, topic: string, value: unknown) => {
      const config = {
        "bootstrap.servers": bootstrap,
        "group.id": topic,
        "auto.offset.reset": "earliest",
        "apicurio.registry.url": `${base}/apis/registry/v2`,
        "apicurio.registry.headers.enabled": String(name.endsWith("header")),
      };
      lines.push(JSON.stringify({ topic, type, config }));
      names.push(name);
      expected.push(value);
    };
    for (const place of [undefined, "header"] as const) {
      const more = { encoding: "schema", ...(place ? { place } : {}) } as const;
      for (const [type, schema, text, messages] of [
        ["AVRO", AVRO, ORDER, [undefined]],
        // nested messages are among those that its dynamic messages do not know
        ["PROTOBUF", PROTO, "", MESSAGES.slice(0, 2)],
      ] as const) {
        for (const message of messages) {
          const name = `apicurio-${type.toLowerCase()}-${message?.[0] ?? "order"}-${place ?? "payload"}`;
          const subject = `${prefix}-${name}-value`;
          await registry.register(subject, { type, schema, references: [] });
          const value = message?.[1] ?? text;
          const field: DraftField = { ...more, text: value, ...(message ? { message: message[2] } : {}) };
          ask(name, type, await send(name, field, await registry.latest(subject)), JSON.parse(value));
        }
      }
    }
    registry.close();
    const output = await runJava("ApicurioSerdes", await apicurioSerdeJars("v2"), [], `${lines.join("\n")}\n`);
    answers = output
      .trim()
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line));
  });

  test("Avro and Protobuf, the id in the payload and in headers", () => {
    assert.equal(expected.length, 6);
    assert.deepEqual(
      names.map((name, i) => [name, answers[i]]),
      names.map((name, i) => [name, expected[i]]),
    );
  });
});

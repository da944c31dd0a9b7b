import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createTopic, deleteTopic } from "../../src/kafka/admin/topics.ts";
import type { RegistryKind } from "../../src/schema/api.ts";
import { openRegistry } from "../../src/schema/registry/open.ts";
import { schemaSource } from "../../src/schema/registry/source.ts";
import type { PayloadView } from "../../src/shared/messages.ts";
import { demoPython } from "../harness/demo/python.ts";
import { apicurioSerdeJars, registryVersions } from "../harness/jars.ts";
import { startRegistry } from "../harness/registry.ts";
import { runCommand } from "../harness/run.ts";
import { useStack } from "../harness/stack.ts";
import { open, unique } from "./support/clusters.ts";
import { runJava } from "./support/java.ts";
import { rawRecords } from "./support/rawRecords.ts";
import { ended, openReader } from "./support/reading.ts";

// written by Apicurio's own Java serializers of both lines, to registries of both lines
const stack = await useStack();
const { bootstrap } = stack.kraft;
const topics: string[] = [];
const cluster = open(bootstrap);

const AVRO = {
  type: "record",
  name: "Everything",
  namespace: "kw.java",
  fields: [
    { name: "dec", type: { type: "bytes", logicalType: "decimal", precision: 12, scale: 2 } },
    { name: "day", type: { type: "int", logicalType: "date" } },
    { name: "tm", type: { type: "int", logicalType: "time-millis" } },
    { name: "tu", type: { type: "long", logicalType: "time-micros" } },
    { name: "ts", type: { type: "long", logicalType: "timestamp-millis" } },
    { name: "tsu", type: { type: "long", logicalType: "timestamp-micros" } },
    { name: "lts", type: { type: "long", logicalType: "local-timestamp-millis" } },
    { name: "ltu", type: { type: "long", logicalType: "local-timestamp-micros" } },
    { name: "id", type: { type: "string", logicalType: "uuid" } },
    { name: "fd", type: { type: "fixed", name: "FD", size: 4, logicalType: "decimal", precision: 8, scale: 3 } },
    { name: "dur", type: { type: "fixed", name: "Dur", size: 12, logicalType: "duration" } },
    { name: "big", type: "long" },
    // version 3 registers it as a schema of its own, to which this one refers
    { name: "u", type: ["null", { type: "record", name: "Inner", fields: [{ name: "n", type: "long" }] }] },
  ],
};
const AVRO_JSON =
  '{"dec":"\\u00ff","day":-1,"tm":86399999,"tu":1,"ts":-1,"tsu":1700000000000001,"lts":0,"ltu":-1,"id":"00000000-0000-0000-0000-000000000001","fd":"\\u0000\\u0000\\u0004\\u00d2","dur":"\\u0001\\u0000\\u0000\\u0000\\u0002\\u0000\\u0000\\u0000\\u0003\\u0000\\u0000\\u0000","big":9007199254740993,"u":{"kw.java.Inner":{"n":-1}}}';
const AVRO_SHOWN =
  '{"dec":"-0.01","day":"1969-12-31","tm":"23:59:59.999","tu":"00:00:00.000001","ts":"1969-12-31T23:59:59.999Z","tsu":"2023-11-14T22:13:20.000001Z","lts":"1970-01-01T00:00:00.000","ltu":"1969-12-31T23:59:59.999999","id":"00000000-0000-0000-0000-000000000001","fd":"1.234","dur":"P1M2DT0.003S","big":9007199254740993,"u":{"n":-1}}';

const PROTO = `syntax = "proto3";
package kw.java;
import "google/protobuf/timestamp.proto";
message First { string only = 1; }
message Outer {
  message Inner { int64 n = 1; message Deep { string s = 1; } Deep deep = 2; }
  int64 id = 1;
  google.protobuf.Timestamp at = 2;
  map<string, Inner> inners = 3;
  enum Kind { NONE = 0; SOME = 7; }
  repeated Kind kinds = 4;
  oneof way { string by_name = 5; bytes by_bytes = 6; }
}
`;
const JSON_SCHEMA =
  '{"$schema":"http://json-schema.org/draft-07/schema#","type":"object","properties":{"id":{"type":"integer"}}}';

interface Message {
  name: string;
  type: "AVRO" | "PROTOBUF" | "JSON";
  message?: string;
  json: string;
  /** compact */
  shown: string;
}

const OUTER =
  '{"id":"9223372036854775807","at":"2024-01-31T12:34:56.789Z","inners":{"a":{"n":"-1","deep":{"s":"é"}}},"kinds":["SOME","NONE"],"byBytes":"AP8="}';
const MESSAGES: Message[] = [
  {
    name: "avro",
    type: "AVRO",
    json: AVRO_JSON,
    shown: AVRO_SHOWN,
  },
  { name: "outer", type: "PROTOBUF", message: "Outer", json: OUTER, shown: OUTER },
  { name: "first", type: "PROTOBUF", message: "First", json: '{"only":"x"}', shown: '{"only":"x"}' },
  {
    name: "deep",
    type: "PROTOBUF",
    message: "Outer.Inner",
    json: '{"n":"5","deep":{"s":"y"}}',
    shown: '{"n":"5","deep":{"s":"y"}}',
  },
  { name: "json", type: "JSON", json: '{"id":12345678901234567890}', shown: '{"id":12345678901234567890}' },
];

let descriptors = "";
before(async () => {
  const folder = mkdtempSync(join(tmpdir(), "kw-apicurio-"));
  try {
    writeFileSync(join(folder, "kw_java.proto"), PROTO);
    const out = join(folder, "set");
    await runCommand(
      await demoPython(),
      ["-m", "grpc_tools.protoc", `-I${folder}`, "--include_imports", `--descriptor_set_out=${out}`, "kw_java.proto"],
      { timeoutMs: 60_000 },
    );
    descriptors = readFileSync(out).toString("base64");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** The registry keeps a JSON Schema under the name that the serializer looks for, and the topic is there. */
async function prepare(topic: string, base: string, line: "v2" | "v3"): Promise<void> {
  await createTopic(cluster, { name: topic, partitions: 1, replicationFactor: 1, configs: {} });
  topics.push(topic);
  if (!topic.endsWith("-json")) return;
  const artifactId = `${topic}-value`;
  const [headers, body] =
    line === "v2"
      ? [{ "x-registry-artifactid": artifactId, "x-registry-artifacttype": "JSON" }, JSON_SCHEMA]
      : [
          {},
          JSON.stringify({
            artifactId,
            artifactType: "JSON",
            firstVersion: { content: { content: JSON_SCHEMA, contentType: "application/json" } },
          }),
        ];
  const path = `/apis/registry/${line}/groups/default/artifacts`;
  const response = await fetch(base + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });
  assert.ok(response.ok, await response.clone().text());
}

/** How Java's serializers are set up, and how their messages are read. */
interface Variant {
  title: string;
  kinds: Exclude<RegistryKind, "glue">[];
  config: Record<string, string>;
  /** what the payload starts with or a header names: that it is what the title says */
  sign: "8 bytes" | "4 bytes" | "apicurio.value.globalId" | "apicurio.value.contentId";
  /** without a Confluent-compatible registry's way to name the message */
  withoutProtobuf?: boolean;
}

interface Sent extends Message {
  topic: string;
}

/** Has Java send all messages in all ways, each to a topic of its own. */
async function sendAll(line: "v2" | "v3", base: string, variants: Variant[]): Promise<Sent[][]> {
  const lines: string[] = [];
  const sent: Sent[][] = [];
  for (const { config } of variants) {
    const prefix = unique("apicurio");
    const those = MESSAGES.map((message) => ({ ...message, topic: `${prefix}-${message.name}` }));
    sent.push(those);
    for (const { topic, type, message, json } of those) {
      await prepare(topic, base, line);
      const schema = type === "AVRO" ? JSON.stringify(AVRO) : descriptors;
      const full = {
        "bootstrap.servers": bootstrap,
        "apicurio.registry.url": `${base}/apis/registry/${line}`,
        [type === "JSON" ? "apicurio.registry.find-latest" : "apicurio.registry.auto-register"]: "true",
        // version 2 looks for nested messages among the outermost ones
        "apicurio.registry.serde.validation-enabled": String(!message?.includes(".")),
        ...config,
      };
      lines.push(JSON.stringify({ topic, type, schema, message, json, config: full }));
    }
  }
  await runJava("ApicurioSerdes", await apicurioSerdeJars(line), [], `${lines.join("\n")}\n`);
  return sent;
}

async function check(
  base: string,
  kind: Exclude<RegistryKind, "glue">,
  sent: Sent[],
  sign: Variant["sign"],
): Promise<void> {
  const url = kind === "apicurio" ? base : `${base}/apis/ccompat/v7`;
  const registry = await openRegistry({ kind, urls: [url], auth: { kind: "none" }, tls: null, timeoutMs: 10_000 });
  const reader = openReader(bootstrap, { schemas: schemaSource(registry) });
  for (const { topic, type, shown } of sent) {
    await reader.start({ topic });
    await reader.until("it is read", ended);
    const detail = await reader.call("detail", [0]);
    const value = detail?.value as PayloadView;
    if (sign.endsWith("bytes")) {
      const bytes = (await rawRecords(cluster, topic))[0]!.value!;
      assert.equal(bytes[0], 0);
      assert.equal(bytes.readUInt32BE(1) === 0, sign === "8 bytes", topic);
    } else {
      const names = detail?.headers.map(({ key }) => key) ?? [];
      assert.ok(names.includes(sign), `${topic}: ${names}`);
    }
    const format = type === "AVRO" ? "avro" : type === "PROTOBUF" ? "protobuf" : "json-schema";
    assert.deepEqual([value.problems, value.format], [[], format], `${topic}: ${value.text}`);
    assert.equal(compact(value.text), shown, topic);
    assert.equal(value.schema?.type, type, topic);
    assert.match(String(value.schema?.subject), new RegExp(`${topic}`));
  }
  await reader.dispose();
}

/** The laid-out text without its white space; numbers keep their digits. */
const compact = (text: string): string => text.replace(/\n\s*/g, "").replace(/": /g, '":');

/** What one line of the serializers writes, read by ours. */
function line(version: "v2" | "v3", variants: Variant[]): void {
  let base = "";
  let sent: Sent[][] = [];
  let stop = async (): Promise<void> => {};
  before(async () => {
    if (version === "v2") base = new URL(stack.registry.url).origin;
    else
      ({ base, stop } = await startRegistry({ version: registryVersions.v3, settings: ["-XX:TieredStopAtLevel=1"] }));
    sent = await sendAll(version, base, variants);
  });
  after(async () => {
    await stop();
    for (const topic of topics.splice(0)) await deleteTopic(cluster, topic);
  });
  for (const [i, { title, kinds, sign, withoutProtobuf }] of variants.entries()) {
    for (const kind of kinds) {
      test(`${title}, read from a registry of the kind ${kind}`, () => {
        const messages = sent[i]!;
        const some = withoutProtobuf && kind === "confluent";
        return check(base, kind, some ? messages.filter(({ type }) => type !== "PROTOBUF") : messages, sign);
      });
    }
  }
}

const HEADERS = { "apicurio.registry.headers.enabled": "true" };
const PAYLOAD = { "apicurio.registry.headers.enabled": "false" };

describe("Apicurio's serializers, version 2", () => {
  line("v2", [
    { title: "a global id in the payload", kinds: ["apicurio"], config: PAYLOAD, sign: "8 bytes" },
    { title: "a global id in a header", kinds: ["apicurio"], config: HEADERS, sign: "apicurio.value.globalId" },
    {
      title: "a content id in a header",
      kinds: ["apicurio"],
      config: { ...HEADERS, "apicurio.registry.use-id": "contentId" },
      sign: "apicurio.value.contentId",
    },
    {
      title: "Confluent's format",
      kinds: ["confluent", "apicurio"],
      config: { ...PAYLOAD, "apicurio.registry.as-confluent": "true", "apicurio.registry.use-id": "contentId" },
      sign: "4 bytes",
      withoutProtobuf: true,
    },
  ]);
});

describe("Apicurio's serializers, version 3", () => {
  line("v3", [
    { title: "a content id in the payload", kinds: ["apicurio"], config: PAYLOAD, sign: "4 bytes" },
    { title: "a content id in a header", kinds: ["apicurio"], config: HEADERS, sign: "apicurio.value.contentId" },
    {
      title: "a global id in the payload",
      kinds: ["apicurio"],
      config: {
        ...PAYLOAD,
        "apicurio.registry.id-handler": "io.apicurio.registry.serde.Legacy8ByteIdHandler",
        "apicurio.registry.use-id": "globalId",
      },
      sign: "8 bytes",
    },
    {
      title: "Confluent's format with Protobuf's indexes",
      kinds: ["confluent"],
      config: {
        ...PAYLOAD,
        "apicurio.registry.serde.send-indexes": "true",
        "apicurio.registry.serde.send-type-ref": "false",
      },
      sign: "4 bytes",
    },
  ]);
});

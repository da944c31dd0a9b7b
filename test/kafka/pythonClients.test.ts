import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createTopic, deleteTopic } from "../../src/kafka/admin/topics.ts";
import { ConfluentRegistry } from "../../src/schema/registry/confluent.ts";
import { schemaSource } from "../../src/schema/registry/source.ts";
import type { DecodeAs } from "../../src/shared/decoding.ts";
import type { PayloadView } from "../../src/shared/messages.ts";
import { demoPython, pythonWith } from "../harness/demo/python.ts";
import { useStack } from "../harness/stack.ts";
import { open, unique } from "./support/clusters.ts";
import { ended, feed, openReader } from "./support/reading.ts";

// written by Python's clients to a real broker, read by our reader
const stack = await useStack();
const { bootstrap } = stack.zk;
const { url } = stack.registry;
const prefix = unique("python");
const CODECS = ["none", "gzip", "snappy", "lz4", "zstd"];
const PLACES = ["payload", "id", "guid"];
const CONTAINERS = ["null", "deflate", "snappy", "zstandard", "bzip2"];
const topics = [
  ...CODECS.map((codec) => `codec-${codec}`),
  ...["avro", "json", "protobuf"].flatMap((format) => PLACES.map((place) => `${format}-${place}`)),
  ...["schemaless", "single-object"],
  ...CONTAINERS.map((codec) => `container-${codec}`),
].map((name) => `${prefix}-${name}`);
const cluster = open(bootstrap);

async function python(command: string, args: string[]): Promise<void> {
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: "1", PYTHONUTF8: "1" };
  const { code, stderr } = await feed(command, [join(import.meta.dirname, "pythonClients.py"), ...args], "", { env });
  assert.equal(code, 0, stderr);
}

const registry = new ConfluentRegistry({ urls: [url], auth: { kind: "none" }, tls: null, timeoutMs: 10_000 });

/** The first message's value in the detail pane. */
async function firstValue(name: string, value: DecodeAs = { kind: "auto" }): Promise<PayloadView> {
  const reader = openReader(bootstrap, { schemas: schemaSource(registry) });
  const topic = `${prefix}-${name}`;
  await reader.call("setDecoding", [topic, { key: { kind: "auto" }, value }]);
  await reader.start({ topic });
  await reader.until("all is read", ended);
  const detail = await reader.call("detail", [0]);
  await reader.dispose();
  return detail!.value!;
}

const ORDER = '{\n  "id": 9007199254740993,\n  "note": "für 😀"\n}';
const AVSC =
  '{"type":"record","name":"Order","namespace":"kw.clients","fields":[{"name":"id","type":"long"},{"name":"note","type":["null","string"]}]}';
const chosen: DecodeAs = {
  kind: "schema",
  type: "AVRO",
  label: "order.avsc",
  schema: AVSC,
  references: [],
  message: null,
  compiled: false,
};

describe("what Python's clients write", () => {
  before(async () => {
    for (const name of topics) await createTopic(cluster, { name, partitions: 1, replicationFactor: 1, configs: {} });
    const clients = await pythonWith(join(import.meta.dirname, "pythonClients.txt"), "Python's Kafka clients (20 MB)");
    await python(clients, ["kafka-python", bootstrap, prefix]);
    await python(await demoPython(), ["confluent", bootstrap, url, prefix]);
  });

  after(() => Promise.all(topics.map((topic) => deleteTopic(cluster, topic))));

  describe("confluent-kafka", () => {
    const shown = {
      avro: ["avro", ORDER],
      json: ["json-schema", '{\n  "id": 12345678901234567890\n}'],
      protobuf: ["protobuf", '"2024-01-31T12:34:56.789Z"'],
    } as const;
    for (const [name, [format, text]] of Object.entries(shown)) {
      for (const place of ["payload", "id"]) {
        test(`${name}, its schema's id in the ${place === "id" ? "header" : place}`, async () => {
          const view = await firstValue(`${name}-${place}`);
          assert.deepEqual([view.problems, view.format, view.text], [[], format, text]);
          assert.equal(view.schema?.subject, `${prefix}-${name}-${place}-value`);
        });
      }
      test(`${name}, its schema's GUID in the header, which this registry cannot look up`, async () => {
        const view = await firstValue(`${name}-guid`);
        assert.equal(view.format, "binary");
        assert.match(view.problems.join(), /^not decoded: .*00010203-0405-0607-0809-0a0b0c0d0e0f/);
      });
    }
  });

  describe("kafka-python", () => {
    for (const codec of CODECS) {
      test(`batches with the codec ${codec}`, async () => {
        const reader = openReader(bootstrap);
        await reader.start({ topic: `${prefix}-codec-${codec}` });
        await reader.until("all is read", ended);
        const rows = await reader.all();
        assert.equal(rows.length, 200);
        for (const [i, { key, value }] of rows.entries()) {
          assert.deepEqual([key?.text, value?.format, value?.problems], ["key", "json", []]);
          assert.ok(value?.text.startsWith(`{"i":${i},"text":"`), value?.text);
        }
        await reader.dispose();
      });
    }
  });

  describe("fastavro", () => {
    test("a value alone needs the choice of its schema", async () => {
      assert.equal((await firstValue("schemaless")).format, "binary");
      const view = await firstValue("schemaless", chosen);
      assert.deepEqual([view.problems, view.format, view.text], [[], "avro", ORDER]);
    });

    test("the single-object encoding says which schema it needs, and is read with it", async () => {
      assert.match((await firstValue("single-object")).problems.join(), /^looks like Avro's single-object encoding/);
      const view = await firstValue("single-object", chosen);
      assert.deepEqual([view.problems, view.format, view.text], [[], "avro", ORDER]);
    });

    for (const codec of CONTAINERS) {
      test(`a container file with the codec ${codec} as a payload`, async () => {
        const view = await firstValue(`container-${codec}`);
        if (codec === "bzip2") {
          assert.equal(view.format, "binary");
          assert.match(view.problems.join(), /bzip2/);
          return;
        }
        assert.deepEqual([view.problems, view.format], [[], "avro"]);
        assert.equal(
          view.text.replace(/\n\s*/g, ""),
          '[{"id": 9007199254740993,"note": "für 😀"},{"id": -1,"note": null}]',
        );
      });
    }
  });
});

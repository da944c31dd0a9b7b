import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createTopic, deleteTopic } from "../../src/kafka/admin/topics.ts";
import type { FixedFormat } from "../../src/shared/decoding.ts";
import type { RowView } from "../../src/shared/messages.ts";
import { kafkaJars, kafkaVersions } from "../harness/jars.ts";
import { useStack } from "../harness/stack.ts";
import { open, unique } from "./support/clusters.ts";
import { runJava } from "./support/java.ts";
import { ended, type OpenReader, openReader } from "./support/reading.ts";

const { bootstrap } = (await useStack()).zk;
const prefix = unique("serdes");

/** of each topic: what to choose, what it then shows, and what is shown without a choice */
const TOPICS: Record<string, { choice: FixedFormat; format: string; text: string; automatic: [string, string] }> = {
  text: {
    choice: "text",
    format: "text",
    text: 'Grüße 😀 "12345678"',
    automatic: ["text", 'Grüße 😀 "12345678"'],
  },
  digits: { choice: "text", format: "text", text: "12345678", automatic: ["text", "12345678"] },
  "utf-16": { choice: "utf-16", format: "text", text: "Grüße 😀", automatic: ["text", "Grüße 😀"] },
  "utf-16le": {
    choice: "utf-16le",
    format: "text",
    text: "Grüße 😀",
    automatic: ["binary", "47 00 72 00 fc 00 df 00 65 00 20 00 3d d8 00 de"],
  },
  "latin-1": { choice: "latin-1", format: "text", text: "Grüße", automatic: ["binary", "47 72 fc df 65"] },
  short: { choice: "short", format: "short", text: "-12345", automatic: ["binary", "cf c7"] },
  integer: { choice: "integer", format: "integer", text: "-2147483648", automatic: ["binary", "80 00 00 00"] },
  long: {
    choice: "long",
    format: "long",
    text: "9007199254740993",
    automatic: ["binary", "00 20 00 00 00 00 00 01"],
  },
  timestamp: {
    choice: "long",
    format: "long",
    text: "1700000000000",
    automatic: ["binary", "00 00 01 8b cf e5 68 00"],
  },
  float: { choice: "float", format: "float", text: "0.1", automatic: ["binary", "3d cc cc cd"] },
  double: {
    choice: "double",
    format: "double",
    text: "-3.141592653589793",
    automatic: ["binary", "c0 09 21 fb 54 44 2d 18"],
  },
  boolean: { choice: "boolean", format: "boolean", text: "true", automatic: ["binary", "01"] },
  uuid: {
    choice: "uuid",
    format: "uuid",
    text: '"01234567-89ab-cdef-fedc-ba9876543210"',
    automatic: ["text", "01234567-89ab-cdef-fedc-ba9876543210"],
  },
  bytes: { choice: "hex", format: "binary", text: "00 01 fe ff", automatic: ["binary", "00 01 fe ff"] },
};

const topics = [...Object.keys(TOPICS), "void"].map((name) => `${prefix}-${name}`);

const cluster = open(bootstrap);

async function only(reader: OpenReader): Promise<RowView> {
  const rows = await reader.all();
  assert.equal(rows.length, 1);
  return rows[0]!;
}

describe("what Kafka's own serializers write", () => {
  before(async () => {
    const jars = await kafkaJars(kafkaVersions.zk);
    for (const name of topics) await createTopic(cluster, { name, partitions: 1, replicationFactor: 1, configs: {} });
    await runJava("KafkaSerdes", jars, [bootstrap, prefix]);
  });

  after(() => Promise.all(topics.map((topic) => deleteTopic(cluster, topic))));

  for (const [name, { choice, format, text, automatic }] of Object.entries(TOPICS)) {
    test(`${name}: automatically, and as it was chosen`, async () => {
      const topic = `${prefix}-${name}`;
      const reader = openReader(bootstrap);
      await reader.start({ topic });
      await reader.until("all is read", ended);
      for (const part of ["key", "value"] as const) {
        const cell = (await only(reader))[part]!;
        assert.deepEqual([cell.format, cell.text, cell.problems], [...automatic, []], `automatic ${part}`);
      }
      const chosen = { kind: "format", format: choice } as const;
      await reader.call("setDecoding", [topic, { key: chosen, value: chosen }]);
      for (const part of ["key", "value"] as const) {
        const cell = (await only(reader))[part]!;
        assert.deepEqual([cell.format, cell.text, cell.problems], [format, text, []], `chosen ${part}`);
      }
      const detail = await reader.call("detail", [0]);
      assert.deepEqual([detail?.value?.format, detail?.value?.text, detail?.value?.problems], [format, text, []]);
      await reader.dispose();
    });
  }

  test("the VoidSerializer's nothing is null, whatever is chosen", async () => {
    const topic = `${prefix}-void`;
    const reader = openReader(bootstrap);
    const chosen = { kind: "format", format: "long" } as const;
    await reader.call("setDecoding", [topic, { key: chosen, value: chosen }]);
    await reader.start({ topic });
    await reader.until("all is read", ended);
    const { key, value } = await only(reader);
    assert.deepEqual([key, value], [null, null]);
    await reader.dispose();
  });
});

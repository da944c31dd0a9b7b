import assert from "node:assert/strict";
import { after, test } from "node:test";
import kafkajs from "kafkajs";
import { useStack } from "../harness/stack.ts";
import { open } from "./support/clusters.ts";
import { ended, makeTopic, openReader } from "./support/reading.ts";

const { bootstrap } = (await useStack()).kraft;
const MILLION = 1_000_000;

test("a value of 50 MB is shown in part, with its size, and the rest on demand", { timeout: 120_000 }, async () => {
  const cluster = open(bootstrap);
  const topic = await makeTopic(cluster, "large", 1, { "max.message.bytes": String(60 * MILLION) });
  const text = `{"id":9007199254740993,"text":"${"x".repeat(50 * MILLION)}","last":"end"}`;
  const kafka = new kafkajs.Kafka({ brokers: [bootstrap], logLevel: kafkajs.logLevel.NOTHING, requestTimeout: 60_000 });
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  after(() => producer.disconnect());
  await producer.send({ topic, messages: [{ value: text }, { value: "small" }] });

  const reader = openReader(bootstrap, { ring: { megabytes: 256, rows: 1000 } });
  await reader.start({ topic });
  await reader.until("all is read", ended, 60_000);
  const [large, small] = await reader.all();
  assert.equal(small?.value?.text, "small");
  assert.deepEqual([large?.value?.cut, large?.valueSize], [true, text.length]);
  assert.ok(large!.value!.text.length < 10_000, "a cell is a line");

  const detail = await reader.call("detail", [large!.seq, 100_000]);
  assert.equal(detail?.value?.text.length, 100_000);
  assert.match(detail!.value!.text, /"id": 9007199254740993,/);
  assert.ok(detail!.value!.textCut >= text.length - 100_000);
  assert.equal(detail?.value?.size, text.length);
  const end = await reader.call("bytes", [large!.seq, "value", text.length - 6, text.length]);
  assert.deepEqual([end?.size, Buffer.from(end!.bytes).toString()], [text.length, '"end"}']);
});

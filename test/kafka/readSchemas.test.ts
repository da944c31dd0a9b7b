import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { MessageProducer } from "../../src/kafka/produce/producer.ts";
import { encodeField } from "../../src/schema/draft.ts";
import { ConfluentRegistry } from "../../src/schema/registry/confluent.ts";
import { schemaSource } from "../../src/schema/registry/source.ts";
import { useStack } from "../harness/stack.ts";
import { open } from "./support/clusters.ts";
import { ended, feed, makeTopic, openReader, root } from "./support/reading.ts";

const stack = await useStack();
const { bootstrap } = stack.zk;
const { url } = stack.registry;
const cluster = open(bootstrap);
const producer = new MessageProducer(cluster);
const registry = new ConfluentRegistry({ urls: [url], auth: { kind: "none" }, tls: null, timeoutMs: 10_000 });

/** A topic with one Avro message, one with a schema id that nobody knows, and one that is cut short. */
async function makeAvroTopic(): Promise<{ topic: string; id: number }> {
  const topic = await makeTopic(cluster, "avro", 1);
  const subject = `${topic}-value`;
  const schema = JSON.stringify({
    type: "record",
    name: "Payment",
    fields: [
      { name: "id", type: "long" },
      { name: "note", type: ["null", "string"] },
    ],
  });
  const headers = { "content-type": "application/vnd.schemaregistry.v1+json" };
  const body = JSON.stringify({ schema });
  const response = await fetch(`${url}/subjects/${subject}/versions`, { method: "POST", headers, body });
  assert.ok(response.ok, await response.clone().text());
  after(() => fetch(`${url}/subjects/${subject}`, { method: "DELETE" }));
  const latest = await registry.latest(subject);
  const encoded = await encodeField({ encoding: "schema", text: '{"id":9223372036854775807,"note":null}' }, latest);
  assert.ok("bytes" in encoded && encoded.bytes);
  const unknown = Buffer.from([0, 0x7f, 0xff, 0xff, 0xfe, 2]);
  for (const value of [encoded.bytes, unknown, encoded.bytes.subarray(0, 6)]) {
    await producer.send({ topic, partition: 0, key: null, value, headers: [] });
  }
  return { topic, id: Number(latest.id) };
}

describe("Avro through the registry", () => {
  test("the worker gets schemas from its host, and says what it cannot decode", async () => {
    const { topic, id } = await makeAvroTopic();
    const reader = openReader(bootstrap, { schemas: schemaSource(registry) });
    await reader.start({ topic });
    await reader.until("all is read", ended);
    const [good, unknown, cut] = await reader.all();
    assert.deepEqual([good?.value?.format, good?.value?.text], ["avro", '{"id":9223372036854775807,"note":null}']);
    const detail = await reader.call("detail", [0]);
    assert.deepEqual(detail?.value?.schema, { id, type: "AVRO", subject: `${topic}-value`, version: 1 });
    assert.match(unknown!.value!.problems[0]!, /2147483646/);
    assert.equal(unknown?.value?.format, "binary");
    assert.ok(cut!.value!.problems.length > 0);
    await reader.dispose();
  });

  test("without a registry the bytes are shown", async () => {
    const { topic } = await makeAvroTopic();
    const reader = openReader(bootstrap);
    await reader.start({ topic });
    await reader.until("all is read", ended);
    assert.equal((await reader.all())[0]?.value?.format, "binary");
    await reader.dispose();
  });

  test("the command line prints schema, version and problems", async () => {
    const { topic, id } = await makeAvroTopic();
    const args = ["--brokers", bootstrap, "--topic", topic, "--registry", url, "--from", "beginning", "--to", "end"];
    const { code, stdout } = await feed(process.execPath, ["src/cli/read.ts", ...args], "", { cwd: root });
    assert.equal(code, 0);
    const [good, unknown] = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    assert.deepEqual(good.value, {
      format: "avro",
      text: '{\n  "id": 9223372036854775807,\n  "note": null\n}',
      schema: { id, subject: `${topic}-value`, version: 1 },
      problems: [],
    });
    assert.match(unknown.value.problems[0], /2147483646/);
  });
});

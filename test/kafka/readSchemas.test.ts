import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

  /** The values that the command line prints of a topic. */
  async function printed(topic: string, args: string[]): Promise<{ format: string; text: string; notes?: string[] }[]> {
    const all = ["--brokers", bootstrap, "--topic", topic, "--from", "beginning", "--to", "end", ...args];
    const { code, stdout, stderr } = await feed(process.execPath, ["src/cli/read.ts", ...all], "", { cwd: root });
    assert.equal(code, 0, stderr);
    return stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).value);
  }

  test("the command line asks Apicurio's own API, and reads by formats and files, as the panel does", async () => {
    const { topic } = await makeAvroTopic();
    const folder = mkdtempSync(join(tmpdir(), "kw-read-"));
    after(() => rmSync(folder, { recursive: true, force: true }));
    const avsc = join(folder, "payment.avsc");
    writeFileSync(
      avsc,
      '{"type":"record","name":"Payment","fields":[{"name":"id","type":"long"},{"name":"note","type":["null","string"]}]}',
    );
    const proto = join(folder, "a.proto");
    writeFileSync(proto, 'syntax = "proto3"; package p; import "b.proto"; message A { B b = 1; }');
    writeFileSync(join(folder, "b.proto"), 'syntax = "proto3"; package p; message B { int64 n = 1; }');
    const byFile = await printed(topic, ["--decode", `value=avsc:${avsc}`]);
    assert.equal(byFile[0]!.text, '{\n  "id": 9223372036854775807,\n  "note": null\n}');
    assert.deepEqual(byFile[0]!.notes, [`Read by the schema of ${avsc}.`]);
    assert.match((await printed(topic, ["--decode", "value=hex"]))[0]!.text, /^00 00 00/);
    const apicurio = ["--registry", new URL(url).origin, "--registry-type", "apicurio"];
    assert.equal((await printed(topic, apicurio))[0]!.text, byFile[0]!.text);
    const other = await makeTopic(cluster, "proto", 1);
    await producer.send({ topic: other, partition: 0, key: null, value: Buffer.from([10, 2, 8, 5]), headers: [] });
    const [shown] = await printed(other, ["--decode", `value=proto:${proto}#p.A`]);
    assert.deepEqual([shown!.format, shown!.text], ["protobuf", '{\n  "b": {\n    "n": "5"\n  }\n}']);
    const args = ["--brokers", bootstrap, "--topic", other, "--to", "end", "--decode", `value=proto:${proto}#p.C`];
    const wrong = await feed(process.execPath, ["src/cli/read.ts", ...args], "", { cwd: root });
    assert.equal(wrong.code, 1);
    assert.match(
      wrong.stderr,
      /a\.proto cannot be used as a schema: it has no message called p\.C; its messages are p\.A\.\n$/,
    );
  });
});

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { MessageProducer } from "../../src/kafka/produce/producer.ts";
import type { SchemaKey } from "../../src/schema/api.ts";
import { encodeField } from "../../src/schema/draft.ts";
import { ConfluentRegistry } from "../../src/schema/registry/confluent.ts";
import { schemaSource } from "../../src/schema/registry/source.ts";
import { frame } from "../../src/schema/registry/wire.ts";
import { type Filter, wholeView } from "../../src/shared/messages.ts";
import type { NamedSchema } from "../../src/shared/schemaUse.ts";
import { useStack } from "../harness/stack.ts";
import { open } from "./support/clusters.ts";
import { ended, makeTopic, openReader } from "./support/reading.ts";
import { SwitchedProxy } from "./support/switchedProxy.ts";

const stack = await useStack();
const { bootstrap } = stack.kraft;
const cluster = open(bootstrap);
const producer = new MessageProducer(cluster);
const registryAt = (url: string) =>
  new ConfluentRegistry({ urls: [url], auth: { kind: "none" }, tls: null, timeoutMs: 5000 });
const registry = registryAt(stack.registry.url);
after(() => registry.close());

/** Messages with two versions of an Avro schema, every third with the second in a header, and some with none. */
async function makeTwoVersions(count: number): Promise<{ topic: string; named: (version: 1 | 2) => NamedSchema }> {
  const topic = await makeTopic(cluster, "versions", 1);
  const subject = `${topic}-value`;
  after(() => fetch(`${stack.registry.url}/subjects/${subject}`, { method: "DELETE" }));
  const id = { name: "n", type: "int" };
  const versions: [number, Buffer[]][] = [];
  for (const fields of [[id], [id, { name: "note", type: "string", default: "" }]]) {
    const schema = JSON.stringify({
      type: "record",
      name: "Numbered",
      namespace: topic.replaceAll(/\W/g, "_"),
      fields,
    });
    await registry.register(subject, { type: "AVRO", schema, references: [] });
    const latest = await registry.latest(subject);
    const bodies: Buffer[] = [];
    for (let n = 0; n < count; n++) {
      const text = JSON.stringify(fields.length === 1 ? { n } : { n, note: `note ${n % 5}` });
      const encoded = await encodeField({ encoding: "schema", text }, latest);
      assert.ok("bytes" in encoded && encoded.bytes);
      bodies.push(Buffer.from(encoded.bytes.subarray(5)));
    }
    versions.push([Number(latest.id), bodies]);
  }
  const [[first, old], [second, young]] = versions as [[number, Buffer[]], [number, Buffer[]]];
  for (let n = 0; n < count; n++) {
    const [key, body] = n % 2 === 0 ? [first, old[n]!] : [second, young[n]!];
    const place = n % 3 === 1 ? "header" : "payload";
    const { payload, headers } = frame(key as SchemaKey, body, {
      part: "value",
      place,
      message: null,
      compress: false,
    });
    await producer.send({ topic, partition: 0, key: Buffer.from(`k${n}`), value: payload, headers });
    if (n % 4 === 0)
      await producer.send({ topic, partition: 0, key: null, value: Buffer.from(`plain ${n}`), headers: [] });
  }
  return { topic, named: (version) => ({ topic, part: "value", key: version === 1 ? first : second }) };
}

const contains: Filter = { kind: "contains", text: "note 3", caseSensitive: true, parts: ["value"] };
const cel: Filter = { kind: "cel", expression: "value.n > 10" };

describe("Only messages with one schema version", () => {
  test("are shown of what is kept, and kept of what is read, alone and with a filter", async () => {
    const { topic, named } = await makeTwoVersions(24);
    const reader = openReader(bootstrap, { schemas: schemaSource(registry) });
    await reader.start({ topic });
    await reader.until("all is read", (s) => ended(s) && s.view.next === 30);
    const { counts } = await reader.call("schemaUse", []);
    assert.deepEqual(
      counts.map(({ key, count }) => [key, count]),
      [
        [named(1).key, 12],
        [named(2).key, 12],
      ],
    );

    const odd = Array.from({ length: 12 }, (_, i) => 2 * i + 1);
    const numbers = async (): Promise<number[]> =>
      (await reader.all()).map(({ value }) => (JSON.parse(value?.text ?? "") as { n: number }).n);
    const cases: [Filter | null, number[]][] = [
      [null, odd],
      [contains, odd.filter((n) => n % 5 === 3)],
      [
        { kind: "regex", pattern: "note [03]", caseSensitive: true, parts: ["value"] },
        odd.filter((n) => n % 5 === 0 || n % 5 === 3),
      ],
      [cel, odd.filter((n) => n > 10)],
    ];
    for (const [filter, expected] of cases) {
      await reader.call("setView", [{ ...wholeView, filter, schema: named(2) }]);
      await reader.until(
        `the view has ${expected.length}`,
        (s) => s.view.progress === null && s.view.next === expected.length,
      );
      assert.deepEqual(await numbers(), expected, JSON.stringify(filter));
    }
    await reader.call("setView", [wholeView]);
    for (const [filter, expected] of cases) {
      await reader.start({ topic, filter, schema: named(2) });
      const status = await reader.until("it is read", (s) => ended(s) && s.view.next === s.nextSeq);
      assert.deepEqual([status.scanned, status.matched, status.filterProblems.count], [30, expected.length, 0]);
      assert.deepEqual(await numbers(), expected, JSON.stringify(filter));
    }
    await reader.dispose();
  });
});

describe("A registry that was down", () => {
  test("is asked again at once when a person wants it, and what showed its bytes is decoded", async () => {
    const { topic, named } = await makeTwoVersions(6);
    const proxy = await SwitchedProxy.before(stack.registry.url);
    const client = registryAt(proxy.url);
    after(async () => {
      client.close();
      await proxy.stop();
    });
    await proxy.stop();
    const reader = openReader(bootstrap, { schemas: schemaSource(client) });
    await reader.start({ topic });
    await reader.until("all is read", (s) => ended(s) && s.view.next === 8);
    assert.equal((await reader.all())[0]?.value?.format, "binary");
    const down = await reader.until("it is said", (s) => s.registry !== null);
    assert.match(down.registry ?? "", /refused the connection/);

    assert.match((await reader.call("retrySchemas", [])) ?? "", /refused the connection/);
    await proxy.start();
    // of itself it would not be asked for another ten seconds
    assert.equal((await reader.all())[0]?.value?.format, "binary");
    assert.equal(proxy.connections, 0);
    const { revision } = reader.seen.at(-1)!.view;
    assert.equal(await reader.call("retrySchemas", []), null);
    await reader.until("it is said", (s) => s.registry === null && s.view.revision > revision);
    const rows = await reader.all();
    assert.deepEqual(
      rows.flatMap(({ value }) => (value?.format === "avro" ? [value.text] : [])),
      [0, 1, 2, 3, 4, 5].map((n) =>
        (n % 2 ? `{"n":${n},"note":"note ${n}"}` : `{"n":${n}}`).replace("note 5", "note 0"),
      ),
    );
    const { counts } = await reader.call("schemaUse", []);
    assert.deepEqual(
      counts.map(({ key, schema }) => [key, schema.version]),
      [
        [named(1).key, 1],
        [named(2).key, 2],
      ],
    );
    await reader.dispose();
  });
});

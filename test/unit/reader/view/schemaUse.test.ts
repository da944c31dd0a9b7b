import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Ring } from "../../../../src/reader/ring.ts";
import { schemaUse } from "../../../../src/reader/view/schemaUse.ts";
import type { RegisteredSchema, SchemaKey, SchemaQuery, SchemaSource } from "../../../../src/schema/api.ts";
import { frame } from "../../../../src/schema/registry/wire.ts";
import { UserError } from "../../../../src/shared/userError.ts";
import { add, randomOf, stored, type TestCodec } from "./rings.ts";

const MB = 1 << 20;
const body = Buffer.from("body");
const framed = (key: SchemaKey, place: "payload" | "header" = "payload", part: "key" | "value" = "value") => {
  const { payload, headers } = frame(key, body, { part, place, message: null, compress: false });
  return { payload, headers: headers.map(({ key: name, value }) => ({ key: name, value })) };
};

/** Knows the ids below 100, as versions of one subject each topic and part. */
const source: SchemaSource & { asked: SchemaQuery[] } = {
  asked: [],
  cached: () => undefined,
  async byId(key, topic, part): Promise<RegisteredSchema> {
    this.asked.push(key);
    if (typeof key !== "number" || key >= 100)
      throw new UserError(`schema id ${key} is unknown to the registry (404)`, { code: "unknown-schema" });
    return { id: key, type: "AVRO", schema: "{}", references: [], subject: `${topic}-${part}`, version: key - 10 };
  },
};
const brief = ({ counts, totals }: Awaited<ReturnType<typeof schemaUse>>) => ({
  counts: counts.map(
    (c) => `${c.topic} ${c.part} ${c.key} v${c.schema.version} ×${c.count} ${c.first.seq}…${c.last.seq}`,
  ),
  totals: totals.map((t) => `${t.topic} ${t.part} ${t.payloads}-${t.unnamed}-${t.others}`),
});

describe("the schemas that kept messages name", () => {
  test("are counted by key and value, with the earliest and the latest message", async () => {
    const ring = new Ring({ bytes: MB, rows: 100 });
    const v = (id: number) => framed(id).payload;
    add(
      ring,
      { topic: "a", partition: 0 },
      [
        { key: v(11), value: v(12), time: 50 },
        { key: v(11), value: v(13), time: 30 },
        { key: "plain", value: null, time: 40 },
        { key: null, value: v(12), time: 20 },
      ],
      { base: 7 },
    );
    ring.addProblem({ source: { topic: "a", partition: 0 }, first: 11, last: 12, why: "damaged" });
    add(ring, { topic: "a", partition: 0 }, [{ value: "x" }], { control: true });
    add(ring, { topic: "b", partition: 3 }, [{ value: v(11), time: 60 }], { base: 90 });
    const use = await schemaUse(ring, source);
    assert.deepEqual(brief(use), {
      counts: ["a value 12 v2 ×2 3…0", "a value 13 v3 ×1 1…1", "a key 11 v1 ×2 1…0", "b value 11 v1 ×1 6…6"],
      totals: ["a key 3-1-0", "a value 3-0-0", "b key 0-0-0", "b value 1-0-0"],
    });
    assert.equal(use.messages, 5);
    assert.deepEqual(use.counts[0]?.first, { seq: 3, partition: 0, offset: "10", timestamp: "20" });
    assert.deepEqual(use.counts[3]?.last, { seq: 6, partition: 3, offset: "90", timestamp: "60" });
  });

  test("are found where a header names them, before what the payload begins with", async () => {
    const ring = new Ring({ bytes: MB, rows: 100 });
    const guid = "guid:89791762-2336-4186-9674-299b90a802e2" as const;
    const key = framed(guid, "header", "key");
    const value = framed(12, "header");
    add(ring, { topic: "a", partition: 0 }, [
      { key: key.payload, value: framed(11).payload, headers: [...key.headers, ...value.headers] },
      { value: framed(11).payload, headers: [{ key: "other", value: Buffer.from("1") }] },
    ]);
    const { counts } = await schemaUse(ring, source);
    assert.deepEqual(
      counts.map(({ part, key: named, count }) => [part, named, count]),
      [
        ["value", 11, 1],
        ["value", 12, 1],
        ["key", guid, 1],
      ],
    );
    assert.match(counts[2]?.problem ?? "", /unknown to the registry/);
    assert.equal(counts[2]?.schema.id, guid.slice(5));
  });

  test("are told apart to a limit, and the registry is asked for few of them", async () => {
    const ring = new Ring({ bytes: 10 * MB, rows: 10_000 });
    // as many different first bytes as counters have that are no schema ids
    add(
      ring,
      { topic: "a", partition: 0 },
      Array.from({ length: 3000 }, (_, i) => ({ value: framed(1000 + i).payload })),
    );
    source.asked.length = 0;
    const { counts, totals } = await schemaUse(ring, source);
    assert.equal(counts.length, 1000);
    assert.ok(source.asked.length <= 100, `${source.asked.length}`);
    assert.deepEqual([totals[1]?.payloads, totals[1]?.others], [3000, 2000]);
  });

  test("without a registry are what the bytes say, and why no more is known", async () => {
    const ring = new Ring({ bytes: MB, rows: 10 });
    add(ring, { topic: "a", partition: 0 }, [{ value: framed(12).payload }]);
    const { counts } = await schemaUse(ring, null);
    assert.deepEqual(
      counts.map(({ key, schema, problem }) => [key, schema.subject, problem]),
      [[12, null, "No schema registry is configured for this connection."]],
    );
  });

  test("add up, whatever the codec and however batches are mixed", async () => {
    const random = randomOf(5);
    const ring = new Ring({ bytes: 4 * MB, rows: 5000 });
    for (let i = 0; i < 60; i++) {
      const records = Array.from({ length: 1 + random(200) }, () => {
        const value = [null, "", "text", framed(11 + random(3)).payload][random(4)]!;
        return { value, time: random(1000) };
      });
      add(ring, { topic: `t${random(2)}`, partition: random(3) }, records, {
        codec: (["none", "gzip", "zstd"] as TestCodec[])[random(3)]!,
      });
    }
    const { messages, counts, totals } = await schemaUse(ring, source);
    assert.equal(messages, ring.nextSeq - ring.firstSeq);
    for (const { topic, part, payloads, unnamed } of totals) {
      const named = counts.filter((c) => c.topic === topic && c.part === part).reduce((sum, c) => sum + c.count, 0);
      assert.equal(named + unnamed, payloads);
    }
    for (const { first, last } of counts) assert.ok(Number(first.timestamp) <= Number(last.timestamp));
  });

  test("are counted no further once that is cancelled, and others have their turn meanwhile", async () => {
    const ring = new Ring({ bytes: 100 * MB, rows: 1_000_000 });
    const { batch, positions, times } = stored({ topic: "a", partition: 0 }, Array(5000).fill({ value: "v" }), {});
    for (let i = 0; i < 150; i++) ring.addRecords(batch, positions, times, 5000);
    const abort = new AbortController();
    setImmediate(() => abort.abort());
    await assert.rejects(schemaUse(ring, source, abort.signal), { name: "AbortError" });
  });
});

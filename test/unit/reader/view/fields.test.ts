import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Ring } from "../../../../src/reader/ring.ts";
import { sampledFields, sampleJson, sampleOf } from "../../../../src/reader/view/fields.ts";
import { createDecoder } from "../../../../src/schema/decoder.ts";
import { add, stored } from "./rings.ts";

const MB = 1 << 20;
const source = { topic: "t", partition: 0 };
const decoder = createDecoder();

describe("the sample for fields", () => {
  test("is everything when there is little, newest first", () => {
    assert.deepEqual(sampleOf(3, 6), [5, 4, 3]);
    assert.deepEqual(sampleOf(6, 6), []);
  });

  test("is the newest and some from all over, each once", () => {
    for (const [first, next] of [
      [0, 501],
      [1000, 1260],
      [7, 1_000_007],
    ] as const) {
      const seqs = sampleOf(first, next);
      assert.equal(new Set(seqs).size, seqs.length);
      assert.ok(seqs.length <= 500 && seqs.length >= Math.min(260, next - first));
      assert.ok(seqs.every((seq, i) => seq >= first && seq < next && (i === 0 || seq < seqs[i - 1]!)));
      assert.deepEqual([seqs[0], seqs.at(-1)], [next - 1, first]);
    }
  });

  test("holds the JSON texts of the values, and nothing of those that are not JSON", async () => {
    const ring = new Ring({ bytes: MB, rows: 100 });
    add(ring, source, [
      { value: '{"a":1}' },
      { value: null },
      { value: "text" },
      { value: Buffer.from([1, 2]) },
      { value: "" },
    ]);
    ring.addProblem({ source, first: 5, last: 5, why: "damaged" });
    add(ring, source, [{ value: '{"marker":1}' }], { control: true });
    add(ring, source, [{ value: "[12345678901234567890]" }], { codec: "gzip" });
    const samples = await sampleJson(ring, decoder, null);
    assert.deepEqual(
      samples.map((text) => text.replaceAll(/\s/g, "")),
      ["[12345678901234567890]", '{"a":1}'],
    );
  });

  test("is bounded: values that are too long are left out", async () => {
    const ring = new Ring({ bytes: 200 * MB, rows: 100 });
    const json = (size: number) => JSON.stringify(["x".repeat(size)]);
    add(ring, source, [{ value: json(5 * MB) }, { value: "[1]" }]);
    assert.equal((await sampleJson(ring, decoder, null)).length, 1);
    const { batch, positions, times } = stored(source, [{ value: json(3 * MB) }], {});
    for (let i = 0; i < 8; i++) ring.addRecords(batch, positions, times, 1);
    assert.equal((await sampleJson(ring, decoder, null)).length, 5);
  });

  test("gives as many fields as asked for", async () => {
    const ring = new Ring({ bytes: MB, rows: 100 });
    add(ring, source, [{ value: '{"a":1}' }]);
    const fieldsOf = (samples: string[]) => samples.concat("b", "c").map((path) => ({ path, types: [], share: 1 }));
    const fields = await sampledFields(ring, decoder, null, fieldsOf, 2);
    assert.deepEqual(
      fields.map((f) => f.path.replaceAll(/\s/g, "")),
      ['{"a":1}', "b"],
    );
  });

  test("ends when it is cancelled", async () => {
    const ring = new Ring({ bytes: MB, rows: 100 });
    add(ring, source, [{ value: '{"a":1}' }]);
    await assert.rejects(sampleJson(ring, decoder, null, AbortSignal.abort()), { name: "AbortError" });
  });
});

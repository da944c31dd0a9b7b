import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readRecord } from "../../../../src/kafka/log/records.ts";
import { Ring } from "../../../../src/reader/ring.ts";
import { keyHistory, sameKey } from "../../../../src/reader/view/keys.ts";
import { add, addInTurns, randomOf, stored, type TestCodec } from "./rings.ts";

const MB = 1 << 20;
const sources = [
  { topic: "a", partition: 0 },
  { topic: "a", partition: 1 },
  { topic: "b", partition: 0 },
];
const KEYS = [null, "", "k1", "k2", "k12", Buffer.from([0xff, 0, 0xfe]), Buffer.from([0xff, 1, 0xfe])];

/** Topic and key of each kept row, where it has one. */
function keysOf(ring: Ring): Map<number, string> {
  const keys = new Map<number, string>();
  for (let seq = ring.firstSeq; seq < ring.nextSeq; seq++) {
    const row = ring.row(seq);
    if (row?.kind !== "record" || row.batch.attributes & 0x20) continue;
    const { data, key } = readRecord(row.batch, row.position);
    if (key) keys.set(seq, `${row.batch.topic} ${data.toString("hex", key.start, key.end)}`);
  }
  return keys;
}

function randomRing(seed: number): Ring {
  const random = randomOf(seed);
  const ring = new Ring({ bytes: MB, rows: 1200 });
  const batch = () => {
    const records = Array.from({ length: 1 + random(60) }, () => ({ key: KEYS[random(KEYS.length)]!, value: "v" }));
    const codec = (["none", "gzip", "zstd"] as TestCodec[])[random(3)]!;
    return stored(sources[random(3)]!, records, { codec, control: random(10) === 0 });
  };
  for (let i = 0; i < 30; i++) {
    if (random(9) === 0) ring.addProblem({ source: sources[0]!, first: 0, last: 3, why: "damaged" });
    addInTurns(ring, random(3) === 0 ? [batch(), batch()] : [batch()]);
  }
  return ring;
}

describe("the same key", () => {
  test("is found next and previous, by its bytes and in the same topic", async () => {
    for (let seed = 1; seed <= 4; seed++) {
      const ring = randomRing(seed);
      const keys = keysOf(ring);
      for (let seq = ring.firstSeq - 2; seq < ring.nextSeq + 2; seq += 7) {
        const same = [...keys].filter(([, key]) => key === keys.get(seq)).map(([other]) => other);
        assert.equal(await sameKey(ring, seq, 1), same.find((other) => other > seq) ?? null);
        assert.equal(await sameKey(ring, seq, -1), same.findLast((other) => other < seq) ?? null);
      }
    }
  });

  test("is found far away", async () => {
    const ring = new Ring({ bytes: 10 * MB, rows: 100_000 });
    add(ring, sources[0]!, [{ key: "far" }]);
    for (let i = 0; i < 10; i++) add(ring, sources[0]!, Array(1000).fill({ key: "fat" }));
    add(ring, sources[1]!, [{ key: "far" }]);
    assert.deepEqual([await sameKey(ring, 0, 1), await sameKey(ring, 10_001, -1)], [10_001, 0]);
    assert.deepEqual([await sameKey(ring, 0, -1), await sameKey(ring, 10_001, 1)], [null, null]);
  });

  test("has a history: the newest ones, oldest first", async () => {
    const ring = randomRing(3);
    const keys = keysOf(ring);
    for (let seq = ring.firstSeq; seq < ring.nextSeq; seq += 31) {
      const key = keys.get(seq);
      const same = key === undefined ? [] : [...keys].filter(([, other]) => other === key).map(([other]) => other);
      assert.deepEqual(await keyHistory(ring, seq, 100_000), same);
      assert.deepEqual(await keyHistory(ring, seq, 5), same.slice(-5));
      assert.deepEqual(await keyHistory(ring, seq, 0), []);
    }
  });

  test("of a message without a key, or that is gone, is none", async () => {
    const ring = new Ring({ bytes: MB, rows: 3 });
    add(ring, sources[0]!, [{ key: "k" }, { key: null }, { key: null }, { key: "k" }]);
    assert.deepEqual([await sameKey(ring, 1, 1), await sameKey(ring, 0, 1)], [null, null]);
    assert.deepEqual([await keyHistory(ring, 1, 9), await keyHistory(ring, 0, 9)], [[], []]);
  });

  test("is looked for no further once that is cancelled, and others have their turn meanwhile", async () => {
    const ring = new Ring({ bytes: 100 * MB, rows: 1_000_000 });
    const batch = stored(sources[0]!, Array(5000).fill({ key: "other" }), {});
    for (let i = 0; i < 150; i++) ring.addRecords(batch.batch, batch.positions, batch.times, 5000);
    add(ring, sources[0]!, [{ key: "k" }]);
    const abort = new AbortController();
    setImmediate(() => abort.abort());
    await assert.rejects(keyHistory(ring, ring.nextSeq - 1, 9, abort.signal), { name: "AbortError" });
    await assert.rejects(sameKey(ring, ring.nextSeq - 1, -1, abort.signal), { name: "AbortError" });
  });

  test("leaves out what the ring dropped meanwhile", async () => {
    const ring = new Ring({ bytes: 100 * MB, rows: 750_000 });
    const batch = stored(sources[0]!, Array(5000).fill({ key: "other" }), {});
    const pass = (count: number) => {
      for (let i = 0; i < count; i++) ring.addRecords(batch.batch, batch.positions, batch.times, 5000);
    };
    pass(149);
    add(ring, sources[0]!, [{ key: "k" }, { key: "k" }]);
    const last = ring.nextSeq - 1;
    assert.deepEqual(await keyHistory(ring, last, 9), [last - 1, last]);
    setImmediate(() => {
      pass(149);
      add(ring, sources[0]!, Array(4999).fill({ key: "other" }));
    });
    // of the two, only the younger one is still kept when the search ends
    assert.deepEqual(await keyHistory(ring, last, 9), [last]);
  });
});

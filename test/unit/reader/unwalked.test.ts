import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { readOffset } from "../../../src/kafka/log/records.ts";
import { Ring, type RingOptions, type Unreadable } from "../../../src/reader/ring.ts";
import { encodeBatch, type ScanOptions, scanAll, type TestBatch } from "../log/batches.ts";

const MB = 1 << 20;
const GZIP = { attributes: 1, compress: (records: Buffer) => gzipSync(records) } as const;
const ZSTD = { attributes: 4, compress: (records: Buffer) => zstdCompressSync(records) } as const;

/** a batch of `count` records, ten ms apart */
const batch = (base: number, count: number, more: Partial<TestBatch> = GZIP): Buffer =>
  encodeBatch({
    baseOffset: BigInt(base),
    baseTimestamp: BigInt(1000 + base * 10),
    maxTimestamp: BigInt(1000 + (base + count - 1) * 10),
    records: Array.from({ length: count }, (_, i) => ({ value: `value ${i}`, timestampDelta: BigInt(i * 10) })),
    ...more,
  });

interface Filled {
  ring: Ring;
  problems: Unreadable[];
  /** rows that were added unwalked, and those that were walked over at once */
  unwalked: number;
  walked: number;
}

/** Scans a log into a ring, batches unwalked where the scan allows it. */
function fill(log: Buffer, lazily: boolean, limits: Partial<RingOptions> = {}, options: ScanOptions = {}): Filled {
  const problems: Unreadable[] = [];
  const filled: Filled = {
    ring: new Ring({ bytes: 64 * MB, rows: 1_000_000, damaged: (problem) => problems.push(problem), ...limits }),
    problems,
    unwalked: 0,
    walked: 0,
  };
  scanAll(
    log,
    0,
    {
      records({ batch: found, positions, times, count }) {
        filled.walked += count;
        filled.ring.addRecords(found, positions, times, count);
      },
      unreadable: (source, first, last, why) => filled.ring.addProblem({ source, first, last, why }),
      ...(lazily && {
        unwalked(found, count) {
          filled.unwalked += count;
          filled.ring.addUnwalked(found, count);
          return true;
        },
      }),
    },
    options,
  );
  return filled;
}

function rowsOf(ring: Ring): string[] {
  const rows: string[] = [];
  for (let seq = ring.firstSeq; seq < ring.nextSeq; seq++) {
    const row = ring.row(seq)!;
    const what =
      row.kind === "record" ? readOffset(row.batch, row.position) : `${row.problem.first} ${row.problem.why}`;
    rows.push(`${seq}: ${what} at ${ring.timeOf(seq)}`);
  }
  return rows;
}

const some = (codec: Partial<TestBatch> = GZIP) =>
  Buffer.concat([
    batch(0, 7, codec),
    batch(7, 100, codec),
    batch(107, 1, codec),
    batch(108, 30, {}),
    batch(138, 9, codec),
  ]);

describe("batches that are added unwalked", () => {
  test("give the rows that walking over them at once gives, in whatever order they are asked for", () => {
    for (const codec of [GZIP, ZSTD, {}]) {
      const at = fill(some(codec), false);
      const lazily = fill(some(codec), true);
      assert.deepEqual([lazily.unwalked, lazily.walked, lazily.ring.unwalked], [147, 0, 147]);
      assert.equal(lazily.ring.row(60)?.kind, "record");
      assert.equal(lazily.ring.unwalked, 47, "only the batch of the row that was asked for is walked over");
      assert.equal(lazily.ring.timeOf(107), 1000 + 1070);
      assert.deepEqual(rowsOf(lazily.ring), rowsOf(at.ring));
      assert.equal(lazily.ring.unwalked, 0);
    }
  });

  test("are walked over in the background, a little at a time", () => {
    const { ring } = fill(some(), true);
    assert.equal(ring.index(0), true, "the deadline has passed already");
    assert.equal(ring.unwalked, 147);
    assert.equal(ring.index(Number.POSITIVE_INFINITY), false);
    assert.equal(ring.unwalked, 0);
    assert.deepEqual(rowsOf(ring), rowsOf(fill(some(), false).ring));
  });

  test("are found by offset without being walked over", () => {
    const { ring } = fill(some(), true);
    assert.deepEqual([ring.find("t", 0, 0), ring.find("t", 0, 50), ring.find("t", 0, 146)], [0, 50, 146]);
    assert.equal(ring.unwalked, 147);
  });

  test("have rough times within those of their batch until then", () => {
    const { ring } = fill(some(), true);
    assert.deepEqual([ring.roughTimeOf(7), ring.roughTimeOf(57), ring.roughTimeOf(106)], [1070, 1570, 2060]);
    assert.equal(ring.unwalked, 147);
    const append = fill(batch(0, 5, { ...GZIP, attributes: 1 | 8, maxTimestamp: 9999n }), true).ring;
    assert.deepEqual([append.roughTimeOf(0), append.timeOf(0)], [9999, 9999]);
  });

  test("count rows that were dropped before anybody looked", () => {
    const { ring } = fill(some(), true, { rows: 50 });
    assert.deepEqual([ring.firstSeq, ring.nextSeq, ring.dropped, ring.unwalked], [97, 147, 97, 50]);
    assert.deepEqual(rowsOf(ring), rowsOf(fill(some(), false, { rows: 50 }).ring));
    assert.equal(ring.unwalked, 0);
    ring.clear();
    assert.deepEqual([ring.unwalked, ring.index(Number.POSITIVE_INFINITY)], [0, false]);
  });

  test("are walked over at once where not every offset is wanted or has a record", () => {
    const inside = fill(batch(0, 10), true, {}, { from: 3 });
    assert.deepEqual([inside.unwalked, inside.walked], [0, 7]);
    const before = fill(batch(0, 10), true, {}, { to: 8 });
    assert.deepEqual([before.unwalked, before.walked], [0, 8]);
    const gaps = fill(batch(0, 3, { ...GZIP, records: [0, 4, 9].map((offsetDelta) => ({ offsetDelta })) }), true);
    assert.deepEqual([gaps.unwalked, gaps.walked], [0, 3]);
    const lie = fill(batch(0, 3, { ...GZIP, count: 2_000_000_000, lastOffsetDelta: 1_999_999_999 }), true);
    assert.deepEqual([lie.unwalked, lie.walked, lie.ring.nextSeq], [0, 0, 1], "a header that claims billions");
  });

  test("are never shown without their checksum", () => {
    for (const codec of [GZIP, {}]) {
      const log = Buffer.concat([batch(0, 3, codec), batch(3, 4, codec), batch(7, 2, codec)]);
      const second = batch(0, 3, codec).length;
      const third = second + batch(3, 4, codec).length;
      // within the records of the batch in the middle
      log[third - 5]! ^= 1;
      const { ring, problems, unwalked } = fill(log, true);
      assert.equal(unwalked, 9);
      assert.equal(ring.index(Number.POSITIVE_INFINITY), false);
      assert.deepEqual(
        problems.map(({ first, last }) => [first, last]),
        [[3, 6]],
      );
      assert.match(problems[0]!.why, /^The batch at offset 3 is damaged: its checksum is /);
      const kinds = Array.from({ length: 9 }, (_, seq) => ring.row(seq)!.kind.slice(0, 1)).join("");
      assert.equal(kinds, "rrrpppprr");
      // its header: what follows does not agree, so that it is looked at now, and is one row
      log[third - 5]! ^= 1;
      log[second + 26]! ^= 1;
      const header = fill(log, true);
      assert.deepEqual([header.unwalked, header.ring.nextSeq], [5, 6]);
      const row = header.ring.row(3)!;
      assert.ok(row.kind === "problem" && row.problem.first === 3 && row.problem.last === 6);
      // the last batch, behind which there is nothing
      log[second + 26]! ^= 1;
      log[log.length - 5]! ^= 1;
      const last = fill(log, true);
      assert.deepEqual([last.unwalked, last.ring.nextSeq], [7, 8]);
    }
  });

  test("say of each row that it cannot be read when the batch is not what its header claims", () => {
    const cases: [string, Partial<TestBatch>, number, RegExp][] = [
      ["fewer records", { ...GZIP, count: 5, lastOffsetDelta: 4 }, 3, /damaged after 3 of its 5 records/],
      [
        "no gzip",
        { attributes: 1, compress: () => Buffer.alloc(40, 1) },
        0,
        /cannot be read: its gzip data is damaged/,
      ],
      ["too large", GZIP, 0, /decompresses to more than 0 MB/],
    ];
    for (const [what, more, good, why] of cases) {
      const limits = what === "too large" ? { batchBytes: 20 } : {};
      const log = Buffer.concat([batch(10, 3, more), batch(20, 2, {})]);
      const { ring, problems } = fill(log, true, limits);
      const bad = ring.nextSeq - 2 - good;
      const kinds = Array.from({ length: ring.nextSeq }, (_, seq) => ring.row(seq)!.kind);
      assert.deepEqual(kinds, [...Array(good).fill("record"), ...Array(bad).fill("problem"), "record", "record"], what);
      assert.equal(problems.length, 1, "told once");
      assert.deepEqual([problems[0]!.first, problems[0]!.last], [10 + good, 10 + good + bad - 1]);
      assert.match(problems[0]!.why, why);
      const last = ring.row(good + bad - 1)!;
      assert.ok(last.kind === "problem" && last.problem.first === problems[0]!.last && why.test(last.problem.why));
      assert.equal(ring.timeOf(good + bad - 1), -1);
      assert.equal(ring.find("t", 0, problems[0]!.last), good + bad - 1);
    }
  });
});

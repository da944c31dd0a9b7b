import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readRecord } from "../../../src/kafka/log/records.ts";
import type { FetchLimits } from "../../../src/reader/fetchLoop.ts";
import { firstRows, type Piece, readTail } from "../../../src/reader/tail.ts";
import { encodeBatch, sourceOf } from "../log/batches.ts";
import { FakeLog } from "./fakeLog.ts";

const LIMITS: FetchLimits & { bytes: number } = {
  answer: 1 << 20,
  partition: 1 << 18,
  batch: 1 << 20,
  patience: 5000,
  deletedAfter: 100,
  bytes: 1 << 24,
};
const query = { topics: new Map([["t", null]]), isolation: "read_uncommitted" as const, control: false };

/** one record a batch, at the given [offset, time] */
const at = (...records: [offset: number, time: number][]) =>
  records.map(([offset, time]) =>
    encodeBatch({ baseOffset: BigInt(offset), baseTimestamp: BigInt(time), records: [{ value: `${offset}@${time}` }] }),
  );

async function tail(fake: FakeLog, count: number, limits = LIMITS) {
  const known = [...fake.partitions].map(([partition, p]) => ({
    source: sourceOf(partition),
    leader: p.leader,
    logStart: p.logStart,
    end: p.end,
    atTime: null,
    afterTime: null,
    startOffset: null,
    problem: null,
  }));
  return (await readTail(fake, query, known, count, limits, new AbortController().signal)).pieces;
}

const shown = (pieces: Piece[]) =>
  pieces.flatMap(({ batch, positions }) =>
    Array.from(positions, (position) => `${batch.partition}:${readRecord(batch, position).offset}`),
  );

describe("the last N", () => {
  test("are the newest of all partitions together, by time", async () => {
    const fake = new FakeLog()
      .add(0, at([0, 10], [1, 20], [2, 90]))
      .add(1, at([0, 30], [1, 40], [2, 50], [3, 60]))
      .add(2, []);
    assert.deepEqual(shown(await tail(fake, 3)), ["1:2", "1:3", "0:2"]);
    assert.deepEqual(shown(await tail(fake, 100)), ["0:0", "0:1", "1:0", "1:1", "1:2", "1:3", "0:2"]);
  });

  test("are exactly N also where offsets are missing", async () => {
    const fake = new FakeLog().add(0, at([0, 1], [1, 2], [2, 3], [900, 4], [5000, 5]), { end: 9000 });
    assert.deepEqual(shown(await tail(fake, 4)), ["0:1", "0:2", "0:900", "0:5000"]);
  });

  test("keep the order of the log within a partition, whatever its timestamps", async () => {
    const fake = new FakeLog().add(0, at([0, 50], [1, 10], [2, 60], [3, 5])).add(1, at([0, 40]));
    assert.deepEqual(shown(await tail(fake, 10)), ["1:0", "0:0", "0:1", "0:2", "0:3"]);
  });

  test("with equal times are those at the end of the log", async () => {
    const fake = new FakeLog().add(0, at(...Array.from({ length: 50 }, (_, i): [number, number] => [i, 7])));
    assert.deepEqual(shown(await tail(fake, 3)), ["0:47", "0:48", "0:49"]);
  });

  test("stay within the memory that there is", async () => {
    const fake = new FakeLog();
    for (let p = 0; p < 20; p++) {
      fake.add(
        p,
        Array.from({ length: 20 }, (_, i) =>
          encodeBatch({
            baseOffset: BigInt(i),
            baseTimestamp: BigInt(i * 100 + p),
            records: [{ value: Buffer.alloc(1000) }],
          }),
        ),
      );
    }
    const pieces = await tail(fake, 400, { ...LIMITS, bytes: 50_000 });
    const rows = shown(pieces);
    assert.ok(rows.length >= 40 && rows.length < 50);
    assert.equal(rows.at(-1), "19:19");
  });

  test("can be cut to a count", async () => {
    const fake = new FakeLog().add(0, [
      encodeBatch({ records: Array.from({ length: 10 }, (_, i) => ({ value: "x".repeat(i) })) }),
    ]);
    const pieces = firstRows(await tail(fake, 10), 4);
    assert.deepEqual([shown(pieces).length, pieces[0]!.bytes], [4, 6]);
  });
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { giveBack, takeAnswer } from "../../../src/kafka/answerMemory.ts";
import { StoredBatch } from "../../../src/kafka/log/batch.ts";
import { readOffset, readRecord } from "../../../src/kafka/log/records.ts";
import { Ring } from "../../../src/reader/ring.ts";
import { encodeBatch, scanAll, sourceOf } from "../log/batches.ts";

const MB = 1 << 20;

/** Adds `count` records from `base` on as one batch of a partition. */
function add(ring: Ring, partition: number, base: number, count: number, size = 10): void {
  const log = encodeBatch({
    baseOffset: BigInt(base),
    records: Array.from({ length: count }, () => ({ value: "x".repeat(size) })),
  });
  scanAll(log, partition, {
    records: ({ batch, positions, times, count: n }) => ring.addRecords(batch, positions, times, n),
    unreadable: () => assert.fail(),
  });
}

const kept = (ring: Ring) => {
  const rows: string[] = [];
  for (let seq = ring.firstSeq; seq < ring.nextSeq; seq++) {
    const row = ring.row(seq)!;
    assert.equal(row.seq, seq);
    rows.push(row.kind === "record" ? `${row.batch.partition}:${readOffset(row.batch, row.position)}` : "problem");
  }
  return rows;
};

describe("the ring", () => {
  test("keeps rows in order of arrival and finds them", () => {
    const ring = new Ring({ bytes: MB, rows: 100 });
    add(ring, 0, 5, 3);
    add(ring, 1, 0, 2);
    ring.addProblem({ source: sourceOf(1), first: 2, last: 8, why: "damaged" });
    add(ring, 1, 9, 1);
    assert.deepEqual(kept(ring), ["0:5", "0:6", "0:7", "1:0", "1:1", "problem", "1:9"]);
    assert.deepEqual(
      [ring.find("t", 0, 7), ring.find("t", 1, 1), ring.find("t", 1, 4), ring.find("t", 1, 9)],
      [2, 4, 5, 6],
    );
    assert.deepEqual([ring.find("t", 0, 8), ring.find("t", 2, 0), ring.row(7), ring.row(-1)], [null, null, null, null]);
  });

  test("drops exactly the oldest rows beyond its limit, and counts them", () => {
    const ring = new Ring({ bytes: 100 * MB, rows: 1000 });
    for (let i = 0; i < 30; i++) add(ring, i % 3, i * 70, 70);
    assert.deepEqual([ring.firstSeq, ring.nextSeq, ring.dropped], [1100, 2100, 1100]);
    assert.equal(kept(ring)[0], `0:${1100}`);
    assert.equal(ring.find("t", 0, 1099), null);
    assert.equal(ring.find("t", 0, 1100), 1100);
  });

  test("takes other limits while it is in use", () => {
    const ring = new Ring({ bytes: 100 * MB, rows: 1000 });
    for (let i = 0; i < 10; i++) add(ring, 0, i * 100, 100);
    ring.limit({ bytes: 100 * MB, rows: 250 });
    assert.deepEqual([ring.firstSeq, ring.nextSeq, ring.dropped], [750, 1000, 750]);
    ring.limit({ bytes: 100 * MB, rows: 1000 });
    add(ring, 0, 1000, 100);
    assert.deepEqual([ring.firstSeq, ring.nextSeq, ring.dropped], [750, 1100, 750]);
    ring.limit({ bytes: 1, rows: 1000 });
    assert.deepEqual([ring.firstSeq, ring.nextSeq], [1000, 1100], "the newest batch stays");
  });

  test("a problem row that goes is not counted as a dropped message", () => {
    const ring = new Ring({ bytes: MB, rows: 2 });
    ring.addProblem({ source: sourceOf(0), first: 0, last: 0, why: "damaged" });
    add(ring, 0, 1, 3);
    assert.deepEqual([ring.firstSeq, ring.dropped], [2, 1]);
  });

  test("stays within its bytes however many batches pass, and always keeps the newest", () => {
    const ring = new Ring({ bytes: MB, rows: 1_000_000 });
    for (let i = 0; i < 500; i++) {
      add(ring, 0, i * 10, 10, 1000);
      assert.ok(ring.bytes <= MB);
    }
    assert.equal(ring.nextSeq, 5000);
    assert.equal(ring.dropped, ring.firstSeq);
    assert.ok(ring.nextSeq - ring.firstSeq > 900);
    add(ring, 0, 5000, 3, 600_000);
    assert.deepEqual(kept(ring), ["0:5000", "0:5001", "0:5002"]);
  });

  test("counts the memory of two answers that take turns once each", () => {
    const ring = new Ring({ bytes: 100 * MB, rows: 1_000_000 });
    const batch = (base: number) => encodeBatch({ baseOffset: BigInt(base), records: [{ value: "x".repeat(1000) }] });
    const answers = [0, 1].map(() => Buffer.concat(Array.from({ length: 50 }, (_, i) => batch(i))));
    const size = batch(0).length;
    for (let i = 0; i < 50; i++) {
      for (const [partition, answer] of answers.entries()) {
        ring.addRecords(
          new StoredBatch(sourceOf(partition), answer, i * size, (i + 1) * size),
          Uint32Array.of(i * size + 61),
          Float64Array.of(i),
          1,
        );
      }
    }
    assert.equal(ring.nextSeq, 100);
    assert.ok(ring.bytes < 2 * answers[0]!.length + 100 * 200, `${ring.bytes} bytes`);
  });

  test("interleaved rows of several batches are freed only when all of a batch are gone", () => {
    const ring = new Ring({ bytes: 100 * MB, rows: 4 });
    const logs = [0, 1].map((partition) => {
      const data = encodeBatch({ records: Array.from({ length: 4 }, () => ({ value: "v" })) });
      let positions = new Uint32Array();
      let stored: Parameters<Ring["addBatch"]>[0] | undefined;
      scanAll(data, partition, {
        records: ({ batch, positions: at, count: n }) => {
          stored = batch;
          positions = at.slice(0, n);
        },
        unreadable: () => assert.fail(),
      });
      return { id: ring.addBatch(stored!), positions };
    });
    for (let i = 0; i < 4; i++) {
      for (const { id, positions } of logs) {
        ring.addRows(id, positions.subarray(i, i + 1), Float64Array.of(i), 1);
        ring.trim();
      }
    }
    assert.deepEqual(kept(ring), ["0:2", "1:2", "0:3", "1:3"]);
    assert.equal(ring.find("t", 1, 2), 5);
  });

  test("cleared it starts numbering and counting again", () => {
    const ring = new Ring({ bytes: MB, rows: 5 });
    add(ring, 0, 0, 9);
    ring.clear();
    assert.deepEqual([ring.firstSeq, ring.nextSeq, ring.dropped, ring.bytes], [0, 0, 0, 0]);
    add(ring, 0, 9, 2);
    assert.deepEqual(kept(ring), ["0:9", "0:10"]);
  });

  describe("the memory of an answer", () => {
    const answer = (base: number): Buffer => {
      const log = encodeBatch({ baseOffset: BigInt(base), records: [{ value: "x".repeat(MB) }, { value: "y" }] });
      const own = takeAnswer(log.length);
      log.copy(own);
      return own;
    };
    const addAnswer = (ring: Ring, log: Buffer) =>
      scanAll(log, 0, {
        records: ({ batch, positions, times, count: n }) => ring.addRecords(batch, positions, times, n),
        unreadable: () => assert.fail(),
      });
    /** other answers get it */
    const isFree = (log: Buffer) => {
      const others = Array.from({ length: 4 }, () => takeAnswer(log.length));
      for (const other of others) giveBack(other);
      return others.some(({ buffer }) => buffer === log.buffer);
    };

    test("is given back once none of its rows is kept, and it has been gone through", () => {
      const ring = new Ring({ bytes: 100 * MB, rows: 2 });
      const [first, second, third] = [answer(0), answer(2), answer(4)];
      addAnswer(ring, first);
      ring.release(first);
      assert.ok(!isFree(first));
      addAnswer(ring, second);
      assert.ok(isFree(first));
      // of the second more may come
      addAnswer(ring, third);
      assert.ok(!isFree(second));
      ring.release(second);
      assert.ok(isFree(second));
      assert.deepEqual(kept(ring), ["0:4", "0:5"]);
    });

    test("is left to those that were shown a row of it", () => {
      const ring = new Ring({ bytes: 100 * MB, rows: 2 });
      const first = answer(0);
      addAnswer(ring, first);
      ring.release(first);
      const row = ring.row(1)!;
      addAnswer(ring, answer(2));
      assert.ok(row.kind === "record" && readOffset(row.batch, row.position) === 1);
      ring.clear();
      assert.ok(!isFree(first));
    });

    test("is not needed for a look at a row that is small", () => {
      const ring = new Ring({ bytes: 100 * MB, rows: 2 });
      const first = answer(0);
      addAnswer(ring, first);
      ring.release(first);
      const small = ring.ownRow(1)!;
      addAnswer(ring, answer(2));
      assert.ok(isFree(first));
      assert.ok(small.kind === "record");
      const { offset, data, value } = readRecord(small.batch, small.position);
      assert.deepEqual([offset, data.toString("utf8", value!.start, value!.end)], [1n, "y"]);
      const last = answer(4);
      addAnswer(ring, last);
      ring.release(last);
      const large = ring.ownRow(4)!;
      ring.clear();
      assert.ok(large.kind === "record" && readRecord(large.batch, large.position).value);
    });

    test("is given back when everything is let go, and when nothing was kept of it", () => {
      const ring = new Ring({ bytes: 100 * MB, rows: 100 });
      const [first, second, third] = [answer(0), answer(2), answer(4)];
      addAnswer(ring, first);
      ring.release(first);
      addAnswer(ring, second);
      ring.clear();
      assert.deepEqual([isFree(first), isFree(second)], [true, false]);
      ring.release(second);
      ring.release(third);
      assert.deepEqual([isFree(second), isFree(third)], [true, true]);
    });
  });
});

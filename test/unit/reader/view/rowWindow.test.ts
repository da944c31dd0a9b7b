import assert from "node:assert/strict";
import { test } from "node:test";
import { Ring } from "../../../../src/reader/ring.ts";
import { RowWindow, WINDOW } from "../../../../src/reader/view/rowWindow.ts";
import { add, addInTurns, stored } from "./rings.ts";

const source = { topic: "t", partition: 0 };

test("a window of rows brings the rows of each batch together, in order of arrival", () => {
  const ring = new Ring({ bytes: 1 << 20, rows: 10_000 });
  const [a, b] = [3, 2].map((count) => stored(source, Array(count).fill({ value: "v" }), {}));
  add(ring, source, [{ value: "first" }]);
  addInTurns(ring, [a!, b!]);
  ring.addProblem({ source, first: 0, last: 0, why: "damaged" });
  const window = new RowWindow();
  window.fill(ring, 0, ring.nextSeq);
  assert.deepEqual(window.batches.slice(1), [a!.batch, b!.batch]);
  const rowsOf = (batch: number) =>
    [...window.members.subarray(window.starts[batch], window.starts[batch + 1])].map((i) => window.seqs[i]);
  assert.deepEqual([rowsOf(0), rowsOf(1), rowsOf(2)], [[0], [1, 3, 5], [2, 4]]);
  const positions = [1, 3, 5].map((seq) => window.positions[seq]);
  assert.deepEqual(positions, [...a!.positions]);
});

test("a window of rows takes no more than fit in", () => {
  const ring = new Ring({ bytes: 1 << 24, rows: 100_000 });
  add(ring, source, Array(WINDOW + 5).fill({ value: "v" }));
  const window = new RowWindow();
  window.fill(ring, 0, ring.nextSeq);
  assert.deepEqual([window.count, window.full, window.starts[1]], [WINDOW, true, WINDOW]);
});

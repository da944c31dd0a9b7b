import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isBounded, type Known, ranges } from "../../../src/reader/plan.ts";
import type { ReadFrom, ReadTo } from "../../../src/shared/messages.ts";
import { sourceOf } from "../log/batches.ts";

const known = (change: Partial<Known> = {}): Known => ({
  source: sourceOf(0),
  leader: 1,
  logStart: 10,
  end: 100,
  atTime: null,
  afterTime: null,
  startOffset: null,
  problem: null,
  ...change,
});

function range(from: ReadFrom, to: ReadTo, change: Partial<Known> = {}) {
  const [reader] = ranges([known(change)], from, to);
  return reader!;
}
const span = (from: ReadFrom, to: ReadTo, change: Partial<Known> = {}) => {
  const { position, to: end } = range(from, to, change);
  return [position, end];
};
const live: ReadTo = { kind: "live" };
const end: ReadTo = { kind: "end" };
const forever = Number.POSITIVE_INFINITY;
const future = String(Date.now() + 3_600_000);

describe("the plan of a reading", () => {
  test("starts where it was asked to", () => {
    assert.deepEqual(span({ kind: "beginning" }, live), [10, forever]);
    assert.deepEqual(span({ kind: "latest" }, live), [100, forever]);
    assert.deepEqual(span({ kind: "offset", offset: "42" }, live), [42, forever]);
    assert.deepEqual(span({ kind: "time", timestamp: "5" }, live, { atTime: 60 }), [60, forever]);
    assert.deepEqual(span({ kind: "time", timestamp: "5" }, live, { atTime: -1 }), [100, forever]);
    assert.deepEqual(span({ kind: "offsets", offsets: [] }, live, { startOffset: 55 }), [55, forever]);
    assert.deepEqual(span({ kind: "group", group: "g" }, live, { startOffset: 77 }), [77, forever]);
  });

  test("reads a partition for which a group has nothing committed from its beginning", () => {
    assert.deepEqual(span({ kind: "group", group: "g" }, live), [10, forever]);
  });

  test("ends where it was asked to, the last offset and the last millisecond included", () => {
    assert.deepEqual(span({ kind: "beginning" }, end), [10, 100]);
    assert.deepEqual(span({ kind: "beginning" }, { kind: "offset", offset: "50" }), [10, 51]);
    assert.deepEqual(span({ kind: "beginning" }, { kind: "time", timestamp: "9" }, { afterTime: 70 }), [10, 70]);
    assert.deepEqual(span({ kind: "beginning" }, { kind: "time", timestamp: "9" }, { afterTime: -1 }), [10, 100]);
  });

  test("waits for an end that is still to come", () => {
    assert.deepEqual(span({ kind: "beginning" }, { kind: "time", timestamp: future }, { afterTime: -1 }), [
      10,
      forever,
    ]);
    assert.equal(isBounded({ kind: "time", timestamp: future }, Date.now()), false);
    assert.equal(isBounded({ kind: "time", timestamp: "9" }, Date.now()), true);
  });

  test("says what is gone of what was asked for", () => {
    assert.match(range({ kind: "offset", offset: "3" }, live).note!, /Up to 7 messages were deleted/);
    assert.match(range({ kind: "group", group: "g" }, live, { startOffset: 9 }).note!, /Up to 1 message was deleted/);
  });

  test("says where a group has committed nothing, unless there is nothing to read either", () => {
    const from: ReadFrom = { kind: "group", group: "g" };
    assert.equal(
      range(from, live).said,
      "Group g has committed no offset here: reading starts where the log does, at offset 10.",
    );
    assert.equal(range(from, live, { startOffset: 50 }).said, null);
    assert.equal(range(from, live, { end: 10 }).said, null);
  });

  test("says of an offset beyond the end that it waits for it, until the log has got there", () => {
    const reader = range({ kind: "offset", offset: "5000" }, live);
    assert.equal(
      reader.said,
      "The log ends at offset 100, before offset 5,000 where reading was to start: reading waits for it.",
    );
    reader.position = 101;
    assert.match(reader.said!, /ends at offset 101, /);
    reader.position = 5000;
    assert.equal(reader.said, null);
    assert.match(range({ kind: "offset", offset: "5000" }, end).said!, /nothing of it was read\.$/);
    assert.equal(range({ kind: "offset", offset: "100" }, live).said, null);
    assert.equal(range({ kind: "latest" }, live).said, null);
  });

  test("goes without a partition that cannot be asked when it is bounded, and asks again when it is live", () => {
    assert.equal(range({ kind: "beginning" }, end, { problem: "offline" }).failed, true);
    assert.equal(range({ kind: "beginning" }, live, { problem: "offline" }).unplanned, true);
  });
});

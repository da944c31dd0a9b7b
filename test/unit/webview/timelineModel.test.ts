import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Timeline } from "../../../src/shared/messages.ts";
import { barsPath, bucketAt, bucketOf, placeOf, spanOf } from "../../../webview/ui/timelineModel.ts";

/** ten buckets of 100 ms from 1000 on */
const line: Timeline = {
  run: 1,
  earliest: "1020",
  latest: "1990",
  from: "1000",
  step: 100,
  kept: new Array<number>(10).fill(4),
  shown: new Array<number>(10).fill(1),
};

describe("The time line's model", () => {
  it("spans the milliseconds of the buckets at both ends, in whichever order they were chosen", () => {
    assert.deepEqual(spanOf(line, 2, 4), { from: "1200", to: "1499" });
    assert.deepEqual(spanOf(line, 4, 2), { from: "1200", to: "1499" });
  });

  it("finds a span again where it was chosen", () => {
    assert.deepEqual(placeOf(line, spanOf(line, 2, 4)), { from: 0.2, to: 0.5 });
  });

  it("reaches to the ends where a span has no bound, and is nowhere where it lies outside", () => {
    assert.deepEqual(placeOf(line, { from: null, to: "1499" }), { from: 0, to: 0.5 });
    assert.deepEqual(placeOf(line, { from: "1200", to: null }), { from: 0.2, to: 1 });
    assert.equal(placeOf(line, { from: "1", to: "999" }), null);
    assert.equal(placeOf(line, { from: "2000", to: null }), null);
  });

  it("takes the nearest bucket for what lies outside", () => {
    assert.deepEqual([bucketOf(line, 0), bucketOf(line, 1250), bucketOf(line, 9999)], [0, 2, 9]);
    assert.deepEqual([bucketAt(line, -1), bucketAt(line, 0.55), bucketAt(line, 1)], [0, 5, 9]);
  });

  it("draws no bar for nothing, and at least a unit for one among very many", () => {
    assert.equal(barsPath([0, 1, 1_000_000], 1_000_000, 30), "M1 30v-1.00h0.82v1.00zM2 30v-30.00h0.82v30.00z");
  });

  it("draws the few bars of a wide line narrow, in the middle of what each stands for", () => {
    assert.equal(barsPath([1, 1], 1, 30, 0.1), "M0.45 30v-30.00h0.1v30.00zM1.45 30v-30.00h0.1v30.00z");
  });
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Ring } from "../../../../src/reader/ring.ts";
import { stepFor, TimelineCounter } from "../../../../src/reader/view/timeline.ts";
import { View } from "../../../../src/reader/view/view.ts";
import { wholeView } from "../../../../src/shared/messages.ts";
import { add, randomOf } from "./rings.ts";

const MB = 1 << 20;
const DAY = 86_400_000;
const NOW = 1_700_000_000_000;
const source = { topic: "t", partition: 0 };

function ringOf(times: number[], rows = 100_000): Ring {
  const ring = new Ring({ bytes: 100 * MB, rows });
  // a batch each: times that are far apart do not fit into one as doubles
  for (const [base, time] of times.entries()) add(ring, source, [{ time, key: base % 3 === 0 ? "k" : null }], { base });
  return ring;
}

const timelineOf = (times: number[], buckets = 100, spec = {}) => {
  const ring = ringOf(times);
  const view = new View(ring, { ...wholeView, ...spec });
  view.advance(Number.POSITIVE_INFINITY);
  return new TimelineCounter(ring).timeline(view, buckets);
};

const sum = (counts: number[]): number => counts.reduce((a, b) => a + b, 0);

describe("the time line", () => {
  test("counts kept and shown messages in buckets whose borders are round", () => {
    const random = randomOf(5);
    const times = Array.from({ length: 2000 }, () => NOW + random(3_600_000));
    const low = Math.min(...times) + 1000;
    const { from, step, kept, shown, earliest, latest } = timelineOf(times, 100, {
      time: { from: String(low), to: null },
    });
    assert.deepEqual([earliest, latest], [String(Math.min(...times)), String(Math.max(...times))]);
    assert.equal(step, 60_000);
    assert.equal(Number(from) % step, 0);
    assert.ok(kept.length <= 100 && kept[0]! > 0 && kept.at(-1)! > 0);
    for (const [i, count] of kept.entries()) {
      const start: number = Number(from) + i * step;
      const inside: number[] = times.filter((t) => t >= start && t < start + step);
      assert.deepEqual([count, shown[i]], [inside.length, inside.filter((t) => t >= low).length]);
    }
    assert.equal(sum(kept), times.length);
    assert.ok(sum(shown) < times.length);
  });

  test("is empty when nothing has a time", () => {
    const empty = { earliest: "-1", latest: "-1", from: "0", step: 1, kept: [], shown: [] };
    assert.deepEqual([timelineOf([]), timelineOf([-1, -1])], [empty, empty]);
  });

  test("does not count messages without a time", () => {
    const { kept, from, earliest } = timelineOf([-1, NOW, -1, -1]);
    assert.deepEqual([kept, from, earliest], [[1], String(NOW), String(NOW)]);
  });

  test("is a single bucket when all times are equal", () => {
    for (const time of [0, NOW, -5000, 2 ** 60]) {
      const { kept, step, from } = timelineOf([time, time, time]);
      assert.deepEqual([kept, step, from], [[3], 1, String(BigInt(time))]);
    }
  });

  test("leaves a few absurd times out of the buckets, and names them", () => {
    const times = Array.from({ length: 3000 }, (_, i) => NOW + i * 1000);
    times[1000] = 9_007_199_254_740_991;
    times[2000] = -62_000_000_000_000;
    const { from, step, kept, earliest, latest } = timelineOf(times);
    assert.deepEqual([earliest, latest], ["-62000000000000", "9007199254740991"]);
    assert.equal(step, 60_000);
    assert.equal(sum(kept), 2998);
    assert.ok(Number(from) <= NOW && Number(from) > NOW - step);
  });

  test("covers all times where they are merely spread unevenly", () => {
    const times = Array.from({ length: 1000 }, (_, i) => NOW + i);
    times[0] = NOW - 6 * DAY;
    const { kept } = timelineOf(times);
    assert.equal(sum(kept), 1000);
  });

  test("says times beyond 2^53 exactly", () => {
    const ring = new Ring({ bytes: MB, rows: 10 });
    add(ring, source, [{ time: 2 ** 62 }]);
    const { earliest, kept } = new TimelineCounter(ring).timeline(new View(ring, wholeView), 10);
    assert.deepEqual([earliest, kept], [(2n ** 62n).toString(), [1]]);
  });

  test("stays within its buckets whatever the times", () => {
    const random = randomOf(9);
    for (let i = 0; i < 200; i++) {
      const scale = 2 ** random(62);
      const times = Array.from({ length: 1 + random(40) }, () => Math.floor((random(2001) / 1000 - 1) * scale));
      const timed = times.filter((t) => t !== -1).length;
      const buckets = 2 + random(60);
      const { kept, shown, step } = timelineOf(times, buckets);
      assert.ok(kept.length <= buckets && step >= 1, `${kept.length} of ${buckets}`);
      assert.deepEqual(shown, kept);
      assert.ok(sum(kept) <= timed && sum(kept) >= timed - 2);
    }
  });

  test("is counted again only when rows or the view have changed", () => {
    const ring = ringOf([NOW, NOW + 1]);
    const view = new View(ring, wholeView);
    const counter = new TimelineCounter(ring);
    const first = counter.timeline(view, 10);
    assert.equal(counter.timeline(view, 10), first);
    add(ring, source, [{ time: NOW }], { base: 2 });
    assert.deepEqual(counter.timeline(view, 10).kept, [2, 1]);
    const narrowed = new View(ring, { ...wholeView, key: "aw==" });
    narrowed.advance(Number.POSITIVE_INFINITY);
    assert.deepEqual(counter.timeline(narrowed, 10).shown, [1, 0]);
    const other = new View(ring, { ...wholeView, time: { from: String(NOW + 1), to: null } });
    other.advance(Number.POSITIVE_INFINITY);
    assert.deepEqual(counter.timeline(other, 10).shown, [0, 1]);
  });

  test("has steps that a person would choose", () => {
    const steps = [5, 50, 900, 7000, 400_000, 5 * 3_600_000, 20 * 3_600_000, 40 * DAY, 1e6 * DAY].map((span) =>
      stepFor(NOW, NOW + 10 * span, 12),
    );
    assert.deepEqual(steps, [5, 50, 1000, 10_000, 600_000, 6 * 3_600_000, DAY, 50 * DAY, 1e6 * DAY]);
  });
});

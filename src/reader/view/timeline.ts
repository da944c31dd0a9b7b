import { readRecord } from "../../kafka/log/records.ts";
import type { Timeline } from "../../shared/messages.ts";
import type { Ring } from "../ring.ts";
import type { View } from "./view.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** below a day, ms: each divides a day, so that borders are where a person expects them; above, 1, 2 and 5 × 10^n days */
const STEPS: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 20, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 20, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
];

const FEWEST_BUCKETS = 2;
const MOST_BUCKETS = 2000;
const SAMPLE = 8192;
/** with fewer messages than this none is left out */
const MANY = 20;
/** how far a time is from the bulk to be left out, in widths of the bulk, or days where that is more */
const FAR = 8;

/** Times from `low` to `high`, ms, both included. */
interface Range {
  low: number;
  high: number;
}

/**
 * Counts the kept and the shown messages over time; those of batches that were not walked over yet, evenly between the first and last time of
 * their batch. Passes over all kept times, ten to twenty ms for a million, and remembers the last result: nothing is counted again while neither
 * rows nor view have changed.
 */
export class TimelineCounter {
  readonly #ring: Ring;
  #view: View | null = null;
  #state = "";
  #result: Omit<Timeline, "run"> | null = null;

  constructor(ring: Ring) {
    this.#ring = ring;
  }

  /**
   * At most `buckets` buckets (2 to 2000) of the shortest round length that covers all times; borders are multiples of it since the epoch,
   * days in UTC.
   *
   * Left out of the buckets, though not of `earliest` and `latest`, are messages without a time and those whose time is absurd: further
   * from the middle 99.8 % of all messages than eight times their span, and eight days. Otherwise one message from the year 292 million
   * would leave a single bar of all others.
   */
  timeline(view: View, buckets: number): Omit<Timeline, "run"> {
    const ring = this.#ring;
    const { revision, first, next } = view.status();
    const state = [ring.firstSeq, ring.nextSeq, ring.unwalked, revision, first, next, buckets].join();
    if (!this.#result || view !== this.#view || state !== this.#state) {
      this.#result = countTimes(ring, view, Math.min(Math.max(Math.floor(buckets), FEWEST_BUCKETS), MOST_BUCKETS));
      this.#view = view;
      this.#state = state;
    }
    return this.#result;
  }
}

function countTimes(ring: Ring, view: View, most: number): Omit<Timeline, "run"> {
  const all = extent(ring);
  if (!all) return { earliest: "-1", latest: "-1", from: "0", step: 1, kept: [], shown: [] };
  const range = withoutAbsurd(ring, all);
  const step = stepFor(range.low, range.high, most);
  const kept = new Buckets(range, step);
  countKept(ring, kept);
  let shown = kept;
  // where nothing is hidden both are the same; rows in the order of a sort lie all over memory
  if (view.count < ring.nextSeq - ring.firstSeq) {
    const buckets = (shown = new Buckets(range, step));
    view.eachSeq((seq) => buckets.add(ring.roughTimeOf(seq)));
  }
  return {
    earliest: exactTime(ring, all.earliest),
    latest: exactTime(ring, all.latest),
    from: BigInt(kept.base * step).toString(),
    step,
    kept: [...kept.counts],
    shown: [...shown.counts],
  };
}

class Buckets {
  /** the first bucket's number, counted from the epoch */
  readonly base: number;
  readonly counts: Uint32Array;
  readonly #range: Range;
  readonly #step: number;

  constructor(range: Range, step: number) {
    this.base = Math.floor(range.low / step);
    this.counts = new Uint32Array(Math.floor(range.high / step) - this.base + 1);
    this.#range = range;
    this.#step = step;
  }

  add(time: number): void {
    if (!(time >= this.#range.low && time <= this.#range.high) || time === -1) return;
    this.counts[Math.floor(time / this.#step) - this.base]!++;
  }
}

function countKept(ring: Ring, buckets: Buckets): void {
  const { nextSeq } = ring;
  for (let seq = ring.firstSeq; seq < nextSeq; seq++) buckets.add(ring.roughTimeOf(seq));
}

/** The first and last time and a row of each; null when no row has a time. */
function extent(ring: Ring): (Range & { earliest: number; latest: number }) | null {
  const { nextSeq } = ring;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let earliest = -1;
  let latest = -1;
  for (let seq = ring.firstSeq; seq < nextSeq; seq++) {
    const time = ring.roughTimeOf(seq);
    if (time === -1) continue;
    if (time < low) {
      low = time;
      earliest = seq;
    }
    if (time > high) {
      high = time;
      latest = seq;
    }
  }
  return earliest < 0 ? null : { low, high, earliest, latest };
}

/** The range without what is far from the bulk of a sample. */
function withoutAbsurd(ring: Ring, all: Range): Range {
  const { firstSeq, nextSeq } = ring;
  if (all.high - all.low <= FAR * DAY) return all;
  const stride = Math.max(1, Math.floor((nextSeq - firstSeq) / SAMPLE));
  const sample: number[] = [];
  for (let seq = firstSeq; seq < nextSeq; seq += stride) {
    const time = ring.roughTimeOf(seq);
    if (time !== -1) sample.push(time);
  }
  if (sample.length < MANY) return all;
  const sorted = Float64Array.from(sample).sort();
  const cut = Math.max(1, Math.floor(sorted.length / 1000));
  const from = sorted[cut]!;
  const to = sorted[sorted.length - 1 - cut]!;
  const far = FAR * Math.max(to - from, DAY);
  if (all.low >= from - far && all.high <= to + far) return all;
  let low = from;
  let high = to;
  for (let seq = firstSeq; seq < nextSeq; seq++) {
    const time = ring.roughTimeOf(seq);
    if (time === -1 || time < from - far || time > to + far) continue;
    if (time < low) low = time;
    if (time > high) high = time;
  }
  return { low, high };
}

/** The shortest round step, ms, with which no more than so many buckets are needed. */
export function stepFor(low: number, high: number, buckets: number): number {
  const fits = (step: number): boolean => Math.floor(high / step) - Math.floor(low / step) < buckets;
  for (const step of STEPS) if (fits(step)) return step;
  for (let unit = DAY; ; unit *= 10) {
    for (const n of [1, 2, 5]) if (fits(n * unit)) return n * unit;
  }
}

/** As the record has it: what the ring knows is rounded beyond 2^53. */
function exactTime(ring: Ring, seq: number): string {
  const time = ring.timeOf(seq);
  const row = Number.isSafeInteger(time) ? null : ring.row(seq);
  return row?.kind === "record" ? readRecord(row.batch, row.position).timestamp.toString() : String(time);
}

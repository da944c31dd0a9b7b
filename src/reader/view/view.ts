import type { Source } from "../../kafka/log/batch.ts";
import type { ViewSpec, ViewStatus } from "../../shared/messages.ts";
import type { Ring } from "../ring.ts";
import { Lane } from "./lane.ts";
import { Pass, type ShownRow } from "./pass.ts";
import type { RowFilter } from "./rowFilter.ts";

/** rows that wait at most before they are sorted in, where few are there already */
const MOST_WAITING = 65_536;
/** sorts in what was found so far, ms */
const SHOW_EVERY = 100;

const NO_PROBLEMS = { count: 0, example: null };

/**
 * The kept rows as a ViewSpec shows them: which ones, and in what order. See Pass for what hides a row and by what it is sorted; equal keys
 * are in order of arrival, and descending is the exact reverse.
 *
 * Rows have places [first, next). In order of arrival with nothing hidden a place is a `seq` and nothing is stored. Otherwise `advance` has
 * to be called when rows have arrived, until it says that nothing is left; rows that the ring drops are gone from the view by themselves.
 * Sorting in takes some ms for a million rows however few have arrived: some ten times a second is often enough.
 *
 * `revision` changes as ViewStatus says. Descending, rows arrive at the start, and every one of them changes it.
 *
 * A view belongs to one run: when its ring is cleared it is to be closed and another made.
 */
export class View {
  readonly #ring: Ring;
  readonly #filter: RowFilter | null;
  readonly #by: ViewSpec["sort"]["by"];
  readonly #descending: boolean;
  /** null: all rows in order of arrival */
  readonly #pass: Pass | null;
  /** one after the other, ascending: one for all rows or, sorted by offset, one for each partition */
  #lanes: Lane[] = [];
  #sources: Source[] = [];
  readonly #laneOf = new Map<Source, Lane>();
  /** how many rows are in the lanes before each; null when that has changed */
  #before: number[] | null = null;
  readonly #show: ShownRow;
  #count = 0;
  #first = 0;
  #revision: number;
  /** what the ring had when it was last looked at */
  #ringFirst: number;
  #ringNext: number;
  #waiting: Promise<boolean> | null = null;
  #settledAt = 0;
  #closed = false;

  /** `filter`: that of the spec, made ready for use. `revision`: the first one; another than the last of the view before, where that matters. */
  constructor(ring: Ring, spec: ViewSpec, filter: RowFilter | null = null, revision = 0) {
    this.#ring = ring;
    this.#filter = filter;
    this.#by = spec.sort.by;
    this.#descending = spec.sort.descending;
    this.#revision = revision;
    this.#ringFirst = ring.firstSeq;
    this.#ringNext = ring.nextSeq;
    const bounded = spec.time !== null && (spec.time.from !== null || spec.time.to !== null);
    const whole = spec.sort.by === "arrival" && filter === null && spec.key === null && !bounded;
    this.#pass = whole ? null : new Pass(ring, spec, filter);
    if (this.#by !== "offset") this.#lanes.push(new Lane(this.#by !== "arrival"));
    const only = this.#lanes[0];
    this.#show = only ? (seq, key) => only.add(seq, key) : (seq, key, source) => this.#laneFor(source!).add(seq, key);
  }

  /** rows that are shown */
  get count(): number {
    this.#follow();
    return this.#pass ? this.#count : this.#ringNext - this.#ringFirst;
  }

  get revision(): number {
    this.#follow();
    return this.#revision;
  }

  /** the place of the first row */
  get first(): number {
    this.#follow();
    return this.#pass || this.#descending ? this.#first : this.#ringFirst;
  }

  /** Part of the kept rows that was looked at, 0…1; null when all were. */
  get progress(): number | null {
    if (!this.#pass?.left) return null;
    const { firstSeq, nextSeq } = this.#ring;
    if (nextSeq === firstSeq) return null;
    return Math.min(1, Math.max(0, (this.#pass.through - firstSeq) / (nextSeq - firstSeq)));
  }

  /** memory that the view takes beside the ring, about */
  get bytes(): number {
    return this.#lanes.reduce((sum, lane) => sum + lane.bytes, 0);
  }

  status(): ViewStatus {
    const { first, count, revision, progress } = this;
    const { count: problems, example } = this.#filter?.problems ?? NO_PROBLEMS;
    return { revision, first, next: first + count, progress, problems: { count: problems, example } };
  }

  /**
   * Looks at kept rows that were not looked at yet, until performance.now() has passed `deadline` (by a few ms where many rows are sorted
   * in). True: more is left. A promise only while a schema is fetched; until it settles, further calls give the same one. Rejects when the
   * filter throws; the rows that it was about are not shown then.
   */
  advance(deadline: number): boolean | Promise<boolean> {
    const pass = this.#pass;
    if (!pass || this.#closed) return false;
    if (this.#waiting) return this.#waiting;
    this.#follow();
    while (pass.left) {
      const waiting = pass.step(this.#show);
      if (waiting) {
        this.#settleWhenDue();
        this.#waiting = waiting
          .then(() => !this.#closed)
          .finally(() => {
            this.#waiting = null;
          });
        return this.#waiting;
      }
      if (performance.now() >= deadline) break;
      if (this.#unsettled() >= Math.max(MOST_WAITING, this.#count / 4)) this.#settle();
    }
    if (pass.left) this.#settleWhenDue();
    else this.#settle();
    return pass.left;
  }

  /** The row at a place, or null where there is none. */
  seqAt(place: number): number | null {
    this.#follow();
    const count = this.count;
    const index = place - this.first;
    if (!(index >= 0 && index < count)) return null;
    const ascending = this.#descending ? count - 1 - index : index;
    return this.#pass ? this.#seqOf(ascending) : this.#ringFirst + ascending;
  }

  /** The place of a row; null when it is not shown. */
  placeOf(seq: number): number | null {
    this.#follow();
    if (!(seq >= this.#ringFirst && seq < this.#ringNext)) return null;
    if (!this.#pass) return this.#placeOfIndex(seq - this.#ringFirst);
    for (let i = 0, before = 0; i < this.#lanes.length; before += this.#lanes[i++]!.count) {
      const at = this.#lanes[i]!.indexOf(seq);
      if (at >= 0) return this.#placeOfIndex(before + at);
    }
    return null;
  }

  /** The place of the first row, in the view's order, that is not older (descending: not younger) than a time, ms; null when none is. */
  placeOfTime(time: number): number | null {
    this.#follow();
    const { count } = this;
    if (this.#by === "time") {
      const rank = this.#lanes[0]!.rank(time, this.#descending);
      if (this.#descending) return rank === 0 ? null : this.#placeOfIndex(rank - 1);
      return rank === count ? null : this.#placeOfIndex(rank);
    }
    const { first } = this;
    for (let place = first; place < first + count; place++) {
      const found = this.#ring.timeOf(this.seqAt(place)!);
      if (found !== -1 && (this.#descending ? found <= time : found >= time)) return place;
    }
    return null;
  }

  /** Gives all rows that are shown, in some order. */
  eachSeq(visit: (seq: number) => void): void {
    this.#follow();
    if (!this.#pass) {
      for (let seq = this.#ringFirst; seq < this.#ringNext; seq++) visit(seq);
      return;
    }
    for (const lane of this.#lanes) {
      for (let i = 0; i < lane.count; i++) visit(this.#whole(lane.at(i)));
    }
  }

  /** It is not used any more: what waits for a schema ends there. */
  close(): void {
    this.#closed = true;
  }

  /** Takes notice of rows that the ring let go and, where nothing has to be looked at, of those that came. */
  #follow(): void {
    const { firstSeq, nextSeq } = this.#ring;
    if (firstSeq === this.#ringFirst && nextSeq === this.#ringNext) return;
    const dropped = firstSeq !== this.#ringFirst;
    this.#ringFirst = firstSeq;
    this.#ringNext = nextSeq;
    if (!this.#pass) {
      if (this.#descending) this.#revision++;
    } else if (dropped) this.#evict(firstSeq);
  }

  #evict(firstSeq: number): void {
    let start = 0;
    let among = 0;
    let atStart = true;
    for (const lane of this.#lanes) {
      const { fromStart, fromAmong } = lane.evict(firstSeq);
      if (atStart) start += fromStart;
      else among += fromStart;
      among += fromAmong;
      if (lane.count > 0) atStart = false;
    }
    if (start + among === 0) return;
    this.#count -= start + among;
    this.#before = null;
    if (!this.#descending) this.#first += start;
    if (this.#descending || among > 0) this.#revision++;
  }

  #unsettled(): number {
    let rows = 0;
    for (const lane of this.#lanes) rows += lane.waiting;
    return rows;
  }

  #settleWhenDue(): void {
    if (performance.now() - this.#settledAt >= SHOW_EVERY) this.#settle();
    else this.#noteGrowth();
  }

  #settle(): void {
    for (const lane of this.#lanes) lane.settle();
    this.#settledAt = performance.now();
    this.#noteGrowth();
  }

  /** Counts again, and finds out whether places have changed. */
  #noteGrowth(): void {
    let count = 0;
    let after = false;
    let changed = false;
    for (let i = this.#lanes.length - 1; i >= 0; i--) {
      const lane = this.#lanes[i]!;
      if (lane.grew && (after || lane.shifted || this.#descending)) changed = true;
      if (lane.count > 0) after = true;
      count += lane.count;
      lane.noted();
    }
    this.#before = null;
    // the first rows of all change nothing that was there
    if (changed && this.#count > 0) this.#revision++;
    this.#count = count;
  }

  #laneFor(source: Source): Lane {
    let lane = this.#laneOf.get(source);
    if (lane) return lane;
    let at = 0;
    while (at < this.#sources.length && compareSources(this.#sources[at]!, source) < 0) at++;
    const there = this.#sources[at];
    if (there && compareSources(there, source) === 0) lane = this.#lanes[at]!;
    else {
      lane = new Lane(true);
      this.#sources.splice(at, 0, source);
      this.#lanes.splice(at, 0, lane);
    }
    this.#laneOf.set(source, lane);
    return lane;
  }

  /** The row that is at an index, ascending. */
  #seqOf(index: number): number {
    if (this.#lanes.length === 1) return this.#whole(this.#lanes[0]!.at(index));
    if (!this.#before) {
      let sum = 0;
      this.#before = this.#lanes.map((lane) => (sum += lane.count) - lane.count);
    }
    // the last lane that starts at or before it; empty ones start where the next one does
    let low = 0;
    let high = this.#lanes.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.#before[middle]! <= index) low = middle;
      else high = middle;
    }
    return this.#whole(this.#lanes[low]!.at(index - this.#before[low]!));
  }

  /** A kept row, from the lower 32 bits of its seq. */
  #whole(low: number): number {
    return this.#ringFirst + ((low - this.#ringFirst) >>> 0);
  }

  #placeOfIndex(ascending: number): number {
    const { count } = this;
    return this.first + (this.#descending ? count - 1 - ascending : ascending);
  }
}

const compareSources = (a: Source, b: Source): number =>
  a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.partition - b.partition;

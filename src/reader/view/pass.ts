import { baseOffsetOf, isControl, type Source } from "../../kafka/log/batch.ts";
import { unpack } from "../../kafka/log/unpack.ts";
import type { ViewSpec } from "../../shared/messages.ts";
import type { Ring } from "../ring.ts";
import { hasKey, parts, readParts, recordEnd } from "./parts.ts";
import type { RowFilter } from "./rowFilter.ts";
import { RowWindow } from "./rowWindow.ts";

/** records that a filter gets at once: it may be slow, and nobody waits long for a slice to end */
const PORTION = 512;

/** Takes the rows that are shown, in order of arrival. */
export type ShownRow = (seq: number, key: number, source: Source | null) => void;

/**
 * The pass over the kept rows that finds out which are shown, and by what key they are sorted. Goes through the ring once, in order of
 * arrival, in steps, and follows it as rows are added.
 *
 * - Time bounds and the key are looked at first, then the filter. Records without a time lie within no bounds.
 * - Rows that could not be read, and transaction markers, are shown unless there is a filter or a key: neither can be said of them.
 *   Time bounds do not hide rows that could not be read: what is missing may lie within.
 * - The sort key: ms since the epoch; the offset (the first one, of a row that could not be read); the size of key and value. A row without
 *   a time or size has that of the row that arrived before it, and so stays by its side.
 */
export class Pass {
  /** the next row to look at; those before it were looked at, but for those in the window */
  next: number;
  readonly #ring: Ring;
  readonly #filter: RowFilter | null;
  readonly #by: ViewSpec["sort"]["by"];
  readonly #from: number;
  readonly #to: number;
  readonly #bounded: boolean;
  readonly #key: Buffer | null;
  /** a record has to be looked at, not only its time */
  readonly #reads: boolean;
  /** what is read of records besides the key that is asked for */
  readonly #sorts: boolean;
  readonly #window = new RowWindow();
  /** by index in the window */
  readonly #shown: Uint8Array;
  readonly #keys: Float64Array;
  readonly #sources: (Source | null)[] = [];
  /** how far into the window: a batch, and an index of its rows in `members` */
  #batch = 0;
  #member = 0;
  readonly #portion = new Uint32Array(PORTION);
  readonly #portionRows = new Uint32Array(PORTION);
  readonly #matches = new Uint32Array(PORTION);
  #lastTime = Number.NEGATIVE_INFINITY;
  #lastSize = Number.NEGATIVE_INFINITY;

  constructor(ring: Ring, spec: ViewSpec, filter: RowFilter | null) {
    this.#ring = ring;
    this.#filter = filter;
    this.#by = spec.sort.by;
    this.#from = spec.time?.from == null ? Number.NEGATIVE_INFINITY : Number(spec.time.from);
    this.#to = spec.time?.to == null ? Number.POSITIVE_INFINITY : Number(spec.time.to);
    this.#bounded = spec.time?.from != null || spec.time?.to != null;
    this.#key = spec.key === null ? null : Buffer.from(spec.key, "base64");
    this.#sorts = this.#by === "offset" || this.#by === "size";
    this.#reads = filter !== null || this.#key !== null || this.#sorts;
    this.#shown = new Uint8Array(this.#window.seqs.length);
    this.#keys = new Float64Array(this.#window.seqs.length);
    this.next = ring.firstSeq;
  }

  /** The first row that is not yet through. */
  get through(): number {
    return this.#window.count > 0 ? this.#window.seqs[0]! : this.next;
  }

  get left(): boolean {
    return this.#window.count > 0 || this.next < this.#ring.nextSeq;
  }

  /** Goes on by a little; a promise when a schema is waited for, before the next step. `show` gets rows when a window of them is through. */
  step(show: ShownRow): Promise<void> | undefined {
    const window = this.#window;
    if (window.count === 0) {
      this.#fill();
    } else if (this.#batch < window.batches.length) {
      const waiting = this.#advance();
      if (waiting) return waiting;
    }
    if (this.#batch === window.batches.length) this.#emit(show);
    return undefined;
  }

  /** Rows for one window, those that their time hides left out. */
  #fill(): void {
    const ring = this.#ring;
    const window = this.#window;
    const end = ring.nextSeq;
    const hidesOthers = this.#filter !== null || this.#key !== null;
    const byTime = this.#by === "time";
    const byOffset = this.#by === "offset";
    const reads = this.#reads;
    const bounded = this.#bounded;
    let seq = Math.max(this.next, ring.firstSeq);
    // a bound on the rows too, not only on those that are taken; a lower one where batches may have to be walked over
    const stop = Math.min(end, seq + (ring.unwalked > 0 ? 1 : 16) * window.seqs.length);
    window.clear();
    for (; seq < stop && !window.full; seq++) {
      const time = ring.timeOf(seq);
      if (time !== -1) this.#lastTime = time;
      const inside = !bounded || (time !== -1 && time >= this.#from && time <= this.#to);
      if (!inside && time !== -1) continue;
      const at = window.count;
      if (byTime) this.#keys[at] = this.#lastTime;
      if (inside && !reads) {
        this.#shown[at] = 1;
        window.addOther(seq);
        continue;
      }
      const row = ring.row(seq)!;
      if (row.kind === "record") {
        if (!inside || (hidesOthers && isControl(row.batch.attributes))) continue;
        this.#shown[at] = 1;
        if (byOffset) this.#sources[at] = row.batch.source;
        window.addRecord(seq, row.batch, row.position);
      } else if (!hidesOthers) {
        this.#shown[at] = 1;
        if (byOffset) this.#sources[at] = row.problem.source;
        if (this.#sorts) this.#keys[at] = byOffset ? row.problem.first : Number.NaN;
        window.addOther(seq);
      }
    }
    this.next = seq;
    window.group();
    this.#batch = 0;
    this.#member = 0;
  }

  /** Looks at a portion of the rows of one batch. */
  #advance(): Promise<void> | undefined {
    const window = this.#window;
    const batch = window.batches[this.#batch]!;
    const stop = window.starts[this.#batch + 1]!;
    const from = this.#member;
    const to = Math.min(stop, from + PORTION);
    this.#member = to;
    if (to === stop) this.#batch++;

    const { data, end } = unpack(batch);
    const key = this.#key;
    const bySize = this.#by === "size";
    const base = this.#by === "offset" ? baseOffsetOf(batch.header, batch.headerAt) : 0;
    let count = 0;
    for (let m = from; m < to; m++) {
      const at = window.members[m]!;
      const position = window.positions[at]!;
      if (key !== null || this.#sorts) {
        readParts(data, position, end);
        if (key !== null && !hasKey(data, key)) {
          this.#shown[at] = 0;
          continue;
        }
        if (this.#sorts) {
          this.#keys[at] = bySize
            ? Math.max(0, parts.keySize) + Math.max(0, parts.valueSize)
            : base + parts.offsetDelta;
        }
      }
      this.#portion[count] = position;
      this.#portionRows[count++] = at;
    }
    if (this.#filter === null || count === 0) return undefined;
    // not the end of the batch: a filter that searches the bytes would come upon the rows of later portions again and again
    const dataEnd = recordEnd(data, this.#portion[count - 1]!, end);
    let matched = 0;
    try {
      const found = this.#filter.select(batch.source, data, dataEnd, batch, this.#portion, count, this.#matches);
      if (typeof found !== "number") return this.#wait(found, count);
      matched = found;
    } finally {
      this.#hideOthers(count, matched);
    }
    return undefined;
  }

  async #wait(found: Promise<number>, count: number): Promise<void> {
    const matched = await found;
    for (let i = 0; i < count; i++) this.#shown[this.#portionRows[i]!] = 1;
    this.#hideOthers(count, matched);
  }

  /** Of a portion, the rows that do not match. */
  #hideOthers(count: number, matched: number): void {
    let next = 0;
    for (let i = 0; i < count; i++) {
      if (next < matched && this.#matches[next] === this.#portion[i]) next++;
      else this.#shown[this.#portionRows[i]!] = 0;
    }
  }

  #emit(show: ShownRow): void {
    const window = this.#window;
    const { firstSeq } = this.#ring;
    for (let i = 0; i < window.count; i++) {
      if (this.#shown[i] === 0) continue;
      let key = this.#keys[i]!;
      if (this.#by === "size") {
        if (Number.isNaN(key)) key = this.#lastSize;
        else this.#lastSize = key;
      }
      // it may have gone while the window was looked at
      if (window.seqs[i]! >= firstSeq) show(window.seqs[i]!, key, this.#sources[i] ?? null);
    }
    // lets go of the batches
    window.clear();
    this.#sources.length = 0;
    this.#batch = 0;
  }
}

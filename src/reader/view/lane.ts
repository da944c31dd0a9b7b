import { sortByKey } from "./radix.ts";

const FIRST_CAPACITY = 256;
/** room for rows that wait that is kept for the next ones */
const KEPT_WAITING = 1024;

/** What an eviction took out of a lane: rows at its start, and rows from among the others. */
export interface Evicted {
  fromStart: number;
  fromAmong: number;
}

/**
 * Some rows of a view in ascending order of a key, equal keys in order of arrival. Rows are added in order of arrival: those that belong at
 * the end go there at once, the others wait until `settle` sorts them in.
 *
 * A row takes four bytes, and eight for its key where there is one, and up to a fifth more in reserve. Of a `seq` only the lower 32 bits
 * are kept: what is kept at one time is never that far apart.
 */
export class Lane {
  /** since `noted` was last called: rows were added, rows were sorted in before others */
  grew = false;
  shifted = false;
  readonly #keyed: boolean;
  /** rows are [#start, #end) of these */
  #seqs = new Uint32Array(0);
  #keys = new Float64Array(0);
  #start = 0;
  #end = 0;
  /** rows are in order of arrival too */
  #inArrival = true;
  /** added, and not yet sorted in */
  #waiting = 0;
  #waitingSeqs = new Uint32Array(0);
  #waitingKeys = new Float64Array(0);

  /** Not `keyed`: in order of arrival. */
  constructor(keyed: boolean) {
    this.#keyed = keyed;
  }

  /** rows that are sorted in */
  get count(): number {
    return this.#end - this.#start;
  }

  /** rows that wait for `settle` */
  get waiting(): number {
    return this.#waiting;
  }

  /** bytes that the rows take, with what is in reserve */
  get bytes(): number {
    return (this.#seqs.length + this.#waitingSeqs.length) * 4 + (this.#keys.length + this.#waitingKeys.length) * 8;
  }

  /** The lower 32 bits of the seq of row `i` of `count`. */
  at(i: number): number {
    return this.#seqs[this.#start + i]!;
  }

  /** A row that arrived after all that were added before. */
  add(seq: number, key: number): void {
    if (this.#waiting === 0 && (!this.#keyed || this.#end === this.#start || key >= this.#keys[this.#end - 1]!)) {
      if (this.#end === this.#seqs.length) this.#reserve(1);
      this.#seqs[this.#end] = seq;
      if (this.#keyed) this.#keys[this.#end] = key;
      this.#end++;
      this.grew = true;
      return;
    }
    if (this.#waiting === this.#waitingSeqs.length) {
      const capacity = Math.max(FIRST_CAPACITY, 2 * this.#waiting);
      this.#waitingSeqs = resized(this.#waitingSeqs, new Uint32Array(capacity), 0, this.#waiting);
      this.#waitingKeys = resized(this.#waitingKeys, new Float64Array(capacity), 0, this.#waiting);
    }
    this.#waitingSeqs[this.#waiting] = seq;
    this.#waitingKeys[this.#waiting++] = key;
  }

  /** Sorts in what waits. */
  settle(): void {
    const added = this.#waiting;
    if (added === 0) return;
    sortByKey(this.#waitingKeys, this.#waitingSeqs, added);
    this.#reserve(added);
    const seqs = this.#seqs;
    const keys = this.#keys;
    // from the end, in place: where rows arrive nearly in order only the last ones move
    let old = this.#end - 1;
    let to = this.#end + added - 1;
    for (let next = added - 1; next >= 0; to--) {
      if (old >= this.#start && keys[old]! > this.#waitingKeys[next]!) {
        seqs[to] = seqs[old]!;
        keys[to] = keys[old--]!;
      } else {
        seqs[to] = this.#waitingSeqs[next]!;
        keys[to] = this.#waitingKeys[next--]!;
      }
    }
    if (old < this.#end - 1) this.shifted = true;
    this.#inArrival = false;
    this.grew = true;
    this.#end += added;
    this.#waiting = 0;
    if (this.#waitingSeqs.length > KEPT_WAITING) {
      this.#waitingSeqs = new Uint32Array(0);
      this.#waitingKeys = new Float64Array(0);
    }
  }

  /** Takes out the rows that came before `firstSeq`. */
  evict(firstSeq: number): Evicted {
    const start = this.#start;
    const seqs = this.#seqs;
    while (this.#start < this.#end && isBefore(seqs[this.#start]!, firstSeq)) this.#start++;
    const fromStart = this.#start - start;
    let to = this.#start;
    if (!this.#inArrival) {
      for (let i = this.#start; i < this.#end; i++) {
        if (isBefore(seqs[i]!, firstSeq)) continue;
        if (to !== i) {
          seqs[to] = seqs[i]!;
          this.#keys[to] = this.#keys[i]!;
        }
        to++;
      }
    } else to = this.#end;
    const fromAmong = this.#end - to;
    this.#end = to;
    this.#evictWaiting(firstSeq);
    if (this.#start === this.#end) {
      this.#start = this.#end = 0;
      this.#inArrival = true;
    }
    return { fromStart, fromAmong };
  }

  /** The number of rows whose key is less than `key` (with `equal`: or equal to it). Only of a keyed lane. */
  rank(key: number, equal: boolean): number {
    let low = this.#start;
    let high = this.#end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const found = this.#keys[middle]!;
      if (found < key || (equal && found === key)) low = middle + 1;
      else high = middle;
    }
    return low - this.#start;
  }

  /** Where a row is, or -1. A plain search, a fraction of a millisecond for a million rows: no index from rows to places has to be kept up to date. */
  indexOf(seq: number): number {
    if (!this.#inArrival) return this.#seqs.subarray(this.#start, this.#end).indexOf(seq >>> 0);
    let low = this.#start;
    let high = this.#end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(this.#seqs[middle]!, seq)) low = middle + 1;
      else high = middle;
    }
    return low < this.#end && this.#seqs[low] === seq >>> 0 ? low - this.#start : -1;
  }

  /** Forgets that rows were added or sorted in. */
  noted(): void {
    this.grew = this.shifted = false;
  }

  #evictWaiting(firstSeq: number): void {
    let to = 0;
    for (let i = 0; i < this.#waiting; i++) {
      if (isBefore(this.#waitingSeqs[i]!, firstSeq)) continue;
      this.#waitingSeqs[to] = this.#waitingSeqs[i]!;
      this.#waitingKeys[to++] = this.#waitingKeys[i]!;
    }
    this.#waiting = to;
  }

  /** Makes room for so many more rows at the end. */
  #reserve(more: number): void {
    if (this.#end + more <= this.#seqs.length) return;
    const count = this.count;
    // moves up what is there as long as a fair part of the room is free
    const fits = count + more <= this.#seqs.length - (this.#seqs.length >>> 3);
    const capacity = fits ? this.#seqs.length : Math.ceil((count + more) * 1.2) + FIRST_CAPACITY;
    this.#seqs = resized(this.#seqs, fits ? this.#seqs : new Uint32Array(capacity), this.#start, this.#end);
    if (this.#keyed) {
      this.#keys = resized(this.#keys, fits ? this.#keys : new Float64Array(capacity), this.#start, this.#end);
    }
    this.#start = 0;
    this.#end = count;
  }
}

/** Whether a seq, of which the lower 32 bits are given, is one before `firstSeq`. */
const isBefore = (low: number, firstSeq: number): boolean => ((low - firstSeq) | 0) < 0;

/** Elements [start, end) of `from` at the start of `to`, which may be the same array. */
function resized<T extends Uint32Array | Float64Array>(from: T, to: T, start: number, end: number): T {
  to.set(from.subarray(start, end));
  return to;
}

import type { StoredBatch } from "../../kafka/log/batch.ts";
import type { Ring } from "../ring.ts";

/** rows of one window: several of each batch where a thousand partitions take turns */
export const WINDOW = 16_384;

const NO_BATCH = 0xffffffff;

/**
 * Some rows that are looked at together, those of one batch one after the other, so that each batch is unpacked once for all of its rows:
 * after `last N` the rows of many batches take turns.
 */
export class RowWindow {
  /** rows in order of arrival: their seqs */
  readonly seqs = new Float64Array(WINDOW);
  /** where each record starts in its batch's unpacked data */
  readonly positions = new Uint32Array(WINDOW);
  count = 0;
  readonly batches: StoredBatch[] = [];
  /** members[starts[b] … starts[b + 1]) are the rows of batches[b]: indexes of `seqs`, ascending */
  readonly starts = new Uint32Array(WINDOW + 1);
  readonly members = new Uint32Array(WINDOW);
  readonly #batchOf = new Uint32Array(WINDOW);
  readonly #numbers = new Map<StoredBatch, number>();
  #lastBatch: StoredBatch | null = null;
  #lastNumber = 0;

  get full(): boolean {
    return this.count === WINDOW;
  }

  clear(): void {
    this.count = 0;
    this.batches.length = 0;
    this.#numbers.clear();
    this.#lastBatch = null;
  }

  addRecord(seq: number, batch: StoredBatch, position: number): void {
    if (batch !== this.#lastBatch) {
      let number = this.#numbers.get(batch);
      if (number === undefined) {
        number = this.batches.push(batch) - 1;
        this.#numbers.set(batch, number);
      }
      this.#lastBatch = batch;
      this.#lastNumber = number;
    }
    this.positions[this.count] = position;
    this.#batchOf[this.count] = this.#lastNumber;
    this.seqs[this.count++] = seq;
  }

  /** A row of which no batch has to be looked at. */
  addOther(seq: number): void {
    this.#batchOf[this.count] = NO_BATCH;
    this.seqs[this.count++] = seq;
  }

  /** To be called when all rows are in, before `starts` and `members` are used. */
  group(): void {
    const batches = this.batches.length;
    const { starts, members } = this;
    starts.fill(0, 0, batches + 1);
    for (let i = 0; i < this.count; i++) {
      const batch = this.#batchOf[i]!;
      if (batch !== NO_BATCH) starts[batch]!++;
    }
    let sum = 0;
    for (let b = 0; b <= batches; b++) {
      sum += starts[b]!;
      starts[b] = sum;
    }
    // from the end, so that each start ends up where its rows begin
    for (let i = this.count - 1; i >= 0; i--) {
      const batch = this.#batchOf[i]!;
      if (batch !== NO_BATCH) members[--starts[batch]!] = i;
    }
  }

  /** The records (not problem rows) among the kept rows [from, to), at most as many as fit in. */
  fill(ring: Ring, from: number, to: number): void {
    this.clear();
    for (let seq = from; seq < to && !this.full; seq++) {
      const row = ring.row(seq);
      if (row?.kind === "record") this.addRecord(seq, row.batch, row.position);
    }
    this.group();
  }
}

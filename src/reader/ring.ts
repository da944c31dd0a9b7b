import {
  baseOffsetOf,
  baseTimestampOf,
  excerpt,
  isAppendTime,
  lastOffsetDeltaOf,
  maxTimestampOf,
  recordEnd,
  type Source,
  type StoredBatch,
} from "../kafka/log/batch.ts";
import { readOffset } from "../kafka/log/records.ts";
import { indexBatch } from "../kafka/log/scan.ts";
import { forgetUnpacked, unpack } from "../kafka/log/unpack.ts";
import { type Block, Blocks } from "./blocks.ts";

/** Offsets [first, last] of a partition that could not be read, and why. */
export interface Unreadable {
  source: Source;
  first: number;
  last: number;
  why: string;
}

/** What a row number leads to. */
export type StoredRow =
  | { kind: "record"; seq: number; batch: StoredBatch; position: number }
  | { kind: "problem"; seq: number; problem: Unreadable };

interface Entry {
  readonly content: StoredBatch | Unreadable;
  readonly block: Block | null;
  /** rows that are kept; those of one batch are neighbours, except after `last N`, where partitions are merged by time */
  rows: number;
  firstSeq: number;
  lastSeq: number;
  /** why some of its rows cannot be read */
  damage: string | null;
}

/** positions of rows whose batch was not walked over yet, and of those that then could not be read: no batch is that large */
const UNWALKED = 0xffffffff;
const DAMAGED = 0xfffffffe;

/** what a row may take to be copied for a look at it */
const OWN_BYTES = 64 * 1024;

/** about what an entry costs beside its block: two objects */
const ENTRY_BYTES = 160;
/** three typed arrays */
const ROW_BYTES = 16;
const FIRST_CAPACITY = 4096;

export interface RingOptions {
  bytes: number;
  rows: number;
  /** bytes that one batch may decompress to */
  batchBytes?: number;
  /** rows turned out to be unreadable when their batch was walked over */
  damaged?(problem: Unreadable): void;
}

const BATCH_BYTES = 128 * 1024 * 1024;

/**
 * The rows that are kept, oldest first, bounded in number and in bytes: what is beyond either limit goes from the old end and is counted.
 *
 * A row is two 32-bit numbers (which batch, where in it) and its time: everything else is read from the bytes when it is shown. Rows are numbered
 * by `seq`, in order of arrival from 0 on; the kept ones are [firstSeq, nextSeq).
 *
 * A batch may be added unwalked: how many rows it has is known, what they are is found out when one of them is asked for, or by `index`.
 */
export class Ring {
  #maxBytes: number;
  #maxRows: number;
  readonly #batchBytes: number;
  readonly #damaged: (problem: Unreadable) => void;
  #firstSeq = 0;
  #nextSeq = 0;
  #bytes = 0;
  #dropped = 0;
  /** rings of one capacity, a power of two: the row `seq` is at (head + seq - firstSeq) & (capacity - 1) */
  #entryOf = new Uint32Array(FIRST_CAPACITY);
  #positionOf = new Uint32Array(FIRST_CAPACITY);
  #timeOf = new Float64Array(FIRST_CAPACITY);
  #head = 0;
  /** entries by id - firstEntry; freed ones in the middle are null until those before them are gone */
  #entries: (Entry | null)[] = [];
  #entriesHead = 0;
  #firstEntry = 0;
  readonly #blocks = new Blocks();

  #unwalked = 0;
  /** entries before this id have been walked over */
  #walkedTo = 0;

  constructor({ bytes, rows, batchBytes = BATCH_BYTES, damaged = () => {} }: RingOptions) {
    this.#maxBytes = bytes;
    this.#maxRows = rows;
    this.#batchBytes = batchBytes;
    this.#damaged = damaged;
  }

  get firstSeq(): number {
    return this.#firstSeq;
  }
  get nextSeq(): number {
    return this.#nextSeq;
  }
  /** records (not problem rows) that were let go */
  get dropped(): number {
    return this.#dropped;
  }
  /** rows whose batches were not walked over yet */
  get unwalked(): number {
    return this.#unwalked;
  }
  /** memory held by what is kept, about */
  get bytes(): number {
    return this.#bytes;
  }

  /** Rows of one batch, in order, with the time of each (ms since the epoch, -1 for none). */
  addRecords(batch: StoredBatch, positions: Uint32Array, times: Float64Array, count: number): void {
    this.addRows(this.addBatch(batch), positions, times, count);
    this.trim();
  }

  /** Makes a batch known before rows of it are added; gives its id. */
  addBatch(batch: StoredBatch): number {
    return this.#addEntry(batch, this.#blocks.of(batch));
  }

  /** Rows at some positions of a batch; `trim` is to be called when the last are in. */
  addRows(id: number, positions: Uint32Array, times: Float64Array, count: number): void {
    const entry = this.#entries[id - this.#firstEntry + this.#entriesHead]!;
    const block = entry.block!;
    this.#reserve(count);
    const mask = this.#entryOf.length - 1;
    let slot = this.#head + (this.#nextSeq - this.#firstSeq);
    for (let i = 0; i < count; i++, slot++) {
      this.#entryOf[slot & mask] = id;
      this.#positionOf[slot & mask] = positions[i]!;
      this.#timeOf[slot & mask] = times[i]!;
    }
    if (block.rows === 0) this.#bytes += block.bytes;
    block.rows += count;
    if (entry.rows === 0) entry.firstSeq = this.#nextSeq;
    entry.rows += count;
    this.#nextSeq += count;
    entry.lastSeq = this.#nextSeq - 1;
    this.#bytes += count * ROW_BYTES;
  }

  /** All `count` rows of a batch that was not walked over: one at each of its offsets. */
  addUnwalked(batch: StoredBatch, count: number): void {
    const id = this.addBatch(batch);
    const entry = this.#entries[id - this.#firstEntry + this.#entriesHead]!;
    const block = entry.block!;
    this.#reserve(count);
    const mask = this.#entryOf.length - 1;
    const { header, headerAt } = batch;
    const last = maxTimestampOf(header, headerAt);
    const first = isAppendTime(batch.attributes) ? last : baseTimestampOf(header, headerAt);
    const step = (last - first) / Math.max(1, count - 1);
    const slot = this.#head + (this.#nextSeq - this.#firstSeq);
    for (let i = 0; i < count; i++) {
      this.#entryOf[(slot + i) & mask] = id;
      this.#positionOf[(slot + i) & mask] = UNWALKED;
      this.#timeOf[(slot + i) & mask] = first + step * i;
    }
    if (block.rows === 0) this.#bytes += block.bytes;
    block.rows += count;
    entry.rows = count;
    this.#nextSeq += count;
    entry.lastSeq = this.#nextSeq - 1;
    this.#bytes += count * ROW_BYTES;
    this.#unwalked += count;
    this.trim();
  }

  /** Walks over batches that were not yet, oldest first, until performance.now() has passed `deadline`. True: more is left. */
  index(deadline: number): boolean {
    for (let id = Math.max(this.#walkedTo, this.#firstEntry); this.#unwalked > 0; id++) {
      const entry = this.#entries[id - this.#firstEntry + this.#entriesHead];
      if (entry === undefined) break;
      this.#walkedTo = id;
      if (entry === null || !this.#isUnwalked(entry)) continue;
      if (performance.now() > deadline) return true;
      this.#walk(entry, false);
    }
    return false;
  }

  #isUnwalked(entry: Entry): boolean {
    // the last one is the last to be dropped
    const slot = (this.#head + (entry.lastSeq - this.#firstSeq)) & (this.#positionOf.length - 1);
    return entry.rows > 0 && !("why" in entry.content) && this.#positionOf[slot] === UNWALKED;
  }

  #walk(entry: Entry, keep: boolean): void {
    const { content } = entry;
    if ("why" in content) return;
    const { positions, times, count, damage } = indexBatch(content, keep, this.#batchBytes);
    entry.damage = damage;
    const mask = this.#positionOf.length - 1;
    const from = Math.max(entry.firstSeq, this.#firstSeq);
    for (let seq = from; seq <= entry.lastSeq; seq++) {
      const slot = (this.#head + (seq - this.#firstSeq)) & mask;
      const i = seq - entry.firstSeq;
      this.#positionOf[slot] = i < count ? positions[i]! : DAMAGED;
      this.#timeOf[slot] = i < count ? times[i]! : -1;
    }
    this.#unwalked -= entry.lastSeq - from + 1;
    if (damage !== null) {
      const base = baseOffsetOf(content.header, content.headerAt);
      const last = base + (entry.lastSeq - entry.firstSeq);
      this.#damaged({ source: content.source, first: base + count, last, why: damage });
    }
  }

  /** The slot of a kept row, whose batch was walked over. */
  #slotOf(seq: number): number {
    const slot = (this.#head + (seq - this.#firstSeq)) & (this.#entryOf.length - 1);
    if (this.#positionOf[slot] === UNWALKED) {
      this.#walk(this.#entries[this.#entryOf[slot]! - this.#firstEntry + this.#entriesHead]!, true);
    }
    return slot;
  }

  addProblem(problem: Unreadable): void {
    const id = this.#addEntry(problem, null);
    const entry = this.#entries[id - this.#firstEntry + this.#entriesHead]!;
    this.#reserve(1);
    const slot = (this.#head + (this.#nextSeq - this.#firstSeq)) & (this.#entryOf.length - 1);
    this.#entryOf[slot] = id;
    this.#positionOf[slot] = DAMAGED;
    this.#timeOf[slot] = -1;
    entry.rows = 1;
    entry.firstSeq = entry.lastSeq = this.#nextSeq++;
    this.#bytes += ROW_BYTES;
    this.trim();
  }

  /** Other limits from now on. */
  limit({ bytes, rows }: Pick<RingOptions, "bytes" | "rows">): void {
    this.#maxBytes = bytes;
    this.#maxRows = rows;
    this.trim();
  }

  /** Lets the oldest rows go until both limits hold. The newest batch stays whatever its size, so that there is always something to see. */
  trim(): void {
    while (this.#nextSeq - this.#firstSeq > this.#maxRows) this.#evict();
    if (this.#bytes <= this.#maxBytes) return;
    const newest = this.#entries.at(-1);
    while (this.#bytes > this.#maxBytes && this.#firstSeq < this.#nextSeq) {
      const oldest = this.#entries[this.#entryOf[this.#head]! - this.#firstEntry + this.#entriesHead];
      if (oldest === newest) return;
      this.#evict();
    }
  }

  /** A kept row, or null. The memory of the answer it came in is left to whoever holds it. */
  row(seq: number): StoredRow | null {
    const found = this.#at(seq);
    if (found?.block) found.block.shown = true;
    return found?.row ?? null;
  }

  /** The same in memory of its own, unless it is large: for rows that are looked at while many others come and go. */
  ownRow(seq: number): StoredRow | null {
    const row = this.#at(seq)?.row;
    if (row?.kind !== "record") return row ?? null;
    const { data, end } = unpack(row.batch);
    const positions = Uint32Array.of(row.position);
    if (recordEnd(data, end, row.position) - row.position > OWN_BYTES) return this.row(seq);
    const batch = excerpt(row.batch, data, end, positions);
    return { kind: "record", seq, batch, position: positions[0]! };
  }

  #at(seq: number): { row: StoredRow; block: Block | null } | null {
    if (!(seq >= this.#firstSeq && seq < this.#nextSeq)) return null;
    const slot = this.#slotOf(seq);
    const entry = this.#entries[this.#entryOf[slot]! - this.#firstEntry + this.#entriesHead]!;
    const { content, block } = entry;
    if ("why" in content) return { row: { kind: "problem", seq, problem: content }, block };
    const position = this.#positionOf[slot]!;
    if (position !== DAMAGED) return { row: { kind: "record", seq, batch: content, position }, block };
    const offset = baseOffsetOf(content.header, content.headerAt) + (seq - entry.firstSeq);
    const problem = { source: content.source, first: offset, last: offset, why: entry.damage! };
    return { row: { kind: "problem", seq, problem }, block };
  }

  /** ms since the epoch of a kept row, rounded beyond 2^53; -1 for none (a problem row has none) */
  timeOf(seq: number): number {
    return this.#timeOf[this.#slotOf(seq)]!;
  }

  /** The same without walking over a batch: between its first and last time where it was not walked over yet. */
  roughTimeOf(seq: number): number {
    return this.#timeOf[(this.#head + (seq - this.#firstSeq)) & (this.#timeOf.length - 1)]!;
  }

  /** The row of an offset, or null when it is not kept. */
  find(topic: string, partition: number, offset: number): number | null {
    for (let i = this.#entries.length - 1; i >= this.#entriesHead; i--) {
      const entry = this.#entries[i];
      if (!entry || entry.rows === 0) continue;
      const { content } = entry;
      if (content.source.partition !== partition || content.source.topic !== topic) continue;
      if ("why" in content) {
        if (offset >= content.first && offset <= content.last) return entry.firstSeq;
        continue;
      }
      const base = baseOffsetOf(content.header, content.headerAt);
      if (offset < base || offset > base + lastOffsetDeltaOf(content.header, content.headerAt)) continue;
      const id = i - this.#entriesHead + this.#firstEntry;
      const mask = this.#entryOf.length - 1;
      for (let seq = Math.max(entry.firstSeq, this.#firstSeq); seq <= entry.lastSeq; seq++) {
        const slot = (this.#head + (seq - this.#firstSeq)) & mask;
        if (this.#entryOf[slot] !== id) continue;
        // not walked over, or damaged: a row at each of its offsets
        const position = this.#positionOf[slot]!;
        const at = position >= DAMAGED ? base + (seq - entry.firstSeq) : readOffset(content, position);
        if (at === offset) return seq;
      }
    }
    return null;
  }

  /** An answer has been gone through: its memory is given back as soon as no row of it is kept. */
  release(answer: Buffer): void {
    this.#blocks.release(answer);
  }

  /** Empties it and starts numbering and counting again. */
  clear(): void {
    for (const entry of this.#entries) {
      if (!entry?.block?.rows) continue;
      entry.block.rows = 0;
      this.#blocks.free(entry.block);
    }
    this.#firstSeq =
      this.#nextSeq =
      this.#bytes =
      this.#dropped =
      this.#unwalked =
      this.#walkedTo =
      this.#head =
      this.#firstEntry =
      this.#entriesHead =
        0;
    this.#entryOf = new Uint32Array(FIRST_CAPACITY);
    this.#positionOf = new Uint32Array(FIRST_CAPACITY);
    this.#timeOf = new Float64Array(FIRST_CAPACITY);
    this.#entries = [];
    forgetUnpacked();
  }

  #addEntry(content: StoredBatch | Unreadable, block: Block | null): number {
    this.#entries.push({ content, block, rows: 0, firstSeq: this.#nextSeq, lastSeq: this.#nextSeq, damage: null });
    this.#bytes += ENTRY_BYTES;
    return this.#firstEntry + this.#entries.length - 1 - this.#entriesHead;
  }

  #evict(): void {
    const mask = this.#entryOf.length - 1;
    const index = this.#entryOf[this.#head]! - this.#firstEntry + this.#entriesHead;
    const entry = this.#entries[index]!;
    if (this.#positionOf[this.#head] === UNWALKED) this.#unwalked--;
    this.#head = (this.#head + 1) & mask;
    this.#firstSeq++;
    this.#bytes -= ROW_BYTES;
    if (!("why" in entry.content)) this.#dropped++;
    if (entry.block && --entry.block.rows === 0) {
      this.#bytes -= entry.block.bytes;
      this.#blocks.free(entry.block);
    }
    if (--entry.rows > 0) return;
    this.#entries[index] = null;
    this.#bytes -= ENTRY_BYTES;
    while (this.#entriesHead < this.#entries.length && this.#entries[this.#entriesHead] === null) {
      this.#entriesHead++;
      this.#firstEntry++;
    }
    if (this.#entriesHead > 1024 && this.#entriesHead * 2 > this.#entries.length) {
      this.#entries.splice(0, this.#entriesHead);
      this.#entriesHead = 0;
    }
  }

  /** Makes room for about so many rows at once: less than growing step by step, whose old arrays are garbage. */
  reserve(count: number): void {
    this.#reserve(Math.min(count, this.#maxRows, Math.floor(this.#maxBytes / (2 * ROW_BYTES))));
  }

  #reserve(count: number): void {
    const kept = this.#nextSeq - this.#firstSeq;
    const old = this.#entryOf.length;
    if (kept + count <= old) return;
    let capacity = old;
    while (capacity < kept + count) capacity *= 2;
    this.#entryOf = unrolled(this.#entryOf, new Uint32Array(capacity), this.#head, kept);
    this.#positionOf = unrolled(this.#positionOf, new Uint32Array(capacity), this.#head, kept);
    this.#timeOf = unrolled(this.#timeOf, new Float64Array(capacity), this.#head, kept);
    this.#head = 0;
  }
}

/** `kept` elements from `head` on, wrapping around, at the start of a larger array */
function unrolled<T extends Uint32Array | Float64Array>(ring: T, grown: T, head: number, kept: number): T {
  const first = ring.subarray(head, Math.min(head + kept, ring.length));
  grown.set(first);
  grown.set(ring.subarray(0, kept - first.length), first.length);
  return grown;
}

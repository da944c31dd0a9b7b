import { excerpt, type Source, type StoredBatch } from "../kafka/log/batch.ts";
import { readRecord } from "../kafka/log/records.ts";
import type { FoundRecords } from "../kafka/log/scan.ts";
import { unpack } from "../kafka/log/unpack.ts";
import type { RecordFilter } from "./filter/recordFilter.ts";
import type { RunSink } from "./run.ts";
import type { Piece } from "./tail.ts";

/** Takes what is read, whether or not it matches, to be counted; and what matches. */
export interface MatchSink extends RunSink {
  /** messages that were read, and the size of their keys and values */
  scanned(count: number, bytes: number): void;
}

/** Records that wait for a schema, and all of the same reading that came after them. */
interface Waiting {
  batch: StoredBatch;
  positions: Uint32Array;
  times: Float64Array;
}

/**
 * Lets through what a filter matches, copied out of the answers it came in: a scan of any length holds its matches only. What has to wait for a
 * schema is waited for before more is asked for, and stays in order.
 */
export class FilteredSink implements RunSink {
  readonly #inner: MatchSink;
  readonly #filter: RecordFilter;
  readonly #waiting: Waiting[] = [];
  #out = new Uint32Array(1024);
  #draining: Promise<void> | null = null;

  constructor(inner: MatchSink, filter: RecordFilter) {
    this.#inner = inner;
    this.#filter = filter;
  }

  records({ batch, positions, times, count, bytes, data, dataEnd }: FoundRecords): void {
    this.#inner.scanned(count, bytes);
    if (this.#waiting.length > 0) {
      this.#wait(batch, positions, times, count);
      return;
    }
    if (this.#out.length < count) this.#out = new Uint32Array(Math.max(count, 2 * this.#out.length));
    const matched = this.#filter.selectNow(batch.source, data, dataEnd, batch, positions, count, this.#out);
    if (matched === null) this.#wait(batch, positions, times, count);
    else if (matched > 0) this.#pass(batch, data, dataEnd, positions, times, count, matched);
  }

  tail(pieces: Piece[]): Promise<void> | undefined {
    for (const { batch, positions, times, bytes } of pieces) {
      const { data, end } = unpack(batch);
      this.records({ batch, positions, times, count: positions.length, bytes, data, dataEnd: end });
    }
    return this.flush();
  }

  unreadable(source: Source, first: number, last: number, why: string): void {
    this.#inner.unreadable(source, first, last, why);
  }

  marker(source: Source, producerId: bigint, offset: number, committed: boolean): void {
    this.#inner.marker?.(source, producerId, offset, committed);
  }

  wanted(): number {
    return this.#inner.wanted();
  }

  /** what is beyond the wanted matches is let go here */
  atMost(): number {
    return Number.POSITIVE_INFINITY;
  }

  changed(): void {
    this.#inner.changed();
  }

  flush(): Promise<void> | undefined {
    if (this.#waiting.length === 0 && !this.#draining) return this.#inner.flush();
    // another answer may be waiting already: it takes ours along, in order
    this.#draining ??= this.#drain().finally(() => {
      this.#draining = null;
    });
    return this.#draining;
  }

  gone(answer: Buffer): void {
    this.#inner.gone(answer);
  }

  #wait(batch: StoredBatch, positions: Uint32Array, times: Float64Array, count: number): void {
    this.#waiting.push({ batch, positions: positions.slice(0, count), times: times.slice(0, count) });
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      for (let next = this.#waiting[0]; next && this.#inner.wanted() > 0; next = this.#waiting[0]) {
        const { batch, positions, times } = next;
        const { data, end } = unpack(batch);
        const count = positions.length;
        if (this.#out.length < count) this.#out = new Uint32Array(count);
        const matched = await this.#filter.select(batch.source, data, end, batch, positions, count, this.#out);
        if (matched > 0) this.#pass(batch, data, end, positions, times, count, matched);
        this.#waiting.shift();
      }
      this.#waiting.length = 0;
      await this.#inner.flush();
    }
  }

  #pass(
    batch: StoredBatch,
    data: Buffer,
    dataEnd: number,
    positions: Uint32Array,
    times: Float64Array,
    count: number,
    matched: number,
  ): void {
    const kept = this.#out.slice(0, Math.min(matched, this.#inner.wanted()));
    const keptTimes = new Float64Array(kept.length);
    // both are ascending
    for (let i = 0, k = 0; k < kept.length && i < count; i++) if (positions[i] === kept[k]) keptTimes[k++] = times[i]!;
    // where most of it matches, the batch stays as it is, compressed
    const own = 2 * kept.length >= count ? batch : excerpt(batch, data, dataEnd, kept);
    this.#inner.records({
      batch: own,
      positions: kept,
      times: keptTimes,
      count: kept.length,
      bytes: sizeOf(own, kept),
      data: own === batch ? data : own.header,
      dataEnd: own === batch ? dataEnd : own.end,
    });
  }
}

function sizeOf(batch: StoredBatch, positions: Uint32Array): number {
  let bytes = 0;
  for (const position of positions) {
    const { key, value } = readRecord(batch, position);
    bytes += (key ? key.end - key.start : 0) + (value ? value.end - value.start : 0);
  }
  return bytes;
}

import type { Codec } from "../../shared/messages.ts";
import { AbortedFilter, type AbortedTransaction, isAbortMarker } from "./aborted.ts";
import {
  attributesOf,
  BATCH_HEADER,
  baseOffsetOf,
  baseTimestampOf,
  batchLengthOf,
  CRC_START,
  crcOf,
  isAppendTime,
  isControl,
  LENGTH_END,
  lastOffsetDeltaOf,
  magicOf,
  maxTimestampOf,
  producerIdOf,
  recordCountOf,
  type Source,
  StoredBatch,
} from "./batch.ts";
import { CodecError, codecOf, decompressBriefly } from "./codecs.ts";
import { crc32c } from "./crc32c.ts";
import { type Unpacked, unpack } from "./unpack.ts";
import { MIN_RECORD, type Walk, walkRecords } from "./walk.ts";

/** The visible records of one batch. The arrays, and `data`, are used again for the next batch: copy from them. */
export interface FoundRecords {
  batch: StoredBatch;
  /** [0 … count): where each starts in the batch's unpacked data */
  positions: Uint32Array;
  /** [0 … count): ms since the epoch, -1 for none; rounded beyond 2^53 */
  times: Float64Array;
  count: number;
  /** size of their keys and values */
  bytes: number;
  /** the unpacked records, up to `dataEnd` */
  data: Buffer;
  dataEnd: number;
}

/** Takes what a scan finds, in the order of the log. */
export interface ScanSink {
  records(found: FoundRecords): void;
  /**
   * Takes a batch all of whose records are wanted, without a look at them: its header says that there are `count`, one at each offset, and what
   * follows it agrees. It is checked and walked over later (`indexBatch`). False: that is to be done now.
   */
  unwalked?(batch: StoredBatch, count: number): boolean;
  /** Offsets [first, last] could not be read; why, in a sentence. */
  unreadable(source: Source, first: number, last: number, why: string): void;
  /** A transaction of a producer ends with the marker at `offset`. */
  marker?(source: Source, producerId: bigint, offset: number, committed: boolean): void;
}

export interface ScanLimits {
  /** the offset that was asked for: a batch may hold earlier ones, which are passed over */
  from: number;
  /** records below this offset are passed over too; 0 when there are none */
  visible: number;
  /** the first offset that is not wanted */
  to: number;
  /** the end of the log: no batch reaches beyond it */
  end: number;
  /** bytes that one batch may decompress to */
  batchBytes: number;
}

export interface ScanResult {
  /** the offset to read next */
  next: number;
  records: number;
  /** not all was walked: the deadline has passed */
  more: boolean;
  /** a batch at the end that has not arrived whole: bytes of it that are there, and bytes it claims to have; null when nothing was cut */
  cut: { there: number; claimed: number } | null;
}

/** Why a batch or a record cannot be read. */
class Unreadable extends Error {
  override readonly name = "Unreadable";
}

/** no codec packs records much closer than this: a header that claims more of them for each byte is not believed unseen */
const MOST_PER_BYTE = 32;

let positions = new Uint32Array(1024);
let times = new Float64Array(1024);

/**
 * Walks the record batches in bytes [start, end) of a fetch response of one partition, checks each (CRC-32C, lengths, codec), and hands the
 * positions of its records to `sink`. Control batches and, with `aborted`, the records of aborted transactions are passed over.
 *
 * Nothing in here may trust a length: a broker stores what a producer sent. What cannot be read is reported and the walk goes on after it.
 */
export class PartitionScan {
  readonly #buffer: Buffer;
  readonly #end: number;
  readonly #source: Source;
  readonly #transactions: AbortedFilter | null;
  readonly #control: boolean;
  readonly #limits: ScanLimits;
  readonly #sink: ScanSink;
  #at: number;
  #next: number;

  constructor(
    fetched: {
      buffer: Buffer;
      start: number;
      end: number;
      source: Source;
      aborted: readonly AbortedTransaction[] | null;
      /** hands over markers and aborted records too */
      control?: boolean;
    },
    limits: ScanLimits,
    sink: ScanSink,
  ) {
    this.#buffer = fetched.buffer;
    this.#at = fetched.start;
    this.#end = fetched.end;
    this.#source = fetched.source;
    this.#control = fetched.control ?? false;
    this.#transactions = fetched.aborted?.length ? new AbortedFilter(fetched.aborted) : null;
    this.#limits = limits;
    this.#sink = sink;
    this.#next = limits.from;
  }

  /**
   * Goes on until all is walked, `records` are taken, or performance.now() has passed `deadline`: with `more` it is to be called again.
   */
  run(records: number, deadline: number): ScanResult {
    const buffer = this.#buffer;
    const end = this.#end;
    let left = records;
    while (this.#at + LENGTH_END <= end && this.#next < this.#limits.to && left > 0) {
      const at = this.#at;
      const base = baseOffsetOf(buffer, at);
      const length = batchLengthOf(buffer, at);
      const stop = at + LENGTH_END + length;
      if (length < 14 /* the shortest message of format v0 */) {
        // without a length there is no way to the next batch: what follows is fetched again, from the next offset on
        const last = Math.max(base, this.#next);
        const why = `The batch at offset ${base} is damaged: it claims a length of ${length} bytes.`;
        this.#sink.unreadable(this.#source, this.#next, last, why);
        return { next: last + 1, records: records - left, more: false, cut: null };
      }
      if (stop > end) {
        const cut = { there: end - at, claimed: length + LENGTH_END };
        return { next: this.#next, records: records - left, more: false, cut };
      }
      left -= this.#batch(at, base, stop, left);
      this.#at = stop;
      if (left > 0 && performance.now() > deadline && stop < end) {
        return { next: this.#next, records: records - left, more: true, cut: null };
      }
    }
    const rest = end - this.#at;
    const cut = rest > 0 && rest < LENGTH_END ? { there: rest, claimed: LENGTH_END } : null;
    return { next: this.#next, records: records - left, more: false, cut };
  }

  /** One batch that is there as a whole; moves `next` behind what was taken of it, and gives the number of records. */
  #batch(at: number, base: number, stop: number, most: number): number {
    const buffer = this.#buffer;
    let last = base;
    try {
      checkFormat(buffer, at, stop);
      const whole = this.#takeUnwalked(at, base, stop, most);
      if (whole > 0) {
        this.#next = base + whole;
        return whole;
      }
      checkSum(buffer, at, stop);
      const lastDelta = lastOffsetDeltaOf(buffer, at);
      if (lastDelta < 0) throw new Unreadable(`is damaged: it claims ${lastDelta} as its last offset`);
      last = base + lastDelta;
      const attributes = attributesOf(buffer, at);
      const from = Math.max(this.#next, this.#limits.visible);
      const aborted = this.#transactions?.hides(buffer, at, stop, last, attributes) ?? false;
      const control = isControl(attributes);
      if (control && base >= from) {
        this.#sink.marker?.(
          this.#source,
          producerIdOf(buffer, at),
          base,
          !isAbortMarker(buffer, at + BATCH_HEADER, stop),
        );
      }
      // a marker, an aborted record, or all of it before what was asked for
      const hidden = ((aborted || control) && !this.#control) || last < from;
      if (!hidden) {
        const taken = scanBatch(
          { buffer, at, stop, source: this.#source, base, last, aborted: aborted && !control },
          from,
          this.#limits,
          most,
          this.#sink,
        );
        this.#next = Math.max(this.#next, taken.records === most ? Math.min(taken.next, last + 1) : last + 1);
        return taken.records;
      }
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      last = Math.max(this.#next, last, this.#lastOfDamaged(at, base, stop));
      const why = `The batch at offset ${base} ${error.message}.`;
      this.#sink.unreadable(this.#source, Math.max(base, this.#next), last, why);
    }
    this.#next = Math.max(this.#next, last + 1);
    return 0;
  }

  /** Hands over a batch unwalked where its header can be believed; gives the number of its records, 0 when it is to be walked over. */
  #takeUnwalked(at: number, base: number, stop: number, most: number): number {
    if (!this.#sink.unwalked || this.#transactions !== null) return 0;
    const buffer = this.#buffer;
    const count = recordCountOf(buffer, at);
    const attributes = attributesOf(buffer, at);
    const codec = codecOf(attributes);
    if (count !== lastOffsetDeltaOf(buffer, at) + 1 || count <= 0 || count > most || codec === null) return 0;
    const dense = codec === "none" ? 1 / MIN_RECORD : MOST_PER_BYTE;
    if (isControl(attributes) || count > (stop - at) * dense) return 0;
    const limits = this.#limits;
    if (base < Math.max(this.#next, limits.visible) || base + count > limits.to) return 0;
    // the batch behind it starts where this one says that it ends; the last one of an answer has only its checksum
    const agrees = stop + 8 <= this.#end && baseOffsetOf(buffer, stop) === base + count;
    if (!agrees) checkSum(buffer, at, stop);
    return this.#sink.unwalked(new StoredBatch(this.#source, buffer, at, stop), count) ? count : 0;
  }

  /** The last offset that a damaged batch claims is believed only when something else agrees with it. */
  #lastOfDamaged(at: number, base: number, stop: number): number {
    const buffer = this.#buffer;
    if (stop + LENGTH_END <= this.#end) {
      const following = baseOffsetOf(buffer, stop);
      if (following > base && following - base <= 0x7fffffff) return following - 1;
    }
    if (stop - at < BATCH_HEADER) return base;
    const lastDelta = lastOffsetDeltaOf(buffer, at);
    const agrees = lastDelta >= 0 && recordCountOf(buffer, at) === lastDelta + 1 && base + lastDelta < this.#limits.end;
    return agrees ? base + lastDelta : base;
  }
}

function checkFormat(buffer: Buffer, at: number, stop: number): void {
  const magic = magicOf(buffer, at);
  if (magic === 0 || magic === 1) {
    throw new Unreadable(`is stored in message format v${magic}, from before Kafka 0.11, which is not supported`);
  }
  if (magic !== 2) throw new Unreadable(`is damaged: it claims to be of format ${magic}`);
  if (stop - at < BATCH_HEADER) throw new Unreadable(`is damaged: ${stop - at} bytes cannot hold a batch header`);
}

function checkSum(buffer: Buffer, at: number, stop: number): void {
  const crc = crc32c(buffer, at + CRC_START, stop);
  const stored = crcOf(buffer, at);
  if (crc !== stored) {
    throw new Unreadable(`is damaged: its checksum is ${hex(crc)}, but ${hex(stored)} was stored with it`);
  }
}

const hex = (n: number): string => n.toString(16).padStart(8, "0");

/** a batch of the response: bytes [at, stop), offsets [base, last] */
interface Found {
  buffer: Buffer;
  at: number;
  stop: number;
  source: Source;
  base: number;
  last: number;
  aborted: boolean;
}

/** One batch whose header is sound. Gives the number of records handed over and the offset after the last of them. */
function scanBatch(
  { buffer, at, stop, source, base, last, aborted }: Found,
  from: number,
  limits: ScanLimits,
  most: number,
  sink: ScanSink,
): { records: number; next: number } {
  const attributes = attributesOf(buffer, at);
  const codec: Codec | null = codecOf(attributes);
  if (codec === null) throw new Unreadable(`is compressed with codec ${attributes & 7}, which is unknown`);
  const claimed = recordCountOf(buffer, at);
  const data = codec === "none" ? buffer : inflate(codec, buffer.subarray(at + BATCH_HEADER, stop), limits.batchBytes);
  const start = codec === "none" ? at + BATCH_HEADER : 0;
  const end = codec === "none" ? stop : data.length;
  const walk = walkBatch(
    buffer,
    at,
    { data, start, end },
    from - base,
    Math.min(limits.to - base, last - base + 1),
    most,
  );
  const { count, bytes } = walk;
  if (count > 0) {
    const batch = new StoredBatch(source, buffer, at, stop, false, aborted);
    sink.records({ batch, positions, times, count, bytes, data, dataEnd: end });
  }
  if (walk.damaged) {
    const first = Math.max(from, base + walk.nextDelta);
    sink.unreadable(source, first, Math.max(first, last), damagedAfter(base, walk.walked, claimed));
    return { records: count, next: last + 1 };
  }
  return { records: count, next: base + walk.nextDelta };
}

const damagedAfter = (base: number, walked: number, claimed: number): string =>
  `The batch at offset ${base} is damaged after ${walked} of its ${claimed} records: a record's lengths do not fit.`;

/** Walks over the records of the batch whose header is at `at`, into `positions` and `times`. Throws Unreadable. */
function walkBatch(buffer: Buffer, at: number, unpacked: Unpacked, from: number, to: number, most: number): Walk {
  const { data, start, end } = unpacked;
  const claimed = recordCountOf(buffer, at);
  if (claimed < 0 || claimed > Math.floor((end - start) / MIN_RECORD)) {
    throw new Unreadable(`is damaged: it claims ${claimed} records in ${end - start} bytes`);
  }
  if (claimed > positions.length) {
    positions = new Uint32Array(Math.max(claimed, positions.length * 2));
    times = new Float64Array(positions.length);
  }
  const walk = walkRecords(data, start, end, positions, times, claimed, from, to, most);
  if (isAppendTime(attributesOf(buffer, at))) times.fill(maxTimestampOf(buffer, at), 0, walk.count);
  else {
    const baseTime = baseTimestampOf(buffer, at);
    for (let i = 0; i < walk.count; i++) times[i]! += baseTime;
  }
  return walk;
}

/** What `indexBatch` finds. The arrays are used again for the next batch: copy from them. */
export interface BatchIndex {
  /** [0 … count): as FoundRecords has them */
  positions: Uint32Array;
  times: Float64Array;
  count: number;
  /** why there are no more, in a sentence; null when all are there that the header claims */
  damage: string | null;
}

/**
 * Walks over a batch that was taken unwalked.
 *
 * @param keep its unpacked records are about to be looked at
 * @param limit bytes that it may decompress to
 */
export function indexBatch(batch: StoredBatch, keep: boolean, limit: number): BatchIndex {
  const { header, headerAt } = batch;
  const base = baseOffsetOf(header, headerAt);
  const codec = codecOf(batch.codec);
  try {
    checkSum(header, headerAt, batch.end);
    let unpacked: Unpacked;
    if (codec !== null && codec !== "none" && !keep) {
      const data = inflate(codec, header.subarray(headerAt + BATCH_HEADER, batch.end), limit);
      unpacked = { data, start: 0, end: data.length };
    } else unpacked = unpackWithin(batch, limit);
    const all = lastOffsetDeltaOf(header, headerAt) + 1;
    const { count, walked } = walkBatch(header, headerAt, unpacked, 0, all, all);
    const claimed = recordCountOf(header, headerAt);
    const damage = count < claimed ? damagedAfter(base, walked, claimed) : null;
    return { positions, times, count, damage };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { positions, times, count: 0, damage: `The batch at offset ${base} ${error.message}.` };
  }
}

function unpackWithin(batch: StoredBatch, limit: number): Unpacked {
  try {
    return unpack(batch, limit);
  } catch (error) {
    if (error instanceof CodecError) throw new Unreadable(`cannot be read: ${error.message}`, { cause: error });
    throw error;
  }
}

function inflate(codec: Exclude<Codec, "none">, bytes: Buffer, limit: number): Buffer {
  try {
    return decompressBriefly(codec, bytes, limit);
  } catch (error) {
    if (error instanceof CodecError) throw new Unreadable(`cannot be read: ${error.message}`, { cause: error });
    throw error;
  }
}

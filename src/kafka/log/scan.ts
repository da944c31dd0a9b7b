import type { Codec } from "../../shared/messages.ts";
import {
  attributesOf,
  BATCH_HEADER,
  baseOffsetOf,
  batchLengthOf,
  CRC_START,
  crcOf,
  isControl,
  isTransactional,
  LENGTH_END,
  lastOffsetDeltaOf,
  magicOf,
  producerIdOf,
  recordCountOf,
  type StoredBatch,
} from "./batch.ts";
import { CodecError, codecOf, decompress } from "./codecs.ts";
import { crc32c } from "./crc32c.ts";

/** Takes what a scan finds, in the order of the log. */
export interface ScanSink {
  /**
   * The visible records of one batch: `positions[0 … count)` are where each starts in the batch's data; the array is used again for the next
   * batch, so copy from it. `bytes` is the size of their keys and values.
   */
  records(batch: StoredBatch, positions: Uint32Array, count: number, bytes: number): void;
  /** Offsets [first, last] could not be read; why, in a sentence. */
  unreadable(partition: number, first: number, last: number, why: string): void;
}

export interface ScanLimits {
  /** the offset that was asked for: a batch may hold earlier ones, which are passed over */
  from: number;
  /** records below this offset are passed over too; 0 when there are none */
  visible: number;
  /** the first offset that is not wanted */
  to: number;
  /** at most this many records */
  records: number;
  /** bytes that one batch may decompress to */
  batchBytes: number;
}

export interface AbortedTransaction {
  producerId: bigint;
  firstOffset: bigint;
}

export interface ScanResult {
  /** the offset to read next */
  next: number;
  records: number;
  /** a batch at the end that has not arrived whole: bytes of it that are there, and bytes it claims to have; null when nothing was cut */
  cut: { offset: number; there: number; claimed: number } | null;
}

/** Why a batch or a record cannot be read. */
class Unreadable extends Error {
  override readonly name = "Unreadable";
}

/** smallest record: length, attributes, timestamp delta, offset delta, key length, value length, header count */
const MIN_RECORD = 7;
const KNOWN_LENGTH_MIN = BATCH_HEADER - LENGTH_END;

let positions = new Uint32Array(1024);

/**
 * Walks the record batches in bytes [start, end) of a fetch response of one partition, checks each (CRC-32C, lengths, codec), and hands the
 * positions of its records to `sink`. Control batches and, with `aborted`, the records of aborted transactions are passed over.
 *
 * Nothing in here may trust a length: a broker stores what a producer sent. What cannot be read is reported and the walk goes on after it.
 */
export function scanBatches(
  buffer: Buffer,
  start: number,
  end: number,
  partition: number,
  aborted: readonly AbortedTransaction[] | null,
  limits: ScanLimits,
  sink: ScanSink,
): ScanResult {
  const transactions = aborted?.length ? new AbortedFilter(aborted) : null;
  let next = limits.from;
  let left = limits.records;
  let at = start;
  while (at + LENGTH_END <= end && next < limits.to && left > 0) {
    const base = baseOffsetOf(buffer, at);
    const length = batchLengthOf(buffer, at);
    const stop = at + LENGTH_END + length;
    if (length < 14 /* the shortest message of format v0 */) {
      // without a length there is no way to the next batch: what follows in this response is fetched again from the next offset on
      const last = Math.max(base, next);
      sink.unreadable(
        partition,
        next,
        last,
        `The batch at offset ${base} is damaged: it claims a length of ${length} bytes.`,
      );
      return { next: last + 1, records: limits.records - left, cut: null };
    }
    if (stop > end) {
      return {
        next,
        records: limits.records - left,
        cut: { offset: Math.max(base, next), there: end - at, claimed: length + LENGTH_END },
      };
    }
    let last = base;
    try {
      const magic = magicOf(buffer, at);
      if (magic !== 2) {
        throw new Unreadable(
          magic === 0 || magic === 1
            ? `is stored in message format v${magic}, from before Kafka 0.11, which is not supported`
            : `is damaged: it claims to be of format ${magic}`,
        );
      }
      if (length < KNOWN_LENGTH_MIN) throw new Unreadable(`is damaged: ${length} bytes cannot hold a batch header`);
      const crc = crc32c(buffer, at + CRC_START, stop);
      if (crc !== crcOf(buffer, at)) {
        throw new Unreadable(
          `is damaged: its checksum is ${hex(crc)}, but ${hex(crcOf(buffer, at))} was stored with it`,
        );
      }
      const lastDelta = lastOffsetDeltaOf(buffer, at);
      if (lastDelta < 0) throw new Unreadable(`is damaged: it claims ${lastDelta} as its last offset`);
      last = base + lastDelta;
      const attributes = attributesOf(buffer, at);
      if (
        transactions?.hides(buffer, at, stop, last, attributes) ||
        isControl(attributes) ||
        last < Math.max(next, limits.visible)
      ) {
        // a marker, an aborted record, or all of it before what was asked for
      } else {
        const taken = scanBatch(
          buffer,
          at,
          stop,
          partition,
          attributes,
          base,
          last,
          Math.max(next, limits.visible),
          limits,
          left,
          sink,
        );
        left -= taken.records;
        if (left === 0 && taken.next <= last) return { next: taken.next, records: limits.records, cut: null };
      }
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      // the last offset of a damaged batch cannot be trusted; the next batch, where there is one, says where this one ends
      const following = stop + LENGTH_END <= end ? baseOffsetOf(buffer, stop) : -1;
      if (following > base && following - base <= 0x7fffffff) last = Math.max(last, following - 1);
      last = Math.max(last, next);
      sink.unreadable(partition, Math.max(base, next), last, `The batch at offset ${base} ${error.message}.`);
    }
    next = Math.max(next, last + 1);
    at = stop;
  }
  return {
    next,
    records: limits.records - left,
    cut: at < end && at + LENGTH_END > end ? { offset: next, there: end - at, claimed: LENGTH_END } : null,
  };
}

const hex = (n: number): string => n.toString(16).padStart(8, "0");

/** One batch whose header is sound. Gives the number of records handed over and the offset after the last of them. */
function scanBatch(
  buffer: Buffer,
  at: number,
  stop: number,
  partition: number,
  attributes: number,
  base: number,
  last: number,
  from: number,
  limits: ScanLimits,
  most: number,
  sink: ScanSink,
): { records: number; next: number } {
  const codec: Codec | null = codecOf(attributes);
  if (codec === null) throw new Unreadable(`is compressed with codec ${attributes & 7}, which is unknown`);
  let batch: StoredBatch;
  if (codec === "none") {
    batch = { partition, header: buffer, headerAt: at, data: buffer, dataAt: at + BATCH_HEADER, dataEnd: stop };
  } else {
    const data = inflate(codec, buffer.subarray(at + BATCH_HEADER, stop), limits.batchBytes);
    // a copy of the header, so that the compressed response can go
    const header = Buffer.from(buffer.subarray(at, at + BATCH_HEADER));
    batch = { partition, header, headerAt: 0, data, dataAt: 0, dataEnd: data.length };
  }
  const claimed = recordCountOf(buffer, at);
  const room = Math.floor((batch.dataEnd - batch.dataAt) / MIN_RECORD);
  if (claimed < 0 || claimed > room) {
    throw new Unreadable(`is damaged: it claims ${claimed} records in ${batch.dataEnd - batch.dataAt} bytes`);
  }
  if (claimed > positions.length) positions = new Uint32Array(Math.max(claimed, positions.length * 2));
  const walk = walkRecords(batch, claimed, from - base, Math.min(limits.to - base, last - base + 1), most);
  if (walk.count > 0) sink.records(batch, positions, walk.count, walk.bytes);
  if (walk.damaged) {
    const first = Math.max(from, base + walk.nextDelta);
    sink.unreadable(
      partition,
      first,
      Math.max(first, last),
      `The batch at offset ${base} is damaged after ${walk.walked} of its ${claimed} records: a record's lengths do not fit.`,
    );
    return { records: walk.count, next: last + 1 };
  }
  return { records: walk.count, next: base + walk.nextDelta };
}

function inflate(codec: Exclude<Codec, "none">, bytes: Buffer, limit: number): Buffer {
  try {
    return decompress(codec, bytes, limit);
  } catch (error) {
    if (error instanceof CodecError) throw new Unreadable(`cannot be read: ${error.message}`, { cause: error });
    throw error;
  }
}

/** where the last readVarint ended */
let cursor = 0;

/** A varint of at most 32 bits, zigzag, at `at`; NaN when it does not end before `end` or is too long. */
function readVarint(b: Buffer, at: number, end: number): number {
  let value = 0;
  cursor = at;
  for (let shift = 0; shift < 35 && cursor < end; shift += 7) {
    const byte = b[cursor++]!;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
  }
  return Number.NaN;
}

interface Walk {
  count: number;
  /** key and value bytes of those counted */
  bytes: number;
  /** records passed, those before `fromDelta` included */
  walked: number;
  /** the offset delta after the last of those passed */
  nextDelta: number;
  /** the walk ended at a record whose lengths do not fit */
  damaged: boolean;
}

/**
 * The inner loop: one pass over the records of a batch, no object per record. Fills `positions` with the start of each record whose offset
 * delta lies in [fromDelta, toDelta), at most `most`.
 */
function walkRecords(batch: StoredBatch, claimed: number, fromDelta: number, toDelta: number, most: number): Walk {
  const b = batch.data;
  const end = batch.dataEnd;
  const out = positions;
  let count = 0;
  let bytes = 0;
  let delta = -1;
  let walked = 0;
  let p = batch.dataAt;
  for (; walked < claimed && count < most; walked++) {
    const position = p;
    // one byte or two inline, which is nearly all of them; NaN for what cannot be, so that the tests below fail
    let x = b[p++]!;
    let length = (x >>> 1) ^ -(x & 1);
    if (x >= 0x80) {
      const y = b[p]!;
      if (y < 0x80) {
        p++;
        x = (x & 0x7f) | (y << 7);
        length = (x >>> 1) ^ -(x & 1);
      } else {
        length = readVarint(b, p - 1, end);
        p = cursor;
      }
    }
    const stop = p + length;
    if (!(length >= MIN_RECORD - 1 && stop <= end)) break;
    p++; // attributes: unused
    const timeAt = p;
    while (b[p]! >= 0x80) p++; // timestamp delta: read when shown
    p++;
    if (p - timeAt > 10) break;
    x = b[p++]!;
    let offsetDelta = (x >>> 1) ^ -(x & 1);
    if (x >= 0x80) {
      const y = b[p]!;
      if (y < 0x80) {
        p++;
        x = (x & 0x7f) | (y << 7);
        offsetDelta = (x >>> 1) ^ -(x & 1);
      } else {
        offsetDelta = readVarint(b, p - 1, stop);
        p = cursor;
      }
    }
    x = b[p++]!;
    let keySize = (x >>> 1) ^ -(x & 1);
    if (x >= 0x80) {
      keySize = readVarint(b, p - 1, stop);
      p = cursor;
    }
    if (keySize > 0) p += keySize;
    if (!(p < stop)) break;
    x = b[p++]!;
    let valueSize = (x >>> 1) ^ -(x & 1);
    if (x >= 0x80) {
      const y = b[p]!;
      if (y < 0x80) {
        p++;
        x = (x & 0x7f) | (y << 7);
        valueSize = (x >>> 1) ^ -(x & 1);
      } else {
        valueSize = readVarint(b, p - 1, stop);
        p = cursor;
      }
    }
    if (valueSize > 0) p += valueSize;
    // the count of headers must follow within the record; the headers themselves are read when shown
    if (!(offsetDelta > delta && keySize >= -1 && valueSize >= -1 && p < stop)) break;
    if (b[p] !== 0 && !(readVarint(b, p, stop) >= 0)) break;
    delta = offsetDelta;
    p = stop;
    if (delta < fromDelta) continue;
    if (delta >= toDelta) return { count, bytes, walked, nextDelta: delta, damaged: false };
    out[count++] = position;
    bytes += Math.max(keySize, 0) + Math.max(valueSize, 0);
  }
  return { count, bytes, walked, nextDelta: delta + 1, damaged: walked < claimed && count < most };
}

/**
 * Which batches belong to aborted transactions (KIP-98): the response lists the producers and first offsets of aborted transactions in its
 * range; an abort marker of the producer ends each.
 */
class AbortedFilter {
  readonly #waiting: AbortedTransaction[];
  readonly #active = new Set<bigint>();

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#waiting = [...aborted].sort((a, b) => (a.firstOffset < b.firstOffset ? 1 : -1));
  }

  hides(buffer: Buffer, at: number, stop: number, last: number, attributes: number): boolean {
    for (let next = this.#waiting.at(-1); next && next.firstOffset <= BigInt(last); next = this.#waiting.at(-1)) {
      this.#active.add(next.producerId);
      this.#waiting.pop();
    }
    if (!isTransactional(attributes)) return false;
    const producer = producerIdOf(buffer, at);
    if (isControl(attributes)) {
      if (isAbortMarker(buffer, at + BATCH_HEADER, stop)) this.#active.delete(producer);
      return true;
    }
    return this.#active.has(producer);
  }
}

/** The key of a control record is its version (int16) and type (int16): 0 is abort, 1 commit. Markers are never compressed. */
function isAbortMarker(buffer: Buffer, at: number, stop: number): boolean {
  readVarint(buffer, at, stop);
  cursor++;
  while (cursor < stop && buffer[cursor]! >= 0x80) cursor++;
  readVarint(buffer, cursor + 1, stop);
  const keySize = readVarint(buffer, cursor, stop);
  return keySize >= 4 && cursor + 4 <= stop && buffer.readInt16BE(cursor + 2) === 0;
}

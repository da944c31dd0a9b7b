import { cursor, readVarint } from "./walk.ts";

/**
 * The header of a record batch, format v2 (magic 2), read in place.
 * Source: Apache Kafka's documentation, "Record Batch" (kafka.apache.org/documentation/#recordbatch).
 *
 *      0 baseOffset int64           23 lastOffsetDelta int32       51 producerEpoch int16
 *      8 batchLength int32          27 baseTimestamp int64         53 baseSequence int32
 *     12 partitionLeaderEpoch int32 35 maxTimestamp int64          57 records count int32
 *     16 magic int8                 43 producerId int64            61 records
 *     17 crc uint32 (from 21 on)
 *     21 attributes int16: bits 0–2 codec, 3 log-append time, 4 transactional, 5 control, 6 delete horizon
 */
export const BATCH_HEADER = 61;
/** bytes in front of what batchLength counts */
export const LENGTH_END = 12;
export const CRC_START = 21;

const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
const APPEND_TIME = 0x08;

/** Reads the header at `at` of `buffer`; every function is a plain read, nothing is checked. */
export const baseOffsetOf = (buffer: Buffer, at: number): number => int64ToNumber(buffer, at);
export const batchLengthOf = (buffer: Buffer, at: number): number => buffer.readInt32BE(at + 8);
export const magicOf = (buffer: Buffer, at: number): number => buffer.readInt8(at + 16);
export const crcOf = (buffer: Buffer, at: number): number => buffer.readUInt32BE(at + 17);
export const attributesOf = (buffer: Buffer, at: number): number => buffer.readInt16BE(at + 21);
export const lastOffsetDeltaOf = (buffer: Buffer, at: number): number => buffer.readInt32BE(at + 23);
/** ms since the epoch, rounded beyond 2^53 */
export const baseTimestampOf = (buffer: Buffer, at: number): number => int64ToNumber(buffer, at + 27);
export const maxTimestampOf = (buffer: Buffer, at: number): number => int64ToNumber(buffer, at + 35);
export const producerIdOf = (buffer: Buffer, at: number): bigint => buffer.readBigInt64BE(at + 43);
export const recordCountOf = (buffer: Buffer, at: number): number => buffer.readInt32BE(at + 57);

export const isControl = (attributes: number): boolean => (attributes & CONTROL) !== 0;
export const isTransactional = (attributes: number): boolean => (attributes & TRANSACTIONAL) !== 0;
export const isAppendTime = (attributes: number): boolean => (attributes & APPEND_TIME) !== 0;

/** An int64 as a number, rounded beyond 2^53: for offsets, which brokers count up from zero, and where only the order of times matters. */
function int64ToNumber(buffer: Buffer, at: number): number {
  return buffer.readInt32BE(at) * 4294967296 + buffer.readUInt32BE(at + 4);
}

/** Where batches come from: one partition of one topic. One object for each, compared by identity. */
export interface Source {
  readonly topic: string;
  readonly partition: number;
}

/**
 * A batch that was read, where it arrived: bytes [headerAt, end) of a fetch response, or a copy of them. Compressed records stay so in memory
 * and are unpacked when they are looked at (unpack.ts): less memory for more rows, and a scan does not wait for memory that it has
 * no use for.
 */
export class StoredBatch {
  readonly source: Source;
  readonly header: Buffer;
  readonly headerAt: number;
  readonly end: number;
  /** the records behind the header are not compressed, whatever the header says: an excerpt */
  readonly plain: boolean;
  /** of an aborted transaction, shown on request */
  readonly aborted: boolean;

  constructor(source: Source, header: Buffer, headerAt: number, end: number, plain = false, aborted = false) {
    this.source = source;
    this.header = header;
    this.headerAt = headerAt;
    this.end = end;
    this.plain = plain;
    this.aborted = aborted;
  }

  get topic(): string {
    return this.source.topic;
  }

  get partition(): number {
    return this.source.partition;
  }

  get attributes(): number {
    return attributesOf(this.header, this.headerAt);
  }

  /** the codec's number by which the records are to be unpacked, 0 for none */
  get codec(): number {
    return this.plain ? 0 : this.attributes & 7;
  }
}

/** Where the record ends that starts at `at` of unpacked records, which end before `dataEnd`. */
export function recordEnd(data: Buffer, dataEnd: number, at: number): number {
  const length = readVarint(data, at, dataEnd);
  return cursor + length;
}

/**
 * A batch of its own with some records of another, in memory of its own: what a filter lets through must not keep a whole response alive. `positions` are where
 * the records start in `data`, which holds the unpacked ones; they are changed to their positions in the excerpt.
 */
export function excerpt(batch: StoredBatch, data: Buffer, dataEnd: number, positions: Uint32Array): StoredBatch {
  let size = BATCH_HEADER;
  const ends = new Uint32Array(positions.length);
  for (let i = 0; i < positions.length; i++) {
    const at = positions[i]!;
    ends[i] = recordEnd(data, dataEnd, at);
    size += ends[i]! - at;
  }
  const own = Buffer.allocUnsafeSlow(size);
  batch.header.copy(own, 0, batch.headerAt, batch.headerAt + BATCH_HEADER);
  let to = BATCH_HEADER;
  for (let i = 0; i < positions.length; i++) {
    const at = positions[i]!;
    data.copy(own, to, at, ends[i]!);
    positions[i] = to;
    to += ends[i]! - at;
  }
  return new StoredBatch(batch.source, own, 0, size, true, batch.aborted);
}

import type { AbortedTransaction } from "../../../src/kafka/log/aborted.ts";
import type { Source } from "../../../src/kafka/log/batch.ts";
import { crc32c } from "../../../src/kafka/log/crc32c.ts";
import { PartitionScan, type ScanLimits, type ScanResult, type ScanSink } from "../../../src/kafka/log/scan.ts";
import { Writer } from "../../../src/kafka/protocol/wire.ts";

export interface TestRecord {
  offsetDelta?: number;
  timestampDelta?: bigint;
  key?: string | Buffer | null;
  value?: string | Buffer | null;
  headers?: { key: string; value: string | Buffer | null }[];
}

export interface TestBatch {
  baseOffset?: bigint;
  records?: TestRecord[];
  /** instead of records: the records section as it is */
  raw?: Buffer;
  attributes?: number;
  baseTimestamp?: bigint;
  maxTimestamp?: bigint;
  producerId?: bigint;
  /** what the header claims, when it is to lie */
  count?: number;
  lastOffsetDelta?: number;
  compress?: (records: Buffer) => Buffer;
}

const bytesOf = (value: string | Buffer | null | undefined): Buffer | null =>
  value === null || value === undefined ? null : Buffer.from(value);

/** One record as Kafka stores it, length included. */
export function encodeRecord(record: TestRecord, index: number): Buffer {
  const w = new Writer();
  w.int8(0)
    .varlong(record.timestampDelta ?? 0n)
    .varint(record.offsetDelta ?? index);
  for (const part of [bytesOf(record.key), bytesOf(record.value)]) {
    w.varint(part ? part.length : -1);
    if (part) w.raw(part);
  }
  w.varint(record.headers?.length ?? 0);
  for (const header of record.headers ?? []) {
    w.varint(Buffer.byteLength(header.key)).raw(Buffer.from(header.key));
    const value = bytesOf(header.value);
    w.varint(value ? value.length : -1);
    if (value) w.raw(value);
  }
  const body = w.finish();
  return new Writer().varint(body.length).raw(body).finish();
}

/** A record batch v2 with the right lengths and checksum, unless the description says otherwise. */
export function encodeBatch(batch: TestBatch): Buffer {
  const records = batch.records ?? [];
  const plain = batch.raw ?? Buffer.concat(records.map(encodeRecord));
  const section = batch.compress ? batch.compress(plain) : plain;
  const last = batch.lastOffsetDelta ?? Math.max(0, ...records.map((r, i) => r.offsetDelta ?? i));
  const w = new Writer();
  w.int16(batch.attributes ?? 0).int32(last);
  w.int64(batch.baseTimestamp ?? 1_700_000_000_000n).int64(batch.maxTimestamp ?? 1_700_000_000_999n);
  w.int64(batch.producerId ?? -1n)
    .int16(-1)
    .int32(-1);
  w.int32(batch.count ?? records.length).raw(section);
  const checked = Buffer.from(w.finish());
  const head = new Writer();
  head
    .int64(batch.baseOffset ?? 0n)
    .int32(checked.length + 9)
    .int32(3)
    .int8(2)
    .uint32(crc32c(checked));
  return Buffer.concat([head.finish(), checked]);
}

/** The marker that ends a transaction: type 0 aborts, 1 commits. */
export function encodeMarker(baseOffset: bigint, producerId: bigint, type: 0 | 1): Buffer {
  const key = Buffer.from([0, 0, 0, type]);
  return encodeBatch({ baseOffset, producerId, attributes: 0x30, records: [{ key, value: Buffer.alloc(6) }] });
}

export interface ScanOptions extends Partial<ScanLimits> {
  /** at most so many */
  records?: number;
  aborted?: AbortedTransaction[] | null;
  /** markers and aborted records too */
  control?: boolean;
}

const sources = new Map<number, Source>();

/** A partition of topic t. */
export function sourceOf(partition: number): Source {
  let source = sources.get(partition);
  if (!source) sources.set(partition, (source = { topic: "t", partition }));
  return source;
}

/** Scans a whole log of one partition. */
export function scanAll(
  log: Buffer,
  partition: number | Source,
  sink: ScanSink,
  options: ScanOptions = {},
): ScanResult {
  const { records = Number.MAX_SAFE_INTEGER, aborted = null, control = false, ...limits } = options;
  const max = Number.MAX_SAFE_INTEGER;
  const all = { from: 0, visible: 0, to: max, end: max, batchBytes: 1 << 20, ...limits };
  const source = typeof partition === "number" ? sourceOf(partition) : partition;
  const fetched = { buffer: log, start: 0, end: log.length, source, aborted, control };
  return new PartitionScan(fetched, all, sink).run(records, Number.POSITIVE_INFINITY);
}

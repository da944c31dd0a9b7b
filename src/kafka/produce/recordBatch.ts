import { crc32c } from "../log/crc32c.ts";
import { Writer } from "../protocol/wire.ts";

export interface NewRecord {
  key: Uint8Array | null;
  /** null: a tombstone */
  value: Uint8Array | null;
  /** in this order, names may repeat, a value may be null */
  headers: readonly { key: string; value: Uint8Array | null }[];
  /** ms since the epoch */
  timestamp: bigint;
}

const CRC_AT = 17;
const CRC_FROM = 21;

/**
 * One record batch of format 2, uncompressed, outside any transaction. At least one record.
 * Source: Apache Kafka's documentation, "Record Batch" and "Record" (kafka.apache.org/documentation/#messageformat).
 */
export function encodeRecordBatch(records: readonly NewRecord[]): Buffer {
  const base = records[0]!.timestamp;
  let latest = base;
  for (const { timestamp } of records) if (timestamp > latest) latest = timestamp;
  const w = new Writer(256 + records.reduce((sum, r) => sum + 64 + (r.key?.length ?? 0) + (r.value?.length ?? 0), 0));
  // base offset and leader epoch are the broker's to set; length and checksum follow when the rest is known
  w.int64(0n).int32(0).int32(-1).int8(2).uint32(0);
  w.int16(0)
    .int32(records.length - 1)
    .int64(base)
    .int64(latest);
  // no producer id, epoch or sequence: not idempotent
  w.int64(-1n).int16(-1).int32(-1).int32(records.length);
  records.forEach((record, index) => {
    const body = encodeRecord(record, record.timestamp - base, index);
    w.varint(body.length).raw(body);
  });
  const batch = w.finish();
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeUInt32BE(crc32c(batch, CRC_FROM), CRC_AT);
  return batch;
}

function encodeRecord({ key, value, headers }: NewRecord, timestampDelta: bigint, offsetDelta: number): Buffer {
  const w = new Writer(64 + (key?.length ?? 0) + (value?.length ?? 0));
  w.int8(0).varlong(timestampDelta).varint(offsetDelta);
  nullable(w, key);
  nullable(w, value);
  w.varint(headers.length);
  for (const header of headers) {
    nullable(w, Buffer.from(header.key));
    nullable(w, header.value);
  }
  return w.finish();
}

function nullable(w: Writer, bytes: Uint8Array | null): void {
  if (bytes === null) w.varint(-1);
  else w.varint(bytes.length).raw(bytes);
}

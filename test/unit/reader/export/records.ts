import type { RecordFields, Span } from "../../../../src/kafka/log/records.ts";
import { Writer } from "../../../../src/kafka/protocol/wire.ts";
import type { PlacedRecord } from "../../../../src/reader/export/lines.ts";

/** What a record holds; null is Kafka's null. */
export interface Payloads {
  key: Buffer | null;
  value: Buffer | null;
  headers: { key: string; value: Buffer | null }[];
}

/** A record as it is read, in memory of its own. */
export function recordOf({ key, value, headers }: Payloads, offset = 17n): RecordFields {
  const w = new Writer();
  for (const header of headers) {
    w.varint(Buffer.byteLength(header.key)).raw(Buffer.from(header.key));
    w.varint(header.value ? header.value.length : -1);
    if (header.value) w.raw(header.value);
  }
  const data = Buffer.concat([key ?? Buffer.alloc(0), value ?? Buffer.alloc(0), w.finish()]);
  const keySize = key?.length ?? 0;
  const headersAt = keySize + (value?.length ?? 0);
  const span = (bytes: Buffer | null, start: number): Span => bytes && { start, end: start + bytes.length };
  return {
    data,
    dataEnd: data.length,
    offset,
    timestamp: 1_700_000_000_000n,
    timestampType: "create",
    key: span(key, 0),
    value: span(value, keySize),
    headerCount: headers.length,
    headersAt,
  };
}

/** A record in partition 0 of topic `orders`, from text. */
export function placed(
  key: string | Buffer | null,
  value: string | Buffer | null,
  more: { topic?: string; partition?: number; offset?: bigint; headers?: [string, string | null][] } = {},
): PlacedRecord {
  const bytes = (part: string | Buffer | null): Buffer | null => (part === null ? null : Buffer.from(part));
  const headers = (more.headers ?? []).map(([name, text]) => ({ key: name, value: bytes(text) }));
  const record = recordOf({ key: bytes(key), value: bytes(value), headers }, more.offset);
  return { topic: more.topic ?? "orders", partition: more.partition ?? 0, record };
}

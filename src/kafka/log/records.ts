import { MalformedError, Reader } from "../protocol/wire.ts";
import { isAppendTime, type StoredBatch } from "./batch.ts";
import { unpack } from "./unpack.ts";

/** A key, value or header value: bytes [start, end) of the record's `data`; null is Kafka's null. */
export type Span = { start: number; end: number } | null;

export interface RecordFields {
  /** the unpacked records of its batch, this one among them */
  data: Buffer;
  /** where they end */
  dataEnd: number;
  offset: bigint;
  /** ms since the epoch, -1 for none */
  timestamp: bigint;
  timestampType: "create" | "append";
  key: Span;
  value: Span;
  headerCount: number;
  /** where the headers start in `data` */
  headersAt: number;
}

export interface HeaderFields {
  key: string;
  value: Span;
}

/** Reads one record at `position` of a batch's data. It was walked over when it was indexed (scan.ts), so its key and value lie inside. */
export function readRecord(batch: StoredBatch, position: number): RecordFields {
  const { data, end } = unpack(batch);
  return readUnpacked(batch, data, end, position);
}

/** The same where the batch's records are unpacked already: they end before `end` of `data`. */
export function readUnpacked(batch: StoredBatch, data: Buffer, end: number, position: number): RecordFields {
  const r = new Reader(data, position, end);
  r.varint();
  r.int8();
  const timestampDelta = r.shortVarlong();
  const offsetDelta = r.varint();
  const key = readSpan(r);
  const value = readSpan(r);
  const headerCount = Math.max(0, r.varint());
  return new LazyFields(batch, data, end, offsetDelta, timestampDelta, key, value, headerCount, r.position);
}

/** Filters look at millions of records and rarely at offsets and timestamps, whose bigints are dear. */
class LazyFields implements RecordFields {
  readonly data: Buffer;
  readonly dataEnd: number;
  readonly key: Span;
  readonly value: Span;
  readonly headerCount: number;
  readonly headersAt: number;
  readonly #batch: StoredBatch;
  readonly #offsetDelta: number;
  readonly #timestampDelta: number | bigint;

  constructor(
    batch: StoredBatch,
    data: Buffer,
    dataEnd: number,
    offsetDelta: number,
    timestampDelta: number | bigint,
    key: Span,
    value: Span,
    headerCount: number,
    headersAt: number,
  ) {
    this.#batch = batch;
    this.data = data;
    this.dataEnd = dataEnd;
    this.#offsetDelta = offsetDelta;
    this.#timestampDelta = timestampDelta;
    this.key = key;
    this.value = value;
    this.headerCount = headerCount;
    this.headersAt = headersAt;
  }

  get offset(): bigint {
    const { header, headerAt } = this.#batch;
    return header.readBigInt64BE(headerAt) + BigInt(this.#offsetDelta);
  }

  get timestamp(): bigint {
    const { header, headerAt } = this.#batch;
    if (this.timestampType === "append") return header.readBigInt64BE(headerAt + 35);
    return BigInt.asIntN(64, header.readBigInt64BE(headerAt + 27) + BigInt(this.#timestampDelta));
  }

  get timestampType(): "create" | "append" {
    return isAppendTime(this.#batch.attributes) ? "append" : "create";
  }
}

/** The offset of the record at `position`. */
export function readOffset(batch: StoredBatch, position: number): number {
  const { data, end } = unpack(batch);
  const r = new Reader(data, position, end);
  r.varint();
  r.int8();
  r.varlong();
  return Number(batch.header.readBigInt64BE(batch.headerAt)) + r.varint();
}

/** The headers of a record, at most `limit` of them; `problem` says what is wrong with the rest, in words. */
export function readHeaders(record: RecordFields, limit: number): { headers: HeaderFields[]; problem: string | null } {
  const r = new Reader(record.data, record.headersAt, record.dataEnd);
  const headers: HeaderFields[] = [];
  try {
    for (let i = 0; i < record.headerCount; i++) {
      if (i >= limit) return { headers, problem: `${record.headerCount - limit} more headers are not shown.` };
      const key = readSpan(r);
      if (!key) throw new MalformedError("a header without a key");
      headers.push({ key: record.data.toString("utf8", key.start, key.end), value: readSpan(r) });
    }
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    return { headers, problem: `The record's headers are damaged after the first ${headers.length}.` };
  }
  return { headers, problem: null };
}

function readSpan(r: Reader): Span {
  const size = r.varint();
  if (size < 0) return null;
  const start = r.skip(size);
  return { start, end: start + size };
}

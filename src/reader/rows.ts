import { attributesOf, baseOffsetOf, isTransactional, recordCountOf } from "../kafka/log/batch.ts";
import { codecOf } from "../kafka/log/codecs.ts";
import { type RecordFields, readHeaders, readRecord, type Span } from "../kafka/log/records.ts";
import type { DecodeContext, Decoder, SchemaSource } from "../schema/api.ts";
import type {
  BytesView,
  Cell,
  HeaderView,
  PayloadPart,
  PayloadView,
  RecordDetail,
  RowView,
} from "../shared/messages.ts";
import type { StoredRow } from "./ring.ts";

const CELL_CHARS = 300;
/** characters of one payload in the detail pane */
const DETAIL_CHARS = 1_000_000;
const MAX_HEADERS = 1000;
const HEADER_CHARS = 20_000;

type StoredRecord = Extract<StoredRow, { kind: "record" }>;

/** How stored rows are turned into what is shown: the decoder, the topic, and where schemas come from. */
export class RowViews {
  readonly #topic: string;
  readonly #decoder: Decoder;
  readonly #schemas: SchemaSource | null;

  constructor(topic: string, decoder: Decoder, schemas: SchemaSource | null) {
    this.#topic = topic;
    this.#decoder = decoder;
    this.#schemas = schemas;
  }

  /** A row of the grid. A promise only when a schema has to be fetched first. */
  row(stored: StoredRow): RowView | Promise<RowView> {
    if (stored.kind === "problem") return problemRow(stored);
    const { batch } = stored;
    const record = readRecord(batch, stored.position);
    const key = this.#cell(record, record.key, "key");
    const value = this.#cell(record, record.value, "value");
    if (key instanceof Promise || value instanceof Promise) {
      return Promise.all([key, value]).then(([k, v]) => rowView(stored, record, k, v));
    }
    return rowView(stored, record, key, value);
  }

  /** All of a record, each payload decoded in full up to `maxChars`. */
  async detail(stored: StoredRecord, maxChars = DETAIL_CHARS): Promise<RecordDetail> {
    const { batch } = stored;
    const record = readRecord(batch, stored.position);
    const { headers, problem } = readHeaders(record, MAX_HEADERS);
    const key = await this.view(record, record.key, "key", maxChars);
    const value = await this.view(record, record.value, "value", maxChars);
    const shown: HeaderView[] = [];
    for (const header of headers) {
      const view = await this.view(record, header.value, "header", Math.min(maxChars, HEADER_CHARS));
      shown.push({ key: header.key, value: view });
    }
    if (problem !== null) {
      shown.push({
        key: "",
        value: { format: "empty", text: "", textCut: 0, size: 0, schema: null, problems: [problem] },
      });
    }
    const { header, headerAt } = batch;
    const attributes = attributesOf(header, headerAt);
    return {
      seq: stored.seq,
      topic: this.#topic,
      partition: batch.partition,
      offset: record.offset.toString(),
      timestamp: record.timestamp.toString(),
      timestampType: record.timestampType,
      key,
      value,
      headers: shown,
      batch: {
        baseOffset: baseOffsetOf(header, headerAt).toString(),
        records: recordCountOf(header, headerAt),
        codec: codecOf(attributes) ?? "none",
        leaderEpoch: header.readInt32BE(headerAt + 12),
        transactional: isTransactional(attributes),
        producerId: header.readBigInt64BE(headerAt + 43).toString(),
        producerEpoch: header.readInt16BE(headerAt + 51),
        sequence: header.readInt32BE(headerAt + 53),
      },
    };
  }

  /** A payload in full, up to `maxChars`; null is Kafka's null. */
  view(
    { data }: RecordFields,
    span: Span,
    part: DecodeContext["part"],
    maxChars: number,
  ): PayloadView | null | Promise<PayloadView> {
    if (!span) return null;
    return this.#decoder.view(data.subarray(span.start, span.end), this.#context(part), maxChars);
  }

  #cell({ data }: RecordFields, span: Span, part: "key" | "value"): Cell | null | Promise<Cell> {
    if (!span) return null;
    return this.#decoder.preview(data.subarray(span.start, span.end), this.#context(part), CELL_CHARS);
  }

  #context(part: DecodeContext["part"]): DecodeContext {
    return { topic: this.#topic, part, schemas: this.#schemas };
  }
}

/** A copy of bytes [from, to) of a payload; null where there is none. */
export function payloadBytes(
  { batch, position }: StoredRecord,
  part: PayloadPart,
  from: number,
  to: number,
): BytesView | null {
  const record = readRecord(batch, position);
  const span = spanOf(record, part);
  if (!span) return null;
  const size = span.end - span.start;
  const start = Math.min(Math.max(0, from), size);
  const end = Math.min(Math.max(start, to), size);
  return { from: start, size, bytes: new Uint8Array(record.data.subarray(span.start + start, span.start + end)) };
}

function spanOf(record: RecordFields, part: PayloadPart): Span {
  if (part === "key") return record.key;
  if (part === "value") return record.value;
  return readHeaders(record, part.header + 1).headers[part.header]?.value ?? null;
}

const sizeOf = (span: Span): number => (span ? span.end - span.start : 0);

function rowView(stored: StoredRecord, record: RecordFields, key: Cell | null, value: Cell | null): RowView {
  return {
    seq: stored.seq,
    kind: "record",
    partition: stored.batch.partition,
    offset: record.offset.toString(),
    timestamp: record.timestamp.toString(),
    timestampType: record.timestampType,
    key,
    value,
    keySize: sizeOf(record.key),
    valueSize: sizeOf(record.value),
    headerCount: record.headerCount,
    problem: null,
  };
}

function problemRow({ seq, problem }: Extract<StoredRow, { kind: "problem" }>): RowView {
  const { partition, first, last, why } = problem;
  return {
    seq,
    kind: "problem",
    partition,
    offset: String(first),
    timestamp: "-1",
    timestampType: "create",
    key: null,
    value: null,
    keySize: 0,
    valueSize: 0,
    headerCount: 0,
    problem:
      last > first
        ? `Offsets ${first} to ${last} could not be read. ${why}`
        : `Offset ${first} could not be read. ${why}`,
  };
}

import {
  attributesOf,
  baseOffsetOf,
  isControl,
  isTransactional,
  producerIdOf,
  recordCountOf,
  type StoredBatch,
} from "../kafka/log/batch.ts";
import { codecOf } from "../kafka/log/codecs.ts";
import { type RecordFields, readHeaders, readRecord, type Span } from "../kafka/log/records.ts";
import type { DecodeContext, Decoder, SchemaSource } from "../schema/api.ts";
import { atPath, type Path, parsePath } from "../schema/jsonPath.ts";
import { oneLine } from "../schema/text.ts";
import { cutAt } from "../shared/cutAt.ts";
import { JSON_FORMATS } from "../shared/decoding.ts";
import type {
  BytesView,
  Cell,
  HeaderView,
  PayloadPart,
  PayloadView,
  RecordDetail,
  RowTransaction,
  RowView,
} from "../shared/messages.ts";
import type { BatchFacts } from "./export/lines.ts";
import { lookAt } from "./recordLook.ts";
import type { StoredRow } from "./ring.ts";
import type { Transactions } from "./transactions.ts";

const CELL_CHARS = 300;
/** a value in which fields are looked for, bytes and characters */
const MAX_FIELD_VALUE = 2 * 1024 * 1024;
const NO_FIELDS: (Cell | null)[] = [];
/** characters of one payload in the detail pane */
const DETAIL_CHARS = 1_000_000;
const MAX_HEADERS = 1000;
const HEADER_CHARS = 20_000;

type StoredRecord = Extract<StoredRow, { kind: "record" }>;

/** How stored rows are turned into what is shown: the decoder, where schemas come from, and how transactions ended. */
export class RowViews {
  readonly #decoder: Decoder;
  readonly #schemas: SchemaSource | null;
  readonly #transactions: Transactions;
  readonly #committedOnly: boolean;
  #fields: { path: string; steps: Path | null }[] = [];

  constructor(
    decoder: Decoder,
    schemas: SchemaSource | null,
    transactions: Transactions,
    /** what is not of an aborted transaction is of a committed one */
    committedOnly: boolean,
  ) {
    this.#decoder = decoder;
    this.#schemas = schemas;
    this.#transactions = transactions;
    this.#committedOnly = committedOnly;
  }

  /** The fields of the value that rows carry as cells; a path that is none gives no cells. */
  set fields(paths: readonly string[]) {
    this.#fields = paths.map((path) => ({ path, steps: parsePath(path) }));
  }

  /** A row of the grid at a place in the view. A promise only when a schema has to be fetched first. */
  row(stored: StoredRow, at: number): RowView | Promise<RowView> {
    if (stored.kind === "problem") return problemRow(stored, at);
    const { batch } = stored;
    const record = readRecord(batch, stored.position);
    if (isControl(batch.attributes)) return controlRow(stored, at, record);
    const { topic } = batch;
    const transaction = this.#transaction(batch, record);
    const key = this.#cell(record, record.key, topic, "key");
    const value = this.#cell(record, record.value, topic, "value");
    const fields = this.#fieldCells(record, topic);
    if (key instanceof Promise || value instanceof Promise || fields instanceof Promise) {
      return Promise.all([key, value, fields]).then(([k, v, f]) => rowView(stored, at, record, transaction, k, v, f));
    }
    return rowView(stored, at, record, transaction, key, value, fields);
  }

  /** What the batch of a record says of it. */
  batchFacts(batch: StoredBatch, record: RecordFields): BatchFacts {
    return { codec: codecIn(batch), leaderEpoch: leaderEpochOf(batch), transaction: this.#transaction(batch, record) };
  }

  #transaction(batch: StoredBatch, record: RecordFields): RowTransaction | null {
    if (!isTransactional(batch.attributes)) return null;
    const producerId = producerIdOf(batch.header, batch.headerAt);
    const known = batch.aborted
      ? "aborted"
      : this.#transactions.stateOf(batch.source, producerId, Number(record.offset));
    return {
      producerId: producerId.toString(),
      producerEpoch: batch.header.readInt16BE(batch.headerAt + 51),
      state: known ?? (this.#committedOnly ? "committed" : "open"),
    };
  }

  #fieldCells(record: RecordFields, topic: string): (Cell | null)[] | Promise<(Cell | null)[]> {
    if (this.#fields.length === 0) return NO_FIELDS;
    const none = this.#fields.map(() => null);
    if (!record.value || record.value.end - record.value.start > MAX_FIELD_VALUE) return none;
    const view = this.view(record, record.value, topic, "value", MAX_FIELD_VALUE);
    const cells = (value: PayloadView | null): (Cell | null)[] =>
      value ? this.#fields.map(({ steps }) => fieldCell(value, steps)) : none;
    return view instanceof Promise ? view.then(cells) : cells(view);
  }

  /** All of a record, each payload decoded in full up to `maxChars`. Others have their turn in between; rejects when the signal aborts. */
  async detail(stored: StoredRecord, maxChars = DETAIL_CHARS, signal?: AbortSignal): Promise<RecordDetail> {
    const { batch } = stored;
    const record = readRecord(batch, stored.position);
    const { headers, problem } = readHeaders(record, MAX_HEADERS);
    const { topic } = batch;
    const key = await this.#viewInTurns(record, record.key, topic, "key", maxChars, signal);
    const value = await this.#viewInTurns(record, record.value, topic, "value", maxChars, signal);
    const shown: HeaderView[] = [];
    for (const header of headers) {
      const most = Math.min(maxChars, HEADER_CHARS);
      const view = await this.#viewInTurns(record, header.value, topic, "header", most, signal);
      shown.push({ key: header.key, value: view });
    }
    if (problem !== null) {
      shown.push({
        key: "",
        value: { format: "empty", text: "", textCut: 0, size: 0, schema: null, problems: [problem], notes: [] },
      });
    }
    const { header, headerAt } = batch;
    const attributes = attributesOf(header, headerAt);
    return {
      seq: stored.seq,
      topic,
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
    record: RecordFields,
    span: Span,
    topic: string,
    part: DecodeContext["part"],
    maxChars: number,
  ): PayloadView | null | Promise<PayloadView> {
    if (!span) return null;
    const bytes = record.data.subarray(span.start, span.end);
    return this.#decoder.view(bytes, this.#context(record, topic, part), maxChars);
  }

  #viewInTurns(
    record: RecordFields,
    span: Span,
    topic: string,
    part: DecodeContext["part"],
    maxChars: number,
    signal?: AbortSignal,
  ): PayloadView | null | Promise<PayloadView> {
    if (!span) return null;
    const bytes = record.data.subarray(span.start, span.end);
    return this.#decoder.viewInTurns(bytes, this.#context(record, topic, part), maxChars, signal);
  }

  #cell(record: RecordFields, span: Span, topic: string, part: "key" | "value"): Cell | null | Promise<Cell> {
    if (!span) return null;
    const bytes = record.data.subarray(span.start, span.end);
    return this.#decoder.preview(bytes, this.#context(record, topic, part), CELL_CHARS);
  }

  #context(record: RecordFields, topic: string, part: DecodeContext["part"]): DecodeContext {
    return { topic, part, schemas: this.#schemas, record: lookAt(record) };
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

const codecIn = (batch: StoredBatch): RowView["codec"] => codecOf(batch.attributes) ?? "none";
const leaderEpochOf = (batch: StoredBatch): number => batch.header.readInt32BE(batch.headerAt + 12);

const sizeOf = (span: Span): number => (span ? span.end - span.start : 0);

function rowView(
  stored: StoredRecord,
  at: number,
  record: RecordFields,
  transaction: RowTransaction | null,
  key: Cell | null,
  value: Cell | null,
  fields: (Cell | null)[],
): RowView {
  const { batch } = stored;
  return {
    seq: stored.seq,
    at,
    kind: "record",
    topic: batch.topic,
    partition: batch.partition,
    offset: record.offset.toString(),
    timestamp: record.timestamp.toString(),
    timestampType: record.timestampType,
    key,
    value,
    keySize: sizeOf(record.key),
    valueSize: sizeOf(record.value),
    headerCount: record.headerCount,
    codec: codecIn(batch),
    leaderEpoch: leaderEpochOf(batch),
    transaction,
    fields,
    problem: null,
  };
}

/** The marker that ends a transaction, as what it says. */
function controlRow(stored: StoredRecord, at: number, record: RecordFields): RowView {
  const { batch } = stored;
  const key = record.key && record.data.subarray(record.key.start, record.key.end);
  // its key is a version and a type, both int16: 0 aborts, 1 commits
  const type = key && key.length >= 4 ? key.readInt16BE(2) : -1;
  const known = type === 0 || type === 1;
  const text = type === 0 ? "aborts" : "commits";
  const producerId = producerIdOf(batch.header, batch.headerAt).toString();
  const sentence = known
    ? `Marker: ${text} the transaction of producer ${producerId}`
    : `Control record of type ${type}, written by the cluster for itself`;
  return {
    ...rowView(stored, at, record, null, null, { format: "text", text: sentence, cut: false, problems: [] }, NO_FIELDS),
    kind: "control",
    transaction: known
      ? {
          producerId,
          producerEpoch: batch.header.readInt16BE(batch.headerAt + 51),
          state: type === 0 ? "marker-abort" : "marker-commit",
        }
      : null,
  };
}

function problemRow({ seq, problem }: Extract<StoredRow, { kind: "problem" }>, at: number): RowView {
  const { source, first, last, why } = problem;
  return {
    seq,
    at,
    kind: "problem",
    topic: source.topic,
    partition: source.partition,
    offset: String(first),
    timestamp: "-1",
    timestampType: "create",
    key: null,
    value: null,
    keySize: 0,
    valueSize: 0,
    headerCount: 0,
    codec: "none",
    leaderEpoch: -1,
    transaction: null,
    fields: NO_FIELDS,
    problem:
      last > first
        ? `Offsets ${first} to ${last} could not be read. ${why}`
        : `Offset ${first} could not be read. ${why}`,
  };
}

/** A field's own characters as a cell; of strings without the quotes. */
function fieldCell({ format, text }: PayloadView, path: Path | null): Cell | null {
  if (path === null || !JSON_FORMATS.has(format)) return null;
  const found = atPath(text, path);
  if (!found) return null;
  const line = oneLine(cutAt(found.text, CELL_CHARS));
  const shown = cutAt(line, CELL_CHARS);
  return {
    format: found.kind === "string" ? "text" : "json",
    text: shown,
    cut: found.text.length > CELL_CHARS || shown.length < line.length,
    problems: [],
  };
}

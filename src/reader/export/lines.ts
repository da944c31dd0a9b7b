import { type RecordFields, readHeaders, type Span } from "../../kafka/log/records.ts";
import type { DecodeContext, Decoder, SchemaSource } from "../../schema/api.ts";
import type { PayloadView, RowTransaction, RowView } from "../../shared/messages.ts";
import { lookAt } from "../recordLook.ts";

/** Header values beyond these are left out, as in the detail pane; the line's `problem` says so. */
const MAX_HEADERS = 1000;

/** A record and where it stands. */
export interface PlacedRecord {
  topic: string;
  partition: number;
  record: RecordFields;
  /** what its batch says of it; missing where nobody asks for it. A function: few exports have columns of it */
  batch?: () => BatchFacts;
}

export interface BatchFacts {
  codec: RowView["codec"];
  /** -1: the batch names none */
  leaderEpoch: number;
  transaction: RowTransaction | null;
}

/** Offsets [first, last] that could not be read, and why. */
export interface PlacedProblem {
  topic: string;
  partition: number;
  first: number;
  last: number;
  why: string;
}

export interface LineOptions {
  decoder: Decoder;
  /** null: no registry is configured */
  schemas: SchemaSource | null;
  /** adds key, value and headers in base64 */
  bytes?: boolean;
}

interface PayloadLine {
  format: PayloadView["format"];
  text: string;
  /** always with a value; with a key only where there is a schema or a problem */
  schema?: { id: number | string; subject: string | null; version: number | string | null } | null;
  problems?: string[];
  /** how it was understood, where there is more to say than the format, a sentence each */
  notes?: string[];
  /** base64, only on request */
  bytes?: string | null;
}

/** A record as `npm run read` prints it and an export writes it. int64 values are strings of digits; null is Kafka's null. */
export interface RecordLine {
  topic: string;
  partition: number;
  offset: string;
  /** milliseconds since the epoch, "-1" for none */
  timestamp: string;
  key: PayloadLine | null;
  value: PayloadLine | null;
  headers: { key: string; text: string | null; bytes?: string | null }[];
  /** what is wrong with the headers */
  problem?: string;
}

/** A record as one plain object, whole; a promise only when a schema has to be fetched first. */
export function recordLine(placed: PlacedRecord, options: LineOptions): RecordLine | Promise<RecordLine> {
  const { topic, partition, record } = placed;
  const { headers, problem } = readHeaders(record, MAX_HEADERS);
  const views = [
    payloadView(placed, "key", record.key, options),
    payloadView(placed, "value", record.value, options),
    ...headers.map((header) => payloadView(placed, "header", header.value, options)),
  ];
  const assemble = ([key, value, ...values]: (PayloadView | null)[]): RecordLine => ({
    topic,
    partition,
    offset: record.offset.toString(),
    timestamp: record.timestamp.toString(),
    key: key ? { ...keyLine(key), ...base64(record, record.key, options) } : null,
    value: value ? { ...withSchema(value), ...base64(record, record.value, options) } : null,
    headers: headers.map((header, i) => ({
      key: header.key,
      text: values[i]?.text ?? null,
      ...base64(record, header.value, options),
    })),
    ...(problem === null ? {} : { problem }),
  });
  return views.some((view) => view instanceof Promise)
    ? Promise.all(views).then(assemble)
    : assemble(views as (PayloadView | null)[]);
}

/** The line that stands where records could not be read. */
export function problemLine({ topic, partition, first, last, why }: PlacedProblem): object {
  return { topic, partition, offset: String(first), lastOffset: String(last), problem: why };
}

/** One payload of a record, whole; null is Kafka's null. */
export function payloadView(
  { topic, record }: PlacedRecord,
  part: DecodeContext["part"],
  span: Span,
  { decoder, schemas }: LineOptions,
): PayloadView | null | Promise<PayloadView> {
  if (!span) return null;
  const bytes = record.data.subarray(span.start, span.end);
  const context = { topic, part, schemas, record: lookAt(record) };
  return decoder.viewInTurns(bytes, context, Number.POSITIVE_INFINITY);
}

/** schema and problems of a key only where there are any */
function keyLine(view: PayloadView): PayloadLine {
  const more = view.schema !== null || view.problems.length > 0;
  return more ? withSchema(view) : { format: view.format, text: view.text, ...notesOf(view) };
}

function withSchema(view: PayloadView): PayloadLine {
  const { format, text, schema, problems } = view;
  return {
    format,
    text,
    schema: schema && { id: schema.id, subject: schema.subject, version: schema.version },
    problems,
    ...notesOf(view),
  };
}

const notesOf = ({ notes }: PayloadView): { notes?: string[] } => (notes.length > 0 ? { notes } : {});

function base64({ data }: RecordFields, span: Span, options: LineOptions): { bytes?: string | null } {
  if (!options.bytes) return {};
  return { bytes: span ? data.toString("base64", span.start, span.end) : null };
}

import type { TopicDecoding } from "./decoding.ts";
import type { NamedSchema, SchemaUse } from "./schemaUse.ts";

/**
 * The view models of the Messages panel: what the reading engine answers and the webview shows.
 *
 * Pure data that crosses by structured clone. int64 values of Kafka (offsets, timestamps, producer ids) are strings of decimal digits, so that
 * none is ever rounded by a double; counts and sizes that are proved to fit are numbers.
 */

/**
 * Where reading starts. `timestamp` is milliseconds since the epoch; `last` counts over all chosen partitions of all topics together.
 * `offsets`: only the partitions that are named are read. `group`: where a consumer group's committed offsets are; partitions for which it has
 * none are read from their beginning.
 */
export type ReadFrom =
  | { kind: "latest" }
  | { kind: "beginning" }
  | { kind: "last"; count: number }
  | { kind: "offset"; offset: string }
  | { kind: "offsets"; offsets: PartitionOffset[] }
  | { kind: "time"; timestamp: string }
  | { kind: "group"; group: string };

export interface PartitionOffset {
  topic: string;
  partition: number;
  offset: string;
}

/**
 * Where reading ends: never (live), at the high watermark seen at the start, after a number of messages (with a filter: that match), with an
 * offset (the last one that is read) or with a time (the last millisecond that is read; reading waits for a time that is still to come).
 */
export type ReadTo =
  | { kind: "live" }
  | { kind: "end" }
  | { kind: "count"; count: number }
  | { kind: "offset"; offset: string }
  | { kind: "time"; timestamp: string };

export type Isolation = "read_committed" | "read_uncommitted";

/** Which topics are read together: by name, and those whose whole name a regular expression matches, also when they appear later. */
export interface TopicChoice {
  topics: string[];
  pattern: string | null;
}

export interface ReadQuery extends TopicChoice {
  from: ReadFrom;
  to: ReadTo;
  /** of each topic; null: all of them, also those that are added later */
  partitions: number[] | null;
  isolation: Isolation;
  /** what is read but does not match is not kept; null: everything is */
  filter: Filter | null;
  /** of these only messages whose key or value names this schema; null: any */
  schema: NamedSchema | null;
  /** shows control records (transaction markers) and, with read_uncommitted, which messages were aborted */
  control: boolean;
}

/** Everything that one topic holds at the moment. */
export const wholeTopic = (topic: string): ReadQuery => ({
  topics: [topic],
  pattern: null,
  from: { kind: "beginning" },
  to: { kind: "end" },
  partitions: null,
  isolation: "read_committed",
  filter: null,
  schema: null,
  control: false,
});

/** Where a text or pattern is looked for. */
export type FilterPart = "key" | "value" | "headers";

/**
 * Which messages are wanted. `contains` and `regex` look at the bytes as UTF-8 text (`contains` also finds the text in what a schema decodes, as far as the format
 * writes text as UTF-8). `cel` is an expression over key, value, headers, topic, partition, offset, timestamp that is true for the wanted ones.
 */
export type Filter =
  | { kind: "contains"; text: string; caseSensitive: boolean; parts: FilterPart[] }
  | { kind: "regex"; pattern: string; caseSensitive: boolean; parts: FilterPart[] }
  | { kind: "cel"; expression: string };

/** Why a filter cannot be used: a sentence, and which characters of it are meant. */
export interface FilterProblem {
  message: string;
  /** index of the first character; null when it is about the whole */
  at: number | null;
  length: number;
}

export type SortKey = "arrival" | "time" | "offset" | "size";

/** How the kept messages are shown; changes nothing about what is read. `offset` sorts by topic, partition and offset. */
export interface ViewSpec {
  filter: Filter | null;
  /** only messages whose key or value names this schema; null: any */
  schema: NamedSchema | null;
  /** milliseconds since the epoch, both included; null: no bound */
  time: { from: string | null; to: string | null } | null;
  /** only messages with this key: its bytes in base64; "" is an empty key; null: any */
  key: string | null;
  sort: { by: SortKey; descending: boolean };
  /** fields of the value that rows carry as cells, as paths: $.items[0].sku */
  fields: string[];
}

export const wholeView: Readonly<ViewSpec> = {
  filter: null,
  schema: null,
  time: null,
  key: null,
  sort: { by: "arrival", descending: false },
  fields: [],
};

/** Whether the view may hide kept messages. */
export const isNarrowed = ({ filter, schema, time, key }: ViewSpec): boolean =>
  filter !== null || schema !== null || time !== null || key !== null;

/**
 * How bytes were understood. `binary` is shown as hex; `empty` is a payload of zero bytes; `kafka` is a record that Kafka or a tool beside it wrote for
 * itself; the numbers, `boolean` and `uuid` are those of Kafka's own serializers; `extension` and `extension-json` are another extension's.
 */
export type PayloadFormat =
  | "json"
  | "text"
  | "xml"
  | "avro"
  | "protobuf"
  | "json-schema"
  | "messagepack"
  | "cbor"
  | "smile"
  | "java"
  | "short"
  | "integer"
  | "long"
  | "float"
  | "double"
  | "boolean"
  | "uuid"
  | "kafka"
  | "extension"
  | "extension-json"
  | "binary"
  | "empty";

export interface SchemaRef {
  /** what the payload's wire format names: a number, or a UUID */
  id: number | string;
  /** "AVRO" | "PROTOBUF" | "JSON" as the registry names it; null when the registry could not be asked */
  type: string | null;
  subject: string | null;
  version: number | string | null;
}

/** One cell of the grid: a single line, cut. */
export interface Cell {
  format: PayloadFormat;
  text: string;
  /** true when `text` is not all of it */
  cut: boolean;
  /** why decoding failed or is doubtful, a sentence each; empty when all is well */
  problems: string[];
}

/** A row of the grid. A null key or value is Kafka's null (for a value: a tombstone). */
export interface RowView {
  /** identity within one run of a query: arrival order, never reused; rows kept are [firstSeq, nextSeq) */
  seq: number;
  /** place in the view: [ReaderStatus.view.first, view.next) */
  at: number;
  kind: "record" | "problem" | "control";
  topic: string;
  partition: number;
  offset: string;
  /** milliseconds since the epoch; "-1" when the record has none */
  timestamp: string;
  timestampType: "create" | "append";
  key: Cell | null;
  value: Cell | null;
  keySize: number;
  valueSize: number;
  headerCount: number;
  codec: Codec;
  /** -1 when unknown */
  leaderEpoch: number;
  /** of a message or marker that belongs to one */
  transaction: RowTransaction | null;
  /** the cells of ViewSpec.fields, in that order; null where the value has no such field */
  fields: (Cell | null)[];
  /** for kind "problem": what could not be read (a corrupt batch, an unknown codec), with the offsets it covers */
  problem: string | null;
}

export interface RowTransaction {
  producerId: string;
  producerEpoch: number;
  /** "marker-commit", "marker-abort": the record that ends it. "open": not known yet, or not asked for */
  state: "committed" | "aborted" | "open" | "marker-commit" | "marker-abort";
}

/** One payload in full: value, key or a header's value. */
export interface PayloadView {
  format: PayloadFormat;
  /** what the detail pane shows: JSON pretty-printed from its own characters, text as it is, hex for binary */
  text: string;
  /** characters that `text` was cut by, 0 when it is whole; with `shownBytes` they were not counted, and it only says that there are some */
  textCut: number;
  /** only the beginning of a large payload was looked at: so many of its bytes `text` stands for; 0 when that is not known */
  shownBytes?: number;
  /** bytes of the payload */
  size: number;
  schema: SchemaRef | null;
  problems: string[];
  /** what else there is to know of how it was understood, a sentence each: that it was unpacked, by which file's schema it was read */
  notes: string[];
}

export interface HeaderView {
  key: string;
  value: PayloadView | null;
}

export interface RecordDetail {
  seq: number;
  topic: string;
  partition: number;
  offset: string;
  timestamp: string;
  timestampType: "create" | "append";
  key: PayloadView | null;
  value: PayloadView | null;
  headers: HeaderView[];
  batch: {
    baseOffset: string;
    records: number;
    codec: Codec;
    leaderEpoch: number;
    transactional: boolean;
    /** "-1" without one */
    producerId: string;
    producerEpoch: number;
    sequence: number;
  };
}

export type Codec = "none" | "gzip" | "snappy" | "lz4" | "zstd";

/** Which bytes of a record: for the hex view and for copying. */
export type PayloadPart = "key" | "value" | { header: number };

/** Bytes [from, from + bytes.length) of a payload of `size` bytes. */
export interface BytesView {
  from: number;
  size: number;
  bytes: Uint8Array;
}

export interface PartitionStatus {
  topic: string;
  partition: number;
  /** next offset to fetch */
  position: string;
  /** high watermark (or last stable offset for read_committed), as the broker last said */
  end: string;
  logStart: string;
  /** what keeps this partition from being read, in words; null when nothing does */
  problem: string | null;
}

export type ReaderState = "idle" | "connecting" | "reading" | "live" | "paused" | "done" | "failed";

/** Pushed by the engine on change, at most ten times a second. */
export interface ReaderStatus {
  state: ReaderState;
  /** changes with every start and clear: rows of another run are not to be mixed with this one's */
  run: number;
  firstSeq: number;
  nextSeq: number;
  /** messages read from the log */
  scanned: number;
  /** size of their batches as they are stored: compressed where they are */
  scannedBytes: number;
  /** messages a second, over the last second of reading; 0 while nothing is read */
  rate: number;
  /** of the scanned messages those that the query's filter let through; all of them without one */
  matched: number;
  /** messages to which the query's filter could not be applied (a field is missing, a value is not decodable), and one such reason */
  filterProblems: { count: number; example: string | null };
  /** messages that the ring let go, oldest first */
  dropped: number;
  /** why the schema registry does not answer, a sentence; null while it does, and without one */
  registry: string | null;
  /** batches that could not be read */
  unreadable: number;
  /** kept messages that were only counted so far, from the headers of their batches: their times are not exactly known to the time line */
  unwalked: number;
  /** messages between the positions and the ends */
  behind: string;
  /** since the run started, without pauses */
  elapsedMs: number;
  partitions: PartitionStatus[];
  view: ViewStatus;
  /** for state "failed", or a passing trouble while it goes on */
  problem: string | null;
}

/** Which rows are shown: places [first, next), without gaps. */
export interface ViewStatus {
  /** changes whenever a place may show another row than before, other than by rows that are added at the end or dropped at the start */
  revision: number;
  first: number;
  next: number;
  /** part of the kept rows that a new filter or sort order has been applied to, 0…1; null when all are */
  progress: number | null;
  /** kept rows to which the view's filter could not be applied, and one such reason */
  problems: { count: number; example: string | null };
}

/** Before the engine's first word. */
export const nothingRead: Readonly<ReaderStatus> = {
  state: "connecting",
  run: 0,
  firstSeq: 0,
  nextSeq: 0,
  scanned: 0,
  scannedBytes: 0,
  dropped: 0,
  registry: null,
  unreadable: 0,
  unwalked: 0,
  behind: "0",
  elapsedMs: 0,
  rate: 0,
  matched: 0,
  filterProblems: { count: 0, example: null },
  partitions: [],
  view: { revision: 0, first: 0, next: 0, progress: null, problems: { count: 0, example: null } },
  problem: null,
};

/** Rows at places [from, from + rows.length) of the view, fewer than asked where they are gone or not yet there. */
export interface RowsWindow {
  run: number;
  revision: number;
  from: number;
  rows: RowView[];
}

/** How many of the view's messages fall into each of some equal spans of time: bucket i is [from + i × step, from + (i + 1) × step), ms. */
export interface Timeline {
  run: number;
  /** of the kept messages, whether shown or not; both "-1" when none has a time */
  earliest: string;
  latest: string;
  from: string;
  step: number;
  /** all kept messages */
  kept: number[];
  /** those that the view shows */
  shown: number[];
}

/** A field that was seen in the values that are kept. */
export interface FieldInfo {
  /** $.items[].sku: any element of an array */
  path: string;
  /** "string", "int", "double", "bool", "null", "object", "array", in the order of how often each was seen */
  types: string[];
  /** part of the values looked at that have it, 0…1 */
  share: number;
}

export type CopyFormat = "value" | "key" | "json" | "kcat" | "console-producer";

export type ExportFormat = "jsonl" | "json" | "csv" | "raw";

export interface ExportSpec {
  format: ExportFormat;
  /** null: all that the view shows, in its order */
  seqs: number[] | null;
  /** for csv: what the columns hold, in order; see ExportColumn */
  columns: ExportColumn[];
  /** the file to write; for "raw" a folder, in which each value becomes a file of its own */
  target: string;
}

export type ExportColumn =
  | "topic"
  | "partition"
  | "offset"
  | "timestamp"
  | "key"
  | "value"
  | "headers"
  | "keySize"
  | "valueSize"
  | "transaction"
  | "compression"
  | "leaderEpoch"
  | "timestampType"
  | { field: string };

/** Where an export stands. */
export interface ExportProgress {
  /** rows that were written: for "raw" files */
  rows: number;
  of: number;
  bytes: number;
  /** rows that were no longer kept when their turn came; absent when there were none, as the following */
  gone?: number;
  /** for "raw": messages without a value, for which there is no file */
  tombstones?: number;
  /** for "csv" and "raw": rows that only say what could not be read */
  unreadable?: number;
}

/** How much is kept: whichever is reached first. */
export interface RingLimits {
  megabytes: number;
  rows: number;
}

/** What the reading engine does, whoever asks: the webview through the host, or the command line. */
export interface EngineMethods {
  /** rejects with a UserError of code "filter" (detail: FilterProblem as JSON) when the filter cannot be used; what is being read goes on then */
  start(query: ReadQuery): void;
  pause(): void;
  resume(): void;
  clear(): void;
  /** rejects as `start` does; the former view stays then. Holds for later runs too. */
  setView(view: ViewSpec): void;
  /** how much is kept from now on, of what is being read and in later runs */
  setLimits(ring: RingLimits): void;
  /** how a topic's keys and values are to be understood from now on, in later runs too */
  setDecoding(topic: string, decoding: TopicDecoding): void;
  /** by place in the view */
  rows(from: number, to: number): RowsWindow;
  /** null when the record is no longer kept; each payload's text is cut at `maxChars` (default 1,000,000) */
  detail(seq: number, maxChars?: number): RecordDetail | null;
  bytes(seq: number, part: PayloadPart, from: number, to: number): BytesView | null;
  /** seq of a kept record, or null when it is not kept */
  find(topic: string, partition: number, offset: string): number | null;
  /** the place in the view of a kept row; null when the view does not show it */
  locate(seq: number): number | null;
  /** the place of the first row, in the view's order, that is not older (sorted descending: not younger) than a time, ms; null when none is */
  locateTime(timestamp: string): number | null;
  /** seq of the next (1) or previous (-1) kept record with the same key, in order of arrival; null when there is none */
  sameKey(seq: number, direction: 1 | -1): number | null;
  /** the kept records with the key of this one, oldest first, at most the newest `limit`; values cut at `maxChars` */
  keyHistory(seq: number, limit: number, maxChars: number): RecordDetail[];
  /** fields seen in a sample of the kept values, as many as `limit` */
  fields(limit: number): FieldInfo[];
  timeline(buckets: number): Timeline;
  /** which schemas the kept messages name, and how many do */
  schemaUse(): SchemaUse;
  /**
   * Asks a registry that did not answer again at once, whatever pause it is given; rows are decoded anew when it answers. Gives why it still
   * does not, as in the status; null when it does.
   */
  retrySchemas(): string | null;
  copyAs(seqs: number[], format: CopyFormat): string;
  /** writes a file; progress arrives as events "exported" with the same id. Aborted: what was written is removed. */
  export(id: number, spec: ExportSpec): ExportProgress;
}

export interface EngineEvents {
  status: ReaderStatus;
  exported: ExportProgress & { id: number };
}

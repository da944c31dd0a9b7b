/**
 * The view models of the Messages panel: what the reading engine answers and the webview shows.
 *
 * Pure data that crosses by structured clone. int64 values of Kafka (offsets, timestamps, producer ids) are strings of decimal digits, so that
 * none is ever rounded by a double; counts and sizes that are proved to fit are numbers.
 */

/** Where reading starts. `timestamp` is milliseconds since the epoch; `last` counts over all chosen partitions together. */
export type ReadFrom =
  | { kind: "latest" }
  | { kind: "beginning" }
  | { kind: "last"; count: number }
  | { kind: "offset"; offset: string }
  | { kind: "time"; timestamp: string };

/** Where reading ends: never (live), at the high watermark seen at the start, or after a number of messages. */
export type ReadTo = { kind: "live" } | { kind: "end" } | { kind: "count"; count: number };

export type Isolation = "read_committed" | "read_uncommitted";

export interface ReadQuery {
  topic: string;
  from: ReadFrom;
  to: ReadTo;
  /** null: all of them, also those that are added later */
  partitions: number[] | null;
  isolation: Isolation;
}

/** How bytes were understood. `binary` is shown as hex; `empty` is a payload of zero bytes. */
export type PayloadFormat = "json" | "text" | "avro" | "protobuf" | "json-schema" | "binary" | "empty";

export interface SchemaRef {
  /** registry id, from the payload's wire format */
  id: number;
  /** "AVRO" | "PROTOBUF" | "JSON" as the registry names it; null when the registry could not be asked */
  type: string | null;
  subject: string | null;
  version: number | null;
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
  kind: "record" | "problem";
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
  /** for kind "problem": what could not be read (a corrupt batch, an unknown codec), with the offsets it covers */
  problem: string | null;
}

/** One payload in full: value, key or a header's value. */
export interface PayloadView {
  format: PayloadFormat;
  /** what the detail pane shows: JSON pretty-printed from its own characters, text as it is, hex for binary */
  text: string;
  /** characters that `text` was cut by, 0 when it is whole */
  textCut: number;
  /** bytes of the payload */
  size: number;
  schema: SchemaRef | null;
  problems: string[];
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

interface PartitionStatus {
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
  /** messages read from the log, and their key and value bytes */
  scanned: number;
  scannedBytes: number;
  /** messages that the ring let go, oldest first */
  dropped: number;
  /** batches that could not be read */
  unreadable: number;
  /** messages between the positions and the ends */
  behind: string;
  /** since the run started, without pauses */
  elapsedMs: number;
  partitions: PartitionStatus[];
  /** for state "failed", or a passing trouble while it goes on */
  problem: string | null;
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
  unreadable: 0,
  behind: "0",
  elapsedMs: 0,
  partitions: [],
  problem: null,
};

export interface RowsWindow {
  run: number;
  firstSeq: number;
  nextSeq: number;
  /** rows from `from` on, fewer than asked where they are gone or not yet there */
  from: number;
  rows: RowView[];
}

/** What the reading engine does, whoever asks: the webview through the host, or the command line. */
export interface EngineMethods {
  start(query: ReadQuery): void;
  pause(): void;
  resume(): void;
  clear(): void;
  rows(from: number, to: number): RowsWindow;
  /** null when the record is no longer kept; each payload's text is cut at `maxChars` (default 200,000) */
  detail(seq: number, maxChars?: number): RecordDetail | null;
  bytes(seq: number, part: PayloadPart, from: number, to: number): BytesView | null;
  /** seq of a kept record, or null when it is not kept */
  find(partition: number, offset: string): number | null;
}

export interface EngineEvents {
  status: ReaderStatus;
}

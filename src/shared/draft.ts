/** What the produce form and the extension host say to each other of a message that is being written. */

/** Formats that need no schema, in the order and the groups in which they are offered. Those that are not text or bytes are entered as JSON. */
export const PLAIN_FORMATS = [
  { id: "json", label: "JSON", group: "self-describing" },
  { id: "xml", label: "XML", group: "self-describing" },
  { id: "messagepack", label: "MessagePack", group: "self-describing" },
  { id: "cbor", label: "CBOR", group: "self-describing" },
  { id: "smile", label: "Smile", group: "self-describing" },
  { id: "text", label: "Text", group: "plain" },
  { id: "utf-16", label: "Text (UTF-16)", group: "plain" },
  { id: "utf-16le", label: "Text (UTF-16LE)", group: "plain" },
  { id: "latin-1", label: "Text (ISO-8859-1)", group: "plain" },
  { id: "hex", label: "Hex bytes", group: "plain" },
  { id: "base64", label: "Base64 bytes", group: "plain" },
  { id: "short", label: "Short", group: "kafka" },
  { id: "integer", label: "Integer", group: "kafka" },
  { id: "long", label: "Long", group: "kafka" },
  { id: "float", label: "Float", group: "kafka" },
  { id: "double", label: "Double", group: "kafka" },
  { id: "boolean", label: "Boolean", group: "kafka" },
  { id: "uuid", label: "UUID", group: "kafka" },
] as const;

export type PlainFormat = (typeof PLAIN_FORMATS)[number]["id"];

/** What the bytes of a format without a schema may be put into, as one more step. */
export const WRAPS = [
  { id: "gzip", label: "gzip" },
  { id: "zlib", label: "zlib" },
  { id: "zstd", label: "Zstandard" },
  { id: "lz4", label: "LZ4" },
  { id: "snappy", label: "Snappy" },
  { id: "snappy-framed", label: "Snappy (framed)" },
  { id: "snappy-xerial", label: "Snappy (xerial)" },
  { id: "base64", label: "Base64 text" },
] as const;

export type Wrap = (typeof WRAPS)[number]["id"];

/**
 * How a field is turned into bytes. "schema": by a registry's schema, "file": by one of the workspace, "avro-container": by the one inside the message that is
 * edited; all three are entered as JSON. "null": no bytes.
 */
export type DraftEncoding = PlainFormat | "schema" | "file" | "avro-container" | "null";

type DraftSchemaType = "AVRO" | "PROTOBUF" | "JSON";

/** All of a field but its text: how it is encoded. */
export interface DraftFormat {
  encoding: DraftEncoding;
  /** for "schema": its latest version is taken, unless `pinned` names another */
  subject?: string;
  /** for "schema": the one that the edited message names, by what its payload or header names it by (SchemaKey) */
  pinned?: { key: number | string; type: string; label: string };
  /** for "schema": the id stands in a header; or what follows the id is compressed (AWS Glue) */
  place?: "header" | "zlib";
  file?: SchemaFile;
  /** Protobuf: the message's full name; left out: the file's first */
  message?: string;
  /** Avro by a file: left out, the bare value */
  framing?: "single-object" | "container";
  /** for "avro-container" */
  container?: { schema: string; codec: string };
  wrap?: Wrap;
}

export interface SchemaFile {
  uri: string;
  /** its path in the workspace */
  label: string;
  type: DraftSchemaType;
}

export interface DraftField extends DraftFormat {
  text: string;
  /** of a message that is edited: its bytes in base64, which are sent as they are while the text is `text` */
  original?: { text: string; bytes: string };
}

export interface DraftHeader {
  key: string;
  value: string;
  /** "hex": bytes that are no text */
  kind: "text" | "hex" | "null";
}

export interface ProduceDraft {
  key: DraftField;
  value: DraftField;
  headers: DraftHeader[];
  /** null: by key (murmur2, as Java's default), or round robin without a key */
  partition: number | null;
}

export interface ProduceContext {
  partitions: number[];
  subjects: { key: SubjectInfo[]; value: SubjectInfo[] };
  /** null: there is none, or it cannot be used */
  registry: "confluent" | "apicurio" | "glue" | null;
  /** why schemas cannot be offered; null when they can or there is no registry */
  registryProblem: string | null;
  /** what was chosen for the topic the last time, or fits how it is read; null: nothing was */
  formats: { key: DraftFormat | null; value: DraftFormat | null };
}

export interface SubjectInfo {
  subject: string;
  version: number | string;
  id: number | string;
  type: string;
}

/** What a field's schema offers. */
export interface DraftHelp {
  /** a JSON value that the schema accepts, to start from */
  example: string;
  /** Protobuf: full names of the file's messages; null for others */
  messages: string[] | null;
}

export interface DraftProblem {
  field: "key" | "value" | "headers" | "partition";
  /** index of the header row */
  index?: number;
  message: string;
  /** path in the JSON value, like $.items[0].qty */
  path?: string;
  /** position in the text, when the text itself is wrong */
  at?: number;
}

export type ProduceOutcome =
  | { ok: true; partition: number; offset: string; timestamp: string }
  | { ok: false; message: string; problems: DraftProblem[] };

/** What may be put into one more step: a reader looks for a registry's frame, or takes a file's schema, at the first byte only. */
export const canWrap = ({ encoding }: DraftFormat): boolean =>
  encoding !== "schema" && encoding !== "file" && encoding !== "null";

import type { PayloadFormat } from "./messages.ts";

/** A format that a person can choose for a topic's keys or values, in the order in which they are offered. */
export const FIXED_FORMATS = [
  { id: "json", label: "JSON", detail: "in its own characters" },
  { id: "text", label: "Text (UTF-8)", detail: "as it is" },
  { id: "utf-16", label: "Text (UTF-16)", detail: "big-endian, or as its byte order mark says" },
  { id: "utf-16le", label: "Text (UTF-16, little-endian)", detail: "" },
  { id: "latin-1", label: "Text (ISO-8859-1)", detail: "one byte for each character" },
  { id: "xml", label: "XML", detail: "in the encoding that it declares" },
  { id: "messagepack", label: "MessagePack", detail: "" },
  { id: "cbor", label: "CBOR", detail: "RFC 8949" },
  { id: "smile", label: "Smile", detail: "Jackson's binary JSON" },
  { id: "protobuf-raw", label: "Protobuf without its schema", detail: "field numbers and what their bytes look like" },
  { id: "avro-container", label: "Avro container file", detail: "with the schema inside" },
  { id: "short", label: "Short", detail: "Kafka's ShortSerializer: 2 bytes, big-endian" },
  { id: "integer", label: "Integer", detail: "Kafka's IntegerSerializer: 4 bytes, big-endian" },
  { id: "long", label: "Long", detail: "Kafka's LongSerializer: 8 bytes, big-endian" },
  { id: "float", label: "Float", detail: "Kafka's FloatSerializer: 4 bytes" },
  { id: "double", label: "Double", detail: "Kafka's DoubleSerializer: 8 bytes" },
  { id: "boolean", label: "Boolean", detail: "Kafka's BooleanSerializer: 1 byte" },
  { id: "uuid", label: "UUID", detail: "Kafka's UUIDSerializer: its 36 characters" },
  { id: "base64", label: "Base64", detail: "then what its bytes are" },
  { id: "gzip", label: "gzip", detail: "then what it unpacks to" },
  { id: "zlib", label: "zlib", detail: "then what it unpacks to" },
  { id: "zstd", label: "Zstandard", detail: "then what it unpacks to" },
  { id: "lz4", label: "LZ4 frame", detail: "then what it unpacks to" },
  { id: "snappy", label: "Snappy", detail: "one raw block; then what it unpacks to" },
  { id: "java", label: "Java serialization", detail: "its classes and fields" },
  { id: "hex", label: "Bytes", detail: "as hex" },
] as const;

export type FixedFormat = (typeof FIXED_FORMATS)[number]["id"];

/** How a topic's keys or values are to be understood. */
export type DecodeAs =
  | { kind: "auto" }
  | { kind: "format"; format: FixedFormat }
  /** by a schema that a person named, such as a file of the workspace */
  | {
      kind: "schema";
      type: "AVRO" | "PROTOBUF" | "JSON";
      /** where it is from, for people: "schemas/order.avsc" */
      label: string;
      schema: string;
      references: readonly { name: string; schema: string }[];
      /** Protobuf: the message's full name */
      message: string | null;
      /** Protobuf: `schema` is a descriptor set in base64 */
      compiled: boolean;
    }
  /** Avro values that name their writer's schema, as a program with a schema of its own sees them; everything else automatically */
  | { kind: "reader"; reader: ReaderSchema }
  /** by another extension */
  | { kind: "extension"; id: string; label: string };

/** An Avro reader's schema. */
export type ReaderSchema =
  /** of a file; `label` is where it is from, for people: "schemas/order.avsc" */
  | { from: "file"; label: string; schema: string }
  /** of a registry. Subject null: each value's own; version null: the latest */
  | { from: "registry"; subject: string | null; version: number | string | null };

/** Of one topic. */
export interface TopicDecoding {
  key: DecodeAs;
  value: DecodeAs;
}

export const automatically: Readonly<TopicDecoding> = { key: { kind: "auto" }, value: { kind: "auto" } };

/** Formats whose text is JSON. */
export const JSON_FORMATS: ReadonlySet<PayloadFormat> = new Set<PayloadFormat>([
  "json",
  "avro",
  "protobuf",
  "json-schema",
  "messagepack",
  "cbor",
  "smile",
  "java",
  "short",
  "integer",
  "long",
  "float",
  "double",
  "boolean",
  "uuid",
  "kafka",
  "extension-json",
]);

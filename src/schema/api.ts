import type { DecodeAs } from "../shared/decoding.ts";
import type { Cell, PayloadView } from "../shared/messages.ts";

/** Confluent's API (Confluent, Karapace, Redpanda, Apicurio's ccompat), Apicurio's own, AWS Glue. */
export type RegistryKind = "confluent" | "apicurio" | "glue";

/**
 * What a payload names its schema by: a number is Confluent's id; a GUID is Confluent's too, global and content ids are Apicurio's, and
 * Glue has the UUID of a schema version. UUIDs in lower case with hyphens.
 */
export type SchemaKey = number | `guid:${string}` | `globalId:${number}` | `contentId:${number}` | `glue:${string}`;

/**
 * What else a schema is asked for by: Avro's fingerprint, 16 hex digits, among the versions of the topic's own subject; a version and its subject
 * (`subjectVersion` in registry/subjectSchemas.ts); the latest version of a subject, which only is known for a while.
 */
export type SchemaQuery = SchemaKey | `fingerprint:${string}` | `version:${string}` | `latest:${string}`;

/** A schema as a registry keeps it. Immutable under its id. */
export interface RegisteredSchema {
  /** for people: Confluent's id, Apicurio's global or content id; of Glue the version's UUID */
  id: number | string;
  /** what payloads name it by; left out where that is `id` itself */
  key?: SchemaKey;
  /** "AVRO", "PROTOBUF", "JSON" */
  type: string;
  /** the schema's text */
  schema: string;
  references: { name: string; subject: string; version: number | string; schema: string }[];
  /** one subject and version under which it is registered, where the registry tells */
  subject: string | null;
  version: number | string | null;
  /** where it was found, when that is no registry: "schemas/order.avsc" */
  file?: string;
}

/**
 * Where decoders get schemas from. The worker's implementation asks the extension host; the command line's asks the registry itself.
 * Rejects with a UserError whose sentence can stand in a row: "schema id 9 is unknown to the registry (404)".
 */
export interface SchemaSource {
  /** which wire formats to expect (see registry/wire.ts); left out: Confluent's */
  readonly kind?: RegistryKind;
  /** already known: no waiting. The topic and part choose among the subjects that one schema may be registered under. */
  cached(key: SchemaQuery, topic: string, part: "key" | "value"): RegisteredSchema | undefined;
  /** joined: parallel calls for one key are one request; a failure is remembered for a while */
  byId(key: SchemaQuery, topic: string, part: "key" | "value"): Promise<RegisteredSchema>;
  /**
   * On a person's word: forgets every failure and pause, and, where the registry did not answer, asks it again at once for what it was asked
   * last. Rejects with why it still does not answer.
   */
  retry?(): Promise<void>;
}

export interface DecodeContext {
  topic: string;
  part: "key" | "value" | "header";
  /** null: no registry is configured */
  schemas: SchemaSource | null;
  /** the record that the payload is of, where its headers and key are at hand */
  record?: RecordLook;
}

/** What of a record may say how its payloads are to be read. Looked at only where it is needed. */
export interface RecordLook {
  /** the value of the last header of a name: null is Kafka's null, undefined that there is none */
  header(name: string): Uint8Array | null | undefined;
  /** null: it has none */
  key(): Uint8Array | null;
}

/** How a topic's keys and values are understood, where a person has chosen. */
export interface Choices {
  of(topic: string, part: "key" | "value"): DecodeAs;
}

/** What another extension made of a payload. */
export interface ExternalDecoded {
  /** JSON text, or any text */
  text: string;
  json: boolean;
  problems: string[];
}

/** Rejects with what is wrong, as a sentence. */
export type DecodeExternally = (
  id: string,
  bytes: Uint8Array,
  about: { topic: string; part: "key" | "value" },
) => Promise<ExternalDecoded>;

/**
 * Bytes to what a person reads. Never throws: what fails becomes a problem and the bytes are shown.
 * Synchronous whenever nothing has to be fetched, so that a window of rows costs no promises.
 */
export interface Decoder {
  /**
   * The first bytes of payloads of a topic that are text or JSON in their own characters, by the byte, unless one of the record's headers names a schema
   * (`namesSchema`); null when there are none, since something else was chosen for the topic.
   */
  plainStarts(topic: string, part: "key" | "value"): readonly boolean[] | null;
  /** Whether a header of the record names a registry's schema for the part. */
  namesSchema(record: RecordLook, part: "key" | "value"): boolean;
  /** one line for the grid, cut at `maxChars` */
  preview(bytes: Uint8Array, context: DecodeContext, maxChars: number): Cell | Promise<Cell>;
  /** all of it for the detail pane, cut at `maxChars` (Infinity: whole) */
  view(bytes: Uint8Array, context: DecodeContext, maxChars: number): PayloadView | Promise<PayloadView>;
  /**
   * As `view`, but large payloads hold nobody up: of one with more bytes than `maxChars` only the beginning is looked at, which `shownBytes` of the view tells,
   * and others of the thread have their turn in between. The bytes must stay as they are until it is settled. Rejects only when `signal` aborts.
   */
  viewInTurns(
    bytes: Uint8Array,
    context: DecodeContext,
    maxChars: number,
    signal?: AbortSignal,
  ): PayloadView | Promise<PayloadView>;
}

import type { Cell, PayloadView } from "../shared/messages.ts";

/** A schema as a registry keeps it. Immutable under its id. */
export interface RegisteredSchema {
  id: number;
  /** "AVRO", "PROTOBUF", "JSON" */
  type: string;
  /** the schema's text */
  schema: string;
  references: { name: string; subject: string; version: number; schema: string }[];
  /** one subject and version under which it is registered, where the registry tells */
  subject: string | null;
  version: number | null;
}

/**
 * Where decoders get schemas from. The worker's implementation asks the extension host; the command line's asks the registry itself.
 * Rejects with a UserError whose sentence can stand in a row: "schema id 9 is unknown to the registry (404)".
 */
export interface SchemaSource {
  /** already known: no waiting. The topic and part choose among the subjects that one schema may be registered under. */
  cached(id: number, topic: string, part: "key" | "value"): RegisteredSchema | undefined;
  /** joined: parallel calls for one id are one request; a failure is remembered for a while */
  byId(id: number, topic: string, part: "key" | "value"): Promise<RegisteredSchema>;
}

export interface DecodeContext {
  topic: string;
  part: "key" | "value" | "header";
  /** null: no registry is configured */
  schemas: SchemaSource | null;
}

/**
 * Bytes to what a person reads. Never throws: what fails becomes a problem and the bytes are shown.
 * Synchronous whenever nothing has to be fetched, so that a window of rows costs no promises.
 */
export interface Decoder {
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

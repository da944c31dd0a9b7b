import type { ClusterConfig } from "../kafka/api.ts";
import type { ExternalDecoded, RegisteredSchema, RegistryKind, SchemaQuery } from "../schema/api.ts";
import type { EngineEvents, RingLimits } from "../shared/messages.ts";

/** What the reading engine asks of whoever started it. Schemas: a worker's http would not know the user's proxy and certificates. */
export interface EngineHostMethods {
  /** rejects with a UserError whose sentence can stand in a row */
  schema(key: SchemaQuery, topic: string, part: "key" | "value"): RegisteredSchema;
  /** forgets what failed, and asks the registry again at once; rejects with why it still does not answer */
  retrySchemas(): void;
  /** by another extension's decoder */
  decode(id: string, bytes: Uint8Array, about: { topic: string; part: "key" | "value" }): ExternalDecoded;
}

export interface EngineOwnEvents extends EngineEvents {
  log: { level: "debug" | "info" | "warn" | "error"; message: string };
}

/** workerData of the reader worker */
export interface WorkerInit {
  config: ClusterConfig;
  ring: RingLimits;
  /** the registry that is configured, whose schemas can be asked of the host; null: none */
  schemas: RegistryKind | null;
}

/** posted to the worker beside the rpc: end the engine, then the thread */
export const CLOSE = "close";

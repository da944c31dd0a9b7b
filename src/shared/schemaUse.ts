import type { SchemaRef } from "./messages.ts";

/** A schema as the payloads of one topic's keys or values name it: which one, and where that was seen. */
export interface NamedSchema {
  topic: string;
  part: "key" | "value";
  /** what the payloads have: a number is Confluent's id, text the other ways (src/schema/api.ts, SchemaKey) */
  key: number | string;
}

/** Whether something from elsewhere can be what payloads name a schema by (src/schema/api.ts, SchemaKey). */
export function isSchemaKey(key: unknown): key is NamedSchema["key"] {
  if (typeof key === "number") return Number.isInteger(key) && key > 0 && key < 2 ** 31;
  return (
    typeof key === "string" &&
    /^(?:(?:guid|glue):[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?:globalId|contentId):[1-9]\d{0,15})$/.test(key)
  );
}

/** A message, by where it is and when it was. */
export interface SeenAt {
  seq: number;
  partition: number;
  offset: string;
  /** milliseconds since the epoch; "-1" when the record has none */
  timestamp: string;
}

/** How many of the kept messages name one schema. The first and the last are those with the earliest and the latest time. */
export interface SchemaCount extends NamedSchema {
  count: number;
  first: SeenAt;
  last: SeenAt;
  /** what the registry knows of it */
  schema: SchemaRef;
  /** why the registry did not say, a sentence; null when it did */
  problem: string | null;
}

/** The keys or the values of one topic, all together. */
export interface SchemaTotal {
  topic: string;
  part: "key" | "value";
  /** payloads that are not Kafka's null */
  payloads: number;
  /** of these, payloads that name no schema */
  unnamed: number;
  /** of these, payloads that name a schema beyond the first thousand different ones: most likely no schema at all */
  others: number;
}

export interface SchemaUse {
  run: number;
  /** kept messages; transaction markers and what could not be read are not counted */
  messages: number;
  /** by topic, part, subject, version */
  counts: SchemaCount[];
  totals: SchemaTotal[];
}

/** A difference between two schemas, in words. */
export interface SchemaDifference {
  /** what changed: "shop.Order.total", "$.items[].qty" */
  path: string;
  /** a sentence */
  message: string;
  /** what it means for readers with the newer and with the older schema, a sentence; "" where `message` says it */
  effect: string;
  /**
   * "breaking": some reader fails. "misread": no registry refuses it, but values are taken for others. "compatible": readers see a difference
   * and can read on. "harmless": nothing changes for readers.
   */
  severity: "breaking" | "misread" | "compatible" | "harmless";
  /** BACKWARD: the newer schema can no longer read old messages. FORWARD: the older one cannot read new ones. */
  breaks: ("BACKWARD" | "FORWARD")[];
}

export interface SchemaDifferences {
  /** whether readers with the newer schema can read what the older one wrote */
  backward: boolean;
  /** whether readers with the older schema can read what the newer one writes */
  forward: boolean;
  changes: SchemaDifference[];
}

/** What the differences mean for those who read, a sentence. */
export function differencesText({ backward, forward, changes }: SchemaDifferences): string {
  if (changes.length === 0) return "Nothing changed for readers.";
  if (backward && forward) return "Both read on: new readers old messages, and old readers new messages.";
  if (backward) return "Old readers cannot read all new messages; new readers can read old ones.";
  if (forward) return "New readers cannot read all old messages; old readers can read new ones.";
  return "Breaks both ways: new readers cannot read all old messages, nor old readers all new ones.";
}

import type { RecordRef } from "../shared/protocol.ts";

/** Reading what was written by another version, by hand, or by somebody else: each gives null for what it is not. */
export type Loose = Record<string, unknown>;

export const object = (value: unknown): Loose | null =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Loose) : null;
export const text = (value: unknown): string | null => (typeof value === "string" ? value : null);
export const number = (value: unknown): number | null =>
  typeof value === "number" && Number.isFinite(value) ? value : null;
/** a Kafka int64 that is not negative */
export const digits = (value: unknown): string | null =>
  typeof value === "string" && /^\d{1,19}$/.test(value) ? value : null;
export const positive = (value: unknown): number | null =>
  typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : null;
export const oneOf = <T extends string>(allowed: readonly T[], value: unknown): T | null =>
  allowed.find((one) => one === value) ?? null;
/** null also when one of them is not a text */
export const texts = (value: unknown): string[] | null =>
  Array.isArray(value) && value.every((one) => typeof one === "string") ? value : null;

export function recordRef(value: unknown): RecordRef | null {
  const record = object(value);
  const topic = text(record?.["topic"]);
  const partition = record?.["partition"];
  const offset = digits(record?.["offset"]);
  if (topic === null || offset === null || !Number.isSafeInteger(partition)) return null;
  return { topic, partition: partition as number, offset };
}

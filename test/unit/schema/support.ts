import type { DecodeContext, RegisteredSchema } from "../../../src/schema/api.ts";
import { createDecoder } from "../../../src/schema/decoder.ts";
import { wireHeader } from "../../../src/schema/registry/wireConfluent.ts";
import type { Cell, PayloadView } from "../../../src/shared/messages.ts";
import { UserError } from "../../../src/shared/userError.ts";

/** An Avro schema as a registry would give it. */
export function avro(schema: unknown, more: Partial<RegisteredSchema> = {}): RegisteredSchema {
  const text = typeof schema === "string" ? schema : JSON.stringify(schema);
  return { id: 7, type: "AVRO", schema: text, references: [], subject: "orders-value", version: 1, ...more };
}

/** A context whose registry knows just these schemas, without waiting. */
export function knowing(...schemas: RegisteredSchema[]): DecodeContext {
  const find = (id: number) => schemas.find((schema) => schema.id === id);
  return {
    topic: "orders",
    part: "value",
    schemas: {
      cached: find,
      byId: (id) =>
        Promise.reject(new UserError(`schema id ${id} is unknown to the registry (404)`, { code: "unknown-schema" })),
    },
  };
}

export const WITHOUT_REGISTRY: DecodeContext = { topic: "orders", part: "value", schemas: null };

const decoder = createDecoder();

/** The detail pane's view; the test fails when it had to be waited for. */
export function view(
  bytes: Uint8Array | string,
  context = WITHOUT_REGISTRY,
  maxChars = Number.POSITIVE_INFINITY,
): PayloadView {
  return sync(decoder.view(typeof bytes === "string" ? Buffer.from(bytes) : bytes, context, maxChars));
}

export function preview(bytes: Uint8Array | string, context = WITHOUT_REGISTRY, maxChars = 200): Cell {
  return sync(decoder.preview(typeof bytes === "string" ? Buffer.from(bytes) : bytes, context, maxChars));
}

function sync<T>(result: T | Promise<T>): T {
  if (result instanceof Promise) throw new Error("it was not decided synchronously");
  return result;
}

export const wire = (id: number, ...body: (Uint8Array | number[])[]): Buffer =>
  Buffer.concat([wireHeader(id), ...body.map((part) => Buffer.from(part))]);

/** Avro's zigzag varint, written independently of the code under test's way. */
export function long(value: bigint): number[] {
  let rest = value >= 0n ? 2n * value : -2n * value - 1n;
  const bytes: number[] = [];
  for (; rest >= 128n; rest /= 128n) bytes.push(Number(rest % 128n) + 128);
  return [...bytes, Number(rest)];
}

/** Random numbers that are the same in every run (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Milliseconds of processor time that something took: unlike the clock's, not at the mercy of whatever else runs. */
export function processorTime(run: () => void): number {
  const start = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

import { isControl } from "../../kafka/log/batch.ts";
import { readRecord } from "../../kafka/log/records.ts";
import type { Decoder, SchemaSource } from "../../schema/api.ts";
import { JSON_FORMATS } from "../../shared/decoding.ts";
import type { FieldInfo } from "../../shared/messages.ts";
import { lookAt } from "../recordLook.ts";
import type { Ring } from "../ring.ts";

/** records looked at, half of them the newest and half from all over what is kept */
const NEWEST = 250;
const SPREAD = 250;
/** characters of one value, and of all together */
const VALUE_CHARS = 4_000_000;
const ALL_CHARS = 16_000_000;
/** works so long before others have their turn, ms */
const SLICE = 8;

/**
 * The fields that a sample of the kept values has, as many as `limit`. Takes turns with others; throws the signal's reason when it is aborted.
 * `fieldsOf` finds them in the values' JSON texts.
 */
export async function sampledFields(
  ring: Ring,
  decoder: Decoder,
  schemas: SchemaSource | null,
  fieldsOf: (samples: string[]) => FieldInfo[],
  limit: number,
  signal?: AbortSignal,
): Promise<FieldInfo[]> {
  return fieldsOf(await sampleJson(ring, decoder, schemas, signal)).slice(0, Math.max(0, limit));
}

/** JSON texts of some kept values, newest first. Values that are not JSON, or too long for a sample, are not among them. */
export async function sampleJson(
  ring: Ring,
  decoder: Decoder,
  schemas: SchemaSource | null,
  signal?: AbortSignal,
): Promise<string[]> {
  signal?.throwIfAborted();
  const samples: string[] = [];
  let chars = 0;
  let turn = performance.now();
  for (const seq of sampleOf(ring.firstSeq, ring.nextSeq)) {
    const row = ring.row(seq);
    // it may have gone while others had their turn
    if (row?.kind !== "record" || isControl(row.batch.attributes)) continue;
    const record = readRecord(row.batch, row.position);
    const { data, value } = record;
    if (!value || value.end - value.start > VALUE_CHARS) continue;
    const context = { topic: row.batch.topic, part: "value", schemas, record: lookAt(record) } as const;
    const decoded = decoder.view(data.subarray(value.start, value.end), context, VALUE_CHARS);
    const { format, text, textCut } = decoded instanceof Promise ? await decoded : decoded;
    if (JSON_FORMATS.has(format) && textCut === 0) {
      chars += text.length;
      if (chars > ALL_CHARS) break;
      samples.push(text);
    }
    if (performance.now() - turn > SLICE) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      turn = performance.now();
    }
    signal?.throwIfAborted();
  }
  return samples;
}

/** Rows to look at among the kept ones [first, next): the newest, then some from all over the others, newest first. */
export function sampleOf(first: number, next: number): number[] {
  const newest = Math.max(first, next - NEWEST);
  const seqs: number[] = [];
  for (let seq = next - 1; seq >= newest; seq--) seqs.push(seq);
  const others = newest - first;
  const spread = Math.min(SPREAD, others);
  for (let i = spread - 1; i >= 0; i--) seqs.push(first + Math.floor((i * others) / spread));
  return seqs;
}

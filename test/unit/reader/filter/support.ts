import assert from "node:assert/strict";
import type { FoundRecords } from "../../../../src/kafka/log/scan.ts";
import { compileFilter } from "../../../../src/reader/filter/filter.ts";
import type { RecordFilter } from "../../../../src/reader/filter/recordFilter.ts";
import { createDecoder } from "../../../../src/schema/decoder.ts";
import type { Filter, FilterPart } from "../../../../src/shared/messages.ts";
import { encodeBatch, scanAll, sourceOf, type TestRecord } from "../../log/batches.ts";

export const context = { decoder: createDecoder(), schemas: null };

export const contains = (text: string, options: { caseSensitive?: boolean; parts?: FilterPart[] } = {}): Filter => ({
  kind: "contains",
  text,
  caseSensitive: true,
  parts: ["key", "value"],
  ...options,
});
export const regex = (pattern: string, caseSensitive = true): Filter => ({
  kind: "regex",
  pattern,
  caseSensitive,
  parts: ["key", "value"],
});
export const cel = (expression: string): Filter => ({ kind: "cel", expression });

/** The records as a scan hands them over. */
export function found(records: TestRecord[], baseOffset = 0n): FoundRecords {
  let result: FoundRecords | undefined;
  scanAll(encodeBatch({ records, baseOffset }), sourceOf(3), {
    records: (f) => {
      result = { ...f, positions: f.positions.slice(0, f.count), times: f.times.slice(0, f.count) };
    },
    unreadable: () => assert.fail(),
  });
  return result!;
}

/** Indexes of the records that a filter selects of a batch. */
export async function selected(filter: Filter | RecordFilter, records: TestRecord[]): Promise<number[]> {
  const compiled = "kind" in filter ? await compileFilter(filter, context) : filter;
  const { batch, positions, count, data, dataEnd } = found(records);
  const out = new Uint32Array(count);
  const matched = await compiled.select(batch.source, data, dataEnd, batch, positions, count, out);
  return Array.from(out.subarray(0, matched), (position) => positions.indexOf(position));
}

/** Whether a filter matches one value. */
export const matches = async (filter: Filter, value: string | Buffer | null): Promise<boolean> =>
  (await selected(filter, [{ value }])).length === 1;

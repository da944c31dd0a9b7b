import type { Source, StoredBatch } from "../../kafka/log/batch.ts";

/** What a view needs of a filter that was made ready for use. */
export interface RowFilter {
  /** records that it could not be applied to (they do not match), and why the first was not */
  readonly problems: { readonly count: number; readonly example: string | null };
  /**
   * Of the records of a batch, which start at positions[0 … count) of `data` and end before `dataEnd`: writes the positions of those that
   * match to `out`, in order, and gives their number. A promise only while a schema has to be fetched.
   */
  select(
    source: Source,
    data: Buffer,
    dataEnd: number,
    batch: StoredBatch,
    positions: Uint32Array,
    count: number,
    out: Uint32Array,
  ): number | Promise<number>;
}

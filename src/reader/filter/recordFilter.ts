import type { Source, StoredBatch } from "../../kafka/log/batch.ts";
import type { RecordFields } from "../../kafka/log/records.ts";

/** A filter made ready for use. Both ways give the same answer; a promise only while a schema has to be fetched. */
export interface RecordFilter {
  /** records that it could not be applied to (they do not match), and why the first was not */
  readonly problems: { readonly count: number; readonly example: string | null };
  test(source: Source, record: RecordFields): boolean | Promise<boolean>;
  /**
   * As `select`, for data that is not there for long: null when a schema has to be fetched first, and then it is to be asked again for the same
   * records.
   */
  selectNow(...args: Parameters<RecordFilter["select"]>): number | null;
  /**
   * Of the records of a batch, which start at positions[0 … count) of `data` and end before `dataEnd`: writes the positions of those that match to `out`, in
   * order, and gives their number. Faster than `test` where few match. The arrays and the data are used until a promise is settled.
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

/**
 * Texts of which some must occur in a record's bytes for it to match: of each group at least one. Searched in a whole batch at once, so that records
 * without them cost a few comparisons. What is let through may still not match.
 */
export interface Needles {
  groups: readonly (readonly string[])[];
  /** compared without case; the texts are lower-case ASCII then */
  ignoreCase: boolean;
  /** the texts may be written with JSON escapes: a record with a backslash is let through */
  escapes: boolean;
}

/** Whether the record at a position may be decoded to texts that are not in its bytes: then it is let through. */
export type Hides = (data: Buffer, position: number, dataEnd: number) => boolean;

const BACKSLASH = 0x5c;
const NONE = Number.POSITIVE_INFINITY;

/**
 * Of the records that start at positions[0 … count) of `data` and end before `dataEnd`, the indexes of those that may match, into `out`; gives their number.
 * `hides` null: no record does.
 */
export function candidates(
  needles: Needles,
  data: Buffer,
  dataEnd: number,
  positions: Uint32Array,
  count: number,
  hides: Hides | null,
  out: Uint32Array,
): number {
  const start = positions[0] ?? 0;
  // searched to its end and not beyond: a batch is a small part of an answer
  const bytes = data.subarray(start, dataEnd);
  const searches = needles.groups.map((group) => group.map((text) => search(needles, bytes, start, text)));
  const slash = needles.escapes ? new Search((from) => bytes.indexOf(BACKSLASH, from), start) : null;
  const nowhere = searches.some((group) => group.every((one) => one.next(start) === NONE));
  if (nowhere && hides === null && (slash?.next(start) ?? NONE) === NONE) return 0;
  let found = 0;
  for (let i = 0; i < count; i++) {
    const at = positions[i]!;
    const end = i + 1 < count ? positions[i + 1]! : dataEnd;
    const hit = searches.every((group) => group.some((one) => one.next(at) < end));
    if (hit || (slash && slash.next(at) < end) || hides?.(data, at, dataEnd)) out[found++] = i;
  }
  return found;
}

function search(needles: Needles, bytes: Buffer, start: number, text: string): Search {
  if (!needles.ignoreCase) {
    const wanted = Buffer.from(text);
    return new Search((from) => bytes.indexOf(wanted, from), start);
  }
  // one character for each byte, also after the change of case
  const lower = bytes.toString("latin1").toLowerCase();
  return new Search((from) => lower.indexOf(text, from), start);
}

/** The first occurrence from a place on, for places that only grow. */
export class Search {
  /** by index from `start` on, as what it gives */
  readonly #find: (from: number) => number;
  readonly #start: number;
  #at = -1;

  constructor(find: (from: number) => number, start: number) {
    this.#find = find;
    this.#start = start;
  }

  next(from: number): number {
    if (this.#at < from) {
      const at = this.#find(from - this.#start);
      this.#at = at < 0 ? NONE : at + this.#start;
    }
    return this.#at;
  }
}

/** Whether a batch's own texts are searched at all: not when every group is empty of them. */
export const searches = (needles: Needles | null): needles is Needles =>
  needles !== null &&
  needles.groups.length > 0 &&
  needles.groups.every((group) => group.length > 0 && !group.includes(""));

import { isControl } from "../../kafka/log/batch.ts";
import { readRecord } from "../../kafka/log/records.ts";
import { unpack } from "../../kafka/log/unpack.ts";
import type { Ring } from "../ring.ts";
import { hasKey, readParts } from "./parts.ts";
import { RowWindow, WINDOW } from "./rowWindow.ts";

/** works so long before others have their turn, ms */
const SLICE = 8;
/** the same key is often near: looks at few rows at first */
const FIRST_WINDOW = 256;

interface WantedKey {
  topic: string;
  key: Buffer;
}

/**
 * The nearest kept record of the same topic with the same key as that of `seq`, after (1) or before (-1) it in order of arrival. Null when
 * there is none, and for a record that has no key or is not kept. Takes turns with others; throws the signal's reason when it is aborted,
 * as it has to be when the ring is cleared.
 */
export async function sameKey(
  ring: Ring,
  seq: number,
  direction: 1 | -1,
  signal?: AbortSignal,
): Promise<number | null> {
  const wanted = keyAt(ring, seq);
  if (!wanted) return null;
  let nearest: number | null = null;
  await scan(ring, wanted, seq + direction, direction, signal, (found) => {
    nearest = found;
    return false;
  });
  return nearest;
}

/**
 * The kept records of the same topic with the same key as that of `seq`, itself included: oldest first, at most the newest `limit`. None
 * for a record that has no key or is not kept. Takes turns and is aborted as `sameKey`.
 */
export async function keyHistory(ring: Ring, seq: number, limit: number, signal?: AbortSignal): Promise<number[]> {
  const wanted = keyAt(ring, seq);
  if (!wanted || !(limit >= 1)) return [];
  const found: number[] = [];
  await scan(ring, wanted, ring.nextSeq - 1, -1, signal, (match) => {
    found.push(match);
    return found.length < Math.floor(limit);
  });
  // some may have gone while others had their turn
  return found.filter((match) => match >= ring.firstSeq).reverse();
}

function keyAt(ring: Ring, seq: number): WantedKey | null {
  const row = ring.row(seq);
  if (row?.kind !== "record" || isControl(row.batch.attributes)) return null;
  const { data, key } = readRecord(row.batch, row.position);
  return key && { topic: row.batch.topic, key: Buffer.from(data.subarray(key.start, key.end)) };
}

/** Gives rows with a key, in order from `from` on, until `found` says that it is enough. */
async function scan(
  ring: Ring,
  wanted: WantedKey,
  from: number,
  direction: 1 | -1,
  signal: AbortSignal | undefined,
  found: (seq: number) => boolean,
): Promise<void> {
  signal?.throwIfAborted();
  const window = new RowWindow();
  const matches = new Uint8Array(WINDOW);
  let turn = performance.now();
  let at = from;
  for (let size = FIRST_WINDOW; ; size = Math.min(2 * size, WINDOW)) {
    if (direction === 1) at = Math.max(at, ring.firstSeq);
    if (at < ring.firstSeq || at >= ring.nextSeq) return;
    const first = direction === 1 ? at : Math.max(ring.firstSeq, at - size + 1);
    const last = direction === 1 ? Math.min(ring.nextSeq - 1, at + size - 1) : at;
    window.fill(ring, first, last + 1);
    matches.fill(0, 0, window.count);
    for (let batch = 0; batch < window.batches.length; batch++) {
      mark(window, batch, wanted, matches);
      if (performance.now() - turn < SLICE) continue;
      await new Promise<void>((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
      turn = performance.now();
    }
    for (let i = 0; i < window.count; i++) {
      const index = direction === 1 ? i : window.count - 1 - i;
      if (matches[index] === 1 && !found(window.seqs[index]!)) return;
    }
    at = direction === 1 ? last + 1 : first - 1;
  }
}

/** Marks the rows of one batch that have the key. */
function mark(window: RowWindow, number: number, { topic, key }: WantedKey, matches: Uint8Array): void {
  const batch = window.batches[number]!;
  if (batch.topic !== topic || isControl(batch.attributes)) return;
  const { data, end } = unpack(batch);
  for (let m = window.starts[number]!; m < window.starts[number + 1]!; m++) {
    const index = window.members[m]!;
    readParts(data, window.positions[index]!, end);
    if (hasKey(data, key)) matches[index] = 1;
  }
}

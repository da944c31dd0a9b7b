import { BATCH_HEADER, type StoredBatch } from "./batch.ts";
import { codecOf, decompress } from "./codecs.ts";

/** it was unpacked once, within the limits of the scan */
const NO_LIMIT = 0x7fffffff;
/** what is kept unpacked: enough for the rows on screen and those around, whatever their order */
const KEEP_BYTES = 32 * 1024 * 1024;
const KEEP_BATCHES = 128;

/** the batches looked at last, the latest at the end */
const recent = new Map<StoredBatch, Buffer>();
let recentBytes = 0;

/** Where a batch's records are, unpacked: bytes [start, end) of `data`. Positions of records are positions in `data`. */
export interface Unpacked {
  data: Buffer;
  start: number;
  end: number;
}

/**
 * The records of a batch that was scanned: in place when they are not compressed. Throws CodecError only for one that was never unpacked before.
 *
 * @param limit bytes that it may decompress to
 */
export function unpack(batch: StoredBatch, limit = NO_LIMIT): Unpacked {
  const codec = codecOf(batch.codec);
  if (codec === null || codec === "none") {
    return { data: batch.header, start: batch.headerAt + BATCH_HEADER, end: batch.end };
  }
  let data = recent.get(batch);
  if (data) recent.delete(batch);
  else {
    data = decompress(codec, batch.header.subarray(batch.headerAt + BATCH_HEADER, batch.end), limit);
    recentBytes += data.length;
  }
  recent.set(batch, data);
  for (const [oldest, bytes] of recent) {
    if (oldest === batch || (recentBytes <= KEEP_BYTES && recent.size <= KEEP_BATCHES)) break;
    recent.delete(oldest);
    recentBytes -= bytes.length;
  }
  return { data, start: 0, end: data.length };
}

/** Lets go of what is kept unpacked: its rows are gone. */
export function forgetUnpacked(): void {
  recent.clear();
  recentBytes = 0;
}

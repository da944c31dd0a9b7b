import { BATCH_HEADER, isControl, isTransactional, producerIdOf } from "./batch.ts";
import { cursor, readVarint } from "./walk.ts";

/** A producer's transaction that was aborted, as a fetch response lists it. */
export interface AbortedTransaction {
  producerId: bigint;
  firstOffset: bigint;
}

/**
 * Which batches belong to aborted transactions (KIP-98): the response lists the producers and first offsets of aborted transactions in its
 * range; an abort marker of the producer ends each.
 */
export class AbortedFilter {
  readonly #waiting: AbortedTransaction[];
  readonly #active = new Set<bigint>();

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#waiting = [...aborted].sort((a, b) => (a.firstOffset < b.firstOffset ? 1 : -1));
  }

  hides(buffer: Buffer, at: number, stop: number, last: number, attributes: number): boolean {
    for (let next = this.#waiting.at(-1); next && next.firstOffset <= BigInt(last); next = this.#waiting.at(-1)) {
      this.#active.add(next.producerId);
      this.#waiting.pop();
    }
    if (!isTransactional(attributes)) return false;
    const producer = producerIdOf(buffer, at);
    if (isControl(attributes)) {
      if (isAbortMarker(buffer, at + BATCH_HEADER, stop)) this.#active.delete(producer);
      return true;
    }
    return this.#active.has(producer);
  }
}

/** The key of a control record is its version (int16) and type (int16): 0 is abort, 1 commit. Markers are never compressed. */
export function isAbortMarker(buffer: Buffer, at: number, stop: number): boolean {
  readVarint(buffer, at, stop);
  let p = cursor + 1;
  while (p < stop && buffer[p]! >= 0x80) p++;
  readVarint(buffer, p + 1, stop);
  const keySize = readVarint(buffer, cursor, stop);
  return keySize >= 4 && cursor + 4 <= stop && buffer.readInt16BE(cursor + 2) === 0;
}

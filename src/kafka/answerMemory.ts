/** Answers from this size on have memory that may be used again. */
const LARGE = 1024 * 1024;
/** sizes are rounded up to a multiple of this, so that answers of about one size fit into each other's memory */
const STEP = 256 * 1024;
/** what is kept for the answers to come; more is let go at once */
const KEEP_BYTES = 24 * 1024 * 1024;

/** given back, the latest at the end */
const kept: ArrayBuffer[] = [];
let keptBytes = 0;

/**
 * Memory for an answer of `size` bytes, not zeroed. A large one may lie in memory that was given back, or in more than it needs
 * (`buffer.byteLength` says how much): fresh memory costs a page fault each 4 kB, and what is dropped waits for a garbage collection that hardly knows of it.
 */
export function takeAnswer(size: number): Buffer {
  if (size < LARGE) return Buffer.allocUnsafeSlow(size);
  const capacity = Math.ceil(size / STEP) * STEP;
  for (let i = kept.length - 1; i >= 0; i--) {
    const memory = kept[i]!;
    if (memory.byteLength < capacity || memory.byteLength > capacity + capacity / 2) continue;
    kept.splice(i, 1);
    keptBytes -= memory.byteLength;
    return Buffer.from(memory, 0, size);
  }
  return Buffer.allocUnsafeSlow(capacity).subarray(0, size);
}

/** What an answer takes of memory, in bytes. */
export const memoryOf = (answer: Buffer): number =>
  answer.length < LARGE ? answer.length : Math.max(answer.length, answer.buffer.byteLength);

/**
 * Gives an answer's memory back. Whoever still holds a view of it finds it empty from now on (it is detached), never the bytes of another answer.
 */
export function giveBack(answer: Buffer): void {
  const memory = answer.buffer;
  if (!(memory instanceof ArrayBuffer) || memory.byteLength < LARGE) return;
  kept.push(memory.transfer());
  keptBytes += kept.at(-1)!.byteLength;
  while (keptBytes > KEEP_BYTES) {
    const oldest = kept.shift()!;
    keptBytes -= oldest.byteLength;
    // frees it now
    oldest.transfer(0);
  }
}

/** Lets go of what is kept for answers to come: there will be none soon. */
export function forgetAnswers(): void {
  for (const memory of kept.splice(0)) memory.transfer(0);
  keptBytes = 0;
}

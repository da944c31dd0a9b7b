/** Answers from this size on have memory that may be used again. */
const LARGE = 1024 * 1024;
/** sizes are rounded up to a multiple of this, so that answers of about one size fit into each other's memory */
const STEP = 256 * 1024;
/** what is kept for the answers to come; more is left to the garbage collector */
const KEEP_BYTES = 16 * 1024 * 1024;

/** given back, the latest at the end */
const kept: SharedArrayBuffer[] = [];
let keptBytes = 0;

/**
 * Memory for an answer of `size` bytes, whatever is in it. A large one may lie in memory that was given back, or in more than it needs (`memoryOf`).
 *
 * Large ones are shared memory, though nobody shares it, because V8 does not count that: of what it counts, every few tens of megabytes start a
 * collection of a heap that has nothing to collect, and a reading that allocates hundreds of megabytes a second has one under way all the time. What
 * is let go is therefore to be told (`leave`), or it stays until a collection has another reason.
 */
export function takeAnswer(size: number): Buffer {
  if (size < LARGE) return Buffer.allocUnsafeSlow(size);
  const capacity = Math.ceil(size / STEP) * STEP;
  for (let i = kept.length - 1; i >= 0; i--) {
    const memory = kept[i]!;
    if (memory.byteLength < capacity || memory.byteLength > capacity + capacity / 2) continue;
    kept.splice(i, 1);
    keptBytes -= memory.byteLength;
    return Buffer.from(memory as unknown as ArrayBuffer, 0, size);
  }
  return Buffer.from(new SharedArrayBuffer(capacity) as unknown as ArrayBuffer, 0, size);
}

/** What an answer takes of memory, in bytes. */
export const memoryOf = (answer: Buffer): number =>
  answer.length < LARGE ? answer.length : Math.max(answer.length, answer.buffer.byteLength);

/** Gives an answer's memory back, to be used for another: nobody may hold a view of it any more. */
export function giveBack(answer: Buffer): void {
  const memory: ArrayBufferLike = answer.buffer;
  if (!(memory instanceof SharedArrayBuffer)) return;
  kept.push(memory);
  keptBytes += memory.byteLength;
  let left = 0;
  while (keptBytes > KEEP_BYTES) {
    const { byteLength } = kept.shift()!;
    keptBytes -= byteLength;
    left += byteLength;
  }
  tell(left);
}

/** An answer is needed no more, but somebody may still hold a view of it: it is the garbage collector's. */
export function leave(answer: Buffer): void {
  if ((answer.buffer as ArrayBufferLike) instanceof SharedArrayBuffer) tell(memoryOf(answer));
}

/** Lets go of what is kept for answers to come: there will be none soon. */
export function forgetAnswers(): void {
  kept.length = 0;
  tell(keptBytes);
  keptBytes = 0;
}

/** V8 learns of shared memory that is garbage by memory that it counts, and that is garbage too. It is never touched: it takes no pages. */
function tell(bytes: number): void {
  if (bytes > 0) new ArrayBuffer(bytes);
}

/** a match has at least so many bytes, in both formats that are written by it */
const LEAST = 4;
const HASH_BITS = 14;

export interface Run {
  /** bytes [from, to) stand as they are */
  from: number;
  to: number;
  /** then so many bytes are copied, from so far before; 0 after the last run */
  length: number;
  offset: number;
}

/**
 * Bytes [start, end) as runs of literals and copies of what stands before within them, found in one pass with one candidate for each four bytes, as the
 * fast compressors do.
 *
 * @param limits.tail the last bytes that stay literals
 * @param limits.begins no copy begins within so many last bytes
 * @param limits.farthest the largest offset of a copy
 */
export function* runsOf(
  bytes: Buffer,
  start: number,
  end: number,
  { tail, begins, farthest }: { tail: number; begins: number; farthest: number },
): Generator<Run> {
  const seen = new Int32Array(1 << HASH_BITS).fill(-1);
  const last = end - Math.max(begins, LEAST);
  let from = start;
  for (let at = start; at <= last; ) {
    const word = bytes.readUInt32LE(at);
    const slot = Math.imul(word, 0x9e3779b1) >>> (32 - HASH_BITS);
    const candidate = seen[slot]!;
    seen[slot] = at;
    if (candidate < 0 || at - candidate > farthest || bytes.readUInt32LE(candidate) !== word) {
      // what does not repeat is passed over faster and faster
      at += 1 + ((at - from) >> 6);
      continue;
    }
    let length = LEAST;
    while (at + length < end - tail && bytes[at + length] === bytes[candidate + length]) length++;
    yield { from, to: at, length, offset: at - candidate };
    at += length;
    from = at;
  }
  yield { from, to: end, length: 0, offset: 0 };
}

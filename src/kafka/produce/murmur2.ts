/**
 * The 32-bit MurmurHash2 of Kafka's Java client (seed 0x9747b28c), as a signed number: what its default partitioner hashes keys with, so that a
 * key goes to the same partition whoever writes it.
 */
export function murmur2(key: Uint8Array): number {
  const m = 0x5bd1e995;
  const length = key.length;
  const view = new DataView(key.buffer, key.byteOffset, length);
  let h = 0x9747b28c ^ length;
  const whole = length & ~3;
  for (let at = 0; at < whole; at += 4) {
    let k = Math.imul(view.getInt32(at, true), m);
    k ^= k >>> 24;
    h = Math.imul(h, m) ^ Math.imul(k, m);
  }
  for (let at = length - 1; at >= whole; at--) h ^= key[at]! << ((at - whole) * 8);
  if (whole < length) h = Math.imul(h, m);
  h ^= h >>> 13;
  h = Math.imul(h, m);
  return h ^ (h >>> 15);
}

/** The partition of a key among `partitions`, as Kafka's Java client chooses it. */
export const partitionOfKey = (key: Uint8Array, partitions: number): number => (murmur2(key) & 0x7fffffff) % partitions;

/** CRC-32C (Castagnoli), the checksum of snappy's framing: a byte at a time is enough for one payload. Unsigned. */
export function crc32c(bytes: Uint8Array): number {
  let c = -1;
  for (let i = 0; i < bytes.length; i++) c = TABLE[(c ^ bytes[i]!) & 255]! ^ (c >>> 8);
  return ~c >>> 0;
}

const TABLE = new Int32Array(256);
for (let n = 0; n < 256; n++) {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1;
  TABLE[n] = c;
}

const [P1, P2, P3, P4, P5] = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f, 0x165667b1].map((p) => p | 0) as [
  number,
  number,
  number,
  number,
  number,
];

const rotated = (x: number, by: number): number => (x << by) | (x >>> (32 - by));

const round = (lane: number, word: number): number => Math.imul(rotated((lane + Math.imul(word, P2)) | 0, 13), P1);

/** xxHash32 with seed 0, the checksum of lz4's frames (xxHash specification 0.1.1). Unsigned. */
export function xxHash32(bytes: Buffer): number {
  const size = bytes.length;
  let at = 0;
  let hash = P5;
  if (size >= 16) {
    let [a, b, c, d] = [(P1 + P2) | 0, P2, 0, -P1 | 0];
    for (; at + 16 <= size; at += 16) {
      a = round(a, bytes.readInt32LE(at));
      b = round(b, bytes.readInt32LE(at + 4));
      c = round(c, bytes.readInt32LE(at + 8));
      d = round(d, bytes.readInt32LE(at + 12));
    }
    hash = (rotated(a, 1) + rotated(b, 7) + rotated(c, 12) + rotated(d, 18)) | 0;
  }
  hash = (hash + size) | 0;
  for (; at + 4 <= size; at += 4) {
    hash = Math.imul(rotated((hash + Math.imul(bytes.readInt32LE(at), P3)) | 0, 17), P4);
  }
  for (; at < size; at++) hash = Math.imul(rotated((hash + Math.imul(bytes[at]!, P5)) | 0, 11), P1);
  hash = Math.imul(hash ^ (hash >>> 15), P2);
  hash = Math.imul(hash ^ (hash >>> 13), P3);
  return (hash ^ (hash >>> 16)) >>> 0;
}

import { xxHash32 } from "./checksums.ts";

export const LZ4_MAGIC = 0x184d2204;

/**
 * LZ4 frames (frame format 1.6.4), one after another; skippable frames are skipped. What they unpack to is counted before memory is taken, and at most
 * `limit` bytes are. Checksums are checked. Throws a sentence.
 */
export function unpackLz4(bytes: Buffer, limit: number): Buffer {
  if (bytes.length === 0) throw cutShort(0);
  const out = Buffer.allocUnsafe(walk(bytes, limit, null));
  walk(bytes, limit, out);
  return out;
}

/** Goes over all frames, and unpacks them when there is somewhere to; returns how much it is. */
function walk(bytes: Buffer, limit: number, out: Buffer | null): number {
  let total = 0;
  for (let at = 0; at < bytes.length; ) {
    if (at + 4 > bytes.length) throw cutShort(at);
    const magic = bytes.readUInt32LE(at);
    if (magic >>> 4 === 0x184d2a5) {
      const to = at + 8 <= bytes.length ? at + 8 + bytes.readUInt32LE(at + 4) : Number.POSITIVE_INFINITY;
      if (to > bytes.length) throw cutShort(at);
      at = to;
    } else if (magic === LZ4_MAGIC) {
      const frame = walkFrame(bytes, at, limit, out, total);
      at = frame.end;
      total = frame.total;
    } else throw new Error(`its lz4 data is followed by something else at byte ${at}`);
  }
  return total;
}

const cutShort = (at: number): Error => new Error(`its lz4 data is cut short (in what begins at byte ${at})`);

const damaged = (at: number): Error => new Error(`its lz4 data is damaged at byte ${at}`);

const wrongChecksum = (at: number): Error => new Error(`its lz4 data is damaged: a wrong checksum at byte ${at}`);

/** @param o bytes of earlier frames */
function walkFrame(
  bytes: Buffer,
  start: number,
  limit: number,
  out: Buffer | null,
  o: number,
): { end: number; total: number } {
  if (start + 7 > bytes.length) throw cutShort(start);
  const flags = bytes[start + 4]!;
  const maxSize = 1 << (8 + 2 * ((bytes[start + 5]! >> 4) & 7));
  if (flags >> 6 !== 1 || maxSize < 65536) throw damaged(start + 4);
  const [hasBlockChecksums, hasSize, hasChecksum, hasDictionary] = [0x10, 0x08, 0x04, 0x01].map(
    (bit) => (flags & bit) > 0,
  );
  const linked = (flags & 0x20) === 0;
  if (hasDictionary) throw new Error(`its lz4 data needs a dictionary, which the frame at byte ${start} does not hold`);
  const head = start + 6 + (hasSize ? 8 : 0);
  if (head >= bytes.length) throw cutShort(start);
  if (((xxHash32(bytes.subarray(start + 4, head)) >>> 8) & 255) !== bytes[head]) throw damaged(head);

  let total = o;
  let at = head + 1;
  for (;;) {
    if (at + 4 > bytes.length) throw cutShort(start);
    const word = bytes.readUInt32LE(at);
    const from = at + 4;
    if (word === 0) {
      at = from;
      break;
    }
    const to = from + (word & 0x7fffffff);
    const next = to + (hasBlockChecksums ? 4 : 0);
    if (next > bytes.length) throw cutShort(at);
    if (!out && hasBlockChecksums && xxHash32(bytes.subarray(from, to)) !== bytes.readUInt32LE(to))
      throw wrongChecksum(to);
    const packed = word < 0x80000000;
    const size = packed ? blockSize(bytes, from, to) : to - from;
    if (size > maxSize) throw damaged(at);
    if (total + size > limit) throw new Error(`it unpacks to more than ${limit} bytes`);
    if (out && packed) unpackBlock(bytes, from, to, out, total, linked ? o : total);
    else if (out) bytes.copy(out, total, from, to);
    total += size;
    at = next;
  }
  if (hasSize && bytes.readBigUInt64LE(start + 6) !== BigInt(total - o)) throw damaged(start + 6);
  if (hasChecksum) {
    if (at + 4 > bytes.length) throw cutShort(start);
    if (out && xxHash32(out.subarray(o, total)) !== bytes.readUInt32LE(at)) throw wrongChecksum(at);
    at += 4;
  }
  return { end: at, total };
}

/** the lengths in a block (block format), added up: each sequence is a run of literals and, but for the last, a match of at least 4 bytes */
function blockSize(bytes: Buffer, from: number, to: number): number {
  let size = 0;
  let i = from;
  for (;;) {
    if (i >= to) throw damaged(i);
    const token = bytes[i++]!;
    let literals = token >> 4;
    if (literals === 15) {
      let more = 255;
      while (more === 255) {
        if (i >= to) throw damaged(i);
        literals += more = bytes[i++]!;
      }
    }
    i += literals;
    size += literals;
    if (i === to) return size;
    i += 2;
    if (i > to) throw damaged(i);
    let match = (token & 15) + 4;
    if (match === 19) {
      let more = 255;
      while (more === 255) {
        if (i >= to) throw damaged(i);
        match += more = bytes[i++]!;
      }
    }
    size += match;
  }
}

/** unpacks a block whose lengths were checked to `o` in `out`; matches may reach back to `first` */
function unpackBlock(bytes: Buffer, from: number, to: number, out: Buffer, o: number, first: number): void {
  let i = from;
  for (;;) {
    const token = bytes[i++]!;
    let literals = token >> 4;
    if (literals === 15) {
      let more = 255;
      while (more === 255) literals += more = bytes[i++]!;
    }
    bytes.copy(out, o, i, i + literals);
    i += literals;
    o += literals;
    if (i === to) return;
    const offset = bytes[i]! | (bytes[i + 1]! << 8);
    i += 2;
    let match = (token & 15) + 4;
    if (match === 19) {
      let more = 255;
      while (more === 255) match += more = bytes[i++]!;
    }
    if (offset === 0 || offset > o - first) throw damaged(i - 2);
    // what is copied may be what the copy itself writes
    for (const end = o + match; o < end; o++) out[o] = out[o - offset]!;
  }
}

import { crc32c } from "./checksums.ts";

/** What starts xerial's framing of snappy (Java, kafka-python, sarama). */
export const XERIAL: Buffer = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);

/** What starts the framing format of snappy itself (framing_format.txt). */
export const FRAMED: Buffer = Buffer.from("ff060000734e61507059", "hex");

/** A copy of 64 bytes takes 3: nothing unpacks to more than this many times its size. */
const MAX_RATIO = 22;

/** One raw block (format_description.txt). Throws a sentence; memory is taken only for a size that the block can have, up to `limit` bytes. */
export function unpackSnappy(bytes: Buffer, limit: number): Buffer {
  const out = Buffer.allocUnsafe(blockSize(bytes, 0, bytes.length, limit).size);
  block(bytes, 0, bytes.length, out, 0);
  return out;
}

/** Blocks in xerial's framing: a header of 16 bytes, then each block after its size in 4 bytes. */
export function unpackXerial(bytes: Buffer, limit: number): Buffer {
  if (bytes.length < 16) throw new Error("its snappy data is cut short");
  const out = Buffer.allocUnsafe(walkXerial(bytes, limit, null));
  walkXerial(bytes, limit, out);
  return out;
}

/** Goes over all blocks, and unpacks them when there is somewhere to; returns how much it is. */
function walkXerial(bytes: Buffer, limit: number, out: Buffer | null): number {
  let total = 0;
  for (let at = 16; at < bytes.length; ) {
    const from = at + 4;
    const to = from <= bytes.length ? from + bytes.readUInt32BE(at) : Number.POSITIVE_INFINITY;
    if (to > bytes.length) throw new Error(`its snappy data is cut short (in the block at byte ${at})`);
    if (to > from) {
      const { size } = blockSize(bytes, from, to);
      if (out) block(bytes, from, to, out, total);
      total = checked(total + size, limit);
    }
    at = to;
  }
  return total;
}

const [COMPRESSED, UNCOMPRESSED, FIRST_SKIPPABLE] = [0x00, 0x01, 0x80];

/** Chunks in snappy's own framing, each with its checksum. */
export function unpackFramed(bytes: Buffer, limit: number): Buffer {
  const out = Buffer.allocUnsafe(walkFramed(bytes, limit, null));
  walkFramed(bytes, limit, out);
  return out;
}

function walkFramed(bytes: Buffer, limit: number, out: Buffer | null): number {
  let total = 0;
  for (let at = 0; at < bytes.length; ) {
    const kind = bytes[at]!;
    const from = at + 4;
    const to = from <= bytes.length ? from + bytes.readUIntLE(at + 1, 3) : Number.POSITIVE_INFINITY;
    if (to > bytes.length) throw new Error(`its snappy data is cut short (in the chunk at byte ${at})`);
    if (kind === COMPRESSED || kind === UNCOMPRESSED) {
      if (to - from < 4) throw new Error(`its snappy data is damaged: no checksum at byte ${from}`);
      const size = kind === COMPRESSED ? blockSize(bytes, from + 4, to).size : to - from - 4;
      if (out) {
        if (kind === COMPRESSED) block(bytes, from + 4, to, out, total);
        else bytes.copy(out, total, from + 4, to);
        if (masked(crc32c(out.subarray(total, total + size))) !== bytes.readUInt32LE(from))
          throw new Error(`its snappy data is damaged: a wrong checksum at byte ${from}`);
      }
      total = checked(total + size, limit);
    } else if (kind < FIRST_SKIPPABLE) {
      throw new Error(`its snappy data has a chunk of the unknown kind ${kind} at byte ${at}`);
    }
    at = to;
  }
  return total;
}

/** the checksum of data that may hold checksums itself is turned and shifted by a constant */
export const masked = (crc: number): number => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;

function checked(size: number, limit: number): number {
  if (size > limit) throw new Error(`it unpacks to more than ${limit} bytes`);
  return size;
}

/** the size that a block starts with, and where its elements begin; a size beyond the limit is said before what it is not possible for */
function blockSize(
  bytes: Buffer,
  from: number,
  to: number,
  limit = Number.POSITIVE_INFINITY,
): { size: number; at: number } {
  let size = 0;
  for (let i = 0; i < 5 && from + i < to; i++) {
    const byte = bytes[from + i]!;
    size += (byte & 0x7f) * 128 ** i;
    if (byte < 0x80) {
      const at = from + i + 1;
      checked(size, limit);
      if (size > (to - at) * MAX_RATIO) throw damaged(from);
      return { size, at };
    }
  }
  throw damaged(from);
}

const damaged = (at: number): Error => new Error(`its snappy data is damaged at byte ${at}`);

/** unpacks a block to `start` in `out`, all of its size or nothing but an error */
function block(bytes: Buffer, from: number, to: number, out: Buffer, start: number): void {
  const head = blockSize(bytes, from, to);
  const end = start + head.size;
  let o = start;
  let i = head.at;
  while (i < to) {
    const at = i;
    const tag = bytes[i++]!;
    let size = (tag >> 2) + 1;
    if ((tag & 3) === 0) {
      if (size > 60) {
        const extra = size - 60;
        if (i + extra > to) throw damaged(at);
        size = bytes.readUIntLE(i, extra) + 1;
        i += extra;
      }
      if (size > to - i || size > end - o) throw damaged(at);
      bytes.copy(out, o, i, i + size);
      i += size;
    } else {
      const extra = [1, 2, 4][(tag & 3) - 1]!;
      if (i + extra > to) throw damaged(at);
      let offset = bytes.readUIntLE(i, extra);
      if (extra === 1) {
        size = ((tag >> 2) & 7) + 4;
        offset |= (tag >> 5) << 8;
      }
      i += extra;
      if (offset === 0 || offset > o - start || size > end - o) throw damaged(at);
      // what is copied may be what the copy itself writes
      for (let k = 0; k < size; k++) out[o + k] = out[o + k - offset]!;
      o += size;
      continue;
    }
    o += size;
  }
  if (o !== end) throw damaged(to);
}

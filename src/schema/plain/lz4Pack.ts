import { xxHash32 } from "./checksums.ts";
import { LZ4_MAGIC } from "./lz4.ts";
import { runsOf } from "./matches.ts";

/** a block's size at most, and how the frame's header says so */
const [BLOCK, BLOCK_CODE] = [4 * 1024 * 1024, 7];

/** what the block format asks for: the last five bytes are literals, and no match begins within the last twelve */
const [LAST_LITERALS, NO_MATCH] = [5, 12];

/** One LZ4 frame (frame format 1.6.4): blocks on their own, the content's size and checksum. */
export function packLz4(bytes: Buffer): Buffer {
  const head = Buffer.alloc(15);
  head.writeUInt32LE(LZ4_MAGIC, 0);
  // version 1, blocks on their own, with the content's size and checksum
  head[4] = 0x40 | 0x20 | 0x08 | 0x04;
  head[5] = BLOCK_CODE << 4;
  head.writeBigUInt64LE(BigInt(bytes.length), 6);
  head[14] = (xxHash32(head.subarray(4, 14)) >>> 8) & 255;
  const parts: Uint8Array[] = [head];
  for (let at = 0; at < bytes.length; at += BLOCK) {
    const piece = bytes.subarray(at, at + BLOCK);
    const packed = block(piece);
    const size = Buffer.alloc(4);
    const smaller = packed.length < piece.length;
    size.writeUInt32LE((smaller ? packed.length : piece.length + 0x8000_0000) >>> 0);
    parts.push(size, smaller ? packed : piece);
  }
  const end = Buffer.alloc(8);
  end.writeUInt32LE(xxHash32(bytes), 4);
  return Buffer.concat([...parts, end]);
}

/** sequences of a token, literals and a match; the last has literals only */
function block(bytes: Buffer): Buffer {
  // a match takes three bytes and stands for four: at worst the literals with their lengths
  const out = Buffer.allocUnsafe(32 + bytes.length + Math.ceil(bytes.length / 200));
  let o = 0;
  const limits = { tail: LAST_LITERALS, farthest: 65_535, begins: NO_MATCH };
  for (const { from, to, length, offset } of runsOf(bytes, 0, bytes.length, limits)) {
    const literals = to - from;
    const match = length === 0 ? 0 : length - 4;
    out[o++] = (Math.min(15, literals) << 4) | Math.min(15, match);
    o = more(out, o, literals);
    o += bytes.copy(out, o, from, to);
    if (length > 0) o = more(out, out.writeUInt16LE(offset, o), match);
  }
  return out.subarray(0, o);
}

/** what of a length does not fit the token: bytes that add up, the last of them below 255 */
function more(out: Buffer, at: number, length: number): number {
  let o = at;
  if (length < 15) return o;
  let left = length - 15;
  for (; left >= 255; left -= 255) out[o++] = 255;
  out[o++] = left;
  return o;
}

import { writeVarint } from "../registry/wireConfluent.ts";
import { crc32c } from "./checksums.ts";
import { runsOf } from "./matches.ts";
import { FRAMED, masked, XERIAL } from "./snappy.ts";

/** One raw block (format_description.txt). */
export function packSnappy(bytes: Buffer): Buffer {
  // at worst the literals with their tags: a copy never takes more than it stands for
  const out = Buffer.allocUnsafe(32 + bytes.length + Math.ceil(bytes.length / 3));
  const size = writeVarint(bytes.length);
  out.set(size);
  let o = size.length;
  // as the reference does it: what lies further back than 64 KB is not looked for
  for (const { from, to, length, offset } of runsOf(bytes, 0, bytes.length, { tail: 0, begins: 0, farthest: 65_535 })) {
    if (to > from) {
      o = literalTag(out, o, to - from);
      o += bytes.copy(out, o, from, to);
    }
    for (let left = length; left > 0; left -= 64) {
      // a copy with an offset of two bytes has 1 to 64 bytes
      out[o++] = ((Math.min(64, left) - 1) << 2) | 2;
      o = out.writeUInt16LE(offset, o);
    }
  }
  return out.subarray(0, o);
}

/** @returns where the literals go */
function literalTag(out: Buffer, at: number, size: number): number {
  const rest = size - 1;
  if (rest < 60) return out.writeUInt8(rest << 2, at);
  const width = rest < 1 << 8 ? 1 : rest < 1 << 16 ? 2 : rest < 1 << 24 ? 3 : 4;
  return out.writeUIntLE(rest, out.writeUInt8((59 + width) << 2, at), width);
}

/** a chunk holds so many bytes at most (framing_format.txt); xerial's blocks are half as large */
const [CHUNK, XERIAL_BLOCK] = [65_536, 32_768];

/** Chunks in snappy's own framing, each with its checksum. */
export function packFramed(bytes: Buffer): Buffer {
  const parts: Uint8Array[] = [FRAMED];
  for (let at = 0; at < bytes.length; at += CHUNK) {
    const piece = bytes.subarray(at, at + CHUNK);
    const packed = packSnappy(piece);
    const smaller = packed.length < piece.length;
    const data = smaller ? packed : piece;
    const head = Buffer.alloc(8);
    head[0] = smaller ? 0 : 1;
    head.writeUIntLE(data.length + 4, 1, 3);
    head.writeUInt32LE(masked(crc32c(piece)), 4);
    parts.push(head, data);
  }
  return Buffer.concat(parts);
}

/** Blocks in xerial's framing: a header with two versions, then each block after its size in 4 bytes. */
export function packXerial(bytes: Buffer): Buffer {
  const parts: Uint8Array[] = [XERIAL, Buffer.from([0, 0, 0, 1, 0, 0, 0, 1])];
  for (let at = 0; at < bytes.length; at += XERIAL_BLOCK) {
    const packed = packSnappy(bytes.subarray(at, at + XERIAL_BLOCK));
    const size = Buffer.alloc(4);
    size.writeUInt32BE(packed.length);
    parts.push(size, packed);
  }
  return Buffer.concat(parts);
}

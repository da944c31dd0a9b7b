const DAMAGED = "its snappy data is damaged";

/**
 * Decompresses one raw block. `limit` (bytes) is checked before memory is taken. Throws an Error with a sentence's end.
 * Source: Snappy compressed format description.
 */
export function snappyDecompress(bytes: Buffer, limit: number): Buffer {
  const end = bytes.length;
  let pos = 0;
  let size = 0;
  for (let shift = 0; ; shift += 7) {
    if (pos === end || shift > 28) throw new Error(DAMAGED);
    const byte = bytes[pos++]!;
    size += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  // three bytes make 64 at most
  if (size > limit || size > 22 * end) throw new Error(size > limit ? `it takes more than ${limit} bytes` : DAMAGED);
  const out = Buffer.alloc(size);
  let filled = 0;
  while (pos < end) {
    const tag = bytes[pos++]!;
    if ((tag & 3) === 0) {
      let length = tag >> 2;
      if (length >= 60) {
        const extra = length - 59;
        if (pos + extra > end) throw new Error(DAMAGED);
        length = bytes.readUIntLE(pos, extra);
        pos += extra;
      }
      length++;
      if (length > end - pos || length > size - filled) throw new Error(DAMAGED);
      bytes.copy(out, filled, pos, pos + length);
      pos += length;
      filled += length;
      continue;
    }
    const width = (tag & 3) === 3 ? 4 : tag & 3;
    if (pos + width > end) throw new Error(DAMAGED);
    const length = width === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    const offset = bytes.readUIntLE(pos, width) + (width === 1 ? (tag >> 5) << 8 : 0);
    pos += width;
    if (offset === 0 || offset > filled || length > size - filled) throw new Error(DAMAGED);
    // a copy may overlap what it writes: byte by byte
    for (const to = filled + length; filled < to; filled++) out[filled] = out[filled - offset]!;
  }
  if (filled !== size) throw new Error(DAMAGED);
  return out;
}

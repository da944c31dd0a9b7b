/**
 * CRC-32C (Castagnoli, reflected polynomial 0x82f63b78), the checksum of record batches.
 *
 * Sixteen table look-ups per sixteen bytes ("slicing by 16", Intel 2006). In plain JavaScript over a DataView this runs at about 1.5 GB/s, which
 * is what the wasm build reaches too once its copy into wasm memory is counted.
 */
const tables = buildTables();

function buildTables(): Int32Array {
  const t = new Int32Array(256 * 16);
  for (let n = 0; n < 256; n++) {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1;
    t[n] = c;
  }
  for (let n = 0; n < 256; n++) {
    let c = t[n]!;
    for (let k = 1; k < 16; k++) {
      c = t[c & 255]! ^ (c >>> 8);
      t[k * 256 + n] = c;
    }
  }
  return t;
}

/** The checksum of bytes [from, to) as an unsigned 32-bit number. */
export function crc32c(bytes: Uint8Array, from = 0, to = bytes.length): number {
  const t = tables;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let c = -1;
  let p = from;
  for (; p + 16 <= to; p += 16) {
    const x = c ^ view.getInt32(p, true);
    const y = view.getInt32(p + 4, true);
    const z = view.getInt32(p + 8, true);
    const w = view.getInt32(p + 12, true);
    c =
      t[3840 + (x & 255)]! ^
      t[3584 + ((x >>> 8) & 255)]! ^
      t[3328 + ((x >>> 16) & 255)]! ^
      t[3072 + (x >>> 24)]! ^
      t[2816 + (y & 255)]! ^
      t[2560 + ((y >>> 8) & 255)]! ^
      t[2304 + ((y >>> 16) & 255)]! ^
      t[2048 + (y >>> 24)]! ^
      t[1792 + (z & 255)]! ^
      t[1536 + ((z >>> 8) & 255)]! ^
      t[1280 + ((z >>> 16) & 255)]! ^
      t[1024 + (z >>> 24)]! ^
      t[768 + (w & 255)]! ^
      t[512 + ((w >>> 8) & 255)]! ^
      t[256 + ((w >>> 16) & 255)]! ^
      t[w >>> 24]!;
  }
  for (; p < to; p++) c = t[(c ^ bytes[p]!) & 255]! ^ (c >>> 8);
  return (c ^ -1) >>> 0;
}

const DIGITS = Buffer.from("0123456789abcdef");

/** Bytes as pairs of hex digits, a space between them, at most `maxChars` characters and never half a pair. */
export function hexText(bytes: Uint8Array, maxChars: number): string {
  const count = Math.min(bytes.length, Math.floor((maxChars + 1) / 3));
  if (count <= 0) return "";
  const out = Buffer.allocUnsafe(3 * count - 1);
  for (let i = 0, o = 0; i < count; i++) {
    const byte = bytes[i]!;
    if (i > 0) out[o++] = 0x20;
    out[o++] = DIGITS[byte >> 4]!;
    out[o++] = DIGITS[byte & 15]!;
  }
  return out.toString("latin1");
}

/** Characters of the whole: three for each byte, less the last space. */
export const hexLength = (size: number): number => (size === 0 ? 0 : 3 * size - 1);

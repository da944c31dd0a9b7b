const PAIRS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Bytes as pairs of hex digits, a space between them, at most `maxChars` characters and never half a pair. */
export function hexText(bytes: Uint8Array, maxChars: number): string {
  const count = Math.min(bytes.length, Math.floor((maxChars + 1) / 3));
  if (count <= 0) return "";
  if (count > 4096) return spacedHex(bytes, count);
  let text = PAIRS[bytes[0]!]!;
  for (let i = 1; i < count; i++) text += ` ${PAIRS[bytes[i]!]}`;
  return text;
}

/** The same for long payloads, where a rope of millions of pieces would cost far more than its text. */
function spacedHex(bytes: Uint8Array, count: number): string {
  const digits = "0123456789abcdef";
  const out = Buffer.alloc(3 * count - 1, 0x20);
  for (let i = 0, o = 0; i < count; i++, o += 3) {
    const byte = bytes[i]!;
    out[o] = digits.charCodeAt(byte >> 4);
    out[o + 1] = digits.charCodeAt(byte & 15);
  }
  return out.toString("latin1");
}

/** Characters of the whole: three for each byte, less the last space. */
export const hexLength = (size: number): number => (size === 0 ? 0 : 3 * size - 1);

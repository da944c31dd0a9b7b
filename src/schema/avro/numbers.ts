import { AvroInput, AvroProblem } from "./input.ts";
import type { Decimal } from "./logical.ts";

/** Bytes beyond which a decimal is not written out (it would have some 2,400 digits). */
export const MAX_DECIMAL_BYTES = 1000;

/** Exact decimal text of a big-endian two's-complement integer, with all of the scale's digits: "12.30". */
export function decimalText(bytes: Buffer, start: number, end: number, { scale }: Pick<Decimal, "scale">): string {
  const unscaled = signed(bytes, start, end);
  if (scale === 0) return unscaled.toString();
  const negative = unscaled < 0n;
  const digits = (negative ? -unscaled : unscaled).toString().padStart(scale + 1, "0");
  return `${negative ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function signed(bytes: Buffer, start: number, end: number): bigint {
  if (start === end) return 0n;
  const value = BigInt(`0x${bytes.toString("hex", start, end)}`);
  return bytes[start]! >= 0x80 ? value - (1n << BigInt(8 * (end - start))) : value;
}

/** Digits after the point that a big-decimal is written out with; beyond, and for a negative scale, it has an exponent: "5E+3". */
const MAX_PLAIN_SCALE = 1000;

const inner = new AvroInput();

/**
 * Exact text of a big-decimal: within its bytes, the unscaled integer as Avro bytes, then the scale as an Avro int. The text keeps the
 * scale: "12.30", and "5E+3" for 5 with a scale of -3. null when the bytes are something else.
 */
export function bigDecimalText(bytes: Buffer, start: number, end: number): string | null {
  inner.start(bytes.subarray(start, end), 0, 0);
  try {
    const size = inner.length("bytes");
    if (size > MAX_DECIMAL_BYTES) return null;
    const from = start + inner.take(size);
    const scale = inner.int();
    if (inner.pos !== inner.end) return null;
    if (scale >= 0 && scale <= MAX_PLAIN_SCALE) return decimalText(bytes, from, from + size, { scale });
    return `${signed(bytes, from, from + size)}E${scale < 0 ? "+" : "-"}${Math.abs(scale)}`;
  } catch (error) {
    // what is cut off or out of range is shown as the bytes that it is
    if (error instanceof AvroProblem) return null;
    throw error;
  } finally {
    inner.release();
  }
}

/** A UUID's 16 bytes in its usual form. */
export function uuidText(bytes: Buffer, start: number): string {
  const hex = bytes.toString("hex", start, start + 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Avro's duration (months, days, milliseconds: unsigned 32-bit little-endian) as ISO 8601: "P1M2DT3.004S". */
export function durationText(bytes: Buffer, start: number): string {
  const millis = bytes.readUInt32LE(start + 8);
  const fraction = String(millis % 1000).padStart(3, "0");
  return `P${bytes.readUInt32LE(start)}M${bytes.readUInt32LE(start + 4)}DT${Math.floor(millis / 1000)}.${fraction}S`;
}

/** The 32-bit float nearest to an integer, which a double in between would round a second time. */
export function nearestFloat(value: number | bigint): number {
  if (typeof value === "number") return Math.fround(value);
  const magnitude = value < 0n ? -value : value;
  // a last bit that stands for all that is shifted out keeps the rounding right
  const rest = (magnitude & 0x3fff_ffffn) === 0n ? 0n : 1n;
  const float = Math.fround(Number(((magnitude >> 30n) << 1n) | rest)) * 2 ** 29;
  return value < 0n ? -float : float;
}

import type { Decimal } from "./schema.ts";

/** The shortest decimal text that reads back as the same double; NaN and the infinities as JSON strings. */
export function doubleText(value: number): string {
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  return Number.isFinite(value) ? String(value) : `"${value}"`;
}

/** The shortest decimal text that reads back as the same 32-bit float. */
export function floatText(value: number): string {
  if (!Number.isFinite(value) || (Number.isInteger(value) && Math.abs(value) < 16_777_216)) return doubleText(value);
  for (let digits = 1; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return String(rounded);
  }
  return String(Number(value.toPrecision(9)));
}

/** Bytes beyond which a decimal is not written out (it would have some 2,400 digits). */
export const MAX_DECIMAL_BYTES = 1000;

/** Exact decimal text of a big-endian two's-complement integer, with all of the scale's digits: "12.30". */
export function decimalText(bytes: Buffer, start: number, end: number, { scale }: Decimal): string {
  let unscaled = start === end ? 0n : BigInt(`0x${bytes.toString("hex", start, end)}`);
  if (start < end && bytes[start]! >= 0x80) unscaled -= 1n << BigInt(8 * (end - start));
  if (scale === 0) return unscaled.toString();
  const negative = unscaled < 0n;
  const digits = (negative ? -unscaled : unscaled).toString().padStart(scale + 1, "0");
  return `${negative ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** 0x and the hex digits: how bytes and fixed are shown, and how they can be typed. */
export const bytesText = (bytes: Buffer, start: number, end: number): string =>
  `0x${bytes.toString("hex", start, end)}`;

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

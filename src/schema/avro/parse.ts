import type { Decimal } from "./schema.ts";

/** What numbers.ts writes, read back. Each returns null for text of another form. */

const DECIMAL = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]{1,4}))?$/;

/** A decimal's unscaled integer, or a sentence when it does not fit the scale or precision without rounding. */
export function parseDecimal(text: string, { precision, scale }: Decimal): bigint | string | null {
  const found = DECIMAL.exec(text);
  if (!found || text.length > 5000) return null;
  const fraction = found[3] ?? "";
  const digits = `${found[2]}${fraction}`;
  // places that the digits have to move to the left to make the unscaled integer
  const shift = scale - fraction.length + Number(found[4] ?? 0);
  if (shift > 5000) return `${text} has more than ${precision} digits`;
  const kept = shift >= 0 ? digits + "0".repeat(shift) : digits.slice(0, shift);
  if (shift < 0 && /[1-9]/.test(digits.slice(shift))) return `${text} has more than ${scale} digits after the point`;
  const value = BigInt(kept === "" ? "0" : kept);
  if (value.toString().length > precision) return `${text} has more than ${precision} digits`;
  return found[1] === "-" ? -value : value;
}

/** Big-endian two's complement, as short as possible, or of exactly `size` bytes (null when it does not fit them). */
export function twosComplement(value: bigint, size?: number): Buffer | null {
  let length = 1;
  while (BigInt.asIntN(8 * length, value) !== value) length++;
  if (size !== undefined) {
    if (length > size) return null;
    length = size;
  }
  const hex = BigInt.asUintN(8 * length, value).toString(16);
  return Buffer.from(hex.padStart(2 * length, "0"), "hex");
}

/** "0x" and pairs of hex digits */
export function parseHexBytes(text: string): Buffer | null {
  return /^0x(?:[0-9a-fA-F]{2})*$/.test(text) ? Buffer.from(text.slice(2), "hex") : null;
}

/** Avro's JSON encoding of bytes: each character one byte */
export function parseLatin1(text: string): Buffer | null {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0xff) return null;
  return Buffer.from(text, "latin1");
}

export function parseUuid(text: string): Buffer | null {
  return /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/.test(text)
    ? Buffer.from(text.replaceAll("-", ""), "hex")
    : null;
}

const DURATION = /^P(?:([0-9]{1,10})M)?(?:([0-9]{1,10})D)?(?:T([0-9]{1,7})(?:\.([0-9]{1,3}))?S)?$/;

export function parseDuration(text: string): Buffer | null {
  const found = DURATION.exec(text);
  if (!found || text === "P") return null;
  const parts = [
    Number(found[1] ?? 0),
    Number(found[2] ?? 0),
    Number(found[3] ?? 0) * 1000 + Number((found[4] ?? "").padEnd(3, "0")),
  ];
  if (parts.some((part) => part > 0xffff_ffff)) return null;
  const bytes = Buffer.alloc(12);
  for (const [i, part] of parts.entries()) bytes.writeUInt32LE(part, 4 * i);
  return bytes;
}

import type { Decimal } from "./logical.ts";
import { AvroOutput } from "./output.ts";

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

const BIG_DECIMAL = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]{1,10}))?$/;

/**
 * The bytes of a big-decimal: the text's own digits after the point, less its exponent, are the scale, so that "12.30" and "12.3" differ.
 * A sentence when the scale does not fit an int, or there are too many digits.
 */
export function parseBigDecimal(text: string): Buffer | string | null {
  const found = BIG_DECIMAL.exec(text);
  if (!found) return null;
  const [, sign, whole, fraction = "", exponent = "0"] = found;
  if (text.length > 2400) return "it has more digits than can be shown again (2,400)";
  const scale = fraction.length - Number(exponent);
  if ((scale | 0) !== scale) return `its scale, ${scale}, does not fit an int (32 bits)`;
  const digits = BigInt(`${whole}${fraction}`);
  const out = new AvroOutput();
  out.sized(twosComplement(sign === "-" ? -digits : digits)!);
  out.long(BigInt(scale));
  return out.finish();
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

import { parseInstant } from "../avro/dates.ts";
import { parseUuid } from "../avro/parse.ts";
import type { JsonNode } from "../jsonTree.ts";
import { SELF_DESCRIBED } from "./cborDecode.ts";
import { type Encoded, Encoding, type Shape, stepOf } from "./encoding.ts";
import { readDecimal, readNumber } from "./notation.ts";

/**
 * JSON as CBOR; takes what decodeCbor shows. Everything in its preferred serialization (RFC 8949, 4.1): definite lengths, the shortest form of
 * lengths and integers (big integers from 65 bits on), the shortest float that keeps the value.
 *
 * @param selfDescribed whether to write the tag 55799 before the value
 */
export function encodeCbor(node: JsonNode, selfDescribed = false): Encoded {
  const encoding = new Encoding();
  if (selfDescribed) encoding.raw(SELF_DESCRIBED);
  encode(encoding, node);
  return encoding.finish();
}

function encode(out: Encoding, node: JsonNode): void {
  switch (node.kind) {
    case "null":
      out.byte(0xf6);
      return;
    case "boolean":
      out.byte(node.value ? 0xf5 : 0xf4);
      return;
    case "number": {
      const read = readNumber(node.text);
      if ("problem" in read) out.problem(read.problem);
      else if ("float" in read) float(out, read.float);
      else integer(out, read.integer);
      return;
    }
    case "string":
      text(out, node.value);
      return;
    case "array":
      head(out, 4, BigInt(node.items.length));
      for (const [i, item] of node.items.entries()) out.within(`[${i}]`, () => encode(out, item));
      return;
    case "object": {
      const shape = out.shape(node);
      if (shape?.kind === "form") form(out, shape);
      else if (shape) {
        head(out, 5, BigInt(shape.entries.length));
        for (const { name, key, value } of shape.entries) {
          out.within(stepOf(name), () => {
            if ("string" in key) text(out, key.string);
            else encode(out, key.node);
            encode(out, value);
          });
        }
      }
    }
  }
}

function head(out: Encoding, major: number, argument: bigint): void {
  const top = major << 5;
  if (argument < 24n) out.byte(top | Number(argument));
  else if (argument < 1n << 32n) {
    const power = argument < 256n ? 0 : argument < 65536n ? 1 : 2;
    out.byte(top | (24 + power));
    out.uint(Number(argument), [1, 2, 4][power] as 1 | 2 | 4);
  } else {
    out.byte(top | 27);
    out.uint64(argument);
  }
}

function integer(out: Encoding, value: bigint): void {
  const negative = value < 0n;
  const argument = negative ? -1n - value : value;
  if (argument < 1n << 64n) head(out, negative ? 1 : 0, argument);
  else {
    const hex = argument.toString(16);
    head(out, 6, negative ? 3n : 2n);
    sized(out, 2, Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex"));
  }
}

function sized(out: Encoding, major: 2 | 3, bytes: Buffer): void {
  head(out, major, BigInt(bytes.length));
  out.raw(bytes);
}

function text(out: Encoding, value: string): void {
  const bytes = out.utf8(value);
  if (bytes) sized(out, 3, bytes);
}

/** in 16, 32 or 64 bits, the fewest that keep the value */
function float(out: Encoding, value: number): void {
  const half = halfBits(value);
  if (half !== null) {
    out.byte(0xf9);
    out.uint(half, 2);
  } else {
    const bits = Object.is(Math.fround(value), value) ? 32 : 64;
    out.byte(bits === 32 ? 0xfa : 0xfb);
    out.float(value, bits);
  }
}

/** The bits of a half-precision float (IEEE 754 binary16) of exactly this value; null when there is none. */
function halfBits(value: number): number | null {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size === Number.POSITIVE_INFINITY) return sign | 0x7c00;
  if (size === 0) return sign;
  if (size < 2 ** -14) {
    const fraction = size * 2 ** 24;
    return Number.isInteger(fraction) ? sign | fraction : null;
  }
  if (size > 65504) return null;
  let exponent = Math.floor(Math.log2(size));
  // the logarithm may be rounded up to the next power
  if (2 ** exponent > size) exponent--;
  const fraction = (size / 2 ** exponent - 1) * 1024;
  return Number.isInteger(fraction) ? sign | ((exponent + 15) << 10) | fraction : null;
}

function form(out: Encoding, { form, value, second }: Shape & { kind: "form" }): void {
  const given = value.kind === "string" ? value.value : "";
  switch (form) {
    case "$bytes":
    case "$string": {
      const bytes = out.hex(form, value);
      if (bytes) sized(out, form === "$bytes" ? 2 : 3, bytes);
      return;
    }
    case "$float":
      specialFloat(out, given, value);
      return;
    case "$simple":
      simple(out, value);
      return;
    case "$tag": {
      const number = value.kind === "number" && /^[0-9]{1,20}$/.test(value.text) ? BigInt(value.text) : -1n;
      if (number < 0n || number >= 1n << 64n)
        out.problem("a tag's number is an integer from 0 to 18446744073709551615");
      else {
        head(out, 6, number);
        out.within(".$value", () => encode(out, second!));
      }
      return;
    }
    case "$epoch":
      epoch(out, given);
      return;
    case "$decimal": {
      const read = readDecimal(given);
      if (!read) out.problem('$decimal takes a decimal number like "273.15"');
      else scaled(out, 4, read.exponent, read.mantissa);
      return;
    }
    case "$bigfloat": {
      const found = BIGFLOAT.exec(given);
      if (!found) out.problem('$bigfloat takes a mantissa and a power of two like "3p-1"');
      else scaled(out, 5, BigInt(found[2]!), BigInt(found[1]!));
      return;
    }
    case "$uuid": {
      const bytes = parseUuid(given);
      if (!bytes) out.problem('$uuid takes a UUID like "123e4567-e89b-12d3-a456-426614174000"');
      else {
        head(out, 6, 37n);
        sized(out, 2, bytes);
      }
      return;
    }
    default:
      out.problem(`CBOR has no ${form}`);
  }
}

const BIGFLOAT = /^(-?[0-9]{1,2410})p(-?[0-9]{1,20})$/;

/** the array of an exponent and a mantissa under tag 4 or 5 */
function scaled(out: Encoding, tag: 4 | 5, exponent: bigint, mantissa: bigint): void {
  if (exponent >= 1n << 64n || exponent < -(1n << 64n)) {
    out.problem("the exponent does not fit CBOR's integers");
    return;
  }
  head(out, 6, BigInt(tag));
  head(out, 4, 2n);
  integer(out, exponent);
  integer(out, mantissa);
}

function simple(out: Encoding, node: JsonNode): void {
  const number = node.kind === "number" && /^[0-9]{1,3}$/.test(node.text) ? Number(node.text) : Number.NaN;
  if (node.kind === "string" && node.value === "undefined") out.byte(0xf7);
  else if (number < 20) out.byte(0xe0 | number);
  else if (number >= 32 && number <= 255) {
    out.byte(0xf8);
    out.byte(number);
  } else out.problem('$simple takes "undefined" or a number from 0 to 19 or 32 to 255');
}

function specialFloat(out: Encoding, given: string, node: JsonNode): void {
  if (/^(?:NaN|-?Infinity)$/.test(given)) float(out, Number(given));
  else if (/^0x(?:.{4}|.{8}|.{16})$/.test(given)) {
    const bytes = out.hex("$float", node);
    if (!bytes) return;
    out.byte(0xf8 + Math.log2(bytes.length));
    out.raw(bytes);
  } else out.problem('$float takes "NaN", "Infinity", "-Infinity", or "0x" and 4, 8 or 16 hex digits');
}

const EPOCH = /^(.*[Tt ][0-9:]+)(?:\.([0-9]{1,30}))?([Zz]|[+-][0-9]{2}:?[0-9]{2})$/;

/** a float when there is a fraction, as the decoder shows it */
function epoch(out: Encoding, given: string): void {
  const found = EPOCH.exec(given);
  const millis = found && parseInstant(`${found[1]}${found[3]}`, 3);
  if (!found || millis === null) {
    out.problem('$epoch takes a timestamp like "2013-03-21T20:04:00Z"');
    return;
  }
  const seconds = millis / 1000n;
  const fraction = found[2];
  head(out, 6, 1n);
  if (fraction === undefined) integer(out, seconds);
  else {
    const unit = 10n ** BigInt(fraction.length);
    const units = seconds * unit + BigInt(fraction);
    const digits = (units < 0n ? -units : units).toString().padStart(fraction.length + 1, "0");
    const decimal = `${digits.slice(0, -fraction.length)}.${digits.slice(-fraction.length)}`;
    float(out, Number(units < 0n ? `-${decimal}` : decimal));
  }
}

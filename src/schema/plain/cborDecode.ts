import { isUtf8 } from "node:buffer";
import { uuidText } from "../avro/numbers.ts";
import { timestampText } from "../avro/writeDates.ts";
import type { Decoded } from "../schemaFormats.ts";
import { type BinaryInput, decodeWith, isPlausible } from "./binaryInput.ts";
import { decimalOf, float32Number } from "./notation.ts";

/**
 * CBOR (RFC 8949) as JSON text. What JSON does not have looks as notation.ts says:
 *
 * - byte strings {"$bytes":"0x…"}; text that is not UTF-8 {"$string":"0x…"}; undefined {"$simple":"undefined"}, other simple values by
 *   number; NaN and infinities {"$float":"NaN"}, a NaN with other bits by its 4, 8 or 16 hex digits {"$float":"0x7e01"}.
 * - tags {"$tag":32,"$value":…}, apart from: big integers (2, 3), which are just integers; epoch times (1)
 *   {"$epoch":"2013-03-21T20:04:00Z"}, with a fraction when it was a float; decimal fractions (4) {"$decimal":"273.15"}; bigfloats (5)
 *   {"$bigfloat":"3p-1"}, 3 times 2 to the power of -1; UUIDs (37) {"$uuid":"…"}. The tag 55799 before the value says only that it is CBOR
 *   (`isSelfDescribedCbor`), and is left out.
 * - The width of integers and floats and indefinite lengths do not belong to the value (RFC 8949, 3 and 4.1) and do not show. A 32-bit float has its
 *   shortest digits and the mark of a 32-bit float where these would be another number in 64 bits.
 */
export function decodeCbor(bytes: Buffer, start: number, maxChars: number): Decoded {
  const from = isSelfDescribedCbor(bytes, start) ? start + SELF_DESCRIBED.length : start;
  return decodeWith("CBOR", bytes, from, maxChars, value);
}

/** The head of tag 55799. */
export const SELF_DESCRIBED: Buffer = Buffer.from([0xd9, 0xd9, 0xf7]);

/** Whether the value is under the tag 55799, which says that this is CBOR (RFC 8949, 3.4.6). */
export const isSelfDescribedCbor = (bytes: Buffer, start: number): boolean =>
  bytes.length > start + 3 && bytes.compare(SELF_DESCRIBED, 0, 3, start, start + 3) === 0;

/** Whether bytes [start, end of bytes) are most likely a map with string keys, or an array with one in it, in CBOR. */
export function isLikelyCbor(bytes: Buffer, start: number): boolean {
  const major = (bytes[start] ?? 0) >> 5;
  return (major === ARRAY || major === MAP) && isPlausible(bytes, start, value);
}

const [UNSIGNED, NEGATIVE, BYTES, TEXT, ARRAY, MAP, TAG] = [0, 1, 2, 3, 4, 5, 6];
const BREAK = 0xff;
const INDEFINITE = -1;

/** the argument of a head: the information in its lower five bits, or the bytes after it; INDEFINITE where that is allowed */
function argument(input: BinaryInput, head: number): number | bigint {
  const info = head & 31;
  if (info < 24) return info;
  const { bytes } = input;
  switch (info) {
    case 24:
      return bytes[input.take(1, "a number")]!;
    case 25:
      return bytes.readUInt16BE(input.take(2, "a number"));
    case 26:
      return bytes.readUInt32BE(input.take(4, "a number"));
    case 27: {
      const read = bytes.readBigUInt64BE(input.take(8, "a number"));
      return read <= 0x1f_ffff_ffff_ffffn ? Number(read) : read;
    }
    case 31: {
      const major = head >> 5;
      if (major >= BYTES && major <= MAP) return INDEFINITE;
    }
  }
  throw unknownHead(input, head);
}

const unknownHead = (input: BinaryInput, head: number): Error =>
  new Error(`the byte 0x${head.toString(16).padStart(2, "0")} at byte ${input.pos - 1} begins no CBOR value`);

function value(input: BinaryInput): void {
  const at = input.pos;
  const head = input.byte("a value");
  switch (head >> 5) {
    case UNSIGNED:
      input.integer(argument(input, head));
      return;
    case NEGATIVE:
      negative(input, argument(input, head));
      return;
    case BYTES: {
      const { bytes, from, to } = string(input, head);
      input.data("$bytes", bytes, from, to);
      return;
    }
    case TEXT: {
      const { bytes, from, to } = string(input, head);
      input.text(bytes, from, to);
      return;
    }
    case ARRAY:
      array(input, argument(input, head));
      return;
    case MAP:
      map(input, argument(input, head));
      return;
    case TAG:
      tag(input, argument(input, head));
      return;
    default:
      simple(input, head, at);
  }
}

/** what stands for -1 - read */
function negative(input: BinaryInput, read: number | bigint): void {
  const isSafe = typeof read === "number" && read < Number.MAX_SAFE_INTEGER;
  input.integer(isSafe ? -1 - read : -1n - BigInt(read));
}

interface Piece {
  bytes: Buffer;
  from: number;
  to: number;
}

/** the content of a byte string or text; the chunks of an indefinite one joined */
function string(input: BinaryInput, head: number): Piece {
  const what = head >> 5 === BYTES ? "a byte string" : "a string";
  const size = argument(input, head);
  if (size !== INDEFINITE) {
    const from = input.take(input.count(size, 1, what, "byte"), what);
    return { bytes: input.bytes, from, to: input.pos };
  }
  // gone through twice: chunks may be empty, and as many as there are bytes
  const start = input.pos;
  let whole = 0;
  chunks(input, head, what, (from, to) => {
    whole += to - from;
  });
  const bytes = Buffer.allocUnsafe(whole);
  input.pos = start;
  let at = 0;
  chunks(input, head, what, (from, to) => {
    // RFC 8949, 3.2.3: a character is not divided between chunks
    if (head >> 5 === TEXT && !isWhole(input.bytes, from, to))
      input.problem("a chunk of a string is not well-formed UTF-8");
    at += input.bytes.copy(bytes, at, from, to);
  });
  return { bytes, from: 0, to: whole };
}

/** the chunks of an indefinite string, up to its break, which is taken */
function chunks(input: BinaryInput, head: number, what: string, one: (from: number, to: number) => void): void {
  for (;;) {
    const each = input.byte("a chunk of a string");
    if (each === BREAK) return;
    if (each >> 5 !== head >> 5 || (each & 31) === 31)
      throw new Error(`byte ${input.pos - 1} begins no chunk of ${what}`);
    const from = input.take(input.count(argument(input, each), 1, what, "byte"), what);
    if (input.pos > from) one(from, input.pos);
  }
}

/** whether bytes [from, to), one or more, are UTF-8 */
const isWhole = (bytes: Buffer, from: number, to: number): boolean =>
  to - from === 1 ? bytes[from]! < 0x80 : isUtf8(bytes.subarray(from, to));

/** whether another entry follows; the break of an indefinite container is taken */
function more(input: BinaryInput, count: number, i: number): boolean {
  if (count !== INDEFINITE) return i < count;
  if (input.bytes[input.pos] !== BREAK) return true;
  input.pos++;
  return false;
}

function array(input: BinaryInput, claimed: number | bigint): void {
  const count = claimed === INDEFINITE ? INDEFINITE : input.count(claimed, 1, "an array", "item");
  input.enter();
  let i = 0;
  for (; !input.full && more(input, count, i); i++) {
    input.put(i === 0 ? "[" : ",");
    value(input);
  }
  input.put(i === 0 ? "[]" : "]");
  input.leave();
}

function map(input: BinaryInput, claimed: number | bigint): void {
  const count = claimed === INDEFINITE ? INDEFINITE : input.count(claimed, 2, "a map", "pair");
  input.enter();
  let i = 0;
  for (; !input.full && more(input, count, i); i++) {
    input.put(i === 0 ? "{" : ",");
    name(input);
    value(input);
  }
  input.put(i === 0 ? "{}" : "}");
  input.leave();
}

function name(input: BinaryInput): void {
  const head = input.bytes[input.pos] ?? 0;
  if (head >> 5 === TEXT) {
    input.pos++;
    const { bytes, from, to } = string(input, head);
    input.name(bytes, from, to);
    return;
  }
  input.valueAsName(() => value(input));
  input.put(":");
}

function simple(input: BinaryInput, head: number, at: number): void {
  const { bytes } = input;
  switch (head & 31) {
    case 20:
      input.put("false");
      return;
    case 21:
      input.put("true");
      return;
    case 22:
      input.put("null");
      return;
    case 23:
      input.put('{"$simple":"undefined"}');
      return;
    case 24: {
      const number = bytes[input.take(1, "a simple value")]!;
      if (number < 32) throw new Error(`the simple value ${number} at byte ${at} is in two bytes, which it may not be`);
      input.put(`{"$simple":${number}}`);
      return;
    }
    case 25:
    case 26:
    case 27:
      float(input, input.take(1 << ((head & 31) - 24), "a float"), head & 31);
      return;
    default:
      if ((head & 31) > 27) throw unknownHead(input, head);
      input.put(`{"$simple":${head & 31}}`);
  }
}

/** the float after a head with the information 25, 26 or 27 */
function readFloat(bytes: Buffer, at: number, info: number): number {
  return info === 25 ? halfFloat(bytes.readUInt16BE(at)) : info === 26 ? bytes.readFloatBE(at) : bytes.readDoubleBE(at);
}

const USUAL_NAN: Record<number, string> = { 25: "7e00", 26: "7fc00000", 27: "7ff8000000000000" };

function float(input: BinaryInput, at: number, info: number): void {
  const { bytes } = input;
  const read = readFloat(bytes, at, info);
  if (Number.isFinite(read)) {
    const short = info === 26 ? float32Number(read) : null;
    if (short !== null && Number(short) !== read) input.put(short);
    else input.float64(read);
    return;
  }
  const bits = bytes.toString("hex", at, at + (1 << (info - 24)));
  input.put(`{"$float":"${Number.isNaN(read) && bits !== USUAL_NAN[info] ? `0x${bits}` : read}"}`);
}

/** A half-precision float (IEEE 754 binary16) of its bits. */
function halfFloat(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

// ---------------------------------------------------------------------------------------------------------- tags

function tag(input: BinaryInput, number: number | bigint): void {
  const since = input.pos;
  const text = known(input, number);
  if (text !== null) {
    input.put(text);
    return;
  }
  input.pos = since;
  input.enter();
  input.put(`{"$tag":${number},"$value":`);
  value(input);
  input.put("}");
  input.leave();
}

/** the text of a tag whose content is as it should be, else null; reads a bounded number of scalars */
function known(input: BinaryInput, number: number | bigint): string | null {
  switch (number) {
    case 1:
      return epoch(input);
    case 2:
    case 3:
      return bigInteger(input, number)?.toString() ?? null;
    case 4:
    case 5: {
      if (input.bytes[input.pos] !== 0x82) return null;
      input.pos++;
      const exponent = integer(input);
      const mantissa = exponent === null ? null : (integer(input) ?? tagged(input));
      if (mantissa === null) return null;
      return number === 5
        ? `{"$bigfloat":"${mantissa}p${exponent}"}`
        : `{"$decimal":"${decimalOf(mantissa, exponent!)}"}`;
    }
    case 37: {
      if (input.bytes[input.pos] !== 0x50 || input.left < 17) return null;
      input.pos += 17;
      return `{"$uuid":"${uuidText(input.bytes, input.pos - 16)}"}`;
    }
    default:
      return null;
  }
}

/** an integer of major type 0 or 1; null when it is something else */
function integer(input: BinaryInput): bigint | null {
  const head = input.bytes[input.pos] ?? BREAK;
  if (head >> 5 > NEGATIVE) return null;
  input.pos++;
  const read = BigInt(argument(input, head));
  return head >> 5 === NEGATIVE ? -1n - read : read;
}

/** bytes of the largest integer that is written out: the time for it grows with the square, and a payload may have many */
const MAX_INTEGER = 1000;

function bigInteger(input: BinaryInput, number: 2 | 3): bigint | null {
  const head = input.bytes[input.pos] ?? BREAK;
  if (head >> 5 !== BYTES) return null;
  input.pos++;
  const { bytes, from, to } = string(input, head);
  if (to - from > MAX_INTEGER) return null;
  const read = from === to ? 0n : BigInt(`0x${bytes.toString("hex", from, to)}`);
  return number === 3 ? -1n - read : read;
}

/** a big integer under its own tag; null when it is something else */
function tagged(input: BinaryInput): bigint | null {
  const head = input.bytes[input.pos];
  if (head !== 0xc2 && head !== 0xc3) return null;
  input.pos++;
  return bigInteger(input, head === 0xc2 ? 2 : 3);
}

/** an integer or float of seconds as ISO 8601; null when it is something else, or cannot be written exactly */
function epoch(input: BinaryInput): string | null {
  const head = input.bytes[input.pos] ?? BREAK;
  let seconds: bigint | null;
  let fraction = "";
  if (head >= 0xf9 && head <= 0xfb) {
    input.pos++;
    const text = plainDigits(readFloat(input.bytes, input.take(1 << ((head & 31) - 24), "a float"), head & 31));
    if (text === null) return null;
    const [whole, digits = "0"] = text.split(".");
    seconds = BigInt(whole!);
    fraction = `.${digits}`;
    if (text.startsWith("-") && digits !== "0") {
      // the clock goes forwards before 1970 too: -0.25 is 0.75 after the second before
      seconds--;
      fraction = `.${(10n ** BigInt(digits.length) - BigInt(digits)).toString().padStart(digits.length, "0")}`;
    }
  } else seconds = integer(input);
  if (seconds === null) return null;
  const text = timestampText(seconds * 1000n, 3);
  return text === null ? null : `{"$epoch":"${text.replace(/\.000$/, "")}${fraction}Z"}`;
}

/** the shortest digits of a float that has them without an exponent */
function plainDigits(float: number): string | null {
  const text = String(float);
  return /^-?[0-9]+(?:\.[0-9]+)?$/.test(text) && !Object.is(float, -0) ? text : null;
}

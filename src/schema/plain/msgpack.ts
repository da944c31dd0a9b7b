import { parseInstant } from "../avro/dates.ts";
import { timestampText } from "../avro/writeDates.ts";
import type { JsonNode } from "../jsonTree.ts";
import type { Decoded } from "../schemaFormats.ts";
import { type BinaryInput, decodeWith, isPlausible } from "./binaryInput.ts";
import { type Encoded, Encoding, type Shape, stepOf } from "./encoding.ts";
import { float32Number, readNumber } from "./notation.ts";

/**
 * MessagePack (the specification's version of 2017, with the timestamp extension) as JSON text, and back.
 *
 * What JSON does not have looks as notation.ts says: bin is {"$bytes":"0x…"}, an extension {"$ext":5,"$data":"0x…"}, a timestamp
 * {"$timestamp":"2024-01-31T12:34:56.5Z"}, not-a-number and infinity {"$float":"NaN"} or {"$float32":"-Infinity"} (a NaN with other bits by
 * these: {"$float":"0x7ff8000000000001"}), a string that is not UTF-8 {"$string":"0x…"}. Encoding takes the shortest format of each integer, string
 * and container; floats keep their 32 or 64 bits.
 */
export function decodeMsgpack(bytes: Buffer, start: number, maxChars: number): Decoded {
  return decodeWith("MessagePack", bytes, start, maxChars, value);
}

/** Whether bytes [start, end of bytes) are most likely a map with string keys, or an array with one in it, in MessagePack. */
export function isLikelyMsgpack(bytes: Buffer, start: number): boolean {
  const first = bytes[start] ?? 0;
  return ((first > 0x80 && first < 0xa0) || (first >= 0xdc && first < 0xe0)) && isPlausible(bytes, start, value);
}

function value(input: BinaryInput): void {
  const { bytes } = input;
  const b = input.byte("a value");
  if (b < 0x80) input.integer(b);
  else if (b < 0x90) map(input, b & 15);
  else if (b < 0xa0) array(input, b & 15);
  else if (b < 0xc0) string(input, b & 31);
  else if (b >= 0xe0) input.integer(b - 256);
  else {
    switch (b) {
      case 0xc0:
        input.put("null");
        return;
      case 0xc1:
        throw new Error(`the byte 0xc1 at byte ${input.pos - 1} begins no MessagePack value`);
      case 0xc2:
      case 0xc3:
        input.put(b === 0xc2 ? "false" : "true");
        return;
      case 0xc4:
      case 0xc5:
      case 0xc6: {
        const from = input.take(length(input, b - 0xc4), "binary data");
        input.data("$bytes", bytes, from, input.pos);
        return;
      }
      case 0xc7:
      case 0xc8:
      case 0xc9:
        ext(input, length(input, b - 0xc7));
        return;
      case 0xca: {
        const at = input.take(4, "a 32-bit float");
        const read = bytes.readFloatBE(at);
        if (Number.isFinite(read)) input.put(float32Number(read));
        else input.put(`{"$float32":"${special(read, bytes, at, "7fc00000")}"}`);
        return;
      }
      case 0xcb: {
        const at = input.take(8, "a 64-bit float");
        const read = bytes.readDoubleBE(at);
        if (Number.isFinite(read)) input.float64(read);
        else input.put(`{"$float":"${special(read, bytes, at, "7ff8000000000000")}"}`);
        return;
      }
      case 0xcc:
      case 0xcd:
      case 0xce: {
        const size = 1 << (b - 0xcc);
        input.integer(bytes.readUIntBE(input.take(size, "an integer"), size));
        return;
      }
      case 0xcf:
        input.integer(bytes.readBigUInt64BE(input.take(8, "an integer")));
        return;
      case 0xd0:
      case 0xd1:
      case 0xd2: {
        const size = 1 << (b - 0xd0);
        input.integer(bytes.readIntBE(input.take(size, "an integer"), size));
        return;
      }
      case 0xd3:
        input.integer(bytes.readBigInt64BE(input.take(8, "an integer")));
        return;
      case 0xd9:
      case 0xda:
      case 0xdb:
        string(input, length(input, b - 0xd9));
        return;
      case 0xdc:
      case 0xdd:
        array(input, length(input, b - 0xdb));
        return;
      case 0xde:
      case 0xdf:
        map(input, length(input, b - 0xdd));
        return;
      default:
        // 0xd4 to 0xd8: extensions of 1, 2, 4, 8 and 16 bytes
        ext(input, 1 << (b - 0xd4));
    }
  }
}

/** a length in 1, 2 or 4 bytes */
function length(input: BinaryInput, power: number): number {
  const size = 1 << power;
  return input.bytes.readUIntBE(input.take(size, "a length"), size);
}

/** the word of a float that is not finite; a NaN that is not the usual one by its bits */
function special(value: number, bytes: Buffer, at: number, usual: string): string {
  const bits = bytes.toString("hex", at, at + usual.length / 2);
  return Number.isNaN(value) && bits !== usual ? `0x${bits}` : String(value);
}

function string(input: BinaryInput, size: number): void {
  const from = input.take(size, "a string");
  input.text(input.bytes, from, input.pos);
}

function array(input: BinaryInput, claimed: number): void {
  const count = input.count(claimed, 1, "an array", "item");
  input.enter();
  for (let i = 0; i < count && !input.full; i++) {
    input.put(i === 0 ? "[" : ",");
    value(input);
  }
  input.put(count === 0 ? "[]" : "]");
  input.leave();
}

function map(input: BinaryInput, claimed: number): void {
  const count = input.count(claimed, 2, "a map", "pair");
  input.enter();
  for (let i = 0; i < count && !input.full; i++) {
    input.put(i === 0 ? "{" : ",");
    name(input);
    value(input);
  }
  input.put(count === 0 ? "{}" : "}");
  input.leave();
}

function name(input: BinaryInput): void {
  const b = input.bytes[input.pos] ?? 0;
  if ((b >= 0xa0 && b < 0xc0) || (b >= 0xd9 && b <= 0xdb)) {
    input.pos++;
    const from = input.take(b < 0xc0 ? b & 31 : length(input, b - 0xd9), "a string");
    input.name(input.bytes, from, input.pos);
    return;
  }
  input.valueAsName(() => value(input));
  input.put(":");
}

/** the type of timestamps */
const TIMESTAMP = -1;
const BILLION = 1_000_000_000n;

function ext(input: BinaryInput, size: number): void {
  const type = input.bytes.readInt8(input.take(1, "the type of an extension"));
  const from = input.take(size, "an extension");
  const text = type === TIMESTAMP ? instant(input, from, size) : null;
  if (text !== null) input.put(`{"$timestamp":"${text}"}`);
  else {
    const to = Math.min(input.pos, from + input.max + 1);
    input.put(`{"$ext":${type},"$data":"0x${input.quiet ? "" : input.bytes.toString("hex", from, to)}"}`);
  }
}

/** ISO 8601 with as many digits of a second as there are; null when the bytes are no timestamp that can be written so */
function instant(input: BinaryInput, at: number, size: number): string | null {
  const { bytes } = input;
  let seconds: bigint;
  let nanos = 0;
  if (size === 4) seconds = BigInt(bytes.readUInt32BE(at));
  else if (size === 8) {
    const both = bytes.readBigUInt64BE(at);
    seconds = both & 0x3_ffff_ffffn;
    nanos = Number(both >> 34n);
  } else if (size === 12) {
    nanos = bytes.readUInt32BE(at);
    seconds = bytes.readBigInt64BE(at + 4);
  } else {
    input.problem("a timestamp has 4, 8 or 12 bytes, and one here has not");
    return null;
  }
  if (nanos > 999_999_999) {
    input.problem("a timestamp has more than 999999999 nanoseconds");
    return null;
  }
  const text = timestampText(seconds * BILLION + BigInt(nanos), 9);
  return text === null ? null : `${text.replace(/\.?0+$/, "")}Z`;
}

/** JSON as MessagePack; takes what decodeMsgpack shows. */
export function encodeMsgpack(node: JsonNode): Encoded {
  const encoding = new Encoding();
  encode(encoding, node);
  return encoding.finish();
}

function encode(out: Encoding, node: JsonNode): void {
  switch (node.kind) {
    case "null":
      out.byte(0xc0);
      return;
    case "boolean":
      out.byte(node.value ? 0xc3 : 0xc2);
      return;
    case "number":
      number(out, node.text);
      return;
    case "string":
      utf8(out, node.value);
      return;
    case "array":
      sized(out, node.items.length, 0x90, 16, 0xdb, 1);
      for (const [i, item] of node.items.entries()) out.within(`[${i}]`, () => encode(out, item));
      return;
    case "object": {
      const shape = out.shape(node);
      if (shape?.kind === "form") form(out, shape);
      else if (shape) {
        sized(out, shape.entries.length, 0x80, 16, 0xdd, 1);
        for (const { name, key, value } of shape.entries) {
          out.within(stepOf(name), () => {
            if ("string" in key) utf8(out, key.string);
            else encode(out, key.node);
            encode(out, value);
          });
        }
      }
    }
  }
}

/**
 * The shortest head of a length: within the first byte when it is below `small`, else `base` plus 0, 1 or 2 for one of 1, 2 or 4 bytes,
 * of which containers have no 1.
 */
function sized(out: Encoding, size: number, fixed: number, small: number, base: number, least: 0 | 1): void {
  if (size < small) out.byte(fixed | size);
  else {
    const power = size < 256 && least === 0 ? 0 : size < 65536 ? 1 : 2;
    out.byte(base + power);
    out.uint(size, [1, 2, 4][power] as 1 | 2 | 4);
  }
}

function utf8(out: Encoding, text: string): void {
  const bytes = out.utf8(text);
  if (bytes) stringOf(out, bytes);
}

function stringOf(out: Encoding, bytes: Buffer): void {
  sized(out, bytes.length, 0xa0, 32, 0xd9, 0);
  out.raw(bytes);
}

function number(out: Encoding, text: string): void {
  const read = readNumber(text);
  if ("problem" in read) out.problem(read.problem);
  else if ("float" in read) {
    out.byte(read.bits === 32 ? 0xca : 0xcb);
    out.float(read.float, read.bits);
  } else integer(out, read.integer);
}

function integer(out: Encoding, value: bigint): void {
  if (value >= 0x1_0000_0000n || value < -0x8000_0000n) {
    if (value >= 1n << 64n || value < -(1n << 63n)) {
      out.problem("an integer is between -9223372036854775808 and 18446744073709551615 in MessagePack");
      return;
    }
    out.byte(value < 0n ? 0xd3 : 0xcf);
    out.uint64(value);
    return;
  }
  const n = Number(value);
  if (n >= -32 && n < 128) out.byte(n & 0xff);
  else {
    const power = n >= 0 ? (n < 256 ? 0 : n < 65536 ? 1 : 2) : n >= -128 ? 0 : n >= -32768 ? 1 : 2;
    const size = [1, 2, 4][power] as 1 | 2 | 4;
    out.byte((n >= 0 ? 0xcc : 0xd0) + power);
    out.uint(n >= 0 ? n : n + 256 ** size, size);
  }
}

function form(out: Encoding, { form, value, second }: Shape & { kind: "form" }): void {
  switch (form) {
    case "$bytes": {
      const bytes = out.hex(form, value);
      if (!bytes) return;
      sized(out, bytes.length, 0, 0, 0xc4, 0);
      out.raw(bytes);
      return;
    }
    case "$string": {
      const bytes = out.hex(form, value);
      if (bytes) stringOf(out, bytes);
      return;
    }
    case "$float":
    case "$float32":
      specialFloat(out, value, form === "$float" ? 64 : 32);
      return;
    case "$ext": {
      const type = value.kind === "number" && /^-?[0-9]{1,3}$/.test(value.text) ? Number(value.text) : Number.NaN;
      const bytes = second && out.hex("$data", second);
      if (!(type >= -128 && type <= 127)) out.problem("the type of an extension is an integer from -128 to 127");
      else if (bytes) extension(out, type, bytes);
      return;
    }
    case "$timestamp": {
      const nanos = value.kind === "string" ? parseInstant(value.value, 9) : null;
      if (nanos === null) out.problem('$timestamp takes a timestamp like "2024-01-31T12:34:56.789Z"');
      else extension(out, TIMESTAMP, timestamp(nanos));
      return;
    }
    default:
      out.problem(`MessagePack has no ${form}`);
  }
}

function extension(out: Encoding, type: number, bytes: Buffer): void {
  const fixed = [1, 2, 4, 8, 16].indexOf(bytes.length);
  if (fixed >= 0) out.byte(0xd4 + fixed);
  else sized(out, bytes.length, 0, 0, 0xc7, 0);
  out.uint(type & 0xff, 1);
  out.raw(bytes);
}

/** The shortest of the three forms of a timestamp. */
function timestamp(nanos: bigint): Buffer {
  let seconds = nanos / BILLION;
  if (seconds * BILLION > nanos) seconds--;
  const rest = nanos - seconds * BILLION;
  const bytes = Buffer.alloc(12);
  if (seconds >= 0n && seconds < 1n << 34n) {
    if (rest === 0n && seconds < 1n << 32n) return bytes.subarray(0, bytes.writeUInt32BE(Number(seconds)));
    return bytes.subarray(0, bytes.writeBigUInt64BE((rest << 34n) | seconds));
  }
  bytes.writeUInt32BE(Number(rest));
  bytes.writeBigInt64BE(seconds, 4);
  return bytes;
}

function specialFloat(out: Encoding, node: JsonNode, bits: 32 | 64): void {
  const text = node.kind === "string" ? node.value : "";
  const form = bits === 32 ? "$float32" : "$float";
  if (/^(?:NaN|-?Infinity)$/.test(text)) {
    out.byte(bits === 32 ? 0xca : 0xcb);
    out.float(Number(text), bits);
  } else if (text.startsWith("0x") && text.length === 2 + bits / 4) {
    const bytes = out.hex(form, node);
    if (!bytes) return;
    out.byte(bits === 32 ? 0xca : 0xcb);
    out.raw(bytes);
  } else out.problem(`${form} takes "NaN", "Infinity", "-Infinity", or "0x" and ${bits / 4} hex digits`);
}

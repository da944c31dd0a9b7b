import { isUtf8 } from "node:buffer";
import { doubleText, floatText } from "../numberText.ts";
import type { Decoded } from "../schemaFormats.ts";
import { isText } from "../text.ts";
import { BYTES, END_GROUP, FIXED32, FIXED64, ProtobufInput, ProtobufProblem, START_GROUP, VARINT } from "./input.ts";

/** Levels that are looked into: what is deeper stays bytes. */
const MAX_DEPTH = 32;

/** Fields of one message: other bytes may be taken for any number of them. */
const MAX_FIELDS = 10_000;

/** Messages have no fields with larger numbers, as good as always. */
const PLAUSIBLE_NUMBER = 20_000;

/**
 * Protobuf without a schema, as JSON text: {"1": …, "2": […]}, members by field number in the order in which they first come, a field
 * that comes more than once as an array. The wire has no types, so this is one reading of several:
 *
 * - a varint is an unsigned number, as a string beyond 2^53 (int64 -1 is "18446744073709551615"; zigzag is not undone);
 * - 32 and 64 bits are a float or double where that is a plain number, otherwise an unsigned integer;
 * - bytes are text where they are readable UTF-8; but a message where they are one (every tag valid, no number above 20,000, not
 *   empty) and the text would not be readable or begin with a line end or tab, as a nested message's often does; otherwise hex, "0x…";
 * - a group is an object; a run of packed numbers cannot be told from other bytes.
 *
 * Throws an Error with a sentence when the bytes are not a message.
 *
 * @param maxChars reading stops once the text is longer
 */
export function decodeWithoutSchema(bytes: Buffer, start: number, maxChars: number): Decoded {
  const input = new ProtobufInput(bytes, start, maxChars);
  try {
    const text = readTree(input, 0, 0);
    return { text, cut: input.isFull, problems: [] };
  } catch (error) {
    if (error instanceof ProtobufProblem) throw new Error(`not a Protobuf message: ${error.message}`);
    throw error;
  }
}

/**
 * Whether the bytes from `start` on are so much like a message that reading them as one is worth offering: all of them are fields, the
 * numbers are small and keep their wire types, and not everything is opaque bytes. Of random bytes about 1 % pass at a length of 4, one
 * in a thousand at 16, next to none beyond (see the tests); text passes only when it begins with a line end or tab.
 */
export function looksLikeProtobuf(bytes: Buffer, start = 0): boolean {
  if (bytes.length - start < 4) return false;
  // text that happens to be fields is text
  if (bytes[start]! >= 0x20 && isText(bytes, start, bytes.length)) return false;
  return isPlausible(
    bytes,
    start,
    Math.min(bytes.length, start + 1_000_000),
    200,
    bytes.length - start > 1_000_000,
    true,
  );
}

/**
 * @param mostNumber the largest field number that is believed
 * @param cut the bytes may end anywhere
 * @param deep bytes alone do not make a message: one field at least is a number, a text or itself a message
 */
function isPlausible(
  bytes: Buffer,
  start: number,
  end: number,
  mostNumber: number,
  cut: boolean,
  deep: boolean,
): boolean {
  const input = new ProtobufInput(bytes, start, 0);
  input.end = end;
  const wires = new Map<number, number>();
  let fields = 0;
  let opaque = 0;
  try {
    while (input.pos < end) {
      const before = input.pos;
      const tag = input.tag();
      const number = tag >>> 3;
      const wire = tag & 7;
      if (number > mostNumber || wire === START_GROUP || wire === END_GROUP) return false;
      // writers take the shortest form of a tag
      if (input.pos - before !== (tag < 0x80 ? 1 : tag < 0x4000 ? 2 : 3)) return false;
      const known = wires.get(number);
      if (known !== undefined && known !== wire) return false;
      wires.set(number, wire);
      fields++;
      const from = input.pos;
      input.skip(tag);
      if (wire === BYTES && deep && !isReadable(bytes, from, input.pos)) opaque++;
      if (wire === VARINT && input.pos - from > 1 && bytes[input.pos - 1] === 0) return false;
    }
  } catch (error) {
    if (!(error instanceof ProtobufProblem)) throw error;
    if (!cut || fields === 0) return false;
  }
  return opaque < fields;
}

/** Whether a length and the bytes after it are text, or a message of its own. */
function isReadable(bytes: Buffer, from: number, to: number): boolean {
  const input = new ProtobufInput(bytes, from, 0);
  input.varint();
  return isText(bytes, input.pos, to) || isPlausible(bytes, input.pos, to, PLAUSIBLE_NUMBER, false, false);
}

/** A message up to the end of the input, or of its group. */
function readTree(input: ProtobufInput, level: number, group: number): string {
  const members = new Map<number, string[]>();
  let closed = group === 0;
  while (input.pos < input.end && !input.isFull) {
    const tag = input.tag();
    const number = tag >>> 3;
    if (group !== 0 && (tag & 7) === END_GROUP && number === group) {
      closed = true;
      break;
    }
    const text = readValue(input, tag, level);
    input.made += text.length > 64 ? 8 : text.length + 6;
    const values = members.get(number);
    if (values) values.push(text);
    else if (members.size < MAX_FIELDS) members.set(number, [text]);
    else throw new ProtobufProblem(`more than ${MAX_FIELDS} different fields in one message`);
  }
  if (!closed && !input.isFull) throw new ProtobufProblem("a group does not end");
  const texts = [...members].map(
    ([number, values]) => `"${number}":${values.length === 1 ? values[0] : `[${values.join(",")}]`}`,
  );
  return `{${texts.join(",")}}`;
}

function readValue(input: ProtobufInput, tag: number, level: number): string {
  const { bytes } = input;
  switch (tag & 7) {
    case VARINT: {
      const value = input.varint();
      return typeof value === "number" ? `${value}` : `"${value}"`;
    }
    case FIXED64: {
      const at = input.take(8);
      const value = bytes.readDoubleLE(at);
      return isPlain(value) ? doubleText(value) : `"${bytes.readBigUInt64LE(at)}"`;
    }
    case FIXED32: {
      const at = input.take(4);
      const value = bytes.readFloatLE(at);
      return isPlain(value) ? floatText(value) : `${bytes.readUInt32LE(at)}`;
    }
    case BYTES: {
      const from = input.take(input.length());
      return bytesText(input, from, input.pos, level);
    }
    case START_GROUP: {
      if (level < MAX_DEPTH) return readTree(input, level + 1, tag >>> 3);
      const from = input.pos;
      input.skip(tag);
      return hexText(input, from, input.pos);
    }
    default:
      input.skip(tag);
      return "null";
  }
}

/** a number that somebody may have meant: integers in their raw form are tiny or huge as floating point */
const isPlain = (value: number): boolean => value === 0 || (Math.abs(value) >= 1e-6 && Math.abs(value) < 1e15);

function bytesText(input: ProtobufInput, from: number, to: number, level: number): string {
  const { bytes } = input;
  if (from === to) return '""';
  const readable = isText(bytes, from, to);
  if (readable && bytes[from]! >= 0x20) return stringText(input, from, to);
  if (level < MAX_DEPTH && isPlausible(bytes, from, to, PLAUSIBLE_NUMBER, false, false)) {
    const { pos, end } = input;
    input.pos = from;
    input.end = to;
    const text = readTree(input, level + 1, 0);
    input.pos = pos;
    input.end = end;
    return text;
  }
  return readable || isUtf8(bytes.subarray(from, to)) ? stringText(input, from, to) : hexText(input, from, to);
}

function stringText(input: ProtobufInput, from: number, to: number): string {
  const text = input.bytes.toString("utf8", from, to);
  input.made += text.length;
  return JSON.stringify(text);
}

function hexText(input: ProtobufInput, from: number, to: number): string {
  input.made += 2 * (to - from);
  return `"0x${input.bytes.toString("hex", from, to)}"`;
}

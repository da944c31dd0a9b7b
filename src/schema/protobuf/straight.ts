import { JsonText, pieceOf } from "../jsonText.ts";
import type { Decoded } from "../schemaFormats.ts";
import { BYTES, ProtobufInput, ProtobufProblem } from "./input.ts";
import type { Field, Message } from "./message.ts";
import { writeScalar } from "./scalars.ts";

/**
 * The usual message, straight from its bytes to its text: its fields in the schema's order and each once, the items of a list and the entries of a map in one
 * piece, nothing that the schema lacks. All others, and those with any problem, are left to decode.ts, which holds text back to put it into order.
 */

/** What reads a message whose JSON is not simply its fields: see `ReadWellKnown`. */
type ReadMessage = (input: ProtobufInput, message: Message, group: number) => string;

/** entries of a map whose keys are held against each other */
const MAX_ENTRIES = 16;
/** oneofs of a message, a bit each */
const MAX_CHOICES = 30;

const out = new JsonText();
const input = new ProtobufInput(Buffer.alloc(0), 0, 0);
/** where the keys of a map begin and end in the bytes; no map is read within another */
const keys = new Int32Array(2 * MAX_ENTRIES);

/** The text of the message in bytes [start, end of bytes); null: it is to be read the other way. Throws nothing of its own. */
export function readStraight(
  bytes: Buffer,
  start: number,
  maxChars: number,
  message: Message,
  read: ReadMessage,
): Decoded | null {
  const { straight } = message;
  // what mostly is not so is not tried each time
  if (straight.misses > 16 + straight.hits && ++straight.tried % 64 !== 0) return null;
  input.restart(bytes, start, maxChars);
  out.begin();
  let done = false;
  try {
    done = write(message, read) && input.isClean;
  } catch (error) {
    if (!(error instanceof ProtobufProblem || error instanceof RangeError)) throw error;
  }
  const decoded = done ? { text: out.text(), cut: false, problems: NONE, printable: out.printable } : null;
  if (done) straight.hits++;
  else straight.misses++;
  input.restart(NOTHING, 0, 0);
  out.release();
  return decoded;
}

const NONE: string[] = [];
const NOTHING = Buffer.alloc(0);
const EMPTY_LIST = pieceOf("[]");
const OPEN = 0x7b;
const CLOSE = 0x7d;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;

/** false: it is not such a message */
function write(message: Message, read: ReadMessage): boolean {
  if (message.own) {
    out.put(message.own(input, message, read));
    return !input.isFull;
  }
  input.enter();
  out.char(OPEN);
  let last = -1;
  let chosen = 0;
  while (input.pos < input.end) {
    const tag = input.tag();
    const field = message.at(tag >>> 3);
    if (!field || field.index <= last || out.length > input.max) return false;
    const wire = tag & 7;
    if (field.choice >= 0) {
      const bit = 1 << field.choice;
      if (field.choice > MAX_CHOICES || (chosen & bit) !== 0) return false;
      chosen |= bit;
    }
    if (last >= 0) out.char(COMMA);
    out.piece(field.piece);
    last = field.index;
    if (field.repeated) {
      if (!writeList(field, tag, wire, read)) return false;
    } else if (wire !== field.wire) return false;
    else if (field.map) {
      if (!writeMap(field.map, tag, read)) return false;
    } else if (!writeOne(field, read)) return false;
  }
  out.char(CLOSE);
  input.depth--;
  return message.required.length === 0;
}

function writeOne(field: Field, read: ReadMessage): boolean {
  const { message } = field;
  if (!message) return writeScalar(input, out, field);
  if (field.wire !== BYTES) return false;
  const { end } = input;
  const to = input.length() + input.pos;
  input.end = to;
  if (!write(message, read)) return false;
  input.end = end;
  input.pos = to;
  return true;
}

/** Whether the same tag comes next, which is taken. */
function again(tag: number): boolean {
  const { pos } = input;
  if (pos < input.end && input.tag() === tag) return true;
  input.pos = pos;
  return false;
}

/** The items whose tag follows one another, or all in one: packed. */
function writeList(field: Field, tag: number, wire: number, read: ReadMessage): boolean {
  if (wire === field.wire) {
    out.char(OPEN_LIST);
    for (let i = 0; i === 0 || again(tag); i++) {
      if (i > 0) out.char(COMMA);
      if (out.length > input.max || !writeOne(field, read)) return false;
    }
    out.char(CLOSE_LIST);
    return true;
  }
  if (!field.packable || wire !== BYTES) return false;
  const { end } = input;
  const to = input.length() + input.pos;
  if (input.pos === to) {
    out.piece(EMPTY_LIST);
    return true;
  }
  input.end = to;
  for (let separator = OPEN_LIST; input.pos < to; separator = COMMA) {
    out.char(separator);
    if (out.length > input.max || !writeScalar(input, out, field)) return false;
  }
  input.end = end;
  out.char(CLOSE_LIST);
  return true;
}

/** Entries of a few different strings, each with its value behind it. */
function writeMap({ key, value }: NonNullable<Field["map"]>, tag: number, read: ReadMessage): boolean {
  // the map of a message in a map would use the same keys
  if (key.type !== "string" || value.message) return false;
  out.char(OPEN);
  for (let i = 0; i === 0 || again(tag); i++) {
    if (i === MAX_ENTRIES || out.length > input.max) return false;
    if (i > 0) out.char(COMMA);
    const { end } = input;
    const to = input.length() + input.pos;
    input.end = to;
    if (input.pos === to || input.tag() !== 8 + BYTES) return false;
    const from = input.take(input.length());
    if (!out.string(input.bytes, from, input.pos) || isKnown(i, from, input.pos)) return false;
    keys[2 * i] = from;
    keys[2 * i + 1] = input.pos;
    out.char(0x3a);
    if (input.pos === to || input.tag() !== 16 + value.wire || !writeOne(value, read) || input.pos !== to) return false;
    input.end = end;
  }
  out.char(CLOSE);
  return true;
}

/** Whether one of the first keys has the same bytes. */
function isKnown(count: number, from: number, to: number): boolean {
  const { bytes } = input;
  for (let i = 0; i < count; i++) {
    const start = keys[2 * i]!;
    if (keys[2 * i + 1]! - start !== to - from) continue;
    let at = from;
    while (at < to && bytes[at] === bytes[start + at - from]) at++;
    if (at === to) return true;
  }
  return false;
}

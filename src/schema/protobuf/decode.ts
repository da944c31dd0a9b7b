import { settle } from "../grownText.ts";
import type { Decoded, SchemaFormat } from "../schemaFormats.ts";
import {
  BYTES,
  END_GROUP,
  ProtobufInput,
  ProtobufProblem,
  type Span,
  START_GROUP,
  VARINT,
  WIRE_NAMES,
} from "./input.ts";
import type { Field, Message } from "./message.ts";
import { scalarText, zeroText } from "./scalars.ts";
import type { ProtobufSchema } from "./schema.ts";
import { readStraight } from "./straight.ts";

/**
 * Protobuf to JSON text, as its canonical JSON has it: 64-bit integers as strings, so that no JSON reader rounds them, bytes as base64,
 * enums by name, lowerCamelCase names (or json_name), Timestamp and the other well-known types in their own form. Fields stand in the
 * schema's order; what is not on the wire is not shown. Fields that the schema lacks are shown as "#number", an Any whose type it lacks
 * with its bytes in hex.
 * Source: Protocol Buffers documentation, "Encoding" and "ProtoJSON Format"; Confluent's wire format for the message indexes.
 */
export function protobufFormat(schema: ProtobufSchema): SchemaFormat {
  const first = schema.messageAt(FIRST);
  return {
    format: "protobuf",
    name: "Protobuf",
    decode: (bytes, start, maxChars) =>
      // most messages are the first of their file, which a single 0 says
      (bytes[start] === 0 && first && readStraight(bytes, start + 1, maxChars, first, readMessage)) ||
      decoded(bytes, start, maxChars, (input) => {
        const path = messageIndexes(input);
        const message = schema.messageAt(path);
        if (!message) throw new ProtobufProblem(`the schema has no message at index [${path.join(", ")}]`);
        return message;
      }),
  };
}

/** The format of bytes that hold one message and nothing before it. Throws with a sentence when the schema has no such message. */
export function protobufMessageFormat(schema: ProtobufSchema, name: string): SchemaFormat {
  const message = schema.messages.find(name);
  if (!message) throw new Error(`the schema has no message called ${name}`);
  return {
    format: "protobuf",
    name: "Protobuf",
    decode: (bytes, start, maxChars) =>
      readStraight(bytes, start, maxChars, message, readMessage) ?? decoded(bytes, start, maxChars, () => message),
  };
}

function decoded(bytes: Buffer, start: number, maxChars: number, choose: (input: ProtobufInput) => Message): Decoded {
  const input = new ProtobufInput(bytes, start, maxChars);
  try {
    const text = readMessage(input, choose(input), 0);
    return { text, cut: input.isFull, problems: problemsOf(input) };
  } catch (error) {
    if (error instanceof ProtobufProblem)
      throw new Error(error.path === "" ? error.message : `${error.message} (in ${error.path})`);
    if (error instanceof RangeError) throw new Error("the value is too large or too deep to be shown");
    throw error;
  }
}

const NO_PROBLEMS: string[] = [];

function problemsOf(input: ProtobufInput): Decoded["problems"] {
  if (input.isClean) return NO_PROBLEMS;
  const problems: string[] = [];
  if (input.unknown.size > 0) {
    const listed = few([...input.unknown].map(([number, wire]) => `${number} (${WIRE_NAMES[wire]})`));
    problems.push(
      input.unknown.size === 1
        ? `field ${listed} is not in the schema, or is of another type there`
        : `fields ${listed} are not in the schema, or are of other types there`,
    );
  }
  if (input.missing.size > 0) {
    const listed = few([...input.missing]);
    problems.push(
      input.missing.size === 1
        ? `the required field ${listed} is missing`
        : `the required fields ${listed} are missing`,
    );
  }
  if (input.badText) problems.push("a string is not well-formed UTF-8: what is malformed is shown as \ufffd");
  if (input.oddNumber) problems.push("a google.protobuf.Value holds NaN or infinity, which is shown as a string");
  return problems;
}

const few = (names: string[]): string => (names.length > 10 ? `${names.slice(0, 10).join(", ")}, …` : names.join(", "));

/** Which message of the file: a count and as many indexes, zigzag varints; a count of 0 stands for [0]. */
function messageIndexes(input: ProtobufInput): number[] {
  const count = zigzag(input);
  if (count === 0) return FIRST;
  if (count < 0 || count > 100) throw new ProtobufProblem(`a path of ${count} message indexes`);
  return Array.from({ length: count }, () => zigzag(input));
}

const FIRST = [0];

function zigzag(input: ProtobufInput): number {
  const raw = Number(input.varint());
  return raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2;
}

/** What was read of a field: its text (of repeated ones the items' texts with commas), a map's entries, or where a message is. */
type Part = string | Map<string, string> | Span;

/** A message up to the end of the input, or of its group when `group` is that field's number. */
function readMessage(input: ProtobufInput, message: Message, group: number): string {
  if (message.own) return message.own(input, message, readMessage);
  const { fields } = message;
  const parts = (message.spare.pop() ?? new Array(fields.length)) as (Part | undefined)[];
  const unknown = new Map<number, string>();
  /** indexes of the fields that were met, perhaps more than once */
  const met: number[] = [];
  let inOrder = true;
  let chosen: number[] | null = null;
  const start = input.pos;
  input.enter();
  while (input.pos < input.end && input.made <= input.max) {
    const tag = input.tag();
    const number = tag >>> 3;
    const wire = tag & 7;
    const field = message.at(number);
    if (group !== 0 && wire === END_GROUP && number === group) {
      group = 0;
      break;
    }
    try {
      if (!field || (wire !== field.wire && !(wire === BYTES && field.packable && field.repeated))) {
        skipUnknown(input, tag, unknown);
        continue;
      }
      const { index } = field;
      const part = parts[index];
      if (part === undefined) {
        if (met.length > 0 && index < met[met.length - 1]!) inOrder = false;
        met.push(index);
      }
      if (field.repeated) parts[index] = readItems(input, field, wire, part as string | undefined);
      else if (field.map) {
        const entries = (part as Map<string, string> | undefined) ?? new Map<string, string>();
        readEntry(input, field.map, entries);
        parts[index] = entries;
      } else {
        if (field.choice >= 0) {
          chosen ??= [];
          const other = chosen[field.choice];
          if (other !== undefined && other !== index) parts[other] = undefined;
          chosen[field.choice] = index;
        }
        if (!field.message) parts[index] = readOne(input, field);
        else {
          const from = wire === BYTES ? input.take(input.length()) : input.pos;
          if (wire !== BYTES) input.skip(tag);
          const to = wire === BYTES ? input.pos : input.pos - sizeOfTag(tag);
          parts[index] = { from, to, before: (part as Span | undefined) ?? null };
        }
      }
    } catch (error) {
      if (!(error instanceof ProtobufProblem)) throw error;
      throw error.step(field ? stepOf(input, field, start) : `#${number}`);
    }
  }
  if (group !== 0 && !input.isFull) throw new ProtobufProblem("a group does not end");
  if (message.required.length > 0 && !input.isFull) {
    for (const { index, name } of message.required)
      if (parts[index] === undefined && input.missing.size <= 10) input.missing.add(`${message.name}.${name}`);
  }
  if (!inOrder) met.sort((a, b) => a - b);
  const text = assembled(input, message, parts, met);
  if (message.spare.length < 8) message.spare.push(parts);
  input.depth--;
  if (unknown.size === 0) return `{${text}}`;
  const others = [...unknown].map(([number, each]) => `"#${number}":${each.includes(",") ? `[${each}]` : each}`);
  return `{${text === "" ? "" : `${text},`}${others.join(",")}}`;
}

/** The members of a message whose bytes were gone through. Leaves `parts` empty. */
function assembled(input: ProtobufInput, message: Message, parts: (Part | undefined)[], met: number[]): string {
  let text = "";
  for (const index of met) {
    const part = parts[index];
    if (part === undefined) continue;
    parts[index] = undefined;
    const field = message.fields[index]!;
    if (text !== "") text += ",";
    text += field.label;
    if (typeof part === "string") text += field.repeated ? `[${part}]` : part;
    else if (part instanceof Map) text += `{${entriesText(part)}}`;
    else text += readSpan(input, field, part);
  }
  return text;
}

function entriesText(entries: Map<string, string>): string {
  let text = "";
  for (const [key, value] of entries) text += text === "" ? `${key}:${value}` : `,${key}:${value}`;
  return text;
}

/** Of a repeated field or map also which item, counted anew: only problems ask for it. */
function stepOf(input: ProtobufInput, field: Field, start: number): string {
  if (!field.repeated && !field.map) return field.name;
  const raw = new ProtobufInput(input.bytes, start, 0);
  let count = 0;
  try {
    while (raw.pos < input.pos) {
      const tag = raw.tag();
      raw.skip(tag);
      if (tag >>> 3 === field.number && raw.pos < input.pos) count++;
    }
  } catch (error) {
    // ends where the problem is
    if (!(error instanceof ProtobufProblem)) throw error;
  }
  return `${field.name}[${count}]`;
}

/** One value of a repeated field, or several where they are packed, after those that are there. */
function readItems(input: ProtobufInput, field: Field, wire: number, before: string | undefined): string | undefined {
  let text = before;
  if (!field.packable || wire !== BYTES) {
    const one = readOne(input, field);
    return before ? added(before, one) : one;
  }
  const { end } = input;
  input.end = input.length() + input.pos;
  while (input.pos < input.end && input.made <= input.max) {
    const one = readOne(input, field);
    text = text ? added(text, one) : one;
  }
  input.pos = input.end;
  input.end = end;
  return text ?? "";
}

function added(before: string, one: string): string {
  const text = `${before},${one}`;
  settle(before.length, text);
  return text;
}

function readOne(input: ProtobufInput, field: Field): string {
  const { message } = field;
  if (!message) {
    const text = scalarText(input, field);
    input.made += text.length + 1;
    return text;
  }
  input.made += field.label.length + 2;
  if (field.wire === START_GROUP) return readMessage(input, message, field.number);
  const { end } = input;
  const to = input.length() + input.pos;
  input.end = to;
  const text = readMessage(input, message, 0);
  input.end = end;
  input.pos = to;
  return text;
}

function readSpan(input: ProtobufInput, field: Field, span: Span): string {
  input.made += field.label.length + 2;
  try {
    return input.joined(span, (part) => readMessage(part, field.message!, 0));
  } catch (error) {
    throw error instanceof ProtobufProblem ? error.step(field.name) : error;
  }
}

/** A map's entry, which is a message of two fields that may be missing; of entries with one key the last one counts. */
function readEntry(
  input: ProtobufInput,
  { key, value }: NonNullable<Field["map"]>,
  entries: Map<string, string>,
): void {
  let name: string | null = null;
  let text: string | null = null;
  /** a message, which may come in parts here too */
  let span: Span | null = null;
  const { end } = input;
  const to = input.length() + input.pos;
  input.end = to;
  while (input.pos < input.end && input.made <= input.max) {
    const tag = input.tag();
    if (tag === 8 + key.wire) {
      name = scalarText(input, key);
      input.made += name.length + 1;
    } else if (tag === 16 + value.wire) {
      if (!value.message) text = readOne(input, value);
      else {
        const from = input.take(input.length());
        span = { from, to: input.pos, before: span };
      }
    } else {
      input.skip(tag);
      input.lacks(tag);
    }
  }
  if (value.message) {
    input.made += value.label.length + 2;
    text = input.joined(span ?? { from: to, to, before: null }, (part) => readMessage(part, value.message!, 0));
  }
  input.end = end;
  input.pos = to;
  // what is left out has its type's default
  const shown = name ?? zeroText(key);
  entries.set(shown.startsWith('"') ? shown : `"${shown}"`, text ?? zeroText(value));
}

/** A field that the schema lacks: as a number what is a varint, everything else as its bytes in hex. */
function skipUnknown(input: ProtobufInput, tag: number, unknown: Map<number, string>): void {
  const number = tag >>> 3;
  const wire = tag & 7;
  const from = input.pos;
  input.skip(tag);
  input.lacks(tag);
  const { bytes, pos } = input;
  const raw = new ProtobufInput(bytes, from, 0);
  let text: string;
  if (wire === VARINT) text = `"${raw.varint()}"`;
  else {
    if (wire === BYTES) raw.varint();
    // a group's bytes are those within it
    const to = wire === START_GROUP ? pos - sizeOfTag(tag) : pos;
    text = `"0x${bytes.toString("hex", raw.pos, to)}"`;
  }
  input.made += text.length + 8;
  const before = unknown.get(number);
  unknown.set(number, before === undefined ? text : added(before, text));
}

function sizeOfTag(tag: number): number {
  let size = 1;
  for (let rest = tag; rest > 0x7f; rest = Math.floor(rest / 128)) size++;
  return size;
}

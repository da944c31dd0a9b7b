import { isUtf8 } from "node:buffer";
import protobuf from "protobufjs";
import { doubleText, floatText } from "../avro/numbers.ts";
import type { Decoded, SchemaFormat } from "../schemaFormats.ts";
import { BYTES, END_GROUP, FIXED32, FIXED64, ProtobufInput, ProtobufProblem, START_GROUP, VARINT } from "./input.ts";
import type { ProtobufSchema } from "./schema.ts";
import { wellKnown } from "./wellKnown.ts";

/**
 * Protobuf to JSON text, as its canonical JSON has it: 64-bit integers as strings, so that no JSON reader rounds them, bytes as base64,
 * enums by name, lowerCamelCase names (or json_name), Timestamp and the other well-known types in their own form. Fields stand in the
 * schema's order; what is not on the wire is not shown. Fields that the schema lacks are shown as "#number".
 * Source: Protocol Buffers documentation, "Encoding" and "ProtoJSON Format"; Confluent's wire format for the message indexes.
 */
export function protobufFormat(schema: ProtobufSchema): SchemaFormat {
  const messages: Messages = new Map();
  return {
    format: "protobuf",
    name: "Protobuf",
    decode(bytes, start, maxChars) {
      const input = new ProtobufInput(bytes, start, maxChars);
      try {
        const path = messageIndexes(input);
        const name = schema.nameAt(path);
        if (name === null) throw new ProtobufProblem(`the schema has no message at index [${path.join(", ")}]`);
        const text = readMessage(input, schema.root.lookupType(name), messages, 0);
        return { text, cut: input.isFull, problems: problemsOf(input) };
      } catch (error) {
        if (error instanceof ProtobufProblem)
          throw new Error(error.path === "" ? error.message : `${error.message} (in ${error.path})`);
        if (error instanceof RangeError) throw new Error("the value is too large or too deep to be shown");
        throw error;
      }
    },
  };
}

type Messages = Map<protobuf.Type, Message>;

function problemsOf(input: ProtobufInput): Decoded["problems"] {
  const problems: string[] = [];
  if (input.unknown.size > 0) {
    const numbers = [...input.unknown];
    const listed = numbers.length > 10 ? `${numbers.slice(0, 10).join(", ")}, …` : numbers.join(", ");
    problems.push(
      numbers.length === 1
        ? `field ${listed} is not in the schema, or is of another type there`
        : `fields ${listed} are not in the schema, or are of other types there`,
    );
  }
  if (input.badText) problems.push("a string is not well-formed UTF-8: what is malformed is shown as \ufffd");
  return problems;
}

/** Which message of the file: a count and as many indexes, zigzag varints; a count of 0 stands for [0]. */
function messageIndexes(input: ProtobufInput): number[] {
  const count = zigzag(input);
  if (count === 0) return [0];
  if (count < 0 || count > 100) throw new ProtobufProblem(`a path of ${count} message indexes`);
  return Array.from({ length: count }, () => zigzag(input));
}

function zigzag(input: ProtobufInput): number {
  const raw = Number(input.varint());
  return raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2;
}

/** A field as the reader needs it. */
interface Field {
  /** its place in the output */
  index: number;
  /** `"name":` */
  label: string;
  name: string;
  repeated: boolean;
  /** the wire type of one value */
  wire: number;
  packable: boolean;
  read: (input: ProtobufInput) => string;
  message: protobuf.Type | null;
  map: { key: Field; value: Field } | null;
  /** places of the other members of its oneof */
  others: number[];
}

interface Message {
  byNumber: Map<number, Field>;
  count: number;
}

function describe(type: protobuf.Type, messages: Messages): Message {
  let message = messages.get(type);
  if (!message) {
    message = { byNumber: new Map(), count: 0 };
    messages.set(type, message);
    const fields = type.fieldsArray;
    message.count = fields.length;
    for (const [index, field] of fields.entries()) {
      const { resolvedType } = field.resolve();
      const value = fieldOf(field.name, field.type, resolvedType, index);
      const one: Field =
        field instanceof protobuf.MapField
          ? { ...value, wire: BYTES, packable: false, map: { key: fieldOf("key", field.keyType, null, 0), value } }
          : value;
      one.label = `${JSON.stringify(jsonName(field))}:`;
      one.repeated = field.repeated;
      if (field.partOf)
        one.others = field.partOf.fieldsArray.filter((each) => each !== field).map((each) => fields.indexOf(each));
      message.byNumber.set(field.id, one);
    }
  }
  return message;
}

/** The json_name option, or the name in lowerCamelCase. An extension's name is in brackets. */
function jsonName(field: protobuf.Field): string {
  const given: unknown = field.options?.["json_name"];
  if (typeof given === "string") return given;
  if (field.name.startsWith(".")) return `[${field.name.slice(1)}]`;
  return field.name.replace(/_+([a-zA-Z0-9]?)/g, (_, letter: string) => letter.toUpperCase());
}

function fieldOf(name: string, type: string, resolved: protobuf.Type | protobuf.Enum | null, index: number): Field {
  const field: Field = {
    index,
    label: "",
    name,
    repeated: false,
    wire: VARINT,
    packable: true,
    read: () => "null",
    message: null,
    map: null,
    others: [],
  };
  if (resolved instanceof protobuf.Type) {
    field.message = resolved;
    field.wire = (resolved as { group?: boolean }).group ? START_GROUP : BYTES;
    field.packable = false;
  } else if (resolved) {
    const names = new Map(Object.entries(resolved.values).map(([symbol, value]) => [value, JSON.stringify(symbol)]));
    // of aliases the first is the one that is shown
    for (const [symbol, value] of Object.entries(resolved.values).reverse()) names.set(value, JSON.stringify(symbol));
    const isNull = resolved.fullName === ".google.protobuf.NullValue";
    field.read = (input) => {
      const value = int32(input.varint());
      return isNull ? "null" : (names.get(value) ?? String(value));
    };
  } else {
    const scalar = SCALARS[type];
    if (!scalar) throw new Error(`${type} is not a type of Protobuf`);
    [field.wire, field.read] = scalar;
    field.packable = field.wire !== BYTES;
  }
  return field;
}

// what fits a safe integer is not negative: negative numbers take all 64 bits
const int32 = (value: number | bigint): number =>
  typeof value === "number" && value < 0x8000_0000 ? value : Number(BigInt.asIntN(32, BigInt(value)));

const int64 = (value: number | bigint): number | bigint =>
  typeof value === "number" ? value : BigInt.asIntN(64, value);

const SCALARS: Record<string, [wire: number, read: (input: ProtobufInput) => string]> = {
  int32: [VARINT, (input) => String(int32(input.varint()))],
  uint32: [VARINT, (input) => String(BigInt.asUintN(32, BigInt(input.varint())))],
  sint32: [
    VARINT,
    (input) => {
      const raw = Number(BigInt.asUintN(32, BigInt(input.varint())));
      return String((raw >>> 1) ^ -(raw & 1));
    },
  ],
  int64: [VARINT, (input) => `"${int64(input.varint())}"`],
  uint64: [VARINT, (input) => `"${input.varint()}"`],
  sint64: [
    VARINT,
    (input) => {
      const raw = BigInt(input.varint());
      return `"${raw & 1n ? -((raw + 1n) >> 1n) : raw >> 1n}"`;
    },
  ],
  bool: [VARINT, (input) => (BigInt(input.varint()) === 0n ? "false" : "true")],
  fixed32: [FIXED32, (input) => String(input.bytes.readUInt32LE(input.take(4)))],
  sfixed32: [FIXED32, (input) => String(input.bytes.readInt32LE(input.take(4)))],
  float: [FIXED32, (input) => floatText(input.bytes.readFloatLE(input.take(4)))],
  fixed64: [FIXED64, (input) => `"${input.bytes.readBigUInt64LE(input.take(8))}"`],
  sfixed64: [FIXED64, (input) => `"${input.bytes.readBigInt64LE(input.take(8))}"`],
  double: [FIXED64, (input) => doubleText(input.bytes.readDoubleLE(input.take(8)))],
  string: [
    BYTES,
    (input) => {
      const from = input.take(input.length());
      const text = input.bytes.toString("utf8", from, input.pos);
      if (text.includes("\ufffd") && !isUtf8(input.bytes.subarray(from, input.pos))) input.badText = true;
      return JSON.stringify(text);
    },
  ],
  bytes: [
    BYTES,
    (input) => {
      const from = input.take(input.length());
      return `"${input.bytes.toString("base64", from, input.pos)}"`;
    },
  ],
};

/** A message up to the end of the input, or of its group when `group` is that field's number. */
function readMessage(input: ProtobufInput, type: protobuf.Type, messages: Messages, group: number): string {
  const own = wellKnown(type.fullName);
  if (own) return own(input, (part, name) => readAny(part, name, type, messages));
  const { byNumber, count } = describe(type, messages);
  // for each field its text, a list of texts, or where a message is: one that comes in parts is read once all of them are there
  const parts: (string | string[] | Span[] | undefined)[] = new Array(count);
  const unknown: string[] = [];
  input.enter();
  while (input.pos < input.end && !input.isFull) {
    const tag = input.tag();
    const number = Math.floor(tag / 8);
    const wire = tag % 8;
    if (group !== 0 && wire === END_GROUP && number === group) break;
    const field = byNumber.get(number);
    try {
      if (!field || (wire !== field.wire && !(wire === BYTES && field.packable && field.repeated))) {
        const from = input.pos;
        input.skip(tag);
        input.unknown.add(number);
        unknown.push(counted(input, `"#${number}":${rawText(input, from, wire)}`));
      } else if (field.repeated || field.map) {
        const list = (parts[field.index] ??= []) as string[];
        readItems(input, field, messages, wire, number, list);
      } else {
        for (const other of field.others) parts[other] = undefined;
        if (field.message && wire === BYTES) {
          const size = input.length();
          const from = input.take(size);
          ((parts[field.index] ??= []) as Span[]).push({ from, to: input.pos });
        } else parts[field.index] = readOne(input, field, messages, number);
      }
    } catch (error) {
      if (!(error instanceof ProtobufProblem)) throw error;
      const list = field ? parts[field.index] : undefined;
      throw error.step(field ? `${field.name}${Array.isArray(list) ? `[${list.length}]` : ""}` : `#${number}`);
    }
  }
  const texts: string[] = [];
  for (const field of byNumber.values()) {
    const part = parts[field.index];
    if (part === undefined) continue;
    if (typeof part === "string") texts.push(field.label + part);
    else if (isSpans(part)) texts.push(field.label + readParts(input, field, part, messages));
    else texts.push(`${field.label}${field.map ? `{${part.join(",")}}` : `[${part.join(",")}]`}`);
  }
  input.depth--;
  return `{${[...texts, ...unknown].join(",")}}`;
}

interface Span {
  from: number;
  to: number;
}

const isSpans = (part: string[] | Span[]): part is Span[] => typeof part[0] === "object";

/** One value of a repeated field or map, or several where they are packed. */
function readItems(
  input: ProtobufInput,
  field: Field,
  messages: Messages,
  wire: number,
  number: number,
  list: string[],
): void {
  if (field.map) list.push(readEntry(input, field.map, messages));
  else if (field.packable && wire === BYTES) {
    input.sized(input.length(), () => {
      while (input.pos < input.end && !input.isFull) list.push(readOne(input, field, messages, number));
    });
  } else list.push(readOne(input, field, messages, number));
}

function readOne(input: ProtobufInput, field: Field, messages: Messages, number: number): string {
  const { message } = field;
  if (!message) return counted(input, field.read(input));
  input.made += field.label.length + 2;
  if (field.wire === START_GROUP) return readMessage(input, message, messages, number);
  return input.sized(input.length(), () => readMessage(input, message, messages, 0));
}

/** A message whose bytes came in one or more parts. */
function readParts(input: ProtobufInput, field: Field, spans: Span[], messages: Messages): string {
  input.made += field.label.length + 2;
  const pieces = spans.map(({ from, to }) => input.bytes.subarray(from, to));
  const bytes = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
  try {
    return input.within(bytes, (part) => readMessage(part, field.message!, messages, 0));
  } catch (error) {
    throw error instanceof ProtobufProblem ? error.step(field.name) : error;
  }
}

/** `"key":value` of a map's entry, which is a message of two fields that may be missing. */
function readEntry(input: ProtobufInput, { key, value }: NonNullable<Field["map"]>, messages: Messages): string {
  let name: string | null = null;
  let text: string | null = null;
  input.sized(input.length(), () => {
    while (input.pos < input.end && !input.isFull) {
      const tag = input.tag();
      if (tag === 8 + key.wire) name = counted(input, key.read(input));
      else if (tag === 16 + value.wire) text = readOne(input, value, messages, 2);
      else input.skip(tag);
    }
  });
  // what is left out has its type's default
  const shown = name ?? zeroOf(key, messages);
  return `${shown.startsWith('"') ? shown : `"${shown}"`}:${text ?? zeroOf(value, messages)}`;
}

const ZEROS = Buffer.alloc(8);

/** the default is what a zero on the wire reads as, and an empty message */
function zeroOf(field: Field, messages: Messages): string {
  const { message } = field;
  const zero = new ProtobufInput(message ? ZEROS.subarray(0, 0) : ZEROS, 0, 1000);
  return message ? readMessage(zero, message, messages, 0) : field.read(zero);
}

function counted(input: ProtobufInput, text: string): string {
  input.made += text.length + 1;
  return text;
}

/** A field that the schema lacks: its number, or its bytes in hex. */
function rawText(input: ProtobufInput, from: number, wire: number): string {
  const { bytes, pos } = input;
  const raw = new ProtobufInput(bytes, from, 0);
  if (wire === VARINT) return `"${raw.varint()}"`;
  if (wire === BYTES) raw.varint();
  return `"0x${bytes.toString("hex", raw.pos, pos)}"`;
}

/** The message in an Any, where the schema knows it; null where it does not. */
function readAny(input: ProtobufInput, name: string, beside: protobuf.Type, messages: Messages): string | null {
  const type = beside.root.lookup(name, [protobuf.Type]);
  if (!(type instanceof protobuf.Type)) return null;
  const text = readMessage(input, type, messages, 0);
  return wellKnown(type.fullName) ? `"value":${text}` : text.slice(1, -1);
}

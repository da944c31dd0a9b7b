import { timestampText } from "../avro/writeDates.ts";
import { doubleText } from "../numberText.ts";
import { BYTES, FIXED64, type ProtobufInput, type Span, VARINT } from "./input.ts";
import type { Message } from "./message.ts";
import { scalarText, stringText, zeroText } from "./scalars.ts";

/** Reads a message up to the end of the input and returns its JSON text. `read` reads the message in an Any. */
export type ReadWellKnown = (
  input: ProtobufInput,
  message: Message,
  read: (input: ProtobufInput, message: Message, group: number) => string,
) => string;

/** The well-known types whose JSON is not simply their fields. Source: "ProtoJSON Format". */
export function wellKnown(name: string): ReadWellKnown | undefined {
  return name.startsWith(GOOGLE) ? READERS.get(name.slice(GOOGLE.length)) : undefined;
}

const GOOGLE = "google.protobuf.";

/** Calls `one` for each field; what it does not take (returns false) is skipped and remembered as unknown. */
function eachField(input: ProtobufInput, one: (tag: number) => boolean): void {
  input.enter();
  while (input.pos < input.end && !input.isFull) {
    const tag = input.tag();
    if (one(tag)) continue;
    input.skip(tag);
    input.lacks(tag);
  }
  input.depth--;
}

const tagOf = (number: number, wire: number): number => 8 * number + wire;

const signed = (value: number | bigint): bigint => BigInt.asIntN(64, BigInt(value));

/** seconds and nanoseconds of Timestamp and Duration alike */
function secondsAndNanos(input: ProtobufInput): { seconds: bigint; nanos: number } {
  let seconds = 0n;
  let nanos = 0n;
  eachField(input, (tag) => {
    if (tag === tagOf(1, VARINT)) seconds = signed(input.varint());
    else if (tag === tagOf(2, VARINT)) nanos = BigInt.asIntN(32, BigInt(input.varint()));
    else return false;
    return true;
  });
  input.made += 32;
  return { seconds, nanos: Number(nanos) };
}

/** a fraction of 0, 3, 6 or 9 digits, with its point */
function fractionOf(nanos: number): string {
  if (nanos === 0) return "";
  const digits = String(nanos).padStart(9, "0");
  return `.${digits.replace(/(?:000){1,2}$/, "")}`;
}

/** 0001-01-01 to 9999-12-31, in seconds since 1970: what a Timestamp may hold */
export const TIMESTAMP_SECONDS = [-62_135_596_800n, 253_402_300_799n] as const;
/** either side of 0: some 10,000 years */
export const DURATION_SECONDS = 315_576_000_000n;

// what is out of range has no form of its own: its fields are shown
const fieldsText = (seconds: bigint, nanos: number): string => `{"seconds":"${seconds}","nanos":${nanos}}`;

function timestamp(input: ProtobufInput): string {
  const { seconds, nanos } = secondsAndNanos(input);
  const [least, most] = TIMESTAMP_SECONDS;
  const text =
    nanos >= 0 && nanos < 1e9 && seconds >= least && seconds <= most ? timestampText(Number(seconds) * 1000, 3) : null;
  return text === null ? fieldsText(seconds, nanos) : `"${text.slice(0, -4)}${fractionOf(nanos)}Z"`;
}

function duration(input: ProtobufInput): string {
  const { seconds, nanos } = secondsAndNanos(input);
  const size = seconds < 0n ? -seconds : seconds;
  const mixed = (seconds > 0n && nanos < 0) || (seconds < 0n && nanos > 0);
  if (Math.abs(nanos) >= 1e9 || mixed || size > DURATION_SECONDS) return fieldsText(seconds, nanos);
  return `"${seconds < 0n || nanos < 0 ? "-" : ""}${size}${fractionOf(Math.abs(nanos))}s"`;
}

function string(input: ProtobufInput): string {
  const text = stringText(input, input.length());
  input.made += text.length + 1;
  return text;
}

/** Wrappers: their one field's value alone, or its default. */
function wrapper(input: ProtobufInput, message: Message): string {
  const field = message.at(1);
  if (!field || field.message) throw new Error(`${message.name} is not defined as it should be`);
  let text = zeroText(field);
  eachField(input, (tag) => {
    if (tag !== tagOf(1, field.wire)) return false;
    text = scalarText(input, field);
    return true;
  });
  input.made += text.length;
  return text;
}

function struct(input: ProtobufInput): string {
  const members = new Map<string, string>();
  eachField(input, (tag) => {
    if (tag !== tagOf(1, BYTES)) return false;
    let key = '""';
    let text = "null";
    input.sized(input.length(), () =>
      eachField(input, (inner) => {
        if (inner === tagOf(1, BYTES)) key = string(input);
        else if (inner === tagOf(2, BYTES)) text = input.sized(input.length(), () => value(input));
        else return false;
        return true;
      }),
    );
    members.set(key, text);
    return true;
  });
  return `{${[...members].map(([key, text]) => `${key}:${text}`).join(",")}}`;
}

function value(input: ProtobufInput): string {
  let text = "null";
  /** a struct or list, which may come in parts */
  let held: { tag: number; span: Span } | null = null;
  input.made += 5;
  eachField(input, (tag) => {
    const before: Span | null = held?.tag === tag ? held.span : null;
    held = null;
    switch (tag) {
      case tagOf(1, VARINT):
        input.varint();
        text = "null";
        return true;
      case tagOf(2, FIXED64): {
        const number = input.bytes.readDoubleLE(input.take(8));
        if (!Number.isFinite(number)) input.oddNumber = true;
        text = doubleText(number);
        return true;
      }
      case tagOf(3, BYTES):
        text = string(input);
        return true;
      case tagOf(4, VARINT):
        text = input.varint() === 0 ? "false" : "true";
        return true;
      case tagOf(5, BYTES):
      case tagOf(6, BYTES): {
        const from = input.take(input.length());
        held = { tag, span: { from, to: input.pos, before } };
        return true;
      }
      default:
        return false;
    }
  });
  return held ? heldText(input, held) : text;
}

const heldText = (input: ProtobufInput, { tag, span }: { tag: number; span: Span }): string =>
  input.joined(span, (part) => (tag === tagOf(5, BYTES) ? struct(part) : list(part)));

function list(input: ProtobufInput): string {
  const items: string[] = [];
  eachField(input, (tag) => {
    if (tag !== tagOf(1, BYTES)) return false;
    items.push(input.sized(input.length(), () => value(input)));
    return true;
  });
  return `[${items.join(",")}]`;
}

const camelPath = (path: string): string => path.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
export const snakePath = (path: string): string => path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Paths in lowerCamelCase with commas; the list of them where that could not be turned back, or ProtoJSON has no form for it. */
function fieldMask(input: ProtobufInput): string {
  const paths: string[] = [];
  eachField(input, (tag) => {
    if (tag !== tagOf(1, BYTES)) return false;
    paths.push(JSON.parse(string(input)));
    return true;
  });
  if (paths.some((path) => path === "" || /,|_(?![a-z])/.test(path) || snakePath(camelPath(path)) !== path))
    return `{"paths":${JSON.stringify(paths)}}`;
  return JSON.stringify(paths.map(camelPath).join(","));
}

const any: ReadWellKnown = (input, message, read) => {
  let url = '""';
  let from = 0;
  let to = 0;
  eachField(input, (tag) => {
    if (tag === tagOf(1, BYTES)) url = string(input);
    else if (tag === tagOf(2, BYTES)) {
      from = input.take(input.length());
      to = input.pos;
    } else return false;
    return true;
  });
  const name: string = JSON.parse(url);
  const bytes = input.bytes.subarray(from, to);
  const held = name === "" ? null : message.messages.find(name.slice(name.lastIndexOf("/") + 1));
  if (!held) {
    if (name === "" && from === to) return "{}";
    input.made += 2 * bytes.length + 20;
    return `{"@type":${url},"value":"0x${bytes.toString("hex")}"}`;
  }
  input.enter();
  const text = input.within(bytes, (part) => read(part, held, 0));
  input.depth--;
  if (hasOwnForm(held.name)) return `{"@type":${url},"value":${text}}`;
  return text === "{}" ? `{"@type":${url}}` : `{"@type":${url},${text.slice(1, -1)}}`;
};

/** Types whose JSON is not an object of their fields, so that an Any has it in a member "value". */
export const hasOwnForm = (name: string): boolean => wellKnown(name) !== undefined;

const WRAPPERS = ["Bool", "Int32", "UInt32", "Int64", "UInt64", "Float", "Double", "String", "Bytes"];

const READERS = new Map<string, ReadWellKnown>([
  ["Timestamp", timestamp],
  ["Duration", duration],
  ["Struct", struct],
  ["Value", value],
  ["ListValue", list],
  ["FieldMask", fieldMask],
  ["Any", any],
  ...WRAPPERS.map((name): [string, ReadWellKnown] => [`${name}Value`, wrapper]),
]);

import { timestampText } from "../avro/dates.ts";
import { doubleText, floatText } from "../avro/numbers.ts";
import { BYTES, FIXED32, FIXED64, type ProtobufInput, VARINT } from "./input.ts";

/** Reads a message up to the end of the input and returns its JSON text. `any` reads a message by its type's name, if it is known. */
type ReadWellKnown = (input: ProtobufInput, any: (input: ProtobufInput, name: string) => string | null) => string;

/** The well-known types whose JSON is not simply their fields. Source: "ProtoJSON Format". */
export function wellKnown(fullName: string): ReadWellKnown | undefined {
  return fullName.startsWith(".google.protobuf.") ? READERS.get(fullName.slice(".google.protobuf.".length)) : undefined;
}

/** Calls `one` for each field; what it does not take (returns false) is skipped and remembered as unknown. */
function eachField(input: ProtobufInput, one: (tag: number) => boolean): void {
  input.enter();
  while (input.pos < input.end && !input.isFull) {
    const tag = input.tag();
    if (one(tag)) continue;
    input.skip(tag);
    input.unknown.add(Math.floor(tag / 8));
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
  return { seconds, nanos: Number(nanos) };
}

/** a fraction of 0, 3, 6 or 9 digits, with its point */
function fractionOf(nanos: number): string {
  if (nanos === 0) return "";
  const digits = String(nanos).padStart(9, "0");
  return `.${digits.replace(/(?:000){1,2}$/, "")}`;
}

function timestamp(input: ProtobufInput): string {
  const { seconds, nanos } = secondsAndNanos(input);
  const text = nanos >= 0 && nanos < 1e9 ? timestampText(seconds * 1000n, 3) : null;
  if (text === null) return `{"seconds":"${seconds}","nanos":${nanos}}`;
  return `"${text.slice(0, -4)}${fractionOf(nanos)}Z"`;
}

function duration(input: ProtobufInput): string {
  const { seconds, nanos } = secondsAndNanos(input);
  if (Math.abs(nanos) >= 1e9 || (seconds > 0n && nanos < 0) || (seconds < 0n && nanos > 0)) {
    return `{"seconds":"${seconds}","nanos":${nanos}}`;
  }
  const negative = seconds < 0n || nanos < 0;
  return `"${negative ? "-" : ""}${seconds < 0n ? -seconds : seconds}${fractionOf(Math.abs(nanos))}s"`;
}

function string(input: ProtobufInput): string {
  const from = input.take(input.length());
  input.made += input.pos - from + 3;
  return JSON.stringify(input.bytes.toString("utf8", from, input.pos));
}

/** Wrappers: their one field's value alone, or its default. */
function wrapper(wire: number, read: (input: ProtobufInput) => string, fallback: string): ReadWellKnown {
  return (input) => {
    let text = fallback;
    eachField(input, (tag) => {
      if (tag !== tagOf(1, wire)) return false;
      text = read(input);
      return true;
    });
    return text;
  };
}

function struct(input: ProtobufInput): string {
  const members: string[] = [];
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
    members.push(`${key}:${text}`);
    return true;
  });
  return `{${members.join(",")}}`;
}

function value(input: ProtobufInput): string {
  let text = "null";
  eachField(input, (tag) => {
    switch (tag) {
      case tagOf(1, VARINT):
        input.varint();
        text = "null";
        return true;
      case tagOf(2, FIXED64):
        text = doubleText(input.bytes.readDoubleLE(input.take(8)));
        return true;
      case tagOf(3, BYTES):
        text = string(input);
        return true;
      case tagOf(4, VARINT):
        text = input.varint() === 0 ? "false" : "true";
        return true;
      case tagOf(5, BYTES):
        text = input.sized(input.length(), () => struct(input));
        return true;
      case tagOf(6, BYTES):
        text = input.sized(input.length(), () => list(input));
        return true;
      default:
        return false;
    }
  });
  input.made += text.length > 20 ? 0 : text.length;
  return text;
}

function list(input: ProtobufInput): string {
  const items: string[] = [];
  eachField(input, (tag) => {
    if (tag !== tagOf(1, BYTES)) return false;
    items.push(input.sized(input.length(), () => value(input)));
    return true;
  });
  return `[${items.join(",")}]`;
}

function fieldMask(input: ProtobufInput): string {
  const paths: string[] = [];
  eachField(input, (tag) => {
    if (tag !== tagOf(1, BYTES)) return false;
    const path: string = JSON.parse(string(input));
    paths.push(path.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()));
    return true;
  });
  return JSON.stringify(paths.join(","));
}

const any: ReadWellKnown = (input, read) => {
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
  input.enter();
  const text = name === "" ? null : input.within(bytes, (part) => read(part, name.slice(name.lastIndexOf("/") + 1)));
  input.depth--;
  if (text === null) return `{"@type":${url},"value":"${bytes.toString("base64")}"}`;
  return text === "" ? `{"@type":${url}}` : `{"@type":${url},${text}}`;
};

const READERS = new Map<string, ReadWellKnown>([
  ["Timestamp", timestamp],
  ["Duration", duration],
  ["Struct", struct],
  ["Value", value],
  ["ListValue", list],
  ["FieldMask", fieldMask],
  ["Any", any],
  ["BoolValue", wrapper(VARINT, (input) => (BigInt(input.varint()) === 0n ? "false" : "true"), "false")],
  ["Int32Value", wrapper(VARINT, (input) => String(BigInt.asIntN(32, BigInt(input.varint()))), "0")],
  ["UInt32Value", wrapper(VARINT, (input) => String(BigInt.asUintN(32, BigInt(input.varint()))), "0")],
  ["Int64Value", wrapper(VARINT, (input) => `"${signed(input.varint())}"`, '"0"')],
  ["UInt64Value", wrapper(VARINT, (input) => `"${input.varint()}"`, '"0"')],
  ["FloatValue", wrapper(FIXED32, (input) => floatText(input.bytes.readFloatLE(input.take(4))), "0")],
  ["DoubleValue", wrapper(FIXED64, (input) => doubleText(input.bytes.readDoubleLE(input.take(8))), "0")],
  ["StringValue", wrapper(BYTES, string, '""')],
  [
    "BytesValue",
    wrapper(
      BYTES,
      (input) => {
        const from = input.take(input.length());
        return `"${input.bytes.toString("base64", from, input.pos)}"`;
      },
      '""',
    ),
  ],
]);

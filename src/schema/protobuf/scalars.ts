import { isUtf8 } from "node:buffer";
import type { JsonText } from "../jsonText.ts";
import { doubleText, floatText } from "../numberText.ts";
import type { ProtobufInput } from "./input.ts";
import type { EnumValues, Field } from "./message.ts";

// what fits a safe integer is not negative: negative numbers take all 64 bits
const int32 = (value: number | bigint): number =>
  typeof value === "number" && value < 0x8000_0000 ? value : Number(BigInt.asIntN(32, BigInt(value)));

const uint32 = (value: number | bigint): number =>
  typeof value === "number" && value <= 0xffff_ffff ? value : Number(BigInt.asUintN(32, BigInt(value)));

/** A zigzag number of 64 bits, exact. */
function zigzag(raw: number | bigint): number | bigint {
  if (typeof raw === "number") return raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2;
  return raw & 1n ? -((raw + 1n) >> 1n) : raw >> 1n;
}

/**
 * The JSON of the scalar or enum value at the input's position: 64-bit integers as strings, bytes as base64, enums by name (by number
 * where the schema has no name for it).
 */
export function scalarText(input: ProtobufInput, field: Field): string {
  switch (field.type) {
    case "string":
      return stringText(input, input.length());
    case "int32":
      return `${int32(input.varint())}`;
    case "int64": {
      const value = input.varint();
      return `"${typeof value === "number" ? value : BigInt.asIntN(64, value)}"`;
    }
    case "double":
      return doubleText(input.bytes.readDoubleLE(input.take(8)));
    case "bool":
      return input.varint() === 0 ? "false" : "true";
    case "enum":
      return enumText(int32(input.varint()), field.values!);
    case "bytes": {
      const from = input.take(input.length());
      return `"${input.bytes.toString("base64", from, input.pos)}"`;
    }
    case "uint32":
      return `${uint32(input.varint())}`;
    case "uint64":
      return `"${input.varint()}"`;
    case "sint32": {
      const raw = uint32(input.varint());
      return `${(raw >>> 1) ^ -(raw & 1)}`;
    }
    case "sint64":
      return `"${zigzag(input.varint())}"`;
    case "float":
      return floatText(input.bytes.readFloatLE(input.take(4)));
    case "fixed32":
      return `${input.bytes.readUInt32LE(input.take(4))}`;
    case "sfixed32":
      return `${input.bytes.readInt32LE(input.take(4))}`;
    case "fixed64":
      return `"${input.bytes.readBigUInt64LE(input.take(8))}"`;
    case "sfixed64":
      return `"${input.bytes.readBigInt64LE(input.take(8))}"`;
    default:
      throw new Error(`${field.type} is not a scalar type`);
  }
}

const QUOTE = 0x22;

/** Writes what `scalarText` makes. False where that may have to be said to be malformed, or is left to it; the input then is anywhere. */
export function writeScalar(input: ProtobufInput, out: JsonText, field: Field): boolean {
  switch (field.type) {
    case "string": {
      const from = input.take(input.length());
      return out.string(input.bytes, from, input.pos);
    }
    case "int32":
      out.integer(int32(input.varint()));
      return true;
    case "int64": {
      const value = input.varint();
      out.char(QUOTE);
      out.integer(typeof value === "number" ? value : BigInt.asIntN(64, value));
      out.char(QUOTE);
      return true;
    }
    case "double":
      out.double(input.bytes.readDoubleLE(input.take(8)));
      return true;
    case "float":
      out.float(input.bytes.readFloatLE(input.take(4)));
      return true;
    default:
      out.put(scalarText(input, field));
      return !input.badText;
  }
}

function enumText(value: number, { shown, isNull }: EnumValues): string {
  return isNull ? "null" : (shown.get(value) ?? `${value}`);
}

/** The JSON of a scalar's or enum's default; an enum's is its first value where the file is proto2. */
export function zeroText(field: Field): string {
  switch (field.type) {
    case "string":
    case "bytes":
      return '""';
    case "bool":
      return "false";
    case "enum":
      return enumText(field.values!.shown.has(0) ? 0 : (field.values!.shown.keys().next().value ?? 0), field.values!);
    case "int64":
    case "uint64":
    case "sint64":
    case "fixed64":
    case "sfixed64":
      return '"0"';
    default:
      return "0";
  }
}

/** JSON of the next `size` bytes as text. Most texts are short and need no escapes: for them nothing is parsed or searched twice. */
export function stringText(input: ProtobufInput, size: number): string {
  const { bytes } = input;
  const from = input.take(size);
  const to = input.pos;
  for (let i = from; i < to; i++) {
    const c = bytes[i]!;
    if (c >= 0x20 && c < 0x7f && c !== 0x22 && c !== 0x5c) continue;
    const text = bytes.toString("utf8", from, to);
    if (text.includes("\ufffd") && !isUtf8(bytes.subarray(from, to))) input.badText = true;
    return JSON.stringify(text);
  }
  return `"${bytes.toString("latin1", from, to)}"`;
}

import type { JsonNode } from "../jsonTree.ts";
import { listed, shortened } from "../problemWords.ts";
import type { Field } from "./message.ts";
import type { ProtobufOutput } from "./output.ts";
import type { Problems } from "./problems.ts";

/** Least and largest value of the integer types. */
const RANGES = new Map<string, readonly [bigint, bigint]>([
  ...["int32", "sint32", "sfixed32"].map((type) => [type, [-(2n ** 31n), 2n ** 31n - 1n]] as const),
  ...["uint32", "fixed32"].map((type) => [type, [0n, 2n ** 32n - 1n]] as const),
  ...["int64", "sint64", "sfixed64"].map((type) => [type, [-(2n ** 63n), 2n ** 63n - 1n]] as const),
  ...["uint64", "fixed64"].map((type) => [type, [0n, 2n ** 64n - 1n]] as const),
]);

/** Writes a scalar's or enum's value without its tag. False, and a problem, when it is not one. */
export function writeScalar(out: ProtobufOutput, field: Field, node: JsonNode, problems: Problems): boolean {
  const { type } = field;
  switch (type) {
    case "string": {
      if (node.kind !== "string") return wrong("string", node, problems);
      if (!node.value.isWellFormed()) {
        problems.add("half a surrogate pair (\\ud800 to \\udfff) cannot be encoded");
        return false;
      }
      out.sized(Buffer.from(node.value, "utf8"));
      return true;
    }
    case "bytes": {
      const bytes = node.kind === "string" ? parseBase64(node.value) : null;
      if (!bytes) return wrong("bytes in base64", node, problems);
      out.sized(bytes);
      return true;
    }
    case "bool":
      if (node.kind !== "boolean") return wrong("true or false", node, problems);
      out.varint(node.value ? 1n : 0n);
      return true;
    case "enum":
      return writeEnum(out, field, node, problems);
    case "float":
    case "double": {
      const value = floating(type, node, problems);
      if (value === null) return false;
      if (type === "float") out.float(value);
      else out.double(value);
      return true;
    }
    default:
      return writeInteger(out, type, node, problems);
  }
}

/** Whether what was written is the type's default: zero bits, or a length of zero. */
export const isZero = (bytes: Buffer): boolean => bytes.every((byte) => byte === 0);

function wrong(what: string, node: JsonNode, problems: Problems): false {
  problems.expected(what, node);
  return false;
}

function writeInteger(out: ProtobufOutput, type: string, node: JsonNode, problems: Problems): boolean {
  const range = RANGES.get(type);
  if (!range) throw new Error(`${type} is not a scalar type`);
  const text = node.kind === "number" ? node.text : node.kind === "string" ? node.value : "";
  const value = wholeNumber(text);
  if (value === null) return wrong(`${type} (a whole number)`, node, problems);
  const [least, most] = range;
  if (value < least || value > most) {
    problems.add(`${shortened(text)} does not fit ${type} (${least} to ${most})`);
    return false;
  }
  if (type.startsWith("sint")) out.zigzag(value);
  else if (type.endsWith("fixed32")) out.fixed32(value);
  else if (type.endsWith("fixed64")) out.fixed64(value);
  else out.varint(value);
  return true;
}

const DECIMAL = /^(-?)(\d{1,100})(?:\.(\d{1,100}))?(?:[eE]([+-]?\d{1,3}))?$/;

/** The exact value of a number's text when it is whole, in whatever form: 5, 5.0, 5e3. */
function wholeNumber(text: string): bigint | null {
  const found = DECIMAL.exec(text);
  if (!found) return null;
  const [, sign, whole = "", fraction = "", exponent = "0"] = found;
  const shift = Number(exponent) - fraction.length;
  let digits = whole + fraction;
  if (shift >= 0) digits += "0".repeat(shift);
  else {
    if (/[1-9]/.test(digits.slice(shift))) return null;
    digits = digits.slice(0, shift);
  }
  const value = BigInt(digits === "" ? "0" : digits);
  return sign === "-" ? -value : value;
}

/** A float's or double's value; null, and a problem, when it is none. */
export function floating(type: "float" | "double", node: JsonNode, problems: Problems): number | null {
  const text = node.kind === "number" ? node.text : node.kind === "string" ? node.value : "";
  if (/^(NaN|-?Infinity)$/.test(text)) return Number(text);
  if (!/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)) {
    problems.expected(`${type} (a number, "NaN", "Infinity" or "-Infinity")`, node);
    return null;
  }
  const value = type === "float" ? Math.fround(Number(text)) : Number(text);
  if (Number.isFinite(value)) return value;
  problems.add(`${shortened(text)} is too large for a ${type}`);
  return null;
}

function writeEnum(out: ProtobufOutput, { values }: Field, node: JsonNode, problems: Problems): boolean {
  const { numbers, isNull, name } = values!;
  let value: bigint | null = null;
  if (node.kind === "null" && isNull) value = 0n;
  else if (node.kind === "number") value = wholeNumber(node.text);
  else if (node.kind === "string") {
    const number = numbers.get(node.value);
    if (number !== undefined) value = BigInt(number);
  }
  if (value === null || BigInt.asIntN(32, value) !== value)
    return wrong(`a value of ${name} (${listed([...numbers.keys()])}, or a number)`, node, problems);
  out.varint(value);
  return true;
}

/** Base64 of both alphabets, with or without the = at its end; null when it is none. */
function parseBase64(text: string): Buffer | null {
  const found = /^([A-Za-z0-9+/_-]*)(={0,2})$/.exec(text);
  if (!found) return null;
  const { length } = found[1]!;
  if (length % 4 === 1 || (found[2] !== "" && (length + found[2]!.length) % 4 !== 0)) return null;
  return Buffer.from(text, "base64");
}

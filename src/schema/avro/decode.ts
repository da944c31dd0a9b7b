import { pieceOf } from "../jsonText.ts";
import type { Decoded } from "../schemaFormats.ts";
import { AvroInput, AvroProblem } from "./input.ts";
import { lookOf, otherLook } from "./look.ts";
import { bigDecimalText, decimalText, durationText, MAX_DECIMAL_BYTES } from "./numbers.ts";
import { type AvroFixed, type AvroRecord, type AvroType, type AvroUnion, branchName } from "./schema.ts";
import { skipFields, skipItem } from "./skip.ts";
import { writeDate, writeTime, writeTimestamp } from "./writeDates.ts";

/**
 * Avro's binary encoding to JSON text, without a value in between: a schema becomes a function that appends text.
 *
 * How values look (encode.ts takes the same forms back):
 * - int, long: all their digits. float, double: the shortest text that reads back the same; "NaN", "Infinity", "-Infinity" as strings.
 * - bytes, fixed: "0x" and hex digits, as a string.
 * - decimal, big-decimal: the exact decimal text with all digits of its scale, as a string, so that no JSON reader rounds it: "12.30".
 * - date, time-*, timestamp-*, local-timestamp-*: ISO 8601 text with the unit's digits (dates.ts); out of its range the raw number.
 * - uuid: its text; duration: ISO 8601 with exactly its three parts, "P1M2DT3.004S".
 * - union: the value alone where JSON tells the branches apart, otherwise {"branch": value} as in Avro's JSON encoding; null is null.
 *
 * Bounded: nesting, values that take no bytes, and the length of the text.
 */
export function compileAvro(type: AvroType): Decode {
  return decoderOf(unlessTooDeep(() => compile(type, new Map())));
}

/** Runs what walks over a schema; a chain of thousands of records, each within the next, is refused. */
export function unlessTooDeep<T>(walk: () => T): T {
  try {
    return walk();
  } catch (error) {
    if (error instanceof RangeError) throw new Error("the schema's types are nested too deeply", { cause: error });
    throw error;
  }
}

const NULL = pieceOf("null");
const TRUE = pieceOf("true");
const FALSE = pieceOf("false");
const HEX_OPEN = pieceOf('"0x');
const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** bytes between a UUID's hyphens */
const UUID_PARTS = [4, 2, 2, 2, 6] as const;

/** JSON text of the value in bytes [start, end of bytes). Throws with a sentence; may stop once the text is longer than `maxChars`. */
export type Decode = (bytes: Buffer, start: number, maxChars: number) => Decoded;

/** Appends the JSON text of one value to the input's text. */
export type Read = (input: AvroInput) => void;

export function decoderOf(read: Read): Decode {
  const input = new AvroInput();
  return (bytes, start, maxChars) => {
    input.start(bytes, start, maxChars);
    try {
      read(input);
      const { out } = input;
      const cut = out.length > maxChars;
      const problems = problemsOf(input, cut ? 0 : input.end - input.pos);
      return { text: out.text(), cut, problems, printable: out.printable };
    } catch (error) {
      throw inWords(error);
    } finally {
      input.release();
    }
  };
}

/**
 * For values that follow each other: a value is read to its end also where its text is cut, and `end` is where the next one starts.
 * Throws as `Decode` does.
 */
export function compileSequence(type: AvroType): DecodeNext {
  return sequenceOf(unlessTooDeep(() => compile(type, new Map())));
}

export type DecodeNext = (...of: Parameters<Decode>) => Decoded & { end: number };

export function sequenceOf(read: Read): DecodeNext {
  const input = new AvroInput();
  return (bytes, start, maxChars) => {
    input.start(bytes, start, maxChars);
    input.whole = true;
    try {
      read(input);
      const { out } = input;
      return { text: out.text(), cut: out.length > maxChars, problems: problemsOf(input, 0), end: input.pos };
    } catch (error) {
      throw inWords(error);
    } finally {
      input.release();
    }
  };
}

function inWords(error: unknown): unknown {
  if (error instanceof AvroProblem) return new Error(error.sentence());
  if (error instanceof RangeError) return new Error("the value is too large or too deep to be shown");
  return error;
}

const NONE: string[] = [];

/** @param left bytes that follow the value and should not be there */
function problemsOf(input: AvroInput, left: number): string[] {
  if (left === 0 && !input.badText) return NONE;
  const problems: string[] = [];
  if (left > 0) problems.push(`${left} ${left === 1 ? "byte follows" : "bytes follow"} the Avro value`);
  if (input.badText) problems.push("a string is not well-formed UTF-8: what is malformed is shown as \ufffd");
  return problems;
}

/** @param records those that are compiled already, or are being compiled */
export function compile(type: AvroType, records: Map<AvroRecord, Read>): Read {
  switch (type.kind) {
    case "null":
      return (input) => input.out.piece(NULL);
    case "boolean":
      return (input) => {
        const b = input.bytes[input.take(1)]!;
        if (b > 1) throw new AvroProblem(`${b} is not a boolean`);
        input.out.piece(b === 1 ? TRUE : FALSE);
      };
    case "int":
      return readInt(type.logical);
    case "long":
      return readLong(type);
    case "float":
      return (input) => input.out.float(input.bytes.readFloatLE(input.take(4)));
    case "double":
      return (input) => input.out.double(input.bytes.readDoubleLE(input.take(8)));
    case "string":
      return (input) => input.text(input.length("a string"));
    case "bytes": {
      const { logical } = type;
      return (input) => {
        const size = input.length("bytes");
        const from = input.take(size);
        let text: string | null = null;
        if (logical?.kind === "big-decimal") text = bigDecimalText(input.bytes, from, input.pos);
        else if (logical && size <= MAX_DECIMAL_BYTES) text = decimalText(input.bytes, from, input.pos, logical);
        if (text === null) appendBytes(input, from);
        else quoted(input, text);
      };
    }
    case "fixed":
      return readFixed(type);
    case "enum": {
      const symbols = type.symbols.map((symbol) => pieceOf(JSON.stringify(symbol)));
      return (input) => {
        const index = input.int();
        const symbol = symbols[index];
        if (symbol === undefined) throw new AvroProblem(`the enum ${type.name} has no symbol number ${index}`);
        input.out.piece(symbol);
      };
    }
    case "array":
      return readArray(compile(type.items, records), type.items);
    case "map":
      return readMap(compile(type.values, records), type.values);
    case "union":
      return readUnion(
        type.branches.map((branch, i) => shownInUnion(type, i, compile(branch, records))),
        isOptional(type),
      );
    case "record":
      return readRecord(type, records);
  }
}

function readInt(logical: "date" | "time-millis" | null): Read {
  switch (logical) {
    case null:
      return (input) => input.out.integer(input.int());
    case "date":
      return (input) => {
        const value = input.int();
        if (!writeDate(input.out, value)) input.out.integer(value);
      };
    case "time-millis":
      return (input) => {
        const value = input.int();
        if (!writeTime(input.out, value, 3)) input.out.integer(value);
      };
  }
}

function readLong({ logical }: AvroType & { kind: "long" }): Read {
  if (logical === null) return (input) => input.out.integer(input.long());
  if (logical === "time-micros") {
    return (input) => {
      const value = input.long();
      if (!writeTime(input.out, value, 6)) input.out.integer(value);
    };
  }
  const digits = logical.endsWith("millis") ? 3 : logical.endsWith("micros") ? 6 : 9;
  const zone = logical.startsWith("timestamp");
  return (input) => {
    const value = input.long();
    if (!writeTimestamp(input.out, value, digits, zone)) input.out.integer(value);
  };
}

function readFixed({ size, logical }: AvroFixed): Read {
  switch (logical?.kind) {
    case "uuid":
      return (input) => {
        let at = input.take(16);
        const { out } = input;
        out.char(QUOTE);
        for (const part of UUID_PARTS) {
          if (part !== UUID_PARTS[0]) out.char(0x2d);
          out.hex(input.bytes, at, (at += part));
        }
        out.char(QUOTE);
      };
    case "duration":
      return (input) => {
        quoted(input, durationText(input.bytes, input.take(12)));
      };
    case "decimal":
      if (size <= MAX_DECIMAL_BYTES) {
        return (input) => {
          const from = input.take(size);
          quoted(input, decimalText(input.bytes, from, input.pos, logical));
        };
      }
  }
  return (input) => appendBytes(input, input.take(size));
}

/** bytes from `from` to the position, as hex; no more of them than can be shown */
function appendBytes(input: AvroInput, from: number): void {
  const to = Math.min(input.pos, from + input.max);
  input.out.piece(HEX_OPEN);
  input.out.hex(input.bytes, from, to);
  input.out.char(QUOTE);
}

function quoted({ out }: AvroInput, text: string): void {
  out.char(QUOTE);
  out.put(text);
  out.char(QUOTE);
}

/**
 * Arrays and maps come in blocks: a count, or a negative count and the block's size in bytes. Each item goes through `one`; `type` is
 * the written type of items or values.
 */
function readBlocks(
  input: AvroInput,
  one: (input: AvroInput, index: number) => void,
  type: AvroType,
  isMap: boolean,
): void {
  let index = 0;
  for (;;) {
    let count = input.long();
    if (count === 0) return;
    if (count < 0) {
      count = -Number(count);
      const size = input.long();
      if (size < 0) throw new AvroProblem(`a block of ${size} bytes`);
    }
    for (let i = 0; i < count; i++) {
      if (input.out.length > input.max) {
        if (!input.whole) return;
        skipItem(input, type, isMap, index++);
        continue;
      }
      const since = input.pos;
      try {
        one(input, index);
      } catch (error) {
        throw error instanceof AvroProblem ? error.step(`[${index}]`) : error;
      }
      input.took(since);
      index++;
    }
  }
}

/** @param type the written type of the items */
export function readArray(item: Read, type: AvroType): Read {
  const one = (input: AvroInput, index: number): void => {
    if (index > 0) input.out.char(COMMA);
    item(input);
  };
  return (input) => {
    input.enter();
    input.out.char(0x5b);
    readBlocks(input, one, type, false);
    input.out.char(0x5d);
    input.depth--;
  };
}

/** @param type the written type of the values */
export function readMap(value: Read, type: AvroType): Read {
  const one = (input: AvroInput, index: number): void => {
    if (index > 0) input.out.char(COMMA);
    input.text(input.length("a map's key"));
    input.out.char(0x3a);
    value(input);
  };
  return (input) => {
    input.enter();
    input.out.char(OPEN);
    readBlocks(input, one, type, true);
    input.out.char(CLOSE);
    input.depth--;
  };
}

/** The value of a union's branch, which `read` appends, with the branch's name where that is needed to tell the branches apart. */
export function shownInUnion(union: AvroUnion, index: number, read: Read): Read {
  const branch = union.branches[index]!;
  if (branch.kind === "null") return read;
  const open = pieceOf(`{${JSON.stringify(branchName(branch))}:`);
  if (union.wrapped) {
    return (input) => {
      input.out.piece(open);
      read(input);
      input.out.char(CLOSE);
    };
  }
  const other = otherLook(branch);
  if (other === null || !union.branches.some((each) => lookOf(each) === other)) return read;
  // NaN beside a string, a date out of range beside a number: wrapped on its own, so that it can be told apart
  return (input) => {
    const { out } = input;
    const mark = out.mark();
    read(input);
    const isString = out.from(mark) === QUOTE;
    if (isString !== (other === "string")) return;
    out.insert(mark, open);
    out.char(CLOSE);
  };
}

/** ["null", something], which most unions are. */
export const isOptional = ({ branches }: AvroUnion): boolean => branches.length === 2 && branches[0]!.kind === "null";

/** @param branches by the number that is written before the value */
export function readUnion(branches: Read[], isOptional: boolean): Read {
  const chosen = (input: AvroInput): void => {
    const index = input.int();
    const read = branches[index];
    if (!read) throw new AvroProblem(`a union has no branch number ${index}`);
    read(input);
  };
  if (!isOptional) return chosen;
  const read = branches[1]!;
  return (input) => {
    const b = input.bytes[input.pos];
    if (input.pos < input.end && b === 2) {
      input.pos++;
      read(input);
    } else chosen(input);
  };
}

function readRecord(record: AvroRecord, records: Map<AvroRecord, Read>): Read {
  const known = records.get(record);
  if (known) return known;
  const names = record.fields.map((field, i) => pieceOf(`${i === 0 ? "{" : ","}${JSON.stringify(field.name)}:`));
  const end = pieceOf(names.length === 0 ? "{}" : "}");
  const reads: Read[] = [];
  const count = names.length;
  const read: Read = (input) => {
    input.enter();
    const since = input.pos;
    let i = 0;
    try {
      for (; i < count; i++) {
        if (input.out.length > input.max) {
          if (!input.whole) return;
          break;
        }
        input.out.piece(names[i]!);
        reads[i]!(input);
      }
    } catch (error) {
      if (!(error instanceof AvroProblem)) throw error;
      error.read = { done: i, of: count };
      throw error.step(`.${record.fields[i]!.name}`);
    }
    if (i < count) skipFields(input, record.fields, i);
    input.out.piece(end);
    input.depth--;
    input.took(since);
  };
  // known before its fields are compiled: they may lead back to it
  records.set(record, read);
  for (const field of record.fields) reads.push(compile(field.type, records));
  return read;
}

import type { Decoded } from "../schemaFormats.ts";
import { dateText, timestampText, timeText } from "./dates.ts";
import { AvroInput, AvroProblem, ENDS_EARLY } from "./input.ts";
import { bytesText, decimalText, doubleText, durationText, floatText, MAX_DECIMAL_BYTES, uuidText } from "./numbers.ts";
import { type AvroRecord, type AvroType, type AvroUnion, branchName, lookOf, otherLook } from "./schema.ts";

/**
 * Avro's binary encoding to JSON text, without a value in between: a schema becomes a function that appends text.
 *
 * How values look (encode.ts takes the same forms back):
 * - int, long: all their digits. float, double: the shortest text that reads back the same; "NaN", "Infinity", "-Infinity" as strings.
 * - bytes, fixed: "0x" and hex digits, as a string.
 * - decimal: the exact decimal text with all digits of its scale, as a string, so that no JSON reader rounds it: "12.30".
 * - date, time-*, timestamp-*, local-timestamp-*: ISO 8601 text with the unit's digits (dates.ts); out of its range the raw number.
 * - uuid: its text; duration: ISO 8601 with exactly its three parts, "P1M2DT3.004S".
 * - union: the value alone where JSON tells the branches apart, otherwise {"branch": value} as in Avro's JSON encoding; null is null.
 *
 * Bounded: nesting, values that take no bytes, and the length of the text.
 */
export function compileAvro(type: AvroType): (bytes: Buffer, start: number, maxChars: number) => Decoded {
  const read = compile(type, new Map());
  const input = new AvroInput();
  return (bytes, start, maxChars) => {
    input.start(bytes, start, maxChars);
    try {
      read(input);
      const cut = input.out.length > maxChars;
      return { text: input.out, cut, problems: problemsOf(input, cut) };
    } catch (error) {
      if (error instanceof AvroProblem) throw new Error(sentence(error));
      if (error instanceof RangeError) throw new Error("the value is too large or too deep to be shown");
      throw error;
    } finally {
      input.start(NOTHING, 0, 0);
    }
  };
}

const NOTHING = Buffer.alloc(0);
const NONE: string[] = [];

function problemsOf(input: AvroInput, cut: boolean): string[] {
  const left = cut ? 0 : input.end - input.pos;
  if (left === 0 && !input.badText) return NONE;
  const problems: string[] = [];
  if (left > 0) problems.push(`${left} ${left === 1 ? "byte follows" : "bytes follow"} the Avro value`);
  if (input.badText) problems.push("a string is not well-formed UTF-8: what is malformed is shown as \ufffd");
  return problems;
}

function sentence({ message, path, atEnd, read }: AvroProblem): string {
  const where = path.replace(/^\./, "");
  if (!atEnd || !read) return where === "" ? message : `${message} (in ${where})`;
  const fields = `the value ends after ${read.done} of its ${read.of} ${read.of === 1 ? "field" : "fields"}`;
  if (message !== ENDS_EARLY) return `${fields}: ${message} (in ${where})`;
  // a field of the value itself is named well enough by the count
  return /[.[]/.test(where) ? `${fields} (in ${where})` : fields;
}

type Read = (input: AvroInput) => void;

function compile(type: AvroType, records: Map<AvroRecord, Read>): Read {
  switch (type.kind) {
    case "null":
      return (input) => {
        input.out += "null";
      };
    case "boolean":
      return (input) => {
        const b = input.bytes[input.take(1)]!;
        if (b > 1) throw new AvroProblem(`${b} is not a boolean`);
        input.out += b === 1 ? "true" : "false";
      };
    case "int":
      return readInt(type.logical);
    case "long":
      return readLong(type);
    case "float":
      return (input) => {
        input.out += floatText(input.bytes.readFloatLE(input.take(4)));
      };
    case "double":
      return (input) => {
        input.out += doubleText(input.bytes.readDoubleLE(input.take(8)));
      };
    case "string":
      return (input) => input.text(input.length("a string"));
    case "bytes": {
      const { logical } = type;
      return (input) => {
        const size = input.length("bytes");
        const from = input.take(size);
        if (logical && size <= MAX_DECIMAL_BYTES)
          input.out += `"${decimalText(input.bytes, from, input.pos, logical)}"`;
        else appendBytes(input, from);
      };
    }
    case "fixed":
      return readFixed(type);
    case "enum": {
      const symbols = type.symbols.map((symbol) => JSON.stringify(symbol));
      return (input) => {
        const index = input.int();
        const symbol = symbols[index];
        if (symbol === undefined) throw new AvroProblem(`the enum ${type.name} has no symbol number ${index}`);
        input.out += symbol;
      };
    }
    case "array":
      return readArray(compile(type.items, records));
    case "map":
      return readMap(compile(type.values, records));
    case "union":
      return readUnion(type, records);
    case "record":
      return readRecord(type, records);
  }
}

function readInt(logical: "date" | "time-millis" | null): Read {
  if (logical === null) {
    return (input) => {
      input.out += input.int();
    };
  }
  const write = logical === "date" ? dateText : (value: number) => timeText(value, 3);
  return (input) => {
    const value = input.int();
    const text = write(value);
    input.out += text === null ? value : `"${text}"`;
  };
}

function readLong({ logical }: AvroType & { kind: "long" }): Read {
  if (logical === null) {
    return (input) => {
      input.out += input.long();
    };
  }
  const digits = logical.endsWith("millis") ? 3 : logical.endsWith("micros") ? 6 : 9;
  const zone = logical.startsWith("timestamp") ? "Z" : "";
  return (input) => {
    const value = input.long();
    const text = logical === "time-micros" ? timeText(value, 6) : timestampText(value, digits);
    input.out += text === null ? value : `"${text}${zone}"`;
  };
}

function readFixed({ size, logical }: AvroType & { kind: "fixed" }): Read {
  switch (logical?.kind) {
    case "uuid":
      return (input) => {
        input.out += `"${uuidText(input.bytes, input.take(16))}"`;
      };
    case "duration":
      return (input) => {
        input.out += `"${durationText(input.bytes, input.take(12))}"`;
      };
    case "decimal":
      if (size <= MAX_DECIMAL_BYTES) {
        return (input) => {
          const from = input.take(size);
          input.out += `"${decimalText(input.bytes, from, input.pos, logical)}"`;
        };
      }
  }
  return (input) => appendBytes(input, input.take(size));
}

/** bytes from `from` to the position, as hex; no more of them than can be shown */
function appendBytes(input: AvroInput, from: number): void {
  const to = Math.min(input.pos, from + input.max);
  input.out += `"${bytesText(input.bytes, from, to)}"`;
}

/**
 * Arrays and maps come in blocks: a count, or a negative count and the block's size in bytes. Each item goes through `one`.
 */
function readBlocks(input: AvroInput, one: (input: AvroInput, index: number) => void): void {
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
      if (input.out.length > input.max) return;
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

function readArray(item: Read): Read {
  const one = (input: AvroInput, index: number): void => {
    if (index > 0) input.out += ",";
    item(input);
  };
  return (input) => {
    input.enter();
    input.out += "[";
    readBlocks(input, one);
    input.out += "]";
    input.depth--;
  };
}

function readMap(value: Read): Read {
  const one = (input: AvroInput, index: number): void => {
    if (index > 0) input.out += ",";
    input.text(input.length("a map's key"));
    input.out += ":";
    value(input);
  };
  return (input) => {
    input.enter();
    input.out += "{";
    readBlocks(input, one);
    input.out += "}";
    input.depth--;
  };
}

function readUnion(union: AvroUnion, records: Map<AvroRecord, Read>): Read {
  const looks = new Set(union.branches.map(lookOf));
  const branches = union.branches.map((branch): Read => {
    const read = compile(branch, records);
    if (branch.kind === "null") return read;
    const open = `{${JSON.stringify(branchName(branch))}:`;
    if (union.wrapped) {
      return (input) => {
        input.out += open;
        read(input);
        input.out += "}";
      };
    }
    const other = otherLook(branch);
    if (other === null || !looks.has(other)) return read;
    // NaN beside a string, a date out of range beside a number: wrapped on its own, so that it can be told apart
    return (input) => {
      const before = input.out;
      input.out = "";
      read(input);
      const text = input.out;
      const isOther = other === "string" ? text.startsWith('"') : !text.startsWith('"');
      input.out = before + (isOther ? `${open}${text}}` : text);
    };
  });
  if (branches.length === 2 && union.branches[0]!.kind === "null") {
    const read = branches[1]!;
    return (input) => {
      const b = input.bytes[input.pos];
      if (input.pos < input.end && b === 2) {
        input.pos++;
        read(input);
      } else chosen(input);
    };
  }
  return chosen;

  function chosen(input: AvroInput): void {
    const index = input.int();
    const read = branches[index];
    if (!read) throw new AvroProblem(`a union has no branch number ${index}`);
    read(input);
  }
}

function readRecord(record: AvroRecord, records: Map<AvroRecord, Read>): Read {
  const known = records.get(record);
  if (known) return known;
  const names = record.fields.map((field, i) => `${i === 0 ? "{" : ","}${JSON.stringify(field.name)}:`);
  const reads: Read[] = [];
  const count = names.length;
  const read: Read = (input) => {
    input.enter();
    const since = input.pos;
    let i = 0;
    try {
      for (; i < count; i++) {
        if (input.out.length > input.max) return;
        input.out += names[i]!;
        reads[i]!(input);
      }
    } catch (error) {
      if (!(error instanceof AvroProblem)) throw error;
      error.read = { done: i, of: count };
      throw error.step(`.${record.fields[i]!.name}`);
    }
    input.out += count === 0 ? "{}" : "}";
    input.depth--;
    input.took(since);
  };
  // known before its fields are compiled: they may lead back to it
  records.set(record, read);
  for (const field of record.fields) reads.push(compile(field.type, records));
  return read;
}

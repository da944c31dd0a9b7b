import type { Decoded } from "../schemaFormats.ts";
import { LayoutInput, LayoutProblem } from "./input.ts";

/**
 * Kafka's message definitions (its *.json files under common/message) in TypeScript, and the reader that all of them share. It goes
 * from bytes to JSON text without a value in between.
 *
 * How values look, which is how Kafka's own formatters print them, apart from the last two:
 * - integers with all their digits; strings; arrays; structs as objects, whose names are those of the definitions in camelCase.
 * - uuid: 22 characters of base64url, as Kafka writes topic ids.
 * - a tagged field only when it is there; tags that the definition does not know: {"unknownTaggedFields": {"7": "0x…"}}.
 * - bytes: "0x" and hex digits, or what they hold where that is known.
 * - beside a number that stands for something: what it stands for. Its name is that of the number and "Text", a name that no
 *   definition uses: {"commitTimestamp": 1700000000000, "commitTimestampText": "2023-11-14T22:13:20.000Z"}.
 *
 * Bounded: layouts are finite, what arrays claim must fit into the bytes that are left, and reading stops when the text is long enough.
 */
export interface Type {
  /** Appends the JSON of the next value; gives how a number reads to a person, where that is more than the number. */
  read(input: LayoutInput, scope: Scope, nullable: boolean): string | undefined;
}

interface Scope {
  version: number;
  /** KIP-482: lengths are varints, and structs end with tagged fields */
  flexible: boolean;
}

/** A type whose values say all that there is to say. */
const type = (append: (input: LayoutInput, scope: Scope, nullable: boolean) => void): Type => ({
  read(input, scope, nullable) {
    append(input, scope, nullable);
    return undefined;
  },
});

export const int16 = type((input) => {
  input.out += input.int16();
});
export const uint16 = type((input) => {
  input.out += input.uint16();
});
export const int32 = type((input) => {
  input.out += input.int32();
});
export const int64 = type((input) => {
  input.out += input.int64();
});
export const uuid = type((input) => {
  const from = input.take(16);
  input.out += `"${input.bytes.toString("base64url", from, input.pos)}"`;
});

/** The last millisecond that JavaScript's dates have. */
const LAST_DATE = 8_640_000_000_000_000n;

/** int64: milliseconds since 1970; 0 and less stand for "none". */
export const millis: Type = {
  read(input) {
    const value = input.int64();
    input.out += value;
    return value > 0n && value <= LAST_DATE ? new Date(Number(value)).toISOString() : undefined;
  },
};

/** int8 that stands for a state. */
export const state = (names: Readonly<Record<number, string>>): Type => ({
  read(input) {
    const value = input.int8();
    input.out += value;
    return Object.hasOwn(names, value) ? names[value] : undefined;
  },
});

/** A length or count: -1, null, only where that is allowed. */
function length(input: LayoutInput, scope: Scope, nullable: boolean, plain: () => number): number {
  const value = scope.flexible ? input.uvarint() - 1 : plain();
  if (value < -1) throw new LayoutProblem(`a length of ${value}`);
  if (value === -1 && !nullable) throw new LayoutProblem("null, which is not allowed there");
  return value;
}

const areLeft = (count: number): string => (count === 1 ? "is left" : "are left");

/** The next value's size in bytes, -1 for null. */
const sizeOf = (input: LayoutInput, scope: Scope, nullable: boolean, plain: () => number): number => {
  const size = length(input, scope, nullable, plain);
  const left = input.end - input.pos;
  if (size > left) throw new LayoutProblem(`a length of ${size} bytes, where ${left} ${areLeft(left)}`);
  return size;
};

/** Up to 32,767 bytes of UTF-8. */
export const string = type((input, scope, nullable) => {
  const size = sizeOf(input, scope, nullable, () => input.int16());
  if (size < 0) input.out += "null";
  else input.text(input.take(size));
});

/** Bytes that hold something of their own; `read` reads all of them. What `open` gives null for is shown as bytes. */
export const bytesOf = (open: (input: LayoutInput) => { name: string; read(input: LayoutInput): void } | null): Type =>
  type((input, scope, nullable) => {
    const size = sizeOf(input, scope, nullable, () => input.int32());
    if (size < 0) {
      input.out += "null";
      return;
    }
    const held = size === 0 ? null : open(input);
    if (held) input.tryWithin(size, `not shown as ${held.name}`, () => held.read(input));
    else input.hex(input.take(size));
  });

export const bytes = bytesOf(() => null);

/** Every item takes a byte or more, so that a count that cannot be true is known at once. */
export const array = (item: Type): Type =>
  type((input, scope, nullable) => {
    const count = length(input, scope, nullable, () => input.int32());
    if (count < 0) {
      input.out += "null";
      return;
    }
    const left = input.end - input.pos;
    if (count > left) throw new LayoutProblem(`${count} items in ${left} ${left === 1 ? "byte" : "bytes"}`);
    input.out += "[";
    let i = 0;
    try {
      for (; i < count && !input.full; i++) {
        if (i > 0) input.out += ",";
        item.read(input, scope, false);
      }
    } catch (error) {
      throw error instanceof LayoutProblem ? error.step(`[${i}]`) : error;
    }
    input.out += "]";
  });

export const nullable = (inner: Type): Type => ({ read: (input, scope) => inner.read(input, scope, true) });

/** A nullable struct in a tagged field: a varint before it is 0 for null, where an ordinary field has a byte of -1. */
export const nullableTagged = (inner: Type): Type =>
  type((input, scope) => {
    if (input.uvarint() > 0) inner.read(input, scope, false);
    else input.out += "null";
  });

/** A field that not all versions have, or that is tagged. */
interface Field {
  type: Type;
  from: number;
  to: number;
  tag: number | null;
}

const fieldOf = (given: Type | Field): Field =>
  "read" in given ? { type: given, from: 0, to: Number.POSITIVE_INFINITY, tag: null } : given;

/** A field of that version and later ones. */
export const since = (from: number, field: Type | Field): Field => ({ ...fieldOf(field), from });

/** A field of that version alone. */
export const only = (version: number, field: Type | Field): Field => ({
  ...fieldOf(field),
  from: version,
  to: version,
});

/** A tagged field: KIP-482. */
export const tagged = (tag: number, field: Type | Field): Field => ({ ...fieldOf(field), tag });

/** Fields in their order on the wire; tagged ones may stand anywhere. Null is one byte before it, as for Kafka's nullable structs. */
export function struct(fields: Readonly<Record<string, Type | Field>>): Type {
  const all = Object.entries(fields).map(([name, given]) => ({ name, ...fieldOf(given) }));
  const plain = all.filter(({ tag }) => tag === null);
  const known = new Map(all.flatMap((field) => (field.tag === null ? [] : [[field.tag, field] as const])));
  return type((input, scope, nullable) => {
    if (nullable && input.int8() < 0) {
      input.out += "null";
      return;
    }
    input.out += "{";
    let first = true;
    const field = (name: string, inner: () => string | undefined): void => {
      input.out += `${first ? "" : ","}${JSON.stringify(name)}:`;
      first = false;
      try {
        const text = inner();
        if (text !== undefined) input.out += `,${JSON.stringify(`${name}Text`)}:${JSON.stringify(text)}`;
      } catch (error) {
        throw error instanceof LayoutProblem ? error.step(`.${name}`) : error;
      }
    };
    for (const { name, type, from, to } of plain) {
      if (input.full) return;
      if (scope.version >= from && scope.version <= to) field(name, () => type.read(input, scope, false));
    }
    if (scope.flexible && !input.full) readTags(input, scope, known, field);
    input.out += "}";
  });
}

function readTags(
  input: LayoutInput,
  scope: Scope,
  known: ReadonlyMap<number, { name: string; type: Type }>,
  field: (name: string, inner: () => string | undefined) => void,
): void {
  const unknown: string[] = [];
  const count = input.uvarint();
  let last = -1;
  for (let i = 0; i < count && !input.full; i++) {
    const tag = input.uvarint();
    // ascending: so that no name comes twice
    if (tag <= last) throw new LayoutProblem(`the tagged field ${tag} comes after ${last}`);
    last = tag;
    const size = input.uvarint();
    const found = known.get(tag);
    if (found) {
      field(found.name, () => {
        let text: string | undefined;
        input.within(size, () => {
          text = found.type.read(input, scope, false);
        });
        return text;
      });
    } else {
      const before = input.out;
      input.out = `${JSON.stringify(String(tag))}:`;
      input.hex(input.take(size));
      unknown.push(input.out);
      input.out = before;
    }
  }
  if (unknown.length > 0) {
    field("unknownTaggedFields", () => {
      input.out += `{${unknown.join(",")}}`;
      return undefined;
    });
  }
}

/** A layout with its versions, which bytes begin with. */
export interface Message {
  name: string;
  /** Appends {"version": …, "data": {…}}. */
  read(input: LayoutInput): void;
}

/**
 * @param lenient versions above the highest known only add at the end: they are read as the highest, and what is added is shown as bytes
 */
export function message(
  name: string,
  versions: { highest: number; flexible?: number; lenient?: boolean },
  fields: Readonly<Record<string, Type | Field>>,
): Message {
  const { highest, flexible = Number.POSITIVE_INFINITY, lenient = false } = versions;
  const body = struct(fields);
  return {
    name,
    read(input) {
      const version = input.int16();
      if (version < 0 || (version > highest && !lenient))
        throw new LayoutProblem(`version ${version} of ${name} is not known; known are 0 to ${highest}`);
      input.out += `{"version":${version},"data":`;
      body.read(input, { version, flexible: version >= flexible }, false);
      if (version > highest && input.pos < input.end && !input.full) {
        input.out += ',"unknown":';
        input.hex(input.take(input.end - input.pos));
      }
      input.out += "}";
    },
  };
}

/** Fields without a version before them. */
export const bare = (fields: Readonly<Record<string, Type | Field>>): ((input: LayoutInput) => void) => {
  const body = struct(fields);
  return (input) => {
    body.read(input, { version: 0, flexible: false }, false);
  };
};

/** The JSON text of one key or value. Throws with a sentence. */
export function decodeLayout(bytes: Buffer, maxChars: number, read: (input: LayoutInput) => void): Decoded {
  const input = new LayoutInput(bytes, maxChars);
  try {
    read(input);
  } catch (error) {
    if (error instanceof LayoutProblem) throw new Error(error.sentence);
    if (error instanceof RangeError) throw new Error("the record is too large to be shown");
    throw error;
  }
  const problems = [...input.problems];
  const left = input.full ? 0 : input.end - input.pos;
  if (left > 0) problems.push(`${left} ${left === 1 ? "byte follows" : "bytes follow"} the record`);
  if (input.badText) problems.push("a string is not well-formed UTF-8: what is malformed is shown as \ufffd");
  return { text: input.out, cut: input.full, problems };
}

import { isUtf8 } from "node:buffer";
import { JsonText, pieceOf } from "../jsonText.ts";
import type { Decoded } from "../schemaFormats.ts";
import { characterStart } from "../text.ts";
import { float64Number, plainName } from "./notation.ts";

/** Nesting of values: each level costs a byte, so that only a limit keeps hostile input from the end of the stack. */
const MAX_DEPTH = 400;

/** Maps as names of maps as names …: each level escapes the quotes of the one within. */
const MAX_NAME_DEPTH = 4;

/** Bytes of a self-describing binary format being read, and the JSON text that they become. Errors are one sentence with the byte position. */
export class BinaryInput {
  readonly bytes: Buffer;
  pos: number;
  readonly end: number;
  readonly out: JsonText;
  /** reading may stop once `out` is longer */
  readonly max: number;
  /** only checks: nothing is written, and reading never stops early */
  quiet: boolean;
  problems: string[] = [];
  /** signs that these bytes are meant to be this format: printable characters in strings and names */
  printable = 0;
  /** names of members */
  names = 0;
  /** signs that they are not: control characters in strings, names that are no strings, or empty, or begin with white space or a digit */
  odd = 0;
  #depth = 0;
  #nameDepth = 0;

  constructor(bytes: Buffer, start: number, max: number, out: JsonText, quiet = false) {
    this.out = out;
    this.bytes = bytes;
    this.pos = start;
    this.end = bytes.length;
    this.max = max;
    this.quiet = quiet;
  }

  put(text: string): void {
    if (!this.quiet) this.out.put(text);
  }

  integer(value: number | bigint): void {
    if (!this.quiet) this.out.integer(value);
  }

  /** a finite 64-bit float, as `float64Number` has it */
  float64(value: number): void {
    if (this.quiet) return;
    if (Number.isInteger(value)) this.out.put(float64Number(value));
    else this.out.double(value);
  }

  /** true when there is text enough: what follows need not be read */
  get full(): boolean {
    return this.out.length > this.max && !this.quiet;
  }

  get left(): number {
    return this.end - this.pos;
  }

  enter(): void {
    if (++this.#depth > MAX_DEPTH)
      throw new Error(`the value is nested deeper than ${MAX_DEPTH} levels (at byte ${this.pos})`);
  }

  leave(): void {
    this.#depth--;
  }

  /** the next `size` bytes, of `what` ("a string"): returns where they start */
  take(size: number, what: string): number {
    const from = this.pos;
    if (size > this.end - from) throw this.missing(what, size, "byte");
    this.pos = from + size;
    return from;
  }

  byte(what: string): number {
    if (this.pos >= this.end) throw new Error(`the bytes end where ${what} is expected (at byte ${this.pos})`);
    return this.bytes[this.pos++]!;
  }

  /** for a size that was claimed and is not there */
  missing(what: string, count: number | bigint, unit: string): Error {
    const left = this.left === 1 ? "1 byte is" : `${this.left} bytes are`;
    return new Error(
      `${what} of ${count} ${unit}${Number(count) === 1 ? "" : "s"} is announced at byte ${this.pos}, where only ${left} left`,
    );
  }

  /** checks the number of entries that a container claims, each of `least` bytes at least */
  count(claimed: number | bigint, least: number, what: string, unit: string): number {
    if (claimed > Math.floor(this.left / least)) throw this.missing(what, claimed, unit);
    return Number(claimed);
  }

  /** writes bytes [from, to) as hex digits in a form of the notation */
  data(form: string, bytes: Buffer, from: number, to: number): void {
    if (this.quiet) return;
    this.out.put(`{"${form}":"0x`);
    this.out.hex(bytes, from, Math.min(to, from + this.max + 1));
    this.out.put('"}');
  }

  /** writes bytes [from, to) of UTF-8 as a JSON string, or in a form of its own when they are malformed */
  text(bytes: Buffer, from: number, to: number): void {
    const whole = to - from <= 1000 || this.quiet || to - from <= 3 * this.max + 4;
    const end = whole ? to : characterStart(bytes, from, from + 3 * this.max + 4);
    this.printable += end - from;
    if (!this.quiet && this.out.plain(bytes, from, end)) return;
    let plain = true;
    let controls = 0;
    for (let i = from; i < end; i++) {
      const c = bytes[i]!;
      if (c >= 0x20 && c < 0x7f && c !== 0x22 && c !== 0x5c) continue;
      plain = false;
      if (c === 0x7f || (c < 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09)) controls++;
    }
    this.odd += controls;
    if (!plain && !isUtf8(bytes.subarray(from, end))) {
      this.problem("a string is not well-formed UTF-8: its bytes are shown");
      this.put(`{"$string":"0x${bytes.toString("hex", from, end)}"}`);
    } else if (!this.quiet) this.out.string(bytes, from, end);
  }

  /** writes bytes [from, to) of UTF-8 as a member's name and its colon */
  name(bytes: Buffer, from: number, to: number): void {
    this.names++;
    const first = bytes[from] ?? 0;
    if (from === to || first <= 0x20 || (first >= 0x30 && first <= 0x39)) this.odd++;
    if (first !== 0x24 && !this.quiet && this.out.plain(bytes, from, to)) {
      this.printable += to - from;
      this.out.char(COLON);
      return;
    }
    if (first === 0x24 || !isUtf8(bytes.subarray(from, to))) {
      if (isUtf8(bytes.subarray(from, to))) this.put(JSON.stringify(plainName(bytes.toString("utf8", from, to))));
      else this.valueAsName(() => this.text(bytes, from, to));
    } else this.text(bytes, from, to);
    this.put(":");
  }

  /** writes what `read` writes as a member's name: "$" and its JSON text */
  valueAsName(read: () => void): void {
    this.odd++;
    if (++this.#nameDepth > MAX_NAME_DEPTH)
      throw new Error(`maps are nested as keys of maps deeper than ${MAX_NAME_DEPTH} levels (at byte ${this.pos})`);
    const mark = this.out.mark();
    read();
    const inner = this.out.take(mark);
    this.put(JSON.stringify(`$${inner}`));
    this.#nameDepth--;
  }

  problem(message: string): void {
    if (!this.problems.includes(message)) this.problems.push(message);
  }

  /** puts brackets around what was written so far */
  enclose(): void {
    if (this.quiet) return;
    this.out.insert(BEGINNING, BRACKET);
    this.out.put("]");
  }

  /** the result, when all bytes were read */
  finish(name: string): Decoded {
    const cut = this.full;
    if (!cut && this.left > 0) {
      throw new Error(
        `${this.left} ${this.left === 1 ? "byte follows" : "bytes follow"} the ${name} value, which ends before byte ${this.pos}`,
      );
    }
    return { text: this.out.text(), cut, problems: this.problems, printable: this.out.printable };
  }
}

const COLON = 0x3a;
const BRACKET = pieceOf("[");
const BEGINNING = { pos: 0, beyond: 0 };

/** where text is put together while nothing else is */
const spare: JsonText[] = [];

/** Runs with a text of its own, which is used again. */
function withText<T>(run: (out: JsonText) => T): T {
  const out = spare.pop() ?? new JsonText();
  try {
    return run(out);
  } finally {
    out.release();
    spare.push(out);
  }
}

/** bytes of a payload whose text is made as soon as it is looked whether it is plausible: it mostly is */
const SMALL = 4096;

/** what was found plausible last, which then is decoded */
let found: { bytes: Buffer; start: number; read: (input: BinaryInput) => void; decoded: Decoded } | null = null;

/** characters in strings and names without which a parse to the last byte may be chance */
const LEAST_PRINTABLE = 4;

/**
 * Whether bytes [start, end of bytes) are read to their last byte with nothing doubtful in them, have a map with names somewhere, and hold so much
 * text in strings and names that it is hardly chance.
 */
export function isPlausible(bytes: Buffer, start: number, read: (input: BinaryInput) => void): boolean {
  return withText((out) => {
    const input = new BinaryInput(bytes, start, Number.POSITIVE_INFINITY, out, bytes.length - start > SMALL);
    try {
      read(input);
    } catch {
      // whatever is wrong with it is the answer
      return false;
    }
    if (input.left > 0 || input.problems.length > 0 || input.odd > 0) return false;
    if (input.names === 0 || input.printable < LEAST_PRINTABLE) return false;
    if (!input.quiet) found = { bytes, start, read, decoded: input.finish("") };
    return true;
  });
}

/** Runs a decoder; what only a value beyond V8's limits makes it throw becomes a sentence. */
export function decodeWith(
  name: string,
  bytes: Buffer,
  start: number,
  maxChars: number,
  read: (input: BinaryInput) => void,
): Decoded {
  if (start >= bytes.length) throw new Error(`there are no bytes of a ${name} value`);
  const before = found;
  found = null;
  if (before?.bytes === bytes && before.start === start && before.read === read)
    if (before.decoded.text.length <= maxChars) return before.decoded;
  return withText((out) => {
    const input = new BinaryInput(bytes, start, maxChars, out);
    try {
      read(input);
      return input.finish(name);
    } catch (error) {
      if (error instanceof RangeError) throw new Error("the value is too large to be shown", { cause: error });
      throw error;
    }
  });
}

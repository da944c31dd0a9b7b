import { JsonText } from "../jsonText.ts";

/**
 * What does not fit its schema: one sentence. `step` names where on the way out, so that the whole reads as a path.
 */
export class AvroProblem extends Error {
  override readonly name = "AvroProblem";
  /** outermost first: ".items", "[3]", ".qty" */
  path = "";
  /** true when the bytes ended too early */
  readonly atEnd: boolean;
  /** the record that was being read when the bytes ended, outermost last */
  read: { done: number; of: number } | null = null;

  constructor(message: string, atEnd = false) {
    super(message);
    this.atEnd = atEnd;
  }

  step(step: string): this {
    // hostile nesting must not make a sentence of megabytes
    if (this.path.length < 200) this.path = step + this.path;
    else if (!this.path.startsWith("…")) this.path = `…${this.path}`;
    return this;
  }

  /** What is wrong, and where. */
  sentence(): string {
    const { message, path, atEnd, read } = this;
    const where = path.replace(/^\./, "");
    if (!atEnd || !read) return where === "" ? message : `${message} (in ${where})`;
    const fields = `the value ends after ${read.done} of its ${read.of} ${read.of === 1 ? "field" : "fields"}`;
    if (message !== ENDS_EARLY) return `${fields}: ${message} (in ${where})`;
    // a field of the value itself is named well enough by the count
    return /[.[]/.test(where) ? `${fields} (in ${where})` : fields;
  }
}

/** Nesting of values; each level costs a byte or less, so that only a limit keeps hostile input from the end of the stack. */
const MAX_DEPTH = 400;

/** Values that take no bytes: the way to claim two thousand million items in five bytes. */
const MAX_FREE = 10_000;

/** Text of fields that are read in another order than they are shown in, counted again at each level that holds them. */
const MAX_HELD = 100_000_000;

/** Lengths beyond this are named where they do not fit: nonsense rather than a value that was cut off. */
const MAX_ORDINARY = 10_000;

const NOTHING = Buffer.alloc(0);

/** Bytes being read, and the JSON text that they become. One per decoder, used again for each value. */
export class AvroInput {
  bytes: Buffer = NOTHING;
  pos = 0;
  end = 0;
  readonly out: JsonText = new JsonText();
  /** reading may stop once `out` is longer */
  max = 0;
  depth = 0;
  /** values that take no bytes, still allowed */
  free = 0;
  badText = false;
  /** true while a value has to be read to its end, whatever the length of its text: the rest of it is skipped rather than left */
  whole = false;
  /** characters of text that may still be held back, to be put into another order */
  held = 0;

  start(bytes: Buffer, start: number, max: number): void {
    this.bytes = bytes;
    this.pos = start;
    this.end = bytes.length;
    this.out.begin();
    this.max = max;
    this.depth = 0;
    this.free = MAX_FREE;
    this.badText = false;
    this.whole = false;
    this.held = MAX_HELD;
  }

  /** keeps nothing of what was read alive */
  release(): void {
    this.bytes = NOTHING;
    this.out.release();
  }

  enter(): void {
    if (++this.depth > MAX_DEPTH) throw new AvroProblem(`the value is nested deeper than ${MAX_DEPTH} levels`);
  }

  /** call after a value that may take no bytes */
  took(since: number): void {
    if (this.pos === since && --this.free < 0)
      throw new AvroProblem(`it claims more than ${MAX_FREE} values that take no bytes`);
  }

  /** call with the text of each value that is held back */
  hold(text: string): string {
    if ((this.held -= text.length) < 0)
      throw new AvroProblem("the value is too large to be put into the reader's order");
    return text;
  }

  /** the next `size` bytes: returns where they start */
  take(size: number): number {
    const from = this.pos;
    if (size > this.end - from) throw ended();
    this.pos = from + size;
    return from;
  }

  /** Avro's zigzag varint of up to 64 bits; a bigint only when it does not fit a safe integer. */
  long(): number | bigint {
    const { bytes, end } = this;
    let pos = this.pos;
    if (pos >= end) throw ended();
    // most numbers are small
    const first = bytes[pos]!;
    if (first < 0x80) {
      this.pos = pos + 1;
      return (first >>> 1) ^ -(first & 1);
    }
    let low = 0;
    let b = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      if (pos >= end) throw ended();
      b = bytes[pos++]!;
      low |= (b & 0x7f) << shift;
      if (b < 0x80) {
        this.pos = pos;
        return (low >>> 1) ^ -(low & 1);
      }
    }
    let high = 0;
    for (let shift = 0; shift < 21; shift += 7) {
      if (pos >= end) throw ended();
      b = bytes[pos++]!;
      high |= (b & 0x7f) << shift;
      if (b < 0x80) {
        this.pos = pos;
        // 49 bits at most: exact in a double
        const raw = high * 0x1000_0000 + low;
        return low & 1 ? -(raw + 1) / 2 : raw / 2;
      }
    }
    let rest = 0;
    for (let shift = 0; ; shift += 7) {
      if (pos >= end) throw ended();
      b = bytes[pos++]!;
      rest |= (b & 0x7f) << shift;
      if (b < 0x80) break;
      if (shift === 14) throw new AvroProblem("a number is longer than 10 bytes");
    }
    this.pos = pos;
    if (rest > 0x7fff) throw new AvroProblem("a number is larger than 64 bits");
    const raw = (BigInt(rest) << 49n) | BigInt(high * 0x1000_0000 + low);
    const value = low & 1 ? -((raw + 1n) >> 1n) : raw >> 1n;
    return value <= 9007199254740991n && value >= -9007199254740991n ? Number(value) : value;
  }

  int(): number {
    const value = this.long();
    if (typeof value === "bigint" || value > 0x7fff_ffff || value < -0x8000_0000) {
      throw new AvroProblem(`${value} is not an int`);
    }
    return value;
  }

  /** the length of a string or of bytes */
  length(what: string): number {
    const size = this.long();
    if (size < 0) throw new AvroProblem(`a length of ${size} for ${what}`);
    if (size > this.end - this.pos) {
      const left = this.end - this.pos;
      // an ordinary length: the bytes were cut off, which the sentence for that says best
      if (size <= MAX_ORDINARY) throw ended();
      throw new AvroProblem(`${what} of ${size} bytes, where only ${left} ${left === 1 ? "is" : "are"} left`, true);
    }
    return Number(size);
  }

  /** appends `size` bytes of UTF-8 as a JSON string */
  text(size: number): void {
    const from = this.take(size);
    let to = this.pos;
    if (size > 1000 && size > this.max) to = Math.min(to, from + 3 * this.max + 4);
    // where it is cut, the last character may be half of one
    if (!this.out.string(this.bytes, from, to) && to === this.pos) this.badText = true;
  }
}

const ENDS_EARLY = "the value ends too early";

const ended = (): AvroProblem => new AvroProblem(ENDS_EARLY, true);

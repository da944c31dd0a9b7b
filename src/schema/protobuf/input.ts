/** Bytes that are not the message they are taken for: a sentence, and where. */
export class ProtobufProblem extends Error {
  override readonly name = "ProtobufProblem";
  /** outermost first: "items[2].qty" */
  path = "";

  step(step: string): this {
    if (this.path.length < 200)
      this.path = this.path === "" || this.path.startsWith("[") ? step + this.path : `${step}.${this.path}`;
    return this;
  }
}

/** The limit of Google's own libraries. */
const MAX_DEPTH = 100;

/** Wire types. Source: Protocol Buffers documentation, "Encoding". */
export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const START_GROUP = 3;
export const END_GROUP = 4;
export const FIXED32 = 5;
export const WIRE_NAMES = ["varint", "64 bits", "bytes", "group", "end of group", "32 bits"];

/** Where the bytes of a message are: one that comes in parts is read once all of them are there. */
export interface Span {
  from: number;
  to: number;
  before: Span | null;
}

/** Bytes of messages in parts that are copied to be read as one: each level of them may copy what the one above it did. */
const MAX_JOINED = 64 * 1024 * 1024;

/** Fields that the schema lacks and that are remembered. */
const MAX_UNKNOWN = 1000;

/** A message's bytes while they are read. */
export class ProtobufInput {
  bytes: Buffer;
  pos: number;
  end: number;
  depth = 0;
  /** characters made so far, about; reading may stop beyond `max` */
  made = 0;
  max: number;
  badText = false;
  /** a Value holds what JSON has no number for */
  oddNumber = false;
  #joined = 0;
  /** numbers of fields that the schema does not have, or has with another wire type, and the wire type found */
  readonly unknown: Map<number, number>;
  /** full names of required fields that are not there */
  readonly missing: Set<string>;

  constructor(bytes: Buffer, start: number, max: number, of?: ProtobufInput) {
    this.unknown = of?.unknown ?? new Map();
    this.missing = of?.missing ?? new Set();
    this.bytes = bytes;
    this.pos = start;
    this.end = bytes.length;
    this.max = max;
  }

  /** Begins anew with other bytes. */
  restart(bytes: Buffer, start: number, max: number): void {
    this.bytes = bytes;
    this.pos = start;
    this.end = bytes.length;
    this.max = max;
    this.depth = this.made = this.#joined = 0;
    this.badText = this.oddNumber = false;
    if (this.unknown.size > 0) this.unknown.clear();
    if (this.missing.size > 0) this.missing.clear();
  }

  /** true while nothing was found that the reader of the text has to be told */
  get isClean(): boolean {
    return this.unknown.size === 0 && this.missing.size === 0 && !this.badText && !this.oddNumber;
  }

  /** Reads other bytes as a part of this value: limits go on counting, and what is found is found here. */
  within<T>(bytes: Buffer, run: (input: ProtobufInput) => T): T {
    const part = new ProtobufInput(bytes, 0, this.max, this);
    part.depth = this.depth;
    part.made = this.made;
    part.#joined = this.#joined;
    const result = run(part);
    this.made = part.made;
    this.badText ||= part.badText;
    this.oddNumber ||= part.oddNumber;
    return result;
  }

  /** Reads a message whose bytes came in one or more parts, as one: that merges them as Protobuf asks. */
  joined<T>(span: Span, run: (input: ProtobufInput) => T): T {
    if (!span.before) {
      const { pos, end } = this;
      this.pos = span.from;
      this.end = span.to;
      const result = run(this);
      this.pos = pos;
      this.end = end;
      return result;
    }
    let size = 0;
    for (let each: Span | null = span; each; each = each.before) size += each.to - each.from;
    const sum = this.#joined + size;
    if (sum > MAX_JOINED) throw new ProtobufProblem("a message comes in parts that are too large to be joined");
    const whole = Buffer.allocUnsafe(size);
    for (let each: Span | null = span, at = size; each; each = each.before) {
      at -= each.to - each.from;
      this.bytes.copy(whole, at, each.from, each.to);
    }
    return this.within(whole, (part) => {
      part.#joined = sum;
      return run(part);
    });
  }

  /** Reads the next `size` bytes as what `run` takes to their end. */
  sized<T>(size: number, run: () => T): T {
    const { end } = this;
    const to = this.pos + size;
    this.end = to;
    const result = run();
    this.end = end;
    this.pos = to;
    return result;
  }

  get isFull(): boolean {
    return this.made > this.max;
  }

  /** Call with the tag of a field that the schema does not have. */
  lacks(tag: number): void {
    if (this.unknown.size < MAX_UNKNOWN) this.unknown.set(tag >>> 3, tag & 7);
  }

  enter(): void {
    if (++this.depth > MAX_DEPTH) throw new ProtobufProblem(`nested deeper than ${MAX_DEPTH} levels`);
  }

  take(size: number): number {
    const from = this.pos;
    if (size > this.end - from) throw new ProtobufProblem("the value ends too early");
    this.pos = from + size;
    return from;
  }

  /** Unsigned, up to 64 bits; a bigint only when it does not fit a safe integer. */
  varint(): number | bigint {
    if (this.pos >= this.end) throw new ProtobufProblem("the value ends too early");
    const first = this.bytes[this.pos++]!;
    if (first < 0x80) return first;
    let value = first & 0x7f;
    let scale = 128;
    for (let i = 1; i < 7; i++) {
      const b = this.bytes[this.take(1)]!;
      value += (b & 0x7f) * scale;
      if (b < 0x80) return value;
      scale *= 128;
    }
    let rest = 0n;
    for (let shift = 49n; ; shift += 7n) {
      const b = this.bytes[this.take(1)]!;
      rest |= BigInt(b & 0x7f) << shift;
      if (b < 0x80) break;
      if (shift === 63n) throw new ProtobufProblem("a number is longer than 10 bytes");
    }
    const whole = BigInt.asUintN(64, rest | BigInt(value));
    return whole <= 9007199254740991n ? Number(whole) : whole;
  }

  /** the length of what follows, checked to be there */
  length(): number {
    const size = this.varint();
    if (size > this.end - this.pos) {
      const left = this.end - this.pos;
      throw new ProtobufProblem(`a length of ${size} bytes, where only ${left} ${left === 1 ? "is" : "are"} left`);
    }
    return Number(size);
  }

  /** a field's number and wire type, as number * 8 + type */
  tag(): number {
    const tag = this.varint();
    if (typeof tag === "bigint" || tag < 8 || tag > 0xffff_ffff)
      throw new ProtobufProblem(`${tag} is not a field's tag`);
    return tag;
  }

  /** Goes past a field's value. Groups may hold groups. */
  skip(tag: number): void {
    const open: number[] = [];
    let current = tag;
    for (;;) {
      switch (current % 8) {
        case VARINT:
          this.varint();
          break;
        case FIXED64:
          this.take(8);
          break;
        case BYTES:
          this.take(this.length());
          break;
        case FIXED32:
          this.take(4);
          break;
        case START_GROUP:
          open.push(Math.floor(current / 8));
          break;
        case END_GROUP:
          if (open.pop() !== Math.floor(current / 8)) throw new ProtobufProblem("a group ends that did not begin");
          break;
        default:
          throw new ProtobufProblem(`${current % 8} is not a wire type`);
      }
      if (open.length === 0) return;
      current = this.tag();
    }
  }
}

import { isUtf8 } from "node:buffer";

/** What does not fit its layout: one sentence; `step` names where, on the way out, so that the whole reads as a path. */
export class LayoutProblem extends Error {
  override readonly name = "LayoutProblem";
  /** outermost first: ".members", "[3]", ".clientId" */
  path = "";

  step(step: string): this {
    this.path = step + this.path;
    return this;
  }

  get sentence(): string {
    return this.path === "" ? this.message : `${this.message} (in ${this.path.replace(/^\./, "")})`;
  }
}

/** Bytes of one record in Kafka's serialization, and the JSON text that they become. Bounded: see `array` and `full`. */
export class LayoutInput {
  readonly bytes: Buffer;
  pos = 0;
  end: number;
  out = "";
  /** what could be shown only as bytes, though the layout says what it should be */
  readonly problems: string[] = [];
  /** what the group's members speak: read before the members, and tells what their metadata is */
  protocolType = "";
  /** a string was not well-formed UTF-8 */
  badText = false;
  readonly #max: number;

  /** @param max reading may stop once `out` is longer */
  constructor(bytes: Buffer, max: number) {
    this.bytes = bytes;
    this.end = bytes.length;
    this.#max = max;
  }

  /** no more text is wanted: whoever reads a list stops, and what follows is not looked at */
  get full(): boolean {
    return this.out.length > this.#max;
  }

  /** the next `size` bytes: returns where they start */
  take(size: number): number {
    const from = this.pos;
    if (size > this.end - from) throw new LayoutProblem("the bytes end too early");
    this.pos = from + size;
    return from;
  }

  int8(): number {
    return this.bytes.readInt8(this.take(1));
  }

  int16(): number {
    return this.bytes.readInt16BE(this.take(2));
  }

  uint16(): number {
    return this.bytes.readUInt16BE(this.take(2));
  }

  int32(): number {
    return this.bytes.readInt32BE(this.take(4));
  }

  int64(): bigint {
    return this.bytes.readBigInt64BE(this.take(8));
  }

  /** an unsigned varint of up to 32 bits */
  uvarint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const b = this.bytes[this.take(1)]!;
      value += (b & 0x7f) * 2 ** shift;
      if (b < 0x80) {
        if (value > 0xffff_ffff) break;
        return value;
      }
    }
    throw new LayoutProblem("a length is larger than 32 bits");
  }

  /** the bytes [from, pos) as a JSON string */
  text(from: number): void {
    // a UTF-16 unit takes three bytes at most
    const to = Math.min(this.pos, from + 3 * this.#max + 4);
    if (isPlain(this.bytes, from, to)) {
      this.out += `"${this.bytes.toString("latin1", from, to)}"`;
      return;
    }
    const part = this.bytes.subarray(from, to);
    if (to === this.pos && !isUtf8(part)) this.badText = true;
    this.out += JSON.stringify(part.toString("utf8"));
  }

  /** the bytes [from, pos) as "0x" and hex digits, a JSON string */
  hex(from: number): void {
    const to = Math.min(this.pos, from + this.#max + 1);
    this.out += `"0x${this.bytes.toString("hex", from, to)}"`;
  }

  /** Reads the next `size` bytes with `read`, to their last one. */
  within(size: number, read: () => void): void {
    const from = this.take(size);
    const { end, pos } = this;
    this.pos = from;
    this.end = pos;
    try {
      read();
      if (this.full) this.pos = pos;
      const left = pos - this.pos;
      if (left > 0) throw new LayoutProblem(`${left} ${left === 1 ? "byte is" : "bytes are"} left over`);
    } finally {
      this.end = end;
    }
  }

  /** Like `within`; bytes that do not fit are shown as they are, with a problem that begins with `what`. */
  tryWithin(size: number, what: string, read: () => void): void {
    const { out, pos, badText } = this;
    const known = this.problems.length;
    try {
      this.within(size, read);
    } catch (error) {
      if (!(error instanceof LayoutProblem)) throw error;
      this.problems.length = known;
      // one sentence is enough for a group of thousands that all speak something else
      if (known < 3) this.problems.push(`${what}: ${error.sentence}`);
      this.out = out;
      this.pos = pos;
      this.badText = badText;
      this.hex(this.take(size));
    }
  }
}

/** Whether these bytes are ASCII that JSON does not escape. */
function isPlain(bytes: Buffer, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const c = bytes[i]!;
    if (c < 0x20 || c >= 0x7f || c === 0x22 || c === 0x5c) return false;
  }
  return true;
}

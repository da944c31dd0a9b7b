/**
 * Kafka's primitive types on the wire, big-endian (kafka.apache.org/protocol, "Protocol Primitive Types"). In a flexible version (KIP-482)
 * strings, bytes and arrays are compact (unsigned varint of length + 1) and every structure ends in tagged fields; `flexible` switches all of
 * that, so that one `encode` serves both kinds of version.
 */

const NO_BYTES = Buffer.alloc(0);

export class Writer {
  flexible = false;
  #buffer: Buffer;
  #length = 0;

  constructor(size = 256) {
    this.#buffer = Buffer.allocUnsafe(size);
  }

  get length(): number {
    return this.#length;
  }

  /** what was written, without a copy: the writer is not to be used afterwards */
  finish(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  int8(value: number): this {
    const at = this.#reserve(1);
    this.#buffer.writeInt8(value, at);
    return this;
  }

  int16(value: number): this {
    const at = this.#reserve(2);
    this.#buffer.writeInt16BE(value, at);
    return this;
  }

  int32(value: number): this {
    const at = this.#reserve(4);
    this.#buffer.writeInt32BE(value, at);
    return this;
  }

  uint32(value: number): this {
    const at = this.#reserve(4);
    this.#buffer.writeUInt32BE(value, at);
    return this;
  }

  int64(value: bigint): this {
    const at = this.#reserve(8);
    this.#buffer.writeBigInt64BE(value, at);
    return this;
  }

  float64(value: number): this {
    const at = this.#reserve(8);
    this.#buffer.writeDoubleBE(value, at);
    return this;
  }

  boolean(value: boolean): this {
    return this.int8(value ? 1 : 0);
  }

  /** unsigned, at most 32 bits */
  uvarint(value: number): this {
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.#byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    return this.#byte(rest);
  }

  /** zigzag, 32 bits: lengths and offset deltas inside a record */
  varint(value: number): this {
    return this.uvarint((value << 1) ^ (value >> 31));
  }

  /** zigzag, 64 bits: timestamp deltas inside a record */
  varlong(value: bigint): this {
    let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
    while (rest > 0x7fn) {
      this.#byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    return this.#byte(Number(rest));
  }

  string(value: string): this {
    return this.nullableString(value);
  }

  nullableString(value: string | null): this {
    if (value === null) return this.flexible ? this.uvarint(0) : this.int16(-1);
    const size = Buffer.byteLength(value);
    if (this.flexible) this.uvarint(size + 1);
    else this.int16(size);
    const at = this.#reserve(size);
    this.#buffer.write(value, at, "utf8");
    return this;
  }

  bytes(value: Uint8Array): this {
    return this.nullableBytes(value);
  }

  nullableBytes(value: Uint8Array | null): this {
    if (value === null) return this.flexible ? this.uvarint(0) : this.int32(-1);
    if (this.flexible) this.uvarint(value.length + 1);
    else this.int32(value.length);
    return this.raw(value);
  }

  /** bytes as they are, without a length */
  raw(value: Uint8Array): this {
    const at = this.#reserve(value.length);
    this.#buffer.set(value, at);
    return this;
  }

  /** 16 bytes, from 32 hex digits with or without dashes */
  uuid(value: string): this {
    return this.raw(Buffer.from(value.replaceAll("-", ""), "hex"));
  }

  array<T>(items: readonly T[], each: (item: T) => void): this {
    return this.nullableArray(items, each);
  }

  nullableArray<T>(items: readonly T[] | null, each: (item: T) => void): this {
    if (items === null) return this.flexible ? this.uvarint(0) : this.int32(-1);
    if (this.flexible) this.uvarint(items.length + 1);
    else this.int32(items.length);
    for (const item of items) each(item);
    return this;
  }

  /** no tagged fields; writes nothing in a version that has none */
  tags(): this {
    return this.flexible ? this.uvarint(0) : this;
  }

  #byte(value: number): this {
    const at = this.#reserve(1);
    this.#buffer[at] = value;
    return this;
  }

  #reserve(size: number): number {
    const at = this.#length;
    const needed = at + size;
    if (needed > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
      this.#buffer.copy(grown, 0, 0, at);
      this.#buffer = grown;
    }
    this.#length = needed;
    return at;
  }
}

/** What arrived cannot be what the protocol says: cut short, or a length that points outside. */
export class MalformedError extends Error {
  override readonly name = "MalformedError";
}

export class Reader {
  flexible = false;
  /** the bytes themselves: record batches are indexed in place, never copied */
  readonly buffer: Buffer;
  position: number;
  readonly end: number;

  constructor(buffer: Buffer, position = 0, end = buffer.length) {
    this.buffer = buffer;
    this.position = position;
    this.end = end;
  }

  get remaining(): number {
    return this.end - this.position;
  }

  int8(): number {
    return this.buffer.readInt8(this.skip(1));
  }

  int16(): number {
    return this.buffer.readInt16BE(this.skip(2));
  }

  int32(): number {
    return this.buffer.readInt32BE(this.skip(4));
  }

  uint32(): number {
    return this.buffer.readUInt32BE(this.skip(4));
  }

  int64(): bigint {
    return this.buffer.readBigInt64BE(this.skip(8));
  }

  float64(): number {
    return this.buffer.readDoubleBE(this.skip(8));
  }

  boolean(): boolean {
    return this.int8() !== 0;
  }

  uvarint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.buffer[this.skip(1)]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new MalformedError("a varint is longer than 5 bytes");
  }

  /** zigzag, 32 bits */
  varint(): number {
    const value = this.uvarint();
    return (value >>> 1) ^ -(value & 1);
  }

  /** As `varlong`, a number where it takes four bytes at most. */
  shortVarlong(): number | bigint {
    const start = this.position;
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.buffer[this.skip(1)]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    }
    this.position = start;
    return this.varlong();
  }

  /** zigzag, 64 bits */
  varlong(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.buffer[this.skip(1)]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
    }
    throw new MalformedError("a varlong is longer than 10 bytes");
  }

  string(): string {
    return this.nullableString() ?? "";
  }

  nullableString(): string | null {
    const size = this.flexible ? this.uvarint() - 1 : this.int16();
    if (size < 0) return null;
    const at = this.skip(size);
    return this.buffer.toString("utf8", at, at + size);
  }

  /** a view of the buffer, not a copy; null reads as empty */
  bytes(): Buffer {
    return this.nullableBytes() ?? NO_BYTES;
  }

  /** a view of the buffer, not a copy */
  nullableBytes(): Buffer | null {
    const size = this.byteLength();
    if (size < 0) return null;
    const at = this.skip(size);
    return this.buffer.subarray(at, at + size);
  }

  /** the length in front of a bytes or records field, -1 for null; the position is at the first byte afterwards */
  byteLength(): number {
    return this.flexible ? this.uvarint() - 1 : this.int32();
  }

  /** 32 hex digits with dashes */
  uuid(): string {
    const at = this.skip(16);
    const hex = this.buffer.toString("hex", at, at + 16);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  /** null reads as empty */
  array<T>(each: (r: this) => T): T[] {
    return this.nullableArray(each) ?? [];
  }

  nullableArray<T>(each: (r: this) => T): T[] | null {
    const count = this.arrayLength();
    if (count < 0) return null;
    const items: T[] = [];
    for (let i = 0; i < count; i++) items.push(each(this));
    return items;
  }

  /** the number of elements that follow, -1 for null */
  arrayLength(): number {
    const count = this.flexible ? this.uvarint() - 1 : this.int32();
    // every element is at least a byte: a count beyond that is a lie, not to be looped over
    if (count > this.remaining) throw new MalformedError(`an array of ${count} elements in ${this.remaining} bytes`);
    return count;
  }

  /** passes over tagged fields, in a version that has them; `known` gets each tag with the position at its first byte */
  tags(known?: (tag: number, size: number) => void): this {
    if (!this.flexible) return this;
    for (let left = this.uvarint(); left > 0; left--) {
      const tag = this.uvarint();
      const size = this.uvarint();
      const start = this.skip(size);
      if (known) {
        this.position = start;
        known(tag, size);
        this.position = start + size;
      }
    }
    return this;
  }

  /** moves on by `size` bytes; returns where they start */
  skip(size: number): number {
    const at = this.position;
    if (size < 0 || size > this.end - at) {
      throw new MalformedError(`${size} bytes needed at ${at}, ${this.end - at} there`);
    }
    this.position = at + size;
    return at;
  }
}

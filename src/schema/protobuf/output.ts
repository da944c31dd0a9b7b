/** Bytes of a message being written: grows as needed. Source: Protocol Buffers documentation, "Encoding". */
export class ProtobufOutput {
  #pos = 0;
  #bytes = Buffer.allocUnsafe(128);

  /** a copy of what was written */
  finish(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#pos));
  }

  #room(size: number): Buffer {
    const needed = this.#pos + size;
    if (needed > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
      this.#bytes.copy(grown, 0, 0, this.#pos);
      this.#bytes = grown;
    }
    return this.#bytes;
  }

  tag(number: number, wire: number): void {
    this.varint(BigInt(number) * 8n + BigInt(wire));
  }

  /** negative values as 64 bits in two's complement, as int32 and int64 alike are written */
  varint(value: bigint): void {
    let rest = BigInt.asUintN(64, value);
    const bytes = this.#room(10);
    while (rest > 0x7fn) {
      bytes[this.#pos++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    bytes[this.#pos++] = Number(rest);
  }

  zigzag(value: bigint): void {
    this.varint((value << 1n) ^ (value >> 63n));
  }

  fixed32(value: bigint): void {
    this.#pos = this.#room(4).writeUInt32LE(Number(BigInt.asUintN(32, value)), this.#pos);
  }

  fixed64(value: bigint): void {
    this.#pos = this.#room(8).writeBigUInt64LE(BigInt.asUintN(64, value), this.#pos);
  }

  float(value: number): void {
    this.#pos = this.#room(4).writeFloatLE(value, this.#pos);
  }

  double(value: number): void {
    this.#pos = this.#room(8).writeDoubleLE(value, this.#pos);
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length).set(bytes, this.#pos);
    this.#pos += bytes.length;
  }

  /** with its length before it: strings, bytes, messages */
  sized(bytes: Uint8Array): void {
    this.varint(BigInt(bytes.length));
    this.raw(bytes);
  }
}

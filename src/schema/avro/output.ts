/** Bytes being written: grows as needed, can be taken back to an earlier position. */
export class AvroOutput {
  pos = 0;
  #bytes = Buffer.allocUnsafe(256);

  /** a copy of what was written */
  finish(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.pos));
  }

  #room(size: number): Buffer {
    const needed = this.pos + size;
    if (needed > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
      this.#bytes.copy(grown, 0, 0, this.pos);
      this.#bytes = grown;
    }
    return this.#bytes;
  }

  byte(value: number): void {
    this.#room(1)[this.pos++] = value;
  }

  /** int and long alike: a zigzag varint */
  long(value: bigint): void {
    let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
    while (rest > 0x7fn) {
      this.byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.byte(Number(rest));
  }

  float(value: number): void {
    this.pos = this.#room(4).writeFloatLE(value, this.pos);
  }

  double(value: number): void {
    this.pos = this.#room(8).writeDoubleLE(value, this.pos);
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length).set(bytes, this.pos);
    this.pos += bytes.length;
  }

  /** with its length before it: strings and bytes */
  sized(bytes: Uint8Array): void {
    this.long(BigInt(bytes.length));
    this.raw(bytes);
  }
}

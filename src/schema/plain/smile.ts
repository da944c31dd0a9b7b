import { isUtf8 } from "node:buffer";
import type { Decoded } from "../schemaFormats.ts";
import { type BinaryInput, decodeWith } from "./binaryInput.ts";
import { decimalOf, float32Number, float64Number } from "./notation.ts";

/**
 * Smile, FasterXML's binary JSON (specification 1.0.7), as JSON text.
 *
 * Looks as notation.ts says: binary {"$bytes":"0x…"}, a BigDecimal {"$decimal":"12.30"}, a BigInteger and other integers just their digits, a
 * float (32 bits) 21.3E0, not-a-number and infinity {"$float":"NaN"}. One value with its header; the end marker 0xff may follow it.
 */
export function decodeSmile(bytes: Buffer, start: number, maxChars: number): Decoded {
  return decodeWith("Smile", bytes, start, maxChars, (input) => {
    if (!isSmile(bytes, start)) throw new Error(`bytes ${start} to ${start + 3} are not the header of Smile, ":)\\n"`);
    const flags = bytes[start + 3]!;
    if (flags >> 4 !== 0) throw new Error(`version ${flags >> 4} of Smile is unknown (at byte ${start + 3})`);
    input.pos = start + 4;
    new SmileReader(input, flags).value(input.byte("a value"));
    if (!input.full && input.left > 0 && bytes[input.pos] === END_OF_CONTENT) input.pos++;
  });
}

/** Whether the bytes have the header of Smile. */
export const isSmile = (bytes: Uint8Array, start: number): boolean =>
  bytes.length > start + 4 && bytes[start] === 0x3a && bytes[start + 1] === 0x29 && bytes[start + 2] === 0x0a;

const END_OF_CONTENT = 0xff;
const END_OF_STRING = 0xfc;
const END_ARRAY = 0xf9;
const END_OBJECT = 0xfb;
/** strings or names that can be referred to; when that many are known, the next one begins anew */
const MAX_SHARED = 1024;
/** bytes of the largest number that is written out: more takes time that grows with the square */
const MAX_NUMBER = 1000;

interface Piece {
  from: number;
  to: number;
}

class SmileReader {
  readonly #input: BinaryInput;
  readonly #sharesNames: boolean;
  readonly #sharesValues: boolean;
  readonly #allowsRaw: boolean;
  #names: Piece[] = [];
  #values: Piece[] = [];

  constructor(input: BinaryInput, flags: number) {
    this.#input = input;
    this.#sharesNames = (flags & 1) !== 0;
    this.#sharesValues = (flags & 2) !== 0;
    this.#allowsRaw = (flags & 4) !== 0;
  }

  /** @param token the first byte of the value, which has been read */
  value(token: number): void {
    const input = this.#input;
    switch (token >> 5) {
      case 0:
        if (token === 0) throw this.#unknown(token, "value");
        this.#shared(this.#values, token - 1, "string");
        return;
      case 1:
        this.#simple(token);
        return;
      case 2:
      case 3:
        // 1 to 64 bytes of ASCII
        this.#short(token - 0x40 + 1);
        return;
      case 4:
      case 5:
        // 2 to 65 bytes
        this.#short(token - 0x80 + 2);
        return;
      case 6:
        input.put(String(zigzag(token & 31)));
        return;
      default:
        this.#long(token);
    }
  }

  #simple(token: number): void {
    const input = this.#input;
    switch (token) {
      case 0x20:
        input.put('""');
        return;
      case 0x21:
        input.put("null");
        return;
      case 0x22:
      case 0x23:
        input.put(token === 0x22 ? "false" : "true");
        return;
      case 0x24:
      case 0x25: {
        const bits = token === 0x24 ? 32 : 64;
        const read = this.#vint();
        if (BigInt.asUintN(bits, read) !== read)
          throw new Error(`the integer before byte ${input.pos} has more than ${bits} bits`);
        input.put(String(signed(read)));
        return;
      }
      case 0x26: {
        const bytes = this.#safe();
        if (bytes.length > MAX_NUMBER) throw this.#tooLarge(bytes.length);
        input.put(String(twosComplement(bytes)));
        return;
      }
      case 0x28: {
        const bits = Buffer.alloc(4);
        bits.writeUInt32BE(Number(BigInt.asUintN(32, this.#sevens(5))));
        this.#float(bits.readFloatBE(), float32Number);
        return;
      }
      case 0x29: {
        const bits = Buffer.alloc(8);
        bits.writeBigUInt64BE(BigInt.asUintN(64, this.#sevens(10)));
        this.#float(bits.readDoubleBE(), float64Number);
        return;
      }
      case 0x2a: {
        const scale = signed(this.#vint());
        if (BigInt.asIntN(32, scale) !== scale)
          throw new Error(`the scale before byte ${input.pos} has more than 32 bits`);
        const bytes = this.#safe();
        if (bytes.length > MAX_NUMBER) throw this.#tooLarge(bytes.length);
        input.put(`{"$decimal":"${decimalOf(twosComplement(bytes), -scale)}"}`);
        return;
      }
      default:
        throw this.#unknown(token, "value");
    }
  }

  #float(value: number, finite: (value: number) => string): void {
    const form = finite === float32Number ? "$float32" : "$float";
    this.#input.put(Number.isFinite(value) ? finite(value) : `{"${form}":"${value}"}`);
  }

  /** a string of a length that its token gives, which can be referred to */
  #short(size: number): void {
    const input = this.#input;
    const from = input.take(size, "a string");
    if (this.#sharesValues) remember(this.#values, { from, to: input.pos });
    input.text(input.bytes, from, input.pos);
  }

  #long(token: number): void {
    const input = this.#input;
    switch (token) {
      case 0xe0:
      case 0xe4: {
        const { from, to } = this.#untilEnd();
        input.text(input.bytes, from, to);
        return;
      }
      case 0xe8: {
        const bytes = this.#safe();
        input.data("$bytes", bytes, 0, bytes.length);
        return;
      }
      case 0xec:
      case 0xed:
      case 0xee:
      case 0xef:
        this.#shared(this.#values, ((token & 3) << 8) | input.byte("the number of a string"), "string");
        return;
      case 0xf8:
        this.#array();
        return;
      case 0xfa:
        this.#object();
        return;
      case 0xfd: {
        if (!this.#allowsRaw)
          throw new Error(`raw binary data at byte ${input.pos - 1}, which the header says there is none of`);
        const from = input.take(this.#length(), "binary data");
        input.data("$bytes", input.bytes, from, input.pos);
        return;
      }
      default:
        throw this.#unknown(token, "value");
    }
  }

  #array(): void {
    const input = this.#input;
    input.enter();
    let i = 0;
    for (; !input.full; i++) {
      const token = input.byte("an item or the end of an array");
      if (token === END_ARRAY) break;
      input.put(i === 0 ? "[" : ",");
      this.value(token);
    }
    input.put(i === 0 ? "[]" : "]");
    input.leave();
  }

  #object(): void {
    const input = this.#input;
    input.enter();
    let i = 0;
    for (; !input.full; i++) {
      const token = input.byte("a name or the end of an object");
      if (token === END_OBJECT) break;
      input.put(i === 0 ? "{" : ",");
      this.#name(token);
      this.value(input.byte("a value"));
    }
    input.put(i === 0 ? "{}" : "}");
    input.leave();
  }

  #name(token: number): void {
    const input = this.#input;
    if (token === 0x20) input.put('"":');
    else if (token >= 0x30 && token <= 0x33)
      this.#shared(this.#names, ((token & 3) << 8) | input.byte("the number of a name"), "name");
    else if (token === 0x34) {
      const { from, to } = this.#untilEnd();
      // unlike long strings, long names can be referred to: the specification does not say so, Jackson does it
      if (this.#sharesNames) remember(this.#names, { from, to });
      this.#nameText(from, to);
    } else if (token >= 0x40 && token < 0x80) this.#shared(this.#names, token & 63, "name");
    else if (token >= 0x80 && token < 0xf8) {
      const from = input.take(token < 0xc0 ? token - 0x80 + 1 : token - 0xc0 + 2, "a name");
      if (this.#sharesNames) remember(this.#names, { from, to: input.pos });
      this.#nameText(from, input.pos);
    } else throw this.#unknown(token, "name");
  }

  #nameText(from: number, to: number): void {
    if (!isUtf8(this.#input.bytes.subarray(from, to))) throw new Error(`the name at byte ${from} is not UTF-8`);
    this.#input.name(this.#input.bytes, from, to);
  }

  #shared(known: Piece[], index: number, what: "string" | "name"): void {
    const input = this.#input;
    const piece = known[index];
    if (!piece)
      throw new Error(`the ${what} number ${index} that is referred to before byte ${input.pos} is not known yet`);
    if (what === "string") input.text(input.bytes, piece.from, piece.to);
    else this.#nameText(piece.from, piece.to);
  }

  #untilEnd(): Piece {
    const input = this.#input;
    const from = input.pos;
    const to = input.bytes.indexOf(END_OF_STRING, from);
    if (to < 0) throw new Error(`the string at byte ${from} has no end`);
    input.pos = to + 1;
    return { from, to };
  }

  /** an unsigned integer of 64 bits at most: seven bits a byte, six in the last, which has its highest bit set */
  #vint(): bigint {
    const input = this.#input;
    let read = 0n;
    for (let i = 0; i < 11; i++) {
      const b = input.byte("the rest of a number");
      if (b >= 0x80) return (read << 6n) | BigInt(b & 63);
      read = (read << 7n) | BigInt(b);
    }
    throw new Error(`the number before byte ${input.pos} is longer than 64 bits`);
  }

  #length(): number {
    const size = this.#vint();
    return this.#input.count(size, 1, "binary data", "byte");
  }

  #sevens(count: number): bigint {
    const from = this.#input.take(count, "a float");
    let bits = 0n;
    for (let i = from; i < this.#input.pos; i++) bits = (bits << 7n) | BigInt(this.#input.bytes[i]! & 0x7f);
    return bits;
  }

  /** binary data as seven bits a byte; the last byte has what is left in its lowest bits */
  #safe(): Buffer {
    const input = this.#input;
    const size = this.#length();
    const from = input.take(Math.ceil((size * 8) / 7), "binary data");
    const out = Buffer.allocUnsafe(size);
    let held = 0;
    let bits = 0;
    let o = 0;
    for (let i = from; i < input.pos; i++) {
      const b = input.bytes[i]!;
      if (b >= 0x80) throw new Error(`the byte 0x${b.toString(16)} at byte ${i} is not part of binary data`);
      // in the last byte only the bits that complete the data count
      const here = Math.min(7, size * 8 - o * 8 - bits);
      held = (held << here) | (b & ((1 << here) - 1));
      bits += here;
      if (bits >= 8) {
        bits -= 8;
        out[o++] = held >> bits;
        held &= (1 << bits) - 1;
      }
    }
    return out;
  }

  #tooLarge(size: number): Error {
    return new Error(`a number of ${size} bytes before byte ${this.#input.pos} is too large to be written out`);
  }

  #unknown(token: number, what: string): Error {
    return new Error(
      `the byte 0x${token.toString(16).padStart(2, "0")} at byte ${this.#input.pos - 1} begins no ${what} in Smile`,
    );
  }
}

function remember(known: Piece[], piece: Piece): void {
  if (known.length === MAX_SHARED) known.length = 0;
  known.push(piece);
}

const zigzag = (n: number): number => (n >>> 1) ^ -(n & 1);

const signed = (n: bigint): bigint => (n >> 1n) ^ -(n & 1n);

function twosComplement(bytes: Buffer): bigint {
  return bytes.length === 0 ? 0n : BigInt.asIntN(8 * bytes.length, BigInt(`0x${bytes.toString("hex")}`));
}

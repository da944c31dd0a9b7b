import { exactNumber, parsePart, SAFE_DIGITS } from "./celValue.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;

/** 10^0 … 10^15: a double holds them exactly */
const POWERS = Array.from({ length: SAFE_DIGITS + 1 }, (_, i) => 10 ** i);

/** What `celValue` makes of the JSON number in [start, end). */
export function numberOf(bytes: Buffer, start: number, end: number, care: boolean): unknown {
  const negative = bytes[start] === MINUS;
  // up to 15 digits and a power of ten are exact in a double, and so is, rounded once, their quotient
  if (end - start <= SAFE_DIGITS) {
    let digits = 0;
    let point = end;
    let i = negative ? start + 1 : start;
    for (; i < end; i++) {
      const c = bytes[i]!;
      if (c === DOT) point = i + 1;
      else if (c >= ZERO && c <= NINE) digits = digits * 10 + (c - ZERO);
      else break;
    }
    if (i === end) {
      const value = (negative ? -digits : digits) / POWERS[end - point]!;
      return care && point === end ? BigInt(value) : value;
    }
  }
  const source = bytes.toString("latin1", start, end);
  return care ? exactNumber(Number(source), source) : Number(source);
}

/** What `celValue` makes of the JSON value in [start, end), which was checked and is not nested deep. */
export function wholeValue(bytes: Buffer, start: number, end: number, care: boolean): unknown {
  if (care && bytes[start] !== QUOTE) {
    const value = new ExactValues(bytes).value(start);
    if (value !== undefined) return value;
  }
  return parsePart(bytes.toString("utf8", start, end), care);
}

/** Values of a text that needs care, made without asking for each number's characters, which is dear. */
class ExactValues {
  readonly #bytes: Buffer;
  /** where the value ends that was made last */
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Undefined for what has names that JavaScript's objects put in an order of their own, first: indexes. */
  value(start: number): unknown {
    const bytes = this.#bytes;
    const c = bytes[start]!;
    if (c === QUOTE) return this.#text(start);
    if (c === 0x7b) return this.#object(start);
    if (c === 0x5b) return this.#array(start);
    if (c === 0x74 || c === 0x66 || c === 0x6e) {
      this.#at = start + (c === 0x66 ? 5 : 4);
      return c === 0x6e ? null : c === 0x74;
    }
    let end = start + 1;
    // a digit, a point, a sign, an exponent
    while (end < bytes.length && IN_NUMBER[bytes[end]!] === 1) end++;
    this.#at = end;
    return numberOf(bytes, start, end, true);
  }

  #object(start: number): unknown {
    const bytes = this.#bytes;
    const map = new Map<string, unknown>();
    let i = this.#space(start + 1);
    while (bytes[i] === QUOTE) {
      const first = bytes[i + 1]!;
      // perhaps an index; with an escape, perhaps too
      if ((first >= ZERO && first <= NINE) || first === BACKSLASH) return undefined;
      const name = this.#text(i);
      const value = this.value(this.#space(this.#space(this.#at) + 1));
      if (value === undefined) return undefined;
      map.set(name, value);
      i = this.#space(this.#at);
      if (bytes[i] !== 0x2c) break;
      i = this.#space(i + 1);
    }
    this.#at = i + 1;
    return map;
  }

  #array(start: number): unknown {
    const bytes = this.#bytes;
    const array: unknown[] = [];
    let i = this.#space(start + 1);
    while (bytes[i] !== 0x5d) {
      const value = this.value(i);
      if (value === undefined) return undefined;
      array.push(value);
      i = this.#space(this.#at);
      if (bytes[i] === 0x2c) i = this.#space(i + 1);
    }
    this.#at = i + 1;
    return array;
  }

  #text(start: number): string {
    const bytes = this.#bytes;
    let i = start + 1;
    let ascii = true;
    let escaped = false;
    for (let c = bytes[i]!; c !== QUOTE; c = bytes[++i]!) {
      if (c === BACKSLASH) {
        escaped = true;
        i++;
      } else if (c >= 0x80) ascii = false;
    }
    this.#at = i + 1;
    if (escaped) return JSON.parse(bytes.toString("utf8", start, i + 1));
    return bytes.toString(ascii ? "latin1" : "utf8", start + 1, i);
  }

  #space(i: number): number {
    const bytes = this.#bytes;
    while (bytes[i]! <= 0x20) i++;
    return i;
  }
}

const IN_NUMBER = new Uint8Array(256).fill(1, ZERO, NINE + 1);
for (const c of "+-.eE") IN_NUMBER[c.charCodeAt(0)] = 1;

import { constants } from "node:buffer";
import { doubleText, floatText } from "./numberText.ts";

/** A text that is written again and again, such as a member's name. */
export interface Piece {
  /** four bytes of UTF-8 each, little-endian; the last may have more than are the text's */
  readonly words: Int32Array;
  /** bytes */
  readonly size: number;
  /** bytes of it more than its UTF-16 units */
  readonly beyond: number;
  readonly printable: boolean;
}

const INITIAL = 1024;

/** Bytes that are kept between two values. */
const KEPT = 65_536;

/** bytes of a string from which on copying them natively is faster */
const LONG = 64;

/** source bytes that are escaped between two looks at the room that is left */
const CHUNK = 4096;

/** bytes: at most so many units, which a string can have */
const LONGEST = constants.MAX_STRING_LENGTH;

const PRINTABLE = /^[ -~]*$/;

/**
 * JSON text on its way, as bytes of UTF-8: of strings, numbers and names nothing is made but their bytes, and one conversion at the end makes them the
 * text. For what decodes many small values this is several times as fast as putting strings together.
 */
export class JsonText {
  #bytes: Buffer = Buffer.allocUnsafeSlow(INITIAL);
  #view: DataView = viewOf(this.#bytes);
  #size = INITIAL;
  #pos = 0;
  #beyond = 0;
  #printable = true;

  /** Begins a new text. */
  begin(): void {
    this.#pos = this.#beyond = 0;
    this.#printable = true;
  }

  /** Keeps no more memory than a usual value takes. */
  release(): void {
    this.begin();
    if (this.#size > KEPT) this.#own(Buffer.allocUnsafeSlow(INITIAL));
  }

  /** UTF-16 units so far */
  get length(): number {
    return this.#pos - this.#beyond;
  }

  /** true while all of it is printable ASCII: it then is one line, and a unit a byte */
  get printable(): boolean {
    return this.#printable;
  }

  /** The text so far. Throws a RangeError when it is longer than a string can be. */
  text(): string {
    return this.#slice(0);
  }

  /** Where the text ends now: for `from`, `take` and `insert`, as long as nothing before it is taken away. */
  mark(): Mark {
    return { pos: this.#pos, beyond: this.#beyond };
  }

  /** The first byte of what was written since; undefined when nothing was. */
  from({ pos }: Mark): number | undefined {
    return pos < this.#pos ? this.#bytes[pos] : undefined;
  }

  /** Takes away what was written since, and gives its text. */
  take({ pos, beyond }: Mark): string {
    const text = this.#slice(pos);
    this.#pos = pos;
    this.#beyond = beyond;
    return text;
  }

  /** Puts a piece before what was written since. */
  insert({ pos }: Mark, piece: Piece): void {
    const { size } = piece;
    const inside = Buffer.from(this.#room(size).subarray(pos, this.#pos));
    this.#pos = pos;
    this.piece(piece);
    this.#room(inside.length).set(inside, this.#pos);
    this.#pos += inside.length;
  }

  /** A character of printable ASCII. */
  char(code: number): void {
    this.#room(1)[this.#pos++] = code;
  }

  piece(piece: Piece): void {
    const { words } = piece;
    let pos = this.#pos;
    this.#room(4 * words.length);
    const view = this.#view;
    for (let i = 0; i < words.length; i++, pos += 4) view.setInt32(pos, words[i]!, true);
    this.#pos += piece.size;
    if (piece.printable) return;
    this.#beyond += piece.beyond;
    this.#printable = false;
  }

  /** Text as it is, well-formed. */
  put(text: string): void {
    const size = text.length;
    if (size > LONG) {
      this.#putAny(text);
      return;
    }
    const bytes = this.#room(size);
    let pos = this.#pos;
    for (let i = 0; i < size; i++) {
      const c = text.charCodeAt(i);
      if (c < 0x20 || c >= 0x7f) {
        this.#putAny(text);
        return;
      }
      bytes[pos++] = c;
    }
    this.#pos = pos;
  }

  #putAny(text: string): void {
    const size = Buffer.byteLength(text);
    this.#room(size).write(text, this.#pos);
    this.#pos += size;
    this.#beyond += size - text.length;
    if (this.#printable && !PRINTABLE.test(text)) this.#printable = false;
  }

  /** All digits of a safe integer, or of a bigint. */
  integer(value: number | bigint): void {
    if (typeof value === "bigint") {
      this.put(value.toString());
      return;
    }
    const bytes = this.#room(17);
    let pos = this.#pos;
    let rest = value;
    if (rest < 0) {
      bytes[pos++] = 0x2d;
      rest = -rest;
    }
    this.#pos = digits(bytes, this.#view, pos, rest);
  }

  /** As `doubleText`. */
  double(value: number): void {
    // what has four decimal places at most and fifteen digits is the shortest text of its double, and most doubles in messages are such
    const scaled = Math.round(value * 10_000);
    if (scaled / 10_000 === value && scaled < 1e15 && scaled > -1e15 && scaled !== 0) this.#decimal(scaled, 10_000);
    else this.put(doubleText(value));
  }

  /** As `floatText`. */
  float(value: number): void {
    // likewise with two places and six digits
    const scaled = Math.round(value * 100);
    if (Math.fround(scaled / 100) === value && scaled < 1e6 && scaled > -1e6 && scaled !== 0)
      this.#decimal(scaled, 100);
    else this.put(floatText(value));
  }

  /** An integer over 100 or 10,000, without zeros at the end. */
  #decimal(scaled: number, scale: number): void {
    const bytes = this.#room(20);
    let pos = this.#pos;
    let rest = scaled;
    if (rest < 0) {
      bytes[pos++] = 0x2d;
      rest = -rest;
    }
    const whole = Math.floor(rest / scale);
    pos = digits(bytes, this.#view, pos, whole);
    let fraction = rest - whole * scale;
    if (fraction > 0) {
      bytes[pos++] = 0x2e;
      for (let unit = scale / 10; fraction > 0; unit /= 10) {
        const digit = (fraction / unit) | 0;
        bytes[pos++] = 0x30 + digit;
        fraction -= digit * unit;
      }
    }
    this.#pos = pos;
  }

  /** The digits of an integer below 10^9, with zeros before them. */
  padded(value: number, size: number): void {
    const bytes = this.#room(size);
    let rest = value | 0;
    for (let i = this.#pos + size - 1; i >= this.#pos; i--) {
      const next = (rest / 10) | 0;
      bytes[i] = 0x30 + rest - next * 10;
      rest = next;
    }
    this.#pos += size;
  }

  /** A time of day with two digits each and a point behind them: "12:34:56.". */
  clock(seconds: number): void {
    this.#room(9);
    const view = this.#view;
    const pos = this.#pos;
    const minutes = (seconds / 60) | 0;
    const hours = (minutes / 60) | 0;
    view.setUint16(pos, PAIRS[hours]!, true);
    view.setUint8(pos + 2, 0x3a);
    view.setUint16(pos + 3, PAIRS[minutes - hours * 60]!, true);
    view.setUint8(pos + 5, 0x3a);
    view.setUint16(pos + 6, PAIRS[seconds - minutes * 60]!, true);
    view.setUint8(pos + 8, 0x2e);
    this.#pos = pos + 9;
  }

  /** Bytes [from, to) as hex digits. */
  hex(source: Uint8Array, from: number, to: number): void {
    const bytes = this.#room(2 * (to - from));
    let pos = this.#pos;
    for (let i = from; i < to; i++) {
      const byte = source[i]!;
      bytes[pos++] = HEX[byte >> 4]!;
      bytes[pos++] = HEX[byte & 15]!;
    }
    this.#pos = pos;
  }

  /** Bytes [from, to) as a JSON string where they are printable ASCII that needs no escapes; false, and nothing is written, where they are not. */
  plain(source: Buffer, from: number, to: number): boolean {
    const size = to - from;
    const bytes = this.#room(size + 2);
    let pos = this.#pos;
    bytes[pos++] = 0x22;
    if (size <= LONG) {
      for (let i = from; i < to; i++) {
        const c = source[i]!;
        if (c < 0x20 || c === 0x22 || c === 0x5c || c >= 0x7f) return false;
        bytes[pos++] = c;
      }
    } else {
      for (let i = from; i < to; i++) {
        const c = source[i]!;
        if (c < 0x20 || c === 0x22 || c === 0x5c || c >= 0x7f) return false;
      }
      source.copy(bytes, pos, from, to);
      pos += size;
    }
    bytes[pos++] = 0x22;
    this.#pos = pos;
    return true;
  }

  /** Bytes [from, to) of UTF-8 as a JSON string. False when they are malformed: each malformed part then is U+FFFD. */
  string(source: Buffer, from: number, to: number): boolean {
    return this.plain(source, from, to) || this.#escaped(source, from, to);
  }

  /** with what JSON escapes, and what is not ASCII */
  #escaped(source: Buffer, from: number, to: number): boolean {
    const start = this.#pos;
    let beyond = 0;
    let printable = true;
    this.char(0x22);
    for (let i = from; i < to; ) {
      const end = Math.min(to, i + CHUNK);
      const bytes = this.#room(6 * CHUNK + 4);
      let pos = this.#pos;
      while (i < end) {
        const c = source[i]!;
        if (c >= 0x80) {
          const size = sequence(source, i, to);
          if (size === 0) {
            this.#pos = start;
            this.#putAny(JSON.stringify(source.toString("utf8", from, to)));
            return false;
          }
          printable = false;
          beyond += size === 2 ? 1 : 2;
          for (const after = i + size; i < after; i++) bytes[pos++] = source[i]!;
          continue;
        }
        i++;
        const short = ESCAPES[c]!;
        if (short === 0) {
          bytes[pos++] = c;
          if (c === 0x7f) printable = false;
          continue;
        }
        bytes[pos++] = 0x5c;
        bytes[pos++] = short;
        if (short !== 0x75) continue;
        bytes[pos++] = 0x30;
        bytes[pos++] = 0x30;
        bytes[pos++] = HEX[c >> 4]!;
        bytes[pos++] = HEX[c & 15]!;
      }
      this.#pos = pos;
    }
    this.char(0x22);
    this.#beyond += beyond;
    if (!printable) this.#printable = false;
    return true;
  }

  #slice(start: number): string {
    if (this.#pos - start > LONGEST) throw new RangeError("the text is longer than a string can be");
    return this.#bytes.toString(this.#printable ? "latin1" : "utf8", start, this.#pos);
  }

  /** The bytes, with room for some more behind the position. */
  #room(size: number): Buffer {
    const needed = this.#pos + size;
    return needed <= this.#size ? this.#bytes : this.#grown(needed);
  }

  #grown(needed: number): Buffer {
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#size));
    this.#bytes.copy(grown, 0, 0, this.#pos);
    return this.#own(grown);
  }

  #own(bytes: Buffer): Buffer {
    this.#view = viewOf(bytes);
    this.#size = bytes.length;
    return (this.#bytes = bytes);
  }
}

export interface Mark {
  readonly pos: number;
  readonly beyond: number;
}

export function pieceOf(text: string): Piece {
  const bytes = Buffer.from(text);
  const padded = viewOf(Buffer.concat([bytes, Buffer.alloc(3)]));
  const words = Int32Array.from({ length: Math.ceil(bytes.length / 4) }, (_, i) => padded.getInt32(4 * i, true));
  return { words, size: bytes.length, beyond: bytes.length - text.length, printable: PRINTABLE.test(text) };
}

const viewOf = (bytes: Buffer): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

/** two digits of the numbers below 100, as two bytes, little-endian */
const PAIRS = Uint16Array.from({ length: 100 }, (_, n) => 0x3030 + Math.floor(n / 10) + 256 * (n % 10));

const HEX = Uint8Array.from("0123456789abcdef", (digit) => digit.charCodeAt(0));

/** what stands behind the backslash that a character of ASCII needs in JSON; 0: it needs none */
const ESCAPES = Uint8Array.from({ length: 128 }, (_, c) => {
  const text = JSON.stringify(String.fromCharCode(c));
  return text[1] === "\\" ? text.charCodeAt(2) : 0;
});

/** Writes the digits of a whole number that a double has exactly; returns where they end. */
function digits(bytes: Buffer, view: DataView, pos: number, value: number): number {
  if (value < 10) {
    bytes[pos] = 0x30 + value;
    return pos + 1;
  }
  if (value >= 1e8) {
    // the last eight have all their zeros
    const high = Math.floor(value / 1e8);
    const end = digits(bytes, view, pos, high) + 8;
    pairs(view, end - 8, end, (value - high * 1e8) | 0);
    return end;
  }
  const size =
    value < 1e4 ? (value < 100 ? 2 : value < 1000 ? 3 : 4) : value < 1e6 ? (value < 1e5 ? 5 : 6) : value < 1e7 ? 7 : 8;
  let rest = value | 0;
  let from = pos;
  if (size & 1) {
    const unit = UNITS[size]!;
    const first = (rest / unit) | 0;
    bytes[from++] = 0x30 + first;
    rest -= first * unit;
  }
  pairs(view, from, pos + size, rest);
  return pos + size;
}

/** what the first of so many digits stands for */
const UNITS = [0, 1, 10, 100, 1000, 1e4, 1e5, 1e6, 1e7];

/** The digits of a whole number below 10^8 in an even number of bytes [from, to), with zeros before them. */
function pairs(view: DataView, from: number, to: number, value: number): void {
  let rest = value | 0;
  for (let i = to - 2; i >= from; i -= 2) {
    const next = (rest / 100) | 0;
    view.setUint16(i, PAIRS[rest - next * 100]!, true);
    rest = next;
  }
}

/** Bytes of the sequence of UTF-8 that begins with a byte from 0x80 on; 0 when it is malformed, or cut off by `end`. */
function sequence(bytes: Buffer, at: number, end: number): number {
  const first = bytes[at]!;
  const size = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (size === 0 || at + size > end) return 0;
  const second = bytes[at + 1]!;
  // neither longer than needed, nor half a surrogate pair, nor beyond U+10FFFF
  const least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < least || second > most) return 0;
  for (let i = at + 2; i < at + size; i++) if (bytes[i]! >> 6 !== 2) return 0;
  return size;
}

import { isUtf8 } from "node:buffer";

/** Bytes looked at when only a preview is asked for; longer payloads are judged by their beginning. */
export const PREVIEW_BYTES = 16_384;

/**
 * Whether bytes [start, end) are text that a person can read: well-formed UTF-8 without control characters, apart from tab, line
 * feed, carriage return and the start of a terminal colour sequence (ESC [), which log lines have. Anything else is binary: random
 * bytes and big-endian numbers practically always contain a malformed sequence or a control character.
 *
 * @param cut the bytes were cut at `end`, perhaps inside a character
 */
export const isText = (bytes: Uint8Array, start: number, end: number, cut = false): boolean =>
  lookOfText(bytes, start, end, cut) !== NO_TEXT;

/** What `lookOfText` finds: nothing that is text, or the sum of `TEXT` and of what is in it besides printable ASCII. */
export const NO_TEXT = 0;
export const TEXT = 1;
/** characters beyond ASCII */
const FOREIGN = 2;
/** line feeds */
const LINES = 4;
/** what else `oneLine` may have to replace */
export const UNUSUAL = 8;

/** As `isText`, and what is to be done with such text. */
export function lookOfText(bytes: Uint8Array, start: number, end: number, cut = false): number {
  // most text is printable ASCII, which four bytes at once can be seen to be
  const words = end - start >= LONG ? new Int32Array(bytes.buffer, 0, bytes.buffer.byteLength >> 2) : null;
  const offset = bytes.byteOffset;
  let look = TEXT;
  for (let i = start; i < end; i++) {
    const c = bytes[i]!;
    if (c >= 0x20 && c < 0x7f) {
      if (words !== null && ((offset + i) & 3) === 0) {
        let at = (offset + i) >> 2;
        const last = (offset + end) >> 2;
        while (at < last && isPrintable(words[at]!)) at++;
        i = Math.max(i, 4 * at - offset - 1);
      }
      continue;
    }
    if (c >= 0x80) {
      look |= FOREIGN;
      if (c === 0xc2 || c === 0xd8 || c === 0xe2 || c === 0xef) {
        // what characters that move or hide others begin with
        look |= UNUSUAL;
        // U+0080 to U+009F are control characters too; U+0085 is a line end
        if (c === 0xc2 && i + 1 < end && bytes[i + 1]! < 0xa0 && bytes[i + 1] !== 0x85) return NO_TEXT;
      }
    } else if (c === 0x0a) look |= LINES;
    else {
      look |= UNUSUAL;
      if (c === 0x1b) {
        if (i + 1 < end && bytes[i + 1] !== 0x5b) return NO_TEXT;
      } else if (c !== 0x09 && c !== 0x0d) return NO_TEXT;
    }
  }
  if ((look & FOREIGN) === 0) return look;
  const to = cut ? characterStart(bytes, start, end) : end;
  return isUtf8(start === 0 && to === bytes.length ? bytes : bytes.subarray(start, to)) ? look : NO_TEXT;
}

/** bytes from which on it is worth to look at four at once */
const LONG = 128;

/** Whether each of the four bytes is from 0x20 to 0x7e: in none of the sums its highest bit is set then, and nothing is carried. */
const isPrintable = (word: number): boolean =>
  ((word | (word - 0x2020_2020) | (word + 0x0101_0101)) & 0x8080_8080) === 0;

/**
 * Whether the first `end` bytes, which `isText` has refused, may be JSON all the same: UTF-8 that opens an object or an array. JSON may hold U+007F to
 * U+009F, which what was taken for Latin-1 once has for quotes and dashes, and nothing but JSON is JSON to its end.
 */
export function mayBeJson(bytes: Uint8Array, end: number): boolean {
  const [first] = bytes;
  return (first === 0x7b || first === 0x5b) && isUtf8(bytes.subarray(0, end));
}

/** `end`, moved back to the start of the UTF-8 character that it would cut, by three bytes at most. */
export function characterStart(bytes: Uint8Array, start: number, end: number): number {
  for (let i = end - 1; i >= start && i >= end - 4; i--) {
    const c = bytes[i]!;
    if (c < 0x80) return end;
    if (c >= 0xc0) return i + (c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2) > end ? i : end;
  }
  return end;
}

/** Characters that move, hide or break a line: shown by a visible stand-in wherever one line is wanted. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const EACH_INVISIBLE = /\r\n|[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Text on one line: line ends as ↵, tabs as ⇥, other control and direction characters as \u escapes. */
export function oneLine(text: string): string {
  return INVISIBLE.test(text) ? text.replace(EACH_INVISIBLE, standIn) : text;
}

/** The same where it is known what is in the text: see `lookOfText`. */
export function oneLineOf(text: string, look: number): string {
  if ((look & UNUSUAL) !== 0) return oneLine(text);
  return (look & LINES) !== 0 ? text.replaceAll("\n", "↵") : text;
}

function standIn(character: string): string {
  switch (character) {
    case "\r\n":
    case "\n":
    case "\r":
    case "\u0085":
    case "\u2028":
    case "\u2029":
      return "↵";
    case "\t":
      return "⇥";
    default:
      return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  }
}

/** UTF-16 units that well-formed UTF-8 takes. */
export function utf16Length(bytes: Uint8Array, start: number, end: number): number {
  let length = end - start;
  for (let i = start; i < end; i++) {
    const c = bytes[i]!;
    if (c >= 0x80) {
      if (c < 0xc0) length--;
      else if (c >= 0xf0) length++;
    }
  }
  return length;
}

/** The end of the first `units` UTF-16 units, or of one more where that would halve a surrogate pair, in bytes [start, end) of well-formed UTF-8. */
export function endOfUnits(bytes: Uint8Array, start: number, end: number, units: number): number {
  let i = start;
  let left = units;
  while (i < end && left > 0) {
    const c = bytes[i]!;
    i += c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    left -= c < 0xf0 ? 1 : 2;
  }
  return Math.min(i, end);
}

/** A Buffer over the same memory: Buffer's conversions to text are native, TextDecoder's are slow for short text. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Bytes of UTF-8's byte order mark at the beginning: 3 or 0. */
export const byteOrderMark = (bytes: Buffer): number =>
  bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;

/** Whether the last character that is not JSON's white space closes an object or an array. */
export function closesContainer(bytes: Buffer): boolean {
  for (let i = bytes.length - 1; i >= 0; i--) {
    const c = bytes[i]!;
    if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return c === 0x7d || c === 0x5d;
  }
  return false;
}

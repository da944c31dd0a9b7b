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
export function isText(bytes: Uint8Array, start: number, end: number, cut = false): boolean {
  let ascii = true;
  for (let i = start; i < end; i++) {
    const c = bytes[i]!;
    if (c >= 0x20 && c < 0x7f) continue;
    if (c >= 0x80) {
      ascii = false;
      // U+0080 to U+009F are control characters too; U+0085 is a line end
      if (c === 0xc2 && i + 1 < end && bytes[i + 1]! < 0xa0 && bytes[i + 1] !== 0x85) return false;
    } else if (c === 0x1b) {
      if (i + 1 < end && bytes[i + 1] !== 0x5b) return false;
    } else if (c !== 0x09 && c !== 0x0a && c !== 0x0d) return false;
  }
  return ascii || isUtf8(bytes.subarray(start, cut ? characterStart(bytes, start, end) : end));
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

/** The first `maxChars` UTF-16 units, one less where that would halve a surrogate pair. */
export function cutAt(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const last = text.charCodeAt(maxChars - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? maxChars - 1 : maxChars);
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

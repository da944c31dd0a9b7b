import { isUtf8 } from "node:buffer";
import { cutAt } from "../../shared/cutAt.ts";
import type { Decoded } from "../schemaFormats.ts";
import { characterStart } from "../text.ts";
import { TextProblem } from "./textProblem.ts";

/**
 * The encodings of Kafka's StringSerializer (`serializer.encoding`) that a person may choose, and of text in general. UTF-16 is what Java calls
 * so: big-endian, or as its byte order mark says, which is written and not shown.
 */
export const TEXT_ENCODINGS = ["UTF-8", "UTF-16", "UTF-16BE", "UTF-16LE", "ISO-8859-1", "US-ASCII"] as const;

export type TextEncodingName = (typeof TEXT_ENCODINGS)[number];

/** Text (not JSON) in bytes [start, end of bytes). Throws a sentence with the position of the first byte that is not in the encoding. */
export function decodeText(bytes: Buffer, start: number, maxChars: number, encoding: TextEncodingName): Decoded {
  switch (encoding) {
    case "UTF-8": {
      if (!isUtf8(bytes.subarray(start)))
        throw new Error(`not UTF-8: malformed at byte ${malformedUtf8(bytes, start)}`);
      const most = start + 3 * maxChars + 4;
      const end = bytes.length <= most ? bytes.length : characterStart(bytes, start, most);
      return result(bytes.toString("utf8", start, end), end < bytes.length, maxChars);
    }
    case "US-ASCII": {
      const wrong = bytes.subarray(start).findIndex((byte) => byte >= 0x80);
      if (wrong >= 0) throw new Error(`not US-ASCII: the byte at byte ${start + wrong} is above 127`);
      return latin1(bytes, start, maxChars);
    }
    case "ISO-8859-1":
      return latin1(bytes, start, maxChars);
    case "UTF-16": {
      const mark = utf16Mark(bytes, start);
      return utf16(bytes, mark ? start + 2 : start, maxChars, mark ?? "UTF-16BE");
    }
    default:
      return utf16(bytes, start, maxChars, encoding);
  }
}

/** Text in an encoding; takes what decodeText shows. Throws a TextProblem at what the encoding lacks. */
export function encodeText(text: string, encoding: TextEncodingName): Buffer {
  if (encoding === "ISO-8859-1" || encoding === "US-ASCII") {
    const most = encoding === "US-ASCII" ? 0x7f : 0xff;
    for (let i = 0; i < text.length; i++) {
      if (text.charCodeAt(i) > most)
        throw new TextProblem(
          `${JSON.stringify(String.fromCodePoint(text.codePointAt(i)!))} at position ${i} is not in ${encoding}`,
          i,
        );
    }
    return Buffer.from(text, "latin1");
  }
  if (!text.isWellFormed()) {
    const at = text.search(/\p{Surrogate}/u);
    throw new TextProblem(`half a surrogate pair at position ${at} cannot be encoded`, at);
  }
  if (encoding === "UTF-8") return Buffer.from(text, "utf8");
  const bytes = Buffer.from(text, "utf16le");
  if (encoding === "UTF-16LE") return bytes;
  bytes.swap16();
  return encoding === "UTF-16BE" ? bytes : Buffer.concat([Buffer.from([0xfe, 0xff]), bytes]);
}

/** The byte order that a mark at the start says; null without one. */
export function utf16Mark(bytes: Uint8Array, start: number): "UTF-16BE" | "UTF-16LE" | null {
  if (bytes[start] === 0xfe && bytes[start + 1] === 0xff) return "UTF-16BE";
  if (bytes[start] === 0xff && bytes[start + 1] === 0xfe) return "UTF-16LE";
  return null;
}

function result(text: string, more: boolean, maxChars: number): Decoded {
  const shown = cutAt(text, maxChars);
  return { text: shown, cut: more || shown.length < text.length, problems: [] };
}

function latin1(bytes: Buffer, start: number, maxChars: number): Decoded {
  const end = Math.min(bytes.length, start + maxChars);
  return { text: bytes.toString("latin1", start, end), cut: end < bytes.length, problems: [] };
}

function utf16(bytes: Buffer, start: number, maxChars: number, order: "UTF-16BE" | "UTF-16LE"): Decoded {
  if ((bytes.length - start) % 2 === 1)
    throw new Error(`not UTF-16: half a character at byte ${bytes.length - 1}, the last`);
  const whole = bytes.length - start <= 2 * (maxChars + 1);
  const part = bytes.subarray(start, whole ? bytes.length : start + 2 * (maxChars + 1));
  const text = (order === "UTF-16LE" ? part : Buffer.from(part).swap16()).toString("utf16le");
  // where the text is cut, its last character may be half a pair for that reason
  const checked = whole || !/[\ud800-\udbff]$/.test(text) ? text : text.slice(0, -1);
  if (!checked.isWellFormed())
    throw new Error(`not UTF-16: half a surrogate pair at byte ${start + 2 * text.search(/\p{Surrogate}/u)}`);
  return result(checked, !whole, maxChars);
}

/** where the first sequence begins that is not UTF-8; the bytes must not be */
function malformedUtf8(bytes: Buffer, start: number): number {
  let at = start;
  for (;;) {
    const end = characterStart(bytes, at, Math.min(bytes.length, at + 4096));
    if (end === at || end === bytes.length || !isUtf8(bytes.subarray(at, end))) break;
    at = end;
  }
  for (;;) {
    const c = bytes[at]!;
    const end = at + (c < 0xc0 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4);
    if (end > bytes.length || !isUtf8(bytes.subarray(at, end))) return at;
    at = end;
  }
}

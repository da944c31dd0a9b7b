import { isUtf8 } from "node:buffer";
import { cutAt } from "../../shared/cutAt.ts";
import type { Decoded } from "../schemaFormats.ts";
import { characterStart } from "../text.ts";
import { encodeText, TEXT_ENCODINGS, utf16Mark } from "./text.ts";
import { TextProblem } from "./textProblem.ts";
import { CLOSE, OPEN, OPEN_ELEMENTS, scanXml, TEXT, type XmlScan } from "./xmlScan.ts";

/**
 * The XML document in bytes [start, end of bytes) as its text (not JSON), in its own characters. Throws a sentence when it is not well-formed,
 * or its encoding cannot be read.
 */
export function decodeXml(bytes: Buffer, start: number, maxChars: number): Decoded {
  const text = xmlText(bytes, start);
  scanXml(text);
  const shown = cutAt(text, maxChars);
  return { text: shown, cut: shown.length < text.length, problems: [] };
}

/**
 * Whether bytes [start, end of bytes) begin like an XML document: with a declaration, a DOCTYPE, a comment or an element, in UTF-8, an encoding like
 * ASCII, or UTF-16 with a byte order mark. Cheap; whether it is one only scanXml can tell.
 */
export function beginsLikeXml(bytes: Buffer, start: number): boolean {
  const mark = utf16Mark(bytes, start);
  const order = mark ?? unmarkedUtf16(bytes, start);
  if (order) {
    const from = start + (mark ? 2 : 0);
    const part = Buffer.from(bytes.subarray(from, from + 200));
    const even = part.subarray(0, part.length & ~1);
    return BEGINNING.test((order === "UTF-16LE" ? even : even.swap16()).toString("utf16le"));
  }
  const from = start + byteOrderMark(bytes, start);
  return BEGINNING.test(bytes.toString("latin1", from, from + 100));
}

const BEGINNING = /^[ \t\r\n]*<(?:\?xml[ \t\r\n]|!DOCTYPE[ \t\r\n]|!--|[A-Za-z_:\u00c0-\uffff])/;

const byteOrderMark = (bytes: Buffer, start: number): number =>
  bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf ? 3 : 0;

const DECLARED =
  /^<\?xml[ \t\r\n][^>]{0,200}?[ \t\r\n]encoding[ \t\r\n]*=[ \t\r\n]*["']([A-Za-z][A-Za-z0-9._-]{0,60})["']/;

/**
 * The text of a document by its byte order mark, or else the encoding it declares, or else UTF-8 (XML 1.0, appendix F). Throws a sentence.
 *
 * @param most bytes to look at, when only the beginning is wanted
 */
export function xmlText(bytes: Buffer, start: number, most = Number.POSITIVE_INFINITY): string {
  const whole = bytes.length - start <= most;
  const { encoding, from } = encodingOf(bytes, start);
  const part = whole ? bytes.subarray(from) : bytes.subarray(from, start + most);
  switch (encoding) {
    case "UTF-8": {
      const end = whole ? part.length : characterStart(part, 0, part.length);
      const good = part.subarray(0, end);
      if (!isUtf8(good)) throw new Error("the document is not well-formed UTF-8");
      return good.toString("utf8");
    }
    case "US-ASCII": {
      const wrong = part.findIndex((byte) => byte >= 0x80);
      if (wrong >= 0) throw new Error(`declared as US-ASCII, which the byte at byte ${from + wrong} is not`);
      return part.toString("latin1");
    }
    case "ISO-8859-1":
      // the web's standard, which TextDecoder follows, takes this name for windows-1252
      return part.toString("latin1");
    default:
      return decoded(encoding, part, whole);
  }
}

/** UTF-16 without a byte order mark shows in the declaration that it needs then. */
function unmarkedUtf16(bytes: Buffer, start: number): "UTF-16LE" | "UTF-16BE" | null {
  const four = bytes.toString("latin1", start, start + 4);
  return four === "<\0?\0" ? "UTF-16LE" : four === "\0<\0?" ? "UTF-16BE" : null;
}

/** by other names, and as they are written here */
const NAMES: Record<string, string> = {
  UTF8: "UTF-8",
  ASCII: "US-ASCII",
  LATIN1: "ISO-8859-1",
  "ISO_8859-1": "ISO-8859-1",
};

function encodingOf(bytes: Buffer, start: number): { encoding: string; from: number } {
  const order = utf16Mark(bytes, start);
  if (order) return { encoding: order, from: start + 2 };
  if (byteOrderMark(bytes, start) > 0) return { encoding: "UTF-8", from: start + 3 };
  const unmarked = unmarkedUtf16(bytes, start);
  if (unmarked) return { encoding: unmarked, from: start };
  const declared = declaredEncoding(bytes.toString("latin1", start, start + 300));
  if (/^(?:UTF-?(?:16|32)|UCS-?[24]|ISO-10646)/.test(declared))
    throw new Error(`declared as ${declared}, which it is not`);
  return { encoding: declared, from: start };
}

function declaredEncoding(text: string): string {
  const declared = DECLARED.exec(text)?.[1]?.toUpperCase() ?? "UTF-8";
  return NAMES[declared] ?? declared;
}

/**
 * A document as bytes in the encoding that it declares, UTF-8 without a declaration; UTF-16 with a byte order mark. Takes what decodeXml shows.
 * Throws a sentence when it is not well-formed, or has a character that its encoding lacks; a TextProblem where the place is known.
 */
export function encodeXml(text: string): Buffer {
  scanXml(text);
  const encoding = declaredEncoding(text.slice(0, 300));
  const known = TEXT_ENCODINGS.find((each) => each === encoding);
  if (known) return encodeText(text, known);
  const bytes = singleBytes(encoding);
  const out = Buffer.allocUnsafe(text.length);
  for (let i = 0; i < text.length; i++) {
    const byte = bytes.get(text[i]!);
    if (byte === undefined)
      throw new TextProblem(
        `${JSON.stringify(String.fromCodePoint(text.codePointAt(i)!))} at position ${i} is not in ${encoding}`,
        i,
      );
    out[i] = byte;
  }
  return out;
}

/** The bytes of the characters of an encoding of one byte each. Throws a sentence when it is no such encoding. */
function singleBytes(encoding: string): Map<string, number> {
  const bytes = new Map<string, number>();
  for (let byte = 0; byte < 256; byte++) {
    let character = "";
    try {
      character = decoded(encoding, Buffer.from([byte]), true);
    } catch (error) {
      // the first byte of several, or none of a character
      if (byte < 128) throw error;
    }
    if (character.length === 1) bytes.set(character, byte);
  }
  // of encodings with more bytes a character, most above 127 are only the first
  if (bytes.size < 200) throw new Error(`declared as ${encoding}, an encoding that cannot be written here`);
  return bytes;
}

function decoded(encoding: string, part: Uint8Array, whole: boolean): string {
  let decoder: InstanceType<typeof TextDecoder>;
  try {
    decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  } catch (error) {
    if (error instanceof RangeError) throw new Error(`declared as ${encoding}, an encoding that is unknown here`);
    throw error;
  }
  try {
    return decoder.decode(part, { stream: !whole });
  } catch (error) {
    if (error instanceof TypeError) throw new Error(`the document is not well-formed ${encoding}`, { cause: error });
    throw error;
  }
}

/** levels that are laid out, and those that still are when laying out all of these would blow a document up */
const [LEVELS, SHALLOW] = [60, 6];

/**
 * A document laid out: each child of an element that holds nothing but markup and white space on a line of its own, two spaces further in. All
 * else stays as it is, character by character: elements with text of their own (mixed content) or xml:space="preserve" and all within them, tags with
 * their attributes, comments, CDATA, processing instructions, the DOCTYPE, references.
 *
 * @param scan of just this text, whole
 * @returns at most `maxChars` characters, and how many more there are
 */
export function layOutXml(text: string, scan: XmlScan, maxChars: number): { text: string; cut: number } {
  const full = lay(text, scan, LEVELS, null, 0);
  const levels = full > 8 * text.length + 1_048_576 ? SHALLOW : LEVELS;
  const length = levels === LEVELS ? full : lay(text, scan, levels, null, 0);
  const pieces: string[] = [];
  lay(text, scan, levels, pieces, maxChars);
  const shown = cutAt(pieces.join(""), maxChars);
  return { text: shown, cut: length - shown.length };
}

/** The characters of the layout, counted, and written until there are more than enough. */
function lay(
  text: string,
  { kinds, starts, count }: XmlScan,
  levels: number,
  out: string[] | null,
  enough: number,
): number {
  let length = 0;
  let depth = 0;
  /** elements that are open and whose content stays as it is */
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const kind = kinds[i]!;
    if (kind === TEXT && kept === 0) continue;
    const from = starts[i]!;
    const to = starts[i + 1]!;
    if (kept === 0) {
      if (kind === CLOSE) depth--;
      const line = length === 0 ? "" : `\n${"  ".repeat(depth)}`;
      length += line.length;
      out?.push(line);
    }
    length += to - from;
    out?.push(text.slice(from, to));
    if (out && length > enough) break;
    if (kind === OPEN || kind === OPEN_ELEMENTS) {
      if (kept > 0 || kind === OPEN || depth >= levels) kept++;
      else depth++;
    } else if (kind === CLOSE && kept > 0) kept--;
  }
  return length;
}

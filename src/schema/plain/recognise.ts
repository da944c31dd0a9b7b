import { opensContainer, scanJson } from "../json.ts";
import { isText } from "../text.ts";
import { decodeBase64, mayBeBase64 } from "./base64.ts";
import { isLikelyCbor, isSelfDescribedCbor } from "./cborDecode.ts";
import { type Compression, detectCompressed, unpack } from "./compressed.ts";
import { isJavaSerialized } from "./javaSerialized.ts";
import { isLikelyMsgpack } from "./msgpack.ts";
import { isSmile } from "./smile.ts";
import { utf16Mark } from "./text.ts";
import { beginsLikeXml, xmlText } from "./xml.ts";
import { scanXml } from "./xmlScan.ts";

/** Formats without a schema that can be told from the bytes alone; JSON and UTF-8 text are the decoder's own. */
export type Recognisable =
  | Compression
  | "smile"
  | "java"
  | "utf-16"
  | "xml"
  | "cbor"
  | "msgpack"
  | "base64"
  | "integer"
  | "long";

export interface Recognised {
  format: Recognisable;
  /** false for a guess, which may be offered but not be taken for granted */
  certain: boolean;
}

/** Bytes of a payload that are looked at where its beginning may have to do. */
const LOOK = 65_536;

/**
 * What bytes [start, end of bytes) may be besides JSON and UTF-8 text, the most likely first; mostly nothing or one. By unambiguous signs only: a magic number,
 * or a parse to the last byte that random bytes practically never stand (see recognise.test.ts for how often). Cheap: what is not it mostly ends at
 * the first byte, and of XML only the first 64 KB are looked at.
 *
 * Guesses (`certain` is false): XML of which only the beginning was looked at; base64, which is text all the same; zlib that unpacks to
 * more than 64 KB; and 4 or 8 bytes that are a small number. Text is never taken for a number.
 */
export function recognise(bytes: Buffer, start = 0): Recognised[] {
  const found = structured(bytes, start);
  if (found) return [found];
  if (isText(bytes, start, Math.min(bytes.length, start + LOOK), bytes.length > start + LOOK)) {
    return mayBeBase64(bytes, start) && isStructured(decodeBase64(bytes, start).bytes) ? [guess("base64")] : [];
  }
  const number = smallNumber(bytes, start);
  return number ? [guess(number)] : [];
}

const certain = (format: Recognisable): Recognised => ({ format, certain: true });
const guess = (format: Recognisable): Recognised => ({ format, certain: false });

/** the formats with structure */
function structured(bytes: Buffer, start: number): Recognised | null {
  const compression = detectCompressed(bytes, start);
  if (compression === "zlib") {
    const verdict = isZlib(bytes, start);
    if (verdict) return verdict;
  } else if (compression) return certain(compression);
  // the version is 0, and the bit beside it is reserved
  if (isSmile(bytes, start) && bytes[start + 3]! < 8) return certain("smile");
  if (isJavaSerialized(bytes, start)) return certain("java");
  if (beginsLikeXml(bytes, start)) {
    const xml = asXml(bytes, start);
    if (xml) return xml;
  }
  if (isUtf16Text(bytes, start)) return certain("utf-16");
  if (isSelfDescribedCbor(bytes, start)) return certain("cbor");
  if (isLikelyMsgpack(bytes, start)) return certain("msgpack");
  if (isLikelyCbor(bytes, start)) return certain("cbor");
  return null;
}

/** whether what text was decoded to is more than some bytes */
function isStructured(bytes: Buffer): boolean {
  if (isText(bytes, 0, bytes.length) && opensContainer(bytes) && scanJson(bytes).ok) return true;
  return structured(bytes, 0)?.certain === true;
}

/** zlib is one when all of it unpacks: its checksum is at the end */
function isZlib(bytes: Buffer, start: number): Recognised | null {
  try {
    unpack(bytes, start, "zlib", LOOK);
    return certain("zlib");
  } catch (error) {
    return (error as Error).message.startsWith("it unpacks to more") ? guess("zlib") : null;
  }
}

function asXml(bytes: Buffer, start: number): Recognised | null {
  const whole = bytes.length - start <= LOOK;
  try {
    scanXml(xmlText(bytes, start, whole ? undefined : LOOK), !whole);
    return whole ? certain("xml") : guess("xml");
  } catch {
    // whatever is wrong with it is the answer
    return null;
  }
}

/** a byte order mark and text after it that stays within a few of the 256 rows of characters, as any alphabet does */
function isUtf16Text(bytes: Buffer, start: number): boolean {
  const order = utf16Mark(bytes, start);
  const size = bytes.length - start - 2;
  if (!order || size < 8 || size % 2 === 1) return false;
  const high = order === "UTF-16BE" ? 0 : 1;
  const rows = new Set<number>();
  const end = Math.min(bytes.length, start + LOOK);
  for (let i = start + 2; i + 1 < end; i += 2) {
    const row = bytes[i + high]!;
    const low = bytes[i + 1 - high]!;
    if (row === 0 && low < 0x20 && low !== 0x09 && low !== 0x0a && low !== 0x0d) return false;
    // halves of surrogate pairs are of one row: emoji
    rows.add(row >= 0xd8 && row < 0xe0 ? 0xd8 : row);
  }
  return rows.size <= Math.max(2, (end - start) / 16);
}

/** 8 bytes below 2^42 (identifiers, milliseconds since 1970) or 4 below 2^16, either side of zero: what random bytes are one time in 30,000 at most */
function smallNumber(bytes: Buffer, start: number): "integer" | "long" | null {
  if (bytes.length - start === 8) {
    const value = bytes.readBigInt64BE(start);
    return BigInt.asIntN(43, value) === value ? "long" : null;
  }
  if (bytes.length - start === 4) {
    const value = bytes.readInt32BE(start);
    return value >= -65_536 && value < 65_536 ? "integer" : null;
  }
  return null;
}

import { FIXED_FORMATS, type FixedFormat } from "../../shared/decoding.ts";
import type { PayloadFormat, SchemaRef } from "../../shared/messages.ts";
import { messageOf } from "../../shared/userError.ts";
import { type DecodeNextOf, decodeContainer, isContainer } from "../avro/container.ts";
import { decodeBase64 } from "../plain/base64.ts";
import { decodeCbor } from "../plain/cborDecode.ts";
import { type Compression, detectCompressed, unpack } from "../plain/compressed.ts";
import { decodeJavaSerialized } from "../plain/javaSerialized.ts";
import { decodeKafkaSerde } from "../plain/kafkaSerdes.ts";
import { decodeMsgpack } from "../plain/msgpack.ts";
import { type Recognisable, recognise } from "../plain/recognise.ts";
import { decodeSmile } from "../plain/smile.ts";
import { decodeText } from "../plain/text.ts";
import { decodeXml } from "../plain/xml.ts";
import { decodeWithoutSchema } from "../protobuf/withoutSchema.ts";
import type { Decoded } from "../schemaFormats.ts";

/** What a payload was understood to be. */
export interface Meaning extends Decoded {
  format: PayloadFormat;
  schema: SchemaRef | null;
  notes: string[];
}

/** One step towards a meaning: it, or what the payload has inside. */
export type Step = Meaning | { inside: Buffer; note: string };

/** What a compressed payload may unpack to, bytes: a row of the grid, and the detail pane. */
export const UNPACKED = { preview: 16 * 1024 * 1024, view: 256 * 1024 * 1024 };

export const NO_NOTES: string[] = [];

const meaning = (format: PayloadFormat, decoded: Decoded, notes: string[] = NO_NOTES): Meaning => ({
  format,
  ...decoded,
  schema: null,
  notes,
});

/**
 * Takes a payload for what somebody says that it is. Throws a sentence when it is not that. JSON, UTF-8 text and hex are not among the formats:
 * the decoder has its own, faster way for them.
 *
 * @param most bytes that it may unpack to; 0: it is not to be unpacked
 */
export function applyFormat(
  format: Exclude<FixedFormat, "json" | "text" | "hex">,
  bytes: Buffer,
  maxChars: number,
  most: number,
): Step {
  switch (format) {
    case "utf-16":
      return meaning("text", decodeText(bytes, 0, maxChars, "UTF-16"));
    case "utf-16le":
      return meaning("text", decodeText(bytes, 0, maxChars, "UTF-16LE"));
    case "latin-1":
      return meaning("text", decodeText(bytes, 0, maxChars, "ISO-8859-1"));
    case "xml":
      return meaning("xml", decodeXml(bytes, 0, maxChars));
    case "messagepack":
      return meaning("messagepack", decodeMsgpack(bytes, 0, maxChars));
    case "cbor":
      return meaning("cbor", decodeCbor(bytes, 0, maxChars));
    case "smile":
      return meaning("smile", decodeSmile(bytes, 0, maxChars));
    case "protobuf-raw":
      return meaning("protobuf", decodeWithoutSchema(bytes, 0, maxChars), [
        "Read without a schema: field numbers, and types by the look of their bytes.",
      ]);
    case "avro-container":
      return containerMeaning(bytes, maxChars);
    case "java":
      return meaning("java", decodeJavaSerialized(bytes, 0, maxChars));
    case "base64": {
      const { bytes: inside, alphabet } = decodeBase64(bytes, 0);
      return {
        inside,
        note: `Written as ${alphabet}; these are the ${inside.length.toLocaleString("en")} bytes inside.`,
      };
    }
    case "gzip":
    case "zlib":
    case "zstd":
    case "lz4":
      return unpacked(bytes, format, most);
    case "snappy": {
      const framed = detectCompressed(bytes);
      return unpacked(bytes, framed?.startsWith("snappy") ? framed : "snappy", most);
    }
    default:
      return meaning(format, decodeKafkaSerde(format, bytes, 0, maxChars));
  }
}

/** A format's name within a sentence: "not CBOR: …". */
export const nameOf = (format: FixedFormat): string => FIXED_FORMATS.find(({ id }) => id === format)!.label;

/**
 * The next step that a payload's own signs ask for; null when it has none, or they deceived: `failures` then has what was tried and why it
 * failed, a sentence each, and `guesses` what it may be all the same.
 */
export function applySigns(
  bytes: Buffer,
  maxChars: number,
  most: number,
  failures: string[],
  guesses: string[],
): Step | null {
  const attempt = (name: string, step: () => Step): Step | null => {
    try {
      return step();
    } catch (error) {
      failures.push(`not ${name}: ${messageOf(error)}`);
      return null;
    }
  };
  if (isContainer(bytes)) {
    const found = attempt("an Avro container file", () => containerMeaning(bytes, maxChars));
    if (found) return found;
  }
  for (const { format, certain } of recognise(bytes)) {
    if (!certain && !PROVEN.has(format)) {
      guesses.push(GUESSES[format] ?? format);
      continue;
    }
    const found = attempt(RECOGNISED[format].name, () => RECOGNISED[format].step(bytes, maxChars, most));
    if (found) return found;
  }
  return null;
}

interface Known {
  name: string;
  step(bytes: Buffer, maxChars: number, most: number): Step;
}

const known = (format: Parameters<typeof applyFormat>[0]): Known => ({
  name: nameOf(format),
  step: (bytes, maxChars, most) => applyFormat(format, bytes, maxChars, most),
});

const snappy: Known = known("snappy");

const RECOGNISED: Readonly<Record<Recognisable, Known>> = {
  gzip: known("gzip"),
  zlib: known("zlib"),
  zstd: known("zstd"),
  lz4: known("lz4"),
  snappy,
  "snappy-xerial": snappy,
  "snappy-framed": snappy,
  smile: known("smile"),
  java: known("java"),
  "utf-16": known("utf-16"),
  xml: known("xml"),
  cbor: known("cbor"),
  msgpack: known("messagepack"),
  base64: known("base64"),
  integer: known("integer"),
  long: known("long"),
};

/** guesses that decoding all of it proves */
const PROVEN: ReadonlySet<Recognisable> = new Set(["xml", "zlib"]);

const GUESSES: Partial<Record<Recognisable, string>> = {
  base64: "Base64 of something that can be decoded",
  integer: "an Integer of Kafka's serializer",
  long: "a Long of Kafka's serializer",
};

/** first bytes of text that has no sign of being something else: white space and printable characters but for those that signs begin with */
export const isPlainStart: readonly boolean[] = Array.from({ length: 256 }, (_, byte) => {
  if (byte === 0x09 || byte === 0x0a || byte === 0x0d) return true;
  // XML; an Avro container; Smile; zlib's windows of 256 bytes to 32 KB
  return byte >= 0x20 && byte < 0x7f && !"<O:\b(8HXhx".includes(String.fromCharCode(byte));
});

/**
 * The values of a container. Throws a sentence when there are none to be read.
 *
 * @param decodeNextOf see decodeContainer
 */
export function containerMeaning(bytes: Buffer, maxChars: number, decodeNextOf?: DecodeNextOf): Meaning {
  const { header, ...decoded } = decodeContainer(bytes, maxChars, decodeNextOf);
  const [why] = decoded.problems;
  // not one value can be read: the bytes say more
  if (decoded.text === "[]" && why !== undefined) throw new Error(why.replace(/^after 0 values: /, ""));
  const note = `An Avro container file (codec ${header.codec}): its values, by the schema inside it.`;
  return meaning("avro", decoded, [note]);
}

const NAMES: Readonly<Record<Compression, string>> = {
  gzip: "gzip",
  zlib: "zlib",
  zstd: "Zstandard",
  lz4: "LZ4",
  "snappy-xerial": "Snappy (xerial frames)",
  "snappy-framed": "Snappy (framed)",
  snappy: "Snappy",
};

function unpacked(bytes: Buffer, compression: Compression, most: number): Step {
  if (most === 0) throw new Error("it is compressed within more layers than are unpacked");
  const inside = unpack(bytes, 0, compression, most);
  const sizes = `${bytes.length.toLocaleString("en")} bytes hold ${inside.length.toLocaleString("en")}`;
  return { inside, note: `Compressed with ${NAMES[compression]}: ${sizes}.` };
}

import { parseHexBytes, parseUuid } from "../avro/parse.ts";
import type { JsonNode } from "../jsonTree.ts";
import { doubleText, floatText } from "../numberText.ts";
import type { Decoded } from "../schemaFormats.ts";
import type { Encoded } from "./encoding.ts";

/**
 * The payloads of Kafka's own serializers (org.apache.kafka.common.serialization) apart from String, for which see text.ts: numbers
 * big-endian in two's complement or IEEE 754, a UUID as its text, a boolean as one byte, bytes as they are.
 *
 * As JSON: integers with all digits; floats with the shortest digits that read back the same in their own width, "NaN", "Infinity" and
 * "-Infinity" as strings, other NaNs by their bits, "0x7fc00001"; a UUID as a string; bytes as "0x" and hex digits; Void is null.
 */
export type KafkaSerde = keyof typeof SERDES;

interface Serde {
  /** bytes of a value; null when any number will do */
  size: number | null;
  decode(bytes: Buffer, start: number): string;
  /** a sentence when it cannot be encoded */
  encode(node: JsonNode): Buffer | string;
}

const SERDES = {
  short: integers(2),
  integer: integers(4),
  long: integers(8),
  float: floats(4),
  double: floats(8),
  boolean: {
    size: 1,
    decode(bytes, start) {
      const byte = bytes[start]!;
      if (byte > 1) throw new Error(`the byte 0x${hex(byte)} at byte ${start} is not a boolean: 0x00 or 0x01`);
      return byte === 1 ? "true" : "false";
    },
    encode: (node) => (node.kind === "boolean" ? Buffer.from([node.value ? 1 : 0]) : "expected true or false"),
  },
  uuid: {
    size: 36,
    decode(bytes, start) {
      const text = bytes.toString("latin1", start);
      if (!parseUuid(text)) throw new Error(`the 36 bytes from byte ${start} are not the text of a UUID`);
      return `"${text}"`;
    },
    encode: (node) =>
      node.kind === "string" && parseUuid(node.value)
        ? Buffer.from(node.value, "latin1")
        : 'expected a UUID like "123e4567-e89b-12d3-a456-426614174000"',
  },
  bytes: {
    size: null,
    decode: (bytes, start) => `"0x${bytes.toString("hex", start)}"`,
    encode: (node) =>
      (node.kind === "string" ? parseHexBytes(node.value) : null) ?? 'expected "0x" and pairs of hex digits',
  },
  void: {
    size: 0,
    decode: () => "null",
    encode: (node) => (node.kind === "null" ? Buffer.alloc(0) : "expected null"),
  },
} satisfies Record<string, Serde>;

/** The names of all of them, in the order in which they are offered. */
export const KAFKA_SERDES = Object.keys(SERDES) as KafkaSerde[];

/**
 * Bytes [start, end of bytes) as the value that this serializer would have made them of. Throws a sentence when it cannot have. Kafka's Void
 * has no bytes, and is null in a message: here no bytes are null.
 */
export function decodeKafkaSerde(serde: KafkaSerde, bytes: Buffer, start: number, maxChars: number): Decoded {
  const { size, decode }: Serde = SERDES[serde];
  const given = bytes.length - start;
  if (size !== null && given !== size) {
    const wanted = size === 0 ? "no bytes" : size === 1 ? "1 byte" : `${size} bytes`;
    throw new Error(`a value of Kafka's ${serde} serializer has ${wanted}, and here are ${given} from byte ${start}`);
  }
  const cut = size === null && 2 * given > maxChars;
  return { text: decode(cut ? bytes.subarray(0, start + maxChars) : bytes, start), cut, problems: [] };
}

/** JSON as this serializer would write it; takes what decodeKafkaSerde shows. */
export function encodeKafkaSerde(serde: KafkaSerde, node: JsonNode): Encoded {
  const encoded = SERDES[serde].encode(node);
  return typeof encoded === "string" ? { problems: [{ path: "$", message: encoded }] } : { bytes: encoded };
}

const hex = (byte: number): string => byte.toString(16).padStart(2, "0");

function integers(size: 2 | 4 | 8): Serde {
  const bits = 8 * size;
  return {
    size,
    decode: (bytes, start) => String(size === 8 ? bytes.readBigInt64BE(start) : bytes.readIntBE(start, size)),
    encode(node) {
      const value = node.kind === "number" && /^-?[0-9]{1,40}$/.test(node.text) ? BigInt(node.text) : null;
      if (value === null) return "expected an integer";
      if (BigInt.asIntN(bits, value) !== value) return `${value} does not fit ${bits} bits`;
      return Buffer.from(
        BigInt.asUintN(bits, value)
          .toString(16)
          .padStart(2 * size, "0"),
        "hex",
      );
    },
  };
}

function floats(size: 4 | 8): Serde {
  const usualNaN = size === 4 ? "7fc00000" : "7ff8000000000000";
  return {
    size,
    decode(bytes, start) {
      const value = size === 4 ? bytes.readFloatBE(start) : bytes.readDoubleBE(start);
      const bits = bytes.toString("hex", start);
      if (Number.isNaN(value) && bits !== usualNaN) return `"0x${bits}"`;
      return size === 4 ? floatText(value) : doubleText(value);
    },
    encode(node) {
      const text = node.kind === "number" ? node.text : node.kind === "string" ? node.value : "";
      const bytes = Buffer.alloc(size);
      if (node.kind === "string") {
        const bits = parseHexBytes(text);
        if (bits?.length === size) return bits;
        if (!/^(?:NaN|-?Infinity)$/.test(text)) return 'expected a number, "NaN", "Infinity" or "-Infinity"';
      } else if (node.kind !== "number") return "expected a number";
      const value = size === 4 ? Math.fround(Number(text)) : Number(text);
      if (node.kind === "number" && !Number.isFinite(value)) return `the number is too large for ${8 * size} bits`;
      if (size === 4) bytes.writeFloatBE(value);
      else bytes.writeDoubleBE(value);
      return bytes;
    },
  };
}

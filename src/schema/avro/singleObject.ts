import type { JsonNode } from "../jsonTree.ts";
import type { Decoded } from "../schemaFormats.ts";
import { fingerprintOf } from "./canonical.ts";
import { compileAvro, type Decode } from "./decode.ts";
import { type EncodeProblem, encodeAvro } from "./encode.ts";
import type { AvroType } from "./schema.ts";

/** Bytes before the value: C3 01, then the schema's fingerprint as 8 bytes, little-endian. */
export const SINGLE_OBJECT_HEADER = 10;
const HEADER = SINGLE_OBJECT_HEADER;

/**
 * The fingerprint that single-object encoding starts with; null when the bytes do not start so.
 * Source: Apache Avro 1.12 specification, "Single-object encoding".
 */
export const singleObjectFingerprint = (bytes: Buffer): bigint | null =>
  bytes.length >= HEADER && bytes[0] === 0xc3 && bytes[1] === 0x01 ? bytes.readBigUInt64LE(2) : null;

/** A fingerprint as it is shown: 16 hex digits. */
export const fingerprintText = (fingerprint: bigint): string => fingerprint.toString(16).padStart(16, "0");

/** Schemas by their fingerprints, for `lookup`. Two schemas of one canonical form encode alike: the first stays. */
export function byFingerprint(types: Iterable<AvroType>): Map<bigint, AvroType> {
  const found = new Map<bigint, AvroType>();
  for (const type of types) {
    const fingerprint = fingerprintOf(type);
    if (!found.has(fingerprint)) found.set(fingerprint, type);
  }
  return found;
}

const decoders = new WeakMap<AvroType, Decode>();

/**
 * A value in single-object encoding as JSON text. Throws with a sentence when the bytes are not that, or `lookup` does not know the schema.
 *
 * @param maxChars may stop once the text is longer
 */
export function decodeSingleObject(
  bytes: Buffer,
  lookup: (fingerprint: bigint) => AvroType | undefined,
  maxChars = Number.POSITIVE_INFINITY,
): Decoded {
  const fingerprint = singleObjectFingerprint(bytes);
  if (fingerprint === null) throw new Error("the bytes do not start with C3 01 and a fingerprint of 8 bytes");
  const type = lookup(fingerprint);
  if (!type) throw new Error(`no schema is known with the fingerprint ${fingerprintText(fingerprint)}`);
  let decode = decoders.get(type);
  if (!decode) {
    decode = compileAvro(type);
    decoders.set(type, decode);
  }
  return decode(bytes, HEADER, maxChars);
}

/** JSON to single-object encoding, as `encodeAvro` takes it. */
export function encodeSingleObject(type: AvroType, node: JsonNode): { bytes: Buffer } | { problems: EncodeProblem[] } {
  const encoded = encodeAvro(type, node);
  if ("problems" in encoded) return encoded;
  const header = Buffer.alloc(HEADER);
  header.writeUInt16BE(0xc301);
  header.writeBigUInt64LE(fingerprintOf(type), 2);
  return { bytes: Buffer.concat([header, encoded.bytes]) };
}

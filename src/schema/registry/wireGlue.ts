import { deflateSync, inflateSync } from "node:zlib";
import { uuidBytes, uuidText } from "./uuid.ts";
import { readVarint, writeVarint } from "./wireConfluent.ts";

/** 0x03, the compression (0x00 none, 0x05 zlib), the UUID of a schema version. */
export const GLUE_HEADER = 18;

/**
 * What a payload of AWS Glue's serializers starts with; null when it does not start so. What follows the header may be compressed.
 * Source: AWS Glue Schema Registry library, AWSSchemaRegistryConstants.
 */
export function readGluePrefix(bytes: Uint8Array): { key: `glue:${string}`; compressed: boolean } | null {
  if (bytes.length < GLUE_HEADER || bytes[0] !== 3 || (bytes[1] !== 0 && bytes[1] !== 5)) return null;
  return { key: `glue:${uuidText(bytes, 2)}`, compressed: bytes[1] === 5 };
}

/** A whole payload: the header, then the encoded value, compressed if wished. */
export function writeGlue(key: `glue:${string}`, encoded: Uint8Array, compressed: boolean): Buffer {
  const header = Buffer.concat([Buffer.of(3, compressed ? 5 : 0), uuidBytes(key.slice(5))]);
  return Buffer.concat([header, compressed ? deflateSync(encoded) : encoded]);
}

/** What is compressed after the header. Throws with a sentence when it is damaged, or longer than `most` bytes. */
export function inflateGlue(bytes: Uint8Array, most: number): Buffer {
  try {
    return inflateSync(bytes.subarray(GLUE_HEADER), { maxOutputLength: most });
  } catch (error) {
    const tooLong = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    throw new Error(
      tooLong
        ? `what is compressed here is longer than ${most} bytes`
        : "what should be compressed with zlib is not, or is damaged",
      { cause: error },
    );
  }
}

/**
 * The number of a Protobuf message, which stands before it as a varint: its place among all messages of the file, nested ones too, sorted
 * by their full names. Null when there is none.
 * Source: AWS Glue Schema Registry library, ProtobufWireFormatEncoder and MessageIndexFinder.
 */
export function readGlueIndex(bytes: Uint8Array, start: number): { index: number; end: number } | null {
  const read = readVarint(bytes, start);
  return read && { index: read.value, end: read.end };
}

export const writeGlueIndex = (index: number): Buffer => Buffer.from(writeVarint(index));

/** The message of that number; null when there is none. Names are full names in any order. */
export const glueMessage = (names: readonly string[], index: number): string | null => sorted(names)[index] ?? null;

/** The number of that message; -1 when there is none. */
export const glueIndexOf = (names: readonly string[], name: string): number => sorted(names).indexOf(name);

/** As Java compares texts: by UTF-16 units, which is what sorting does by itself. */
const sorted = (names: readonly string[]): string[] => [...names].sort();

import { randomBytes } from "node:crypto";
import { crc32, deflateRawSync, zstdCompressSync } from "node:zlib";
import type { JsonNode } from "../jsonTree.ts";
import { packSnappy } from "../plain/snappyPack.ts";
import { type EncodeProblem, encodeAvro } from "./encode.ts";
import { AvroOutput } from "./output.ts";
import { type AvroType, parseAvro } from "./schema.ts";

/** Enough to act on. */
const MAX_PROBLEMS = 20;

/** Codecs that are written. */
const CODECS = ["null", "deflate", "snappy", "zstandard"];

/**
 * A container file (see container.ts) of the values of a JSON array, which decodeContainer shows again, in one block. Throws an Error with a sentence when the
 * schema cannot be used, or the codec is not one of null, deflate, snappy and zstandard.
 *
 * @param schema its text, which is written into the header as it is
 */
export function encodeContainer(
  schema: string,
  codec: string,
  node: JsonNode,
): { bytes: Buffer } | { problems: EncodeProblem[] } {
  if (!CODECS.includes(codec)) throw new Error(`containers with the codec ${codec.slice(0, 60)} cannot be written`);
  const type = parseAvro({ schema, references: [] });
  if (node.kind !== "array")
    return { problems: [{ path: "$", message: "expected an array: a container file holds any number of values" }] };
  const encoded = values(type, node.items);
  if ("problems" in encoded) return encoded;
  const sync = randomBytes(16);
  const out = new AvroOutput();
  out.raw(Buffer.from("Obj\x01", "latin1"));
  out.long(2n);
  for (const [name, text] of [
    ["avro.codec", codec],
    ["avro.schema", schema],
  ] as const) {
    out.sized(Buffer.from(name, "utf8"));
    out.sized(Buffer.from(text, "utf8"));
  }
  out.long(0n);
  out.raw(sync);
  if (node.items.length > 0) {
    out.long(BigInt(node.items.length));
    out.sized(compressed(encoded.bytes, codec));
    out.raw(sync);
  }
  return { bytes: out.finish() };
}

function values(type: AvroType, items: readonly JsonNode[]): { bytes: Buffer } | { problems: EncodeProblem[] } {
  const parts: Buffer[] = [];
  const problems: EncodeProblem[] = [];
  for (const [i, item] of items.entries()) {
    const encoded = encodeAvro(type, item);
    if ("bytes" in encoded) parts.push(encoded.bytes);
    else for (const { path, message } of encoded.problems) problems.push({ path: `$[${i}]${path.slice(1)}`, message });
    if (problems.length >= MAX_PROBLEMS) break;
  }
  return problems.length > 0 ? { problems: problems.slice(0, MAX_PROBLEMS) } : { bytes: Buffer.concat(parts) };
}

function compressed(data: Buffer, codec: string): Buffer {
  switch (codec) {
    case "deflate":
      return deflateRawSync(data);
    case "zstandard":
      return zstdCompressSync(data);
    case "snappy": {
      const checksum = Buffer.alloc(4);
      checksum.writeUInt32BE(crc32(data));
      return Buffer.concat([packSnappy(data), checksum]);
    }
    default:
      return data;
  }
}

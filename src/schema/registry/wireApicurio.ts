import { readVarint, writeVarint } from "./wireConfluent.ts";

/** Apicurio's name of a schema: the id of a version, or of a text. */
export type ApicurioKey = `globalId:${number}` | `contentId:${number}`;

/**
 * What a payload of Apicurio's serializers starts with: 0x00 and an id. Version 2 writes a global id in 8 bytes, version 3 a content id in
 * 4. No id is near 2^32, so an id of 8 bytes begins with four zeros, and one of 4 bytes does not: Apicurio's own readers tell them apart
 * in the same way. Null when the bytes do not start so.
 * Source: Apicurio Registry's Default4ByteIdHandler, Legacy8ByteIdHandler, OptimisticFallbackIdHandler.
 */
export function readApicurioPrefix(bytes: Uint8Array): { key: ApicurioKey; start: number } | null {
  if (bytes.length < 5 || bytes[0] !== 0) return null;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const first = view.readUInt32BE(1);
  if (first !== 0) return first < 0x8000_0000 ? { key: `contentId:${first}`, start: 5 } : null;
  if (bytes.length < 9) return null;
  const second = view.readUInt32BE(5);
  return second === 0 ? null : { key: `globalId:${second}`, start: 9 };
}

/** A global id in 8 bytes, a content id in 4: what the serializers of the version that uses such ids write. */
export function writeApicurioPrefix(key: ApicurioKey): Buffer {
  const id = apicurioId(key);
  const prefix = Buffer.alloc(key.startsWith("globalId:") ? 9 : 5);
  prefix.writeUInt32BE(id, prefix.length - 4);
  return prefix;
}

/**
 * What Apicurio's headers say, where the payload has no prefix: an id of 8 bytes in `apicurio.value.globalId` or `.contentId` (for a key
 * `apicurio.key.…`). A Protobuf message's name may stand in `apicurio.protobuf.type`.
 * Source: Apicurio Registry's KafkaSerdeHeaders, DefaultHeadersHandler, ProtobufSerdeHeaders.
 */
export function readApicurioHeaders(
  header: (name: string) => Uint8Array | null | undefined,
  part: "key" | "value",
): { key: ApicurioKey; messageName: string | null } | null {
  for (const kind of ["globalId", "contentId"] as const) {
    const value = header(`apicurio.${part}.${kind}`);
    if (value?.length !== 8) continue;
    const id = Buffer.from(value.buffer, value.byteOffset, 8).readBigInt64BE();
    if (id <= 0n || id > Number.MAX_SAFE_INTEGER) continue;
    const name = header(part === "key" ? "apicurio.protobuf.type.key" : "apicurio.protobuf.type");
    return {
      key: `${kind}:${Number(id)}`,
      messageName: name && name.length > 0 && name.length <= MAX_NAME ? Buffer.from(name).toString("utf8") : null,
    };
  }
  return null;
}

export function writeApicurioHeader(key: ApicurioKey, part: "key" | "value"): { key: string; value: Buffer } {
  const value = Buffer.alloc(8);
  value.writeBigInt64BE(BigInt(apicurioId(key)));
  return { key: `apicurio.${part}.${key.slice(0, key.indexOf(":"))}`, value };
}

/** Bytes of a message's name. */
const MAX_NAME = 1000;

/**
 * The `Ref` message that Apicurio's serializers write before a Protobuf message, its length in front: field 1 is the message's name without
 * its package. Null when the bytes at `start` are none: serializers can be told to leave it out.
 * Source: Apicurio Registry's ref.proto.
 */
export function readApicurioRef(bytes: Uint8Array, start: number): { name: string; end: number } | null {
  const size = readVarint(bytes, start);
  if (!size) return null;
  const end = size.end + size.value;
  if (end > bytes.length || bytes[size.end] !== 0x0a) return null;
  const length = readVarint(bytes, size.end + 1);
  if (!length || length.value === 0 || length.value > MAX_NAME || length.end + length.value !== end) return null;
  const name = Buffer.from(bytes.buffer, bytes.byteOffset + length.end, length.value).toString("utf8");
  return /^[A-Za-z_][A-Za-z0-9_.]*$/.test(name) ? { name, end } : null;
}

/** @param name of the message, without its package */
export function writeApicurioRef(name: string): Buffer {
  const text = Buffer.from(name, "utf8");
  const field = [0x0a, ...writeVarint(text.length)];
  return Buffer.concat([Buffer.from([...writeVarint(field.length + text.length), ...field]), text]);
}

function apicurioId(key: ApicurioKey): number {
  const id = Number(key.slice(key.indexOf(":") + 1));
  if (!Number.isSafeInteger(id) || id < 1 || id > 0x7fff_ffff) throw new Error(`${key} does not fit into a payload`);
  return id;
}

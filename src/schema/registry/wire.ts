import type { RegisteredSchema, RegistryKind, SchemaKey } from "../api.ts";
import { uuidBytes } from "./uuid.ts";
import {
  type ApicurioKey,
  readApicurioHeaders,
  readApicurioPrefix,
  writeApicurioHeader,
  writeApicurioPrefix,
  writeApicurioRef,
} from "./wireApicurio.ts";
import {
  confluentHeader,
  readConfluentHeader,
  WIRE_HEADER,
  wireHeader,
  wireSchemaId,
  writeConfluentHeader,
  writeMessageIndexes,
} from "./wireConfluent.ts";
import { GLUE_HEADER, readGluePrefix, writeGlue, writeGlueIndex } from "./wireGlue.ts";

/** The last header of that name: null where its value is null, undefined where there is none. */
export type HeaderLookup = (name: string) => Uint8Array | null | undefined;

/** How a payload names its schema, and where the value begins. */
export interface Wire {
  key: SchemaKey;
  /** offset of the encoded value; for Protobuf, of what `message` says */
  start: number;
  /** what follows is compressed with zlib: see inflateGlue */
  compressed: boolean;
  /** for Protobuf: which of the schema's messages it is */
  message: WireMessage;
}

export type WireMessage =
  /** Confluent's indexes stand at `start`: readMessageIndexes */
  | { kind: "indexes-here" }
  /** they stand in the header; null: the header has none, as when the schema is no Protobuf */
  | { kind: "indexes"; indexes: number[] | null }
  /** Apicurio's Ref may stand at `start`: readApicurioRef. A header may name the message as well. */
  | { kind: "ref"; name: string | null }
  /** Glue's number stands at `start`, after decompression: readGlueIndex */
  | { kind: "number-here" };

/**
 * How a payload names its schema; null when it does not. Headers go before what the payload starts with, as in the deserializers of those
 * who made them. What a payload starts with is looked at as the registry's kind has it, since 0x00 means one thing to Confluent and another
 * to Apicurio; without a registry, as Confluent and Glue have it.
 */
export function wireOf(
  bytes: Uint8Array,
  headers: HeaderLookup | null,
  part: "key" | "value",
  kind: RegistryKind | null,
): Wire | null {
  const fromHeader = headers && headerWire(headers, part);
  if (fromHeader) return fromHeader;
  if (kind === "apicurio") {
    const found = readApicurioPrefix(bytes);
    return found && { ...found, compressed: false, message: { kind: "ref", name: null } };
  }
  if (kind !== "glue") {
    const id = wireSchemaId(bytes);
    if (id !== 0) return { key: id, start: WIRE_HEADER, compressed: false, message: { kind: "indexes-here" } };
  }
  if (kind === "confluent") return null;
  const found = readGluePrefix(bytes);
  return found && { ...found, start: GLUE_HEADER, message: { kind: "number-here" } };
}

function headerWire(headers: HeaderLookup, part: "key" | "value"): Wire | null {
  const confluent = headers(confluentHeader(part));
  const named = confluent && readConfluentHeader(confluent);
  if (named) {
    const message: WireMessage = { kind: "indexes", indexes: named.indexes };
    return { key: named.key, start: 0, compressed: false, message };
  }
  const apicurio = readApicurioHeaders(headers, part);
  return (
    apicurio && {
      key: apicurio.key,
      start: 0,
      compressed: false,
      message: { kind: "ref", name: apicurio.messageName },
    }
  );
}

/** Which Protobuf message a value is, in the three ways that the formats have of saying it. */
interface ProtobufMessage {
  /** places of the message in the file, and within each other */
  indexes: readonly number[];
  /** without its package */
  name: string;
  /** see glueIndexOf */
  glueIndex: number;
}

export interface FrameOptions {
  part: "key" | "value";
  /** where the schema is named; Glue knows "payload" only, and a GUID stands in a header only */
  place: "payload" | "header";
  /** null: the value is no Protobuf message */
  message: ProtobufMessage | null;
  /** Glue: compress with zlib */
  compress: boolean;
}

/** A value that a serializer would have sent: with the schema's name before it, or in a header. */
export interface Framed {
  payload: Buffer;
  headers: { key: string; value: Buffer }[];
}

/** Names the schema of an encoded value, as the serializers of the registry do. Throws with a sentence for what its format does not have. */
export function frame(key: SchemaKey, encoded: Uint8Array, options: FrameOptions): Framed {
  const { part, place, message } = options;
  const whole = (...parts: Uint8Array[]): Buffer => Buffer.concat([...parts, encoded]);
  if (typeof key === "string" && key.startsWith("glue:")) {
    if (place === "header") throw new Error("AWS Glue names schemas in the payload only");
    const value = message ? whole(writeGlueIndex(message.glueIndex)) : encoded;
    return { payload: writeGlue(key as `glue:${string}`, value, options.compress), headers: [] };
  }
  if (typeof key === "string" && !key.startsWith("guid:")) {
    const id = key as ApicurioKey;
    // where headers name the message, version 2, whose ids are global, neither writes a Ref nor reads over one; version 3 wants it
    const hasRef = message !== null && !(place === "header" && id.startsWith("globalId:"));
    const value = whole(...(hasRef ? [writeApicurioRef(message.name)] : []));
    if (place === "header") {
      const type = part === "key" ? "apicurio.protobuf.type.key" : "apicurio.protobuf.type";
      const named = message ? [{ key: type, value: Buffer.from(message.name, "utf8") }] : [];
      return { payload: value, headers: [writeApicurioHeader(id, part), ...named] };
    }
    return { payload: Buffer.concat([writeApicurioPrefix(id), value]), headers: [] };
  }
  if (place === "header") {
    const value = writeConfluentHeader(key as number | `guid:${string}`, message?.indexes ?? null);
    return { payload: whole(), headers: [{ key: confluentHeader(part), value }] };
  }
  if (typeof key !== "number") throw new Error("a GUID is named in a header only, not in the payload");
  return { payload: whole(wireHeader(key), ...(message ? [writeMessageIndexes(message.indexes)] : [])), headers: [] };
}

/** What payloads name a schema by. Throws with a sentence where that is not known. */
export function schemaKey({ id, key }: Pick<RegisteredSchema, "id" | "key">): SchemaKey {
  const named = key ?? id;
  if (typeof named === "string" && !/^\w+:/.test(named))
    throw new Error(`${named} is not what a payload names a schema by`);
  return named as SchemaKey;
}

/**
 * Bytes of which some must occur in a record for its key or value to name that schema, wherever wireOf finds names: to pass by most records
 * without taking them apart. What has them may still name none.
 */
export function marksOf(key: SchemaKey): Buffer[] {
  // before the value, and in a header, where Confluent writes the same five bytes
  if (typeof key === "number") return [wireHeader(key)];
  const name = key.slice(key.indexOf(":") + 1);
  if (key.startsWith("guid:") || key.startsWith("glue:")) return [uuidBytes(name)];
  // eight bytes in a header, four or eight before the value: the last four are in all of them
  const id = Buffer.alloc(8);
  id.writeBigInt64BE(BigInt(name));
  return [id.subarray(4)];
}

/** The headers of a message, as wireOf looks for them. */
export function lookupIn(headers: readonly { key: string; value: Uint8Array | null }[]): HeaderLookup | null {
  if (headers.length === 0) return null;
  return (name) => headers.findLast((header) => header.key === name)?.value;
}

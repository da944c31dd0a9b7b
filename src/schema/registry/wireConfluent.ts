import type { SchemaKey } from "../api.ts";
import { uuidBytes, uuidText } from "./uuid.ts";

/**
 * Confluent's wire format: 0x00, the schema's registry id as a big-endian int32, then the encoded value.
 * Source: Confluent Schema Registry, "Wire format".
 */
export const WIRE_HEADER = 5;

/** Registries count up from 1: none is known to have come this far. */
const MANY = 0x100_0000;

/** A message nested deeper than this, or as a list longer than this, is no list of indexes. */
const MAX_INDEXES = 100;

/**
 * The schema id that the bytes start with; 0 when they do not start so. Eight bytes with an id of many millions are a big-endian int64,
 * as Kafka's LongSerializer writes keys: a registry is not to be asked for each of them.
 */
export function wireSchemaId(bytes: Uint8Array): number {
  if (bytes.length < WIRE_HEADER || bytes[0] !== 0) return 0;
  const id = (bytes[1]! << 24) | (bytes[2]! << 16) | (bytes[3]! << 8) | bytes[4]!;
  if (id >= MANY && bytes.length === 8) return 0;
  return Math.max(id, 0);
}

/**
 * Whether bytes that start like an id are worth a remark where no registry can be asked. Eight bytes are more likely a big-endian
 * int64, a millisecond timestamp above all.
 */
export const isPlausibleWire = (id: number, size: number): boolean => id > 0 && id < MANY && size !== 8;

/** The five bytes that go before a value encoded with schema `id`. */
export function wireHeader(id: number): Buffer {
  const header = Buffer.alloc(WIRE_HEADER);
  header.writeInt32BE(id, 1);
  return header;
}

/** The header that names the schema of a key or value, where the payload itself begins with its first byte. */
export const confluentHeader = (part: "key" | "value"): string => `__${part}_schema_id`;

/**
 * What such a header says: 0x00 and an int32 id, or 0x01 and a 16-byte GUID; for Protobuf the message's indexes follow. Null when it is
 * neither.
 * Source: SchemaId in Confluent's schema-serializer.
 */
export function readConfluentHeader(bytes: Uint8Array): { key: SchemaKey; indexes: number[] | null } | null {
  const size = bytes[0] === 0 ? 5 : bytes[0] === 1 ? 17 : 0;
  if (size === 0 || bytes.length < size) return null;
  let indexes: number[] | null = null;
  if (bytes.length > size) {
    const read = readMessageIndexes(bytes, size);
    if (!read || read.end !== bytes.length) return null;
    indexes = read.indexes;
  }
  if (size === 17) return { key: `guid:${uuidText(bytes, 1)}`, indexes };
  const id = wireSchemaId(bytes.subarray(0, 5));
  return id === 0 ? null : { key: id, indexes };
}

/** @param indexes of a Protobuf message, else null */
export function writeConfluentHeader(key: number | `guid:${string}`, indexes: readonly number[] | null): Buffer {
  const id = typeof key === "number" ? wireHeader(key) : Buffer.concat([Buffer.of(1), uuidBytes(key.slice(5))]);
  return indexes === null ? id : Buffer.concat([id, writeMessageIndexes(indexes)]);
}

/**
 * Confluent's message indexes: how many there are, then the place of the message among those of the file, of the message in that, and so
 * on; each a zigzag varint. A count of 0 stands for [0]. Null when the bytes at `start` are no such list.
 */
export function readMessageIndexes(bytes: Uint8Array, start: number): { indexes: number[]; end: number } | null {
  const count = readZigzag(bytes, start);
  if (!count || count.value < 0 || count.value > MAX_INDEXES) return null;
  if (count.value === 0) return { indexes: [0], end: count.end };
  const indexes: number[] = [];
  let at = count.end;
  for (let i = 0; i < count.value; i++) {
    const index = readZigzag(bytes, at);
    if (!index || index.value < 0) return null;
    indexes.push(index.value);
    at = index.end;
  }
  return { indexes, end: at };
}

/** [0] is written as the single byte 0x00. */
export function writeMessageIndexes(indexes: readonly number[]): Buffer {
  if (indexes.length === 1 && indexes[0] === 0) return Buffer.of(0);
  return Buffer.from([indexes.length, ...indexes].flatMap((value) => writeVarint(value * 2)));
}

function readZigzag(bytes: Uint8Array, start: number): { value: number; end: number } | null {
  const read = readVarint(bytes, start);
  return read && { value: (read.value >>> 1) ^ -(read.value & 1), end: read.end };
}

/** An unsigned varint of 32 bits; null when it is longer or the bytes end before it does. */
export function readVarint(bytes: Uint8Array, start: number): { value: number; end: number } | null {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = bytes[start + i];
    if (byte === undefined || (i === 4 && byte > 0x0f)) return null;
    value |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) return { value: value >>> 0, end: start + i + 1 };
  }
  return null;
}

export function writeVarint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return bytes;
}

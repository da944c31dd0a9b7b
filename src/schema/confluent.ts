/**
 * Confluent's wire format: 0x00, the schema's registry id as a big-endian int32, then the encoded value.
 * Source: Confluent Schema Registry, "Wire format".
 */
export const WIRE_HEADER = 5;

/** Registries count up from 1: none is known to have come this far. */
const MANY = 0x100_0000;

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

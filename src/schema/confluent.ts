/**
 * Confluent's wire format: 0x00, the schema's registry id as a big-endian int32, then the encoded value.
 * Source: Confluent Schema Registry, "Wire format".
 */
export const WIRE_HEADER = 5;

/** The schema id that the bytes start with; 0 when they do not start so (ids begin at 1). */
export function wireSchemaId(bytes: Uint8Array): number {
  if (bytes.length < WIRE_HEADER || bytes[0] !== 0) return 0;
  const id = (bytes[1]! << 24) | (bytes[2]! << 16) | (bytes[3]! << 8) | bytes[4]!;
  return Math.max(id, 0);
}

/**
 * Whether bytes that start like an id are worth a remark where no registry can be asked. Eight bytes are more likely a big-endian
 * int64, a millisecond timestamp above all, and registries do not number into the many millions.
 */
export const isPlausibleWire = (id: number, size: number): boolean => id > 0 && id < 0x100_0000 && size !== 8;

/** The five bytes that go before a value encoded with schema `id`. */
export function wireHeader(id: number): Buffer {
  const header = Buffer.alloc(WIRE_HEADER);
  header.writeInt32BE(id, 1);
  return header;
}

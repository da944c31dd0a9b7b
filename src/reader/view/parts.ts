import { cursor, readVarint } from "../../kafka/log/walk.ts";

/** What `readParts` found last: no object per record. Sizes are -1 for Kafka's null; the key starts at `keyStart` of the data. */
export const parts = { offsetDelta: 0, keyStart: 0, keySize: 0, valueStart: 0, valueSize: 0, headers: false };

/** Reads where the parts of the record at `position` are. It was walked over when it was indexed, so its lengths fit. */
export function readParts(data: Buffer, position: number, end: number): void {
  readVarint(data, position, end);
  let at = cursor + 1; // behind the length and the attributes
  while (data[at]! >= 0x80) at++; // the time
  parts.offsetDelta = readVarint(data, at + 1, end);
  parts.keySize = readVarint(data, cursor, end);
  parts.keyStart = cursor;
  parts.valueSize = readVarint(data, cursor + Math.max(0, parts.keySize), end);
  parts.valueStart = cursor;
  // their number follows the value: a zero byte when there are none
  parts.headers = data[cursor + Math.max(0, parts.valueSize)] !== 0;
}

/** Where the record at `position` ends. */
export function recordEnd(data: Buffer, position: number, end: number): number {
  const length = readVarint(data, position, end);
  return cursor + length;
}

/** Whether the record that was read last has this key; null is Kafka's null. */
export function hasKey(data: Buffer, key: Buffer | null): boolean {
  const { keyStart, keySize } = parts;
  if (key === null || keySize !== key.length) return key === null && keySize < 0;
  if (keySize === 0) return true;
  // keys of one topic are often equally long and begin alike
  return (
    data[keyStart + keySize - 1] === key[keySize - 1] &&
    data.compare(key, 0, keySize, keyStart, keyStart + keySize) === 0
  );
}

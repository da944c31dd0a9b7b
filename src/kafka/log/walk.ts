/** smallest record: length, attributes, timestamp delta, offset delta, key length, value length, header count */
export const MIN_RECORD = 7;

/** where the last readVarint ended */
export let cursor = 0;

/** A varint of at most 32 bits, zigzag, at `at`; NaN when it does not end before `end` or is too long. */
export function readVarint(b: Buffer, at: number, end: number): number {
  let value = 0;
  cursor = at;
  for (let shift = 0; shift < 35 && cursor < end; shift += 7) {
    const byte = b[cursor++]!;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
  }
  return Number.NaN;
}

/** A varlong of at most 64 bits, zigzag, at `at`, rounded beyond 2^53; NaN when it does not end before `end` or is too long. */
function readVarlong(b: Buffer, at: number, end: number): number {
  let value = 0;
  let unit = 1;
  cursor = at;
  for (let i = 0; i < 10 && cursor < end; i++) {
    const byte = b[cursor++]!;
    value += (byte & 0x7f) * unit;
    unit *= 128;
    if (byte < 0x80) {
      if (value > Number.MAX_SAFE_INTEGER) return exactVarlong(b, at, cursor);
      return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
  }
  return Number.NaN;
}

/** The lowest bit is the sign, and a double has lost it by then. */
function exactVarlong(b: Buffer, at: number, end: number): number {
  let value = 0n;
  for (let i = end - 1; i >= at; i--) value = (value << 7n) | BigInt(b[i]! & 0x7f);
  return Number(BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n)));
}

export interface Walk {
  count: number;
  /** key and value bytes of those counted */
  bytes: number;
  /** records passed, those before `fromDelta` included */
  walked: number;
  /** the offset delta after the last of those passed */
  nextDelta: number;
  /** the walk ended at a record whose lengths do not fit */
  damaged: boolean;
}

/**
 * The inner loop: one pass over the records of a batch, bytes [start, end) of `b`, no object per record. Fills `out` with the start of each record whose offset
 * delta lies in [fromDelta, toDelta), at most `most`, and `times` with its timestamp delta, ms (rounded beyond 2^53).
 */
export function walkRecords(
  b: Buffer,
  start: number,
  end: number,
  out: Uint32Array,
  times: Float64Array,
  claimed: number,
  fromDelta: number,
  toDelta: number,
  most: number,
): Walk {
  let count = 0;
  let bytes = 0;
  let delta = -1;
  let walked = 0;
  let p = start;
  for (; walked < claimed && count < most; walked++) {
    const position = p;
    // one byte or two inline, which is nearly all of them; NaN for what cannot be, so that the tests below fail
    let x = b[p++]!;
    let length = (x >>> 1) ^ -(x & 1);
    if (x >= 0x80) {
      const y = b[p]!;
      if (y < 0x80) {
        p++;
        x = (x & 0x7f) | (y << 7);
        length = (x >>> 1) ^ -(x & 1);
      } else {
        length = readVarint(b, p - 1, end);
        p = cursor;
      }
    }
    const stop = p + length;
    if (!(length >= MIN_RECORD - 1 && stop <= end)) break;
    p++; // attributes: unused
    x = b[p++]!;
    let time = (x >>> 1) ^ -(x & 1);
    if (x >= 0x80) {
      const y = b[p]!;
      if (y < 0x80) {
        p++;
        x = (x & 0x7f) | (y << 7);
        time = (x >>> 1) ^ -(x & 1);
      } else {
        time = readVarlong(b, p - 1, stop);
        p = cursor;
        if (Number.isNaN(time)) break;
      }
    }
    x = b[p++]!;
    let offsetDelta = (x >>> 1) ^ -(x & 1);
    if (x >= 0x80) {
      const y = b[p]!;
      if (y < 0x80) {
        p++;
        x = (x & 0x7f) | (y << 7);
        offsetDelta = (x >>> 1) ^ -(x & 1);
      } else {
        offsetDelta = readVarint(b, p - 1, stop);
        p = cursor;
      }
    }
    x = b[p++]!;
    let keySize = (x >>> 1) ^ -(x & 1);
    if (x >= 0x80) {
      keySize = readVarint(b, p - 1, stop);
      p = cursor;
    }
    if (keySize > 0) p += keySize;
    if (!(p < stop)) break;
    x = b[p++]!;
    let valueSize = (x >>> 1) ^ -(x & 1);
    if (x >= 0x80) {
      const y = b[p]!;
      if (y < 0x80) {
        p++;
        x = (x & 0x7f) | (y << 7);
        valueSize = (x >>> 1) ^ -(x & 1);
      } else {
        valueSize = readVarint(b, p - 1, stop);
        p = cursor;
      }
    }
    if (valueSize > 0) p += valueSize;
    // the count of headers must follow within the record; the headers themselves are read when shown
    if (!(offsetDelta > delta && keySize >= -1 && valueSize >= -1 && p < stop)) break;
    if (b[p] !== 0 && !(readVarint(b, p, stop) >= 0)) break;
    delta = offsetDelta;
    p = stop;
    if (delta < fromDelta) continue;
    if (delta >= toDelta) return { count, bytes, walked, nextDelta: delta, damaged: false };
    times[count] = time;
    out[count++] = position;
    bytes += Math.max(keySize, 0) + Math.max(valueSize, 0);
  }
  return { count, bytes, walked, nextDelta: delta + 1, damaged: walked < claimed && count < most };
}

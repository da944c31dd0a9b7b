import { gzipSync, zstdCompressSync } from "node:zlib";
import { type Source, StoredBatch } from "../../../../src/kafka/log/batch.ts";
import { unpack } from "../../../../src/kafka/log/unpack.ts";
import { walkRecords } from "../../../../src/kafka/log/walk.ts";
import type { Ring } from "../../../../src/reader/ring.ts";
import { encodeBatch, type TestRecord } from "../../log/batches.ts";

export type TestCodec = "none" | "gzip" | "zstd";

export interface Adding {
  base?: number;
  codec?: TestCodec;
  /** a transaction marker's batch */
  control?: boolean;
}

/** One record with a time of its own, ms since the epoch. */
export interface TimedRecord extends Omit<TestRecord, "timestampDelta"> {
  time?: number;
}

/** A batch as it is kept, and where its records are. */
export function stored(source: Source, records: TimedRecord[], { base = 0, codec = "none", control = false }: Adding) {
  const first = records[0]?.time ?? -1;
  const bytes = encodeBatch({
    baseOffset: BigInt(base),
    baseTimestamp: BigInt(first),
    attributes: { none: 0, gzip: 1, zstd: 4 }[codec] | (control ? 0x20 : 0),
    records: records.map(({ time = -1, ...rest }) => ({ ...rest, timestampDelta: BigInt(time) - BigInt(first) })),
    ...(codec !== "none" && { compress: codec === "gzip" ? (b: Buffer) => gzipSync(b) : zstdCompressSync }),
  });
  const batch = new StoredBatch(source, bytes, 0, bytes.length);
  const { data, start, end } = unpack(batch);
  const positions = new Uint32Array(records.length);
  const times = new Float64Array(records.length);
  walkRecords(data, start, end, positions, times, records.length, 0, 0x7fffffff, records.length);
  for (let i = 0; i < times.length; i++) times[i] = first + times[i]!;
  return { batch, positions, times };
}

/** Adds records as one batch. */
export function add(ring: Ring, source: Source, records: TimedRecord[], adding: Adding = {}): void {
  const { batch, positions, times } = stored(source, records, adding);
  ring.addRecords(batch, positions, times, records.length);
}

/** Adds the records of some batches one by one, taking turns, as `last N` does where partitions are merged by time. */
export function addInTurns(ring: Ring, batches: ReturnType<typeof stored>[]): void {
  const ids = batches.map(({ batch }) => ring.addBatch(batch));
  for (let i = 0; batches.some((b) => i < b.positions.length); i++) {
    for (const [b, { positions, times }] of batches.entries()) {
      if (i < positions.length) ring.addRows(ids[b]!, positions.subarray(i), times.subarray(i), 1);
    }
  }
  ring.trim();
}

/** Numbers that look random and are the same in every run. */
export function randomOf(seed: number): (below: number) => number {
  let state = seed * 2654435761 + 1;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return ((state ^ (state >>> 13)) >>> 0) % below;
  };
}

import { giveBack } from "../kafka/answerMemory.ts";
import { type Source, StoredBatch } from "../kafka/log/batch.ts";
import { readRecord } from "../kafka/log/records.ts";
import type { FoundRecords } from "../kafka/log/scan.ts";
import { type FetchCluster, type FetchLimits, FetchLoop, type FetchQuery, type ReadSink } from "./fetchLoop.ts";
import { PartitionReader } from "./partition.ts";
import type { Known } from "./plan.ts";
import type { Unreadable } from "./ring.ts";

/** Records of one batch that may be among the newest. */
export interface Piece {
  readonly batch: StoredBatch;
  positions: Uint32Array;
  /** ms since the epoch of each; rounded beyond 2^53, where only their order matters */
  times: Float64Array;
  /** size of the keys and values; counted once the pieces are final */
  bytes: number;
}

/**
 * Finds the newest `count` records of all partitions together: reads the last `count` of each partition (by offset), and keeps the newest by
 * timestamp of all. Exact also where offsets are missing (compaction, transactions): a partition that gave too few is read further back.
 *
 * Gives pieces in the order to show them: by time across partitions, by offset within each. Memory stays within about `maxBytes` however
 * many partitions there are; what does not fit is left out from the old end.
 */
export async function readTail(
  cluster: FetchCluster,
  query: FetchQuery,
  known: readonly Known[],
  count: number,
  limits: FetchLimits & { bytes: number },
  signal: AbortSignal,
): Promise<{ pieces: Piece[]; unreadable: Unreadable[] }> {
  const tail = new Tail(count, limits.bytes);
  let open = known
    .filter((k) => k.problem === null && k.end > k.logStart)
    .map((k) => ({ ...k, readFrom: k.end, step: count }));
  while (open.length > 0 && count > 0 && !signal.aborted) {
    const readers = open.map((k) => {
      const to = k.readFrom;
      k.readFrom = Math.max(k.logStart, k.readFrom - k.step);
      k.step *= 4;
      return new PartitionReader(k.source, k.leader, { from: k.readFrom, to, end: to, logStart: k.logStart });
    });
    await new FetchLoop(cluster, query, readers, limits, tail).run(signal);
    tail.endOfRound();
    open = open.filter((k, i) => tail.found(k.source) < count && k.readFrom > k.logStart && !readers[i]!.failed);
  }
  return { pieces: tail.merged(), unreadable: tail.unreadableRows };
}

/** Collects candidates, and throws away those that can no longer be among the newest. */
class Tail implements ReadSink {
  readonly unreadableRows: Unreadable[] = [];
  readonly #count: number;
  readonly #maxBytes: number;
  /** by source, in the order of the log; the pieces of the round under way come before those of earlier rounds */
  readonly #done = new Map<Source, Piece[]>();
  readonly #round = new Map<Source, Piece[]>();
  readonly #found = new Map<Source, number>();
  #records = 0;
  #bytes = 0;

  constructor(count: number, maxBytes: number) {
    this.#count = count;
    this.#maxBytes = maxBytes;
  }

  /** records read of a partition so far, whether still candidates or not */
  found(source: Source): number {
    return this.#found.get(source) ?? 0;
  }

  records({ batch, positions, times, count }: FoundRecords): void {
    const piece: Piece = { ...compact(batch, positions, count), times: times.slice(0, count), bytes: 0 };
    const { source } = batch;
    const pieces = this.#round.get(source);
    if (pieces) pieces.push(piece);
    else this.#round.set(source, [piece]);
    this.#found.set(source, this.found(source) + count);
    this.#records += count;
    this.#bytes += piece.batch.header.length + 20 * count;
    if (this.#records > 2 * this.#count + 10_000 || this.#bytes > 2 * this.#maxBytes) this.#prune();
  }

  unreadable(source: Source, first: number, last: number, why: string): void {
    this.unreadableRows.push({ source, first, last, why });
  }

  wanted(): number {
    return Number.POSITIVE_INFINITY;
  }

  atMost(): number {
    return Number.POSITIVE_INFINITY;
  }

  flush(): undefined {
    return undefined;
  }

  /** what is kept of it are copies */
  gone(answer: Buffer): void {
    giveBack(answer);
  }

  changed(): void {}

  endOfRound(): void {
    for (const [source, pieces] of this.#round) {
      this.#done.set(source, [...pieces, ...(this.#done.get(source) ?? [])]);
    }
    this.#round.clear();
  }

  /** The newest `count`, merged by time; within a partition the order of the log stays as it is, whatever its timestamps. */
  merged(): Piece[] {
    this.#prune();
    const lists = [...this.#done.values()].map((pieces) => ({ pieces, piece: 0, index: 0 }));
    const out: Piece[] = [];
    for (;;) {
      let best: (typeof lists)[number] | null = null;
      let bestTime = 0;
      for (const list of lists) {
        const time = list.pieces[list.piece]?.times[list.index];
        if (time !== undefined && (best === null || time < bestTime)) {
          best = list;
          bestTime = time;
        }
      }
      if (best === null) return joinNeighbours(out);
      const piece = best.pieces[best.piece]!;
      out.push({
        ...piece,
        positions: piece.positions.subarray(best.index, best.index + 1),
        times: piece.times.subarray(best.index, best.index + 1),
      });
      best.index++;
      if (best.index === piece.positions.length) {
        best.piece++;
        best.index = 0;
      }
    }
  }

  /** Keeps the newest `count` and, beyond the limit in bytes, the newest that fit. */
  #prune(): void {
    const all = [...this.#round.values(), ...this.#done.values()].flat();
    const flat: { piece: Piece; index: number }[] = [];
    // with equal times the later offset is the newer one: pieces come in the order of the log
    for (const piece of all) for (let index = 0; index < piece.times.length; index++) flat.push({ piece, index });
    const order = flat.map((_, i) => i).sort((a, b) => time(flat[b]!) - time(flat[a]!) || b - a);
    const keep = new Map<Piece, Set<number>>();
    let bytes = 0;
    for (const i of order.slice(0, this.#count)) {
      const { piece, index } = flat[i]!;
      let indexes = keep.get(piece);
      if (!indexes) {
        bytes += piece.batch.header.length + 20 * piece.times.length;
        if (bytes > this.#maxBytes && keep.size > 0) break;
        keep.set(piece, (indexes = new Set()));
      }
      indexes.add(index);
    }
    this.#records = 0;
    this.#bytes = bytes;
    for (const lists of [this.#done, this.#round]) {
      for (const [source, pieces] of lists) {
        const left = pieces.filter((piece) => keep.has(piece));
        for (const piece of left) {
          const indexes = keep.get(piece)!;
          piece.positions = piece.positions.filter((_, index) => indexes.has(index));
          piece.times = piece.times.filter((_, index) => indexes.has(index));
          this.#records += piece.positions.length;
        }
        lists.set(source, left);
      }
    }
  }
}

const time = ({ piece, index }: { piece: Piece; index: number }): number => piece.times[index]!;

/** Runs of rows of the same batch as one piece. */
function joinNeighbours(rows: Piece[]): Piece[] {
  const out: { batch: StoredBatch; positions: number[]; times: number[] }[] = [];
  for (const { batch, positions, times } of rows) {
    const last = out.at(-1);
    if (last?.batch === batch) {
      last.positions.push(positions[0]!);
      last.times.push(times[0]!);
    } else out.push({ batch, positions: [positions[0]!], times: [times[0]!] });
  }
  return out.map(({ batch, positions, times }) =>
    finalPiece(batch, Uint32Array.from(positions), Float64Array.from(times)),
  );
}

/** The first `count` rows of some pieces. */
export function firstRows(pieces: readonly Piece[], count: number): Piece[] {
  const out: Piece[] = [];
  let left = count;
  for (const piece of pieces) {
    if (left <= 0) break;
    out.push(
      piece.positions.length <= left
        ? piece
        : finalPiece(piece.batch, piece.positions.slice(0, left), piece.times.slice(0, left)),
    );
    left -= piece.positions.length;
  }
  return out;
}

function finalPiece(batch: StoredBatch, positions: Uint32Array, times: Float64Array): Piece {
  let bytes = 0;
  for (const position of positions) bytes += sizeOfRecord(batch, position);
  return { batch, positions, times, bytes };
}

function sizeOfRecord(batch: StoredBatch, position: number): number {
  const { key, value } = readRecord(batch, position);
  return (key ? key.end - key.start : 0) + (value ? value.end - value.start : 0);
}

/** A batch is a piece of a whole response: a copy of its own lets the response go. */
function compact(
  batch: StoredBatch,
  positions: Uint32Array,
  count: number,
): { batch: StoredBatch; positions: Uint32Array } {
  const copy = Buffer.from(batch.header.subarray(batch.headerAt, batch.end));
  const own = positions.slice(0, count);
  return {
    batch: new StoredBatch(batch.source, copy, 0, copy.length, batch.plain, batch.aborted),
    // the records of an uncompressed batch move with it
    positions: batch.codec === 0 ? own.map((position) => position - batch.headerAt) : own,
  };
}

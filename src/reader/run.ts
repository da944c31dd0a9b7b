import type { ClusterConfig } from "../kafka/api.ts";
import { Cluster, type ClusterLog } from "../kafka/cluster.ts";
import type { ReadQuery } from "../shared/messages.ts";
import { isCancelled, UserError } from "../shared/userError.ts";
import { type FetchLimits, FetchLoop, type ReadSink } from "./fetchLoop.ts";
import { PartitionReader } from "./partition.ts";
import { askOffsets, type Known, ranges } from "./plan.ts";
import { firstRows, type Piece, readTail } from "./tail.ts";

/** Takes what one reading finds. */
export interface RunSink extends ReadSink {
  /** pieces of the `last N` messages, in the order to show them */
  tail(pieces: Piece[]): Promise<void> | undefined;
}

const MB = 1024 * 1024;
/** looks for new partitions, ms */
const DISCOVER = 5_000;
/** asks again for what could not be asked at the start, ms */
const REPLAN = 2_000;
const BOUNDED_PATIENCE = 30_000;
const TAIL_PATIENCE = 5_000;
/** what one batch may decompress to, whatever memory there is */
const MAX_BATCH = 128 * MB;

/** Sizes that fit a ring of so many bytes. */
function limitsFor(ringBytes: number, bounded: boolean): FetchLimits {
  const answer = Math.max(MB, Math.min(16 * MB, ringBytes / 8));
  return {
    answer,
    partition: Math.max(MB, answer / 4),
    batch: MAX_BATCH,
    patience: bounded ? BOUNDED_PATIENCE : Number.POSITIVE_INFINITY,
    deletedAfter: 2000,
  };
}

/**
 * One reading of a topic, from its plan to its end: connects, asks for offsets, fetches, notices partitions that are added. `read` resolves when
 * the query's end is reached and rejects with a UserError; `close` ends it at once and leaves no socket and no timer.
 */
export class Run {
  /** what the run is about, once planned */
  partitions: PartitionReader[] = [];
  /** the `last N` messages, where they were asked for, are in: what is fetched now follows them */
  following = false;
  readonly #cluster: Cluster;
  readonly #query: ReadQuery;
  readonly #limits: FetchLimits;
  readonly #ringBytes: number;
  readonly #sink: RunSink;
  readonly #abort = new AbortController();
  #loop: FetchLoop | null = null;
  #paused = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(config: ClusterConfig, query: ReadQuery, ringBytes: number, sink: RunSink, log: ClusterLog) {
    this.#cluster = new Cluster(config, log);
    this.#query = query;
    this.#ringBytes = ringBytes;
    this.#limits = limitsFor(ringBytes, query.to.kind === "end");
    this.#sink = sink;
  }

  async read(): Promise<void> {
    const { signal } = this.#abort;
    const query = this.#query;
    await this.#cluster.connect(signal);
    const known = await askOffsets(this.#cluster, query, signal);
    this.partitions = ranges(known, query.from, query.to);
    this.#sink.changed();
    if (query.from.kind === "last") await this.#readTail(known, query.from.count);
    if (signal.aborted || this.#sink.wanted() <= 0) return;
    this.#loop = new FetchLoop(this.#cluster, query, this.partitions, this.#limits, this.#sink);
    if (this.#paused) this.#loop.pause();
    this.following = true;
    this.#sink.changed();
    if (query.to.kind !== "end") this.#discoverLater();
    await this.#loop.run(signal);
    clearTimeout(this.#timer);
    // a reading that ends without a single readable partition has failed, however it was bounded
    if (!signal.aborted && this.partitions.length > 0 && this.partitions.every((p) => p.failed)) {
      throw new UserError(`Topic ${query.topic} cannot be read: ${this.partitions[0]!.problem}`, {
        code: "unreadable",
      });
    }
  }

  pause(): void {
    this.#paused = true;
    this.#loop?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#loop?.resume();
  }

  async close(): Promise<void> {
    this.#abort.abort();
    clearTimeout(this.#timer);
    await this.#cluster.close();
  }

  async #readTail(known: Known[], count: number): Promise<void> {
    const limits = { ...this.#limits, bytes: this.#ringBytes, patience: TAIL_PATIENCE };
    const { pieces, unreadable } = await readTail(this.#cluster, this.#query, known, count, limits, this.#abort.signal);
    for (const row of unreadable) this.#sink.unreadable(row.partition, row.first, row.last, row.why);
    await this.#sink.tail(firstRows(pieces, this.#sink.wanted()));
  }

  #discoverLater(): void {
    const waiting = this.partitions.some((p) => p.unplanned);
    if (this.#query.partitions !== null && !waiting) return;
    this.#timer = setTimeout(
      () => {
        this.#discover()
          .catch((error: unknown) => {
            // the fetches will say what is wrong
            if (!isCancelled(error) && !(error instanceof UserError)) throw error;
          })
          .finally(() => {
            if (!this.#abort.signal.aborted) this.#discoverLater();
          });
      },
      waiting ? REPLAN : DISCOVER,
    );
  }

  /** New partitions are read from their start: all that is in them came after this reading began. */
  async #discover(): Promise<void> {
    const { signal } = this.#abort;
    const have = new Map(this.partitions.map((p) => [p.partition, p]));
    const waiting = this.partitions.filter((p) => p.unplanned);
    if (waiting.length > 0) {
      const known = await askOffsets(
        this.#cluster,
        { ...this.#query, partitions: waiting.map((p) => p.partition) },
        signal,
      );
      for (const planned of ranges(known, this.#query.from, this.#query.to)) {
        if (!planned.unplanned) have.get(planned.partition)?.place(planned);
      }
      this.#loop?.wake();
    }
    if (this.#query.partitions !== null) return;
    const [topic] = await this.#cluster.topics([this.#query.topic], signal);
    for (const { partition, leader } of topic?.partitions ?? []) {
      if (have.has(partition)) continue;
      const added = new PartitionReader(partition, leader, {
        from: 0,
        to: Number.POSITIVE_INFINITY,
        end: -1,
        logStart: 0,
      });
      this.#loop?.add(added);
    }
  }
}

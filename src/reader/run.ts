import { committedOffsets } from "../kafka/admin/groups.ts";
import type { ClusterConfig } from "../kafka/api.ts";
import { Cluster, type ClusterLog } from "../kafka/cluster.ts";
import type { ReadQuery } from "../shared/messages.ts";
import { isCancelled, UserError } from "../shared/userError.ts";
import { type FetchLimits, FetchLoop, type FetchQuery, type ReadSink } from "./fetchLoop.ts";
import { PartitionReader } from "./partition.ts";
import { askOffsets, type Committed, isBounded, type Known, ranges } from "./plan.ts";
import { firstRows, type Piece, readTail } from "./tail.ts";
import { chosenTopics } from "./topics.ts";

/** Takes what one reading finds. */
export interface RunSink extends ReadSink {
  /** pieces of the `last N` messages, in the order to show them */
  tail(pieces: Piece[]): Promise<void> | undefined;
  /** About how many messages are to come at once, before the first does: the offsets between where reading starts and ends. */
  expected?(count: number): void;
}

const MB = 1024 * 1024;
/** looks for new partitions, ms */
const DISCOVER = 5_000;
/** asks again for what could not be asked at the start, ms */
const REPLAN = 2_000;
const BOUNDED_PATIENCE = 30_000;
const TAIL_PATIENCE = 5_000;
/** a timer of Node's takes no more, ms */
const LONGEST_TIMER = 0x7fffffff;
/** what one batch may decompress to, whatever memory there is */
export const MAX_BATCH = 128 * MB;

/** Sizes that fit a ring of so many bytes. */
function limitsFor(ringBytes: number, bounded: boolean): FetchLimits {
  // answers that are under way, or were dropped and are not yet collected, come on top of the ring
  const answer = Math.max(MB, Math.min(8 * MB, ringBytes / 16));
  return {
    answer,
    partition: Math.max(MB, answer / 2),
    batch: MAX_BATCH,
    patience: bounded ? BOUNDED_PATIENCE : Number.POSITIVE_INFINITY,
    deletedAfter: 2000,
  };
}

/**
 * One reading of topics, from its plan to its end: connects, asks for offsets, fetches, notices partitions and topics that are added. `read` resolves
 * when the query's end is reached and rejects with a UserError; `close` ends it at once and leaves no socket and no timer.
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
  #fetching: FetchQuery | null = null;
  #committed: Committed | null = null;
  #paused = false;
  #timer: NodeJS.Timeout | undefined;
  #endTimer: NodeJS.Timeout | undefined;

  constructor(config: ClusterConfig, query: ReadQuery, ringBytes: number, sink: RunSink, log: ClusterLog) {
    this.#cluster = new Cluster(config, log);
    this.#query = query;
    this.#ringBytes = ringBytes;
    this.#limits = limitsFor(ringBytes, isBounded(query.to, Date.now()));
    this.#sink = sink;
  }

  async read(): Promise<void> {
    const { signal } = this.#abort;
    const query = this.#query;
    await this.#cluster.connect(signal);
    const topics = await chosenTopics(this.#cluster, query, signal);
    if (query.from.kind === "group") {
      this.#committed = await committedOffsets(this.#cluster, query.from.group, signal);
    }
    const known = await askOffsets(this.#cluster, query, topics, this.#committed, signal);
    this.partitions = ranges(known, query.from, query.to);
    const { isolation, control } = query;
    this.#sink.expected?.(offsetsIn(this.partitions));
    this.#fetching = { topics: new Map(topics.map(({ name, id }) => [name, id])), isolation, control };
    this.#sink.changed();
    if (query.from.kind === "last") await this.#readTail(this.#fetching, known, query.from.count);
    if (signal.aborted || this.#sink.wanted() <= 0) return;
    this.#loop = new FetchLoop(this.#cluster, this.#fetching, this.partitions, this.#limits, this.#sink);
    if (this.#paused) this.#loop.pause();
    this.following = true;
    this.#sink.changed();
    if (!isBounded(query.to, Date.now())) {
      this.#discoverLater();
      this.#endAtTime();
    }
    await this.#loop.run(signal);
    this.#stopTimers();
    // a reading that ends without a single readable partition has failed, however it was bounded
    if (!signal.aborted && this.partitions.length > 0 && this.partitions.every((p) => p.failed)) {
      const { topic, problem } = this.partitions[0]!;
      throw new UserError(`Topic ${topic} cannot be read: ${problem}`, { code: "unreadable" });
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
    this.#stopTimers();
    await this.#cluster.close();
  }

  #stopTimers(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#endTimer);
  }

  async #readTail(fetching: FetchQuery, known: Known[], count: number): Promise<void> {
    const limits = { ...this.#limits, bytes: this.#ringBytes, patience: TAIL_PATIENCE };
    const { pieces, unreadable } = await readTail(this.#cluster, fetching, known, count, limits, this.#abort.signal);
    for (const row of unreadable) this.#sink.unreadable(row.source, row.first, row.last, row.why);
    await this.#sink.tail(firstRows(pieces, this.#sink.wanted()));
  }

  #discoverLater(): void {
    const waiting = this.partitions.some((p) => p.unplanned);
    const { partitions, pattern, from } = this.#query;
    const fixed = pattern === null && (partitions !== null || from.kind === "offsets");
    if (fixed && !waiting) return;
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

  /** New partitions and topics are read from their start: all that is in them came after this reading began. */
  async #discover(): Promise<void> {
    const { signal } = this.#abort;
    const query = this.#query;
    const { topics } = this.#fetching!;
    const waiting = this.partitions.filter((p) => p.unplanned);
    if (waiting.length > 0) {
      const there = await this.#cluster.topicsThere([...new Set(waiting.map((p) => p.topic))], signal);
      const known = await askOffsets(this.#cluster, query, there, this.#committed, signal);
      for (const planned of ranges(known, query.from, query.to)) {
        const waits = waiting.find((p) => p.topic === planned.topic && p.partition === planned.partition);
        if (waits && !planned.unplanned) waits.place(planned);
      }
      this.#loop?.wake();
    }
    if (query.pattern !== null) {
      for (const { name, id } of await chosenTopics(this.#cluster, query, signal)) {
        if (!topics.has(name)) topics.set(name, id);
      }
    }
    // also tells whether one was deleted, or deleted and created anew
    const found = (await this.#loop?.checkTopics([...topics.keys()])) ?? [];
    if (query.from.kind === "offsets") return;
    const have = new Set(this.partitions.map((p) => `${p.partition} ${p.topic}`));
    for (const topic of found) {
      for (const { partition, leader } of topic.partitions) {
        if (have.has(`${partition} ${topic.name}`) || query.partitions?.includes(partition) === false) continue;
        const source = { topic: topic.name, partition };
        const to = query.to.kind === "offset" ? Number(query.to.offset) + 1 : Number.POSITIVE_INFINITY;
        this.#loop?.add(new PartitionReader(source, leader, { from: 0, to, end: -1, logStart: 0 }));
      }
    }
  }

  /** An end that is still to come: when its time is there, what the log has by then is what is read. */
  #endAtTime(): void {
    const { to } = this.#query;
    if (to.kind !== "time") return;
    const left = Number(to.timestamp) - Date.now();
    if (left <= 0) void this.#endNow();
    else this.#endTimer = setTimeout(() => this.#endAtTime(), Math.min(left, LONGEST_TIMER));
  }

  async #endNow(): Promise<void> {
    const { signal } = this.#abort;
    const { to } = this.#query;
    try {
      const names = [...this.#fetching!.topics.keys()];
      const there = await this.#cluster.topicsThere(names, signal);
      const at = { ...this.#query, from: { kind: "latest" } as const };
      for (const end of ranges(await askOffsets(this.#cluster, at, there, null, signal), at.from, to)) {
        const p = this.partitions.find((one) => one.topic === end.topic && one.partition === end.partition);
        if (p) p.to = Math.min(p.to, end.to);
      }
      this.#loop?.wake();
    } catch (error) {
      if (isCancelled(error)) return;
      if (!(error instanceof UserError)) throw error;
      // the brokers are out of reach for the moment
      this.#endTimer = setTimeout(() => void this.#endNow(), REPLAN);
    }
  }
}

/** how many offsets lie before the ends of partitions, as far as they are known and wanted */
function offsetsIn(partitions: readonly PartitionReader[]): number {
  let count = 0;
  for (const { position, to, end } of partitions) count += Math.max(0, Math.min(to, end) - position);
  return count;
}

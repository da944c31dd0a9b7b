import { forgetAnswers } from "../kafka/answerMemory.ts";
import type { ClusterConfig } from "../kafka/api.ts";
import type { ClusterLog } from "../kafka/cluster.ts";
import type { Source, StoredBatch } from "../kafka/log/batch.ts";
import type { FoundRecords } from "../kafka/log/scan.ts";
import type { PartitionStatus, ReaderState, ReaderStatus, ReadQuery } from "../shared/messages.ts";
import { isCancelled, messageOf, UserError } from "../shared/userError.ts";
import type { RecordFilter } from "./filter/recordFilter.ts";
import { FilteredSink, type MatchSink } from "./filteredSink.ts";
import type { PartitionReader } from "./partition.ts";
import { isBounded } from "./plan.ts";
import { Rate } from "./rate.ts";
import { Ring, type Unreadable } from "./ring.ts";
import { MAX_BATCH, Run } from "./run.ts";
import type { Piece } from "./tail.ts";
import { Transactions } from "./transactions.ts";

export interface SessionOptions {
  config: ClusterConfig;
  ring: { bytes: number; rows: number };
  /** of the query; null: everything is kept */
  filter: RecordFilter | null;
  log: ClusterLog;
  /** something of the status has changed; `now`: the state has */
  changed(now: boolean): void;
}

/** walks over batches for so long before others have their turn, ms */
const WALK_SLICE = 6;

/** One query from its start to the next: what was read of it, what is kept, and how it stands. */
export class Session implements MatchSink {
  readonly query: ReadQuery;
  readonly ring: Ring;
  readonly transactions = new Transactions();
  readonly #run: Run;
  readonly #options: SessionOptions;
  #state: ReaderState = "connecting";
  /** what a pause interrupted, or came to be while it lasted */
  #underneath: ReaderState = "connecting";
  #problem: string | null = null;
  #scanned = 0;
  #scannedBytes = 0;
  #matched = 0;
  readonly #rate = new Rate();
  #unreadable = 0;
  #left: number;
  #elapsed = 0;
  /** performance.now() since which time counts; null while it does not */
  #since: number | null = performance.now();
  #closed = false;
  #walking: Promise<void> | null = null;
  readonly #bounded: boolean;

  constructor(query: ReadQuery, options: SessionOptions) {
    this.query = query;
    this.#options = options;
    this.ring = new Ring({ ...options.ring, batchBytes: MAX_BATCH, damaged: (problem) => this.#damaged(problem) });
    this.#bounded = isBounded(query.to, Date.now());
    this.#left = query.to.kind === "count" ? query.to.count : Number.POSITIVE_INFINITY;
    const sink = options.filter ? new FilteredSink(this, options.filter) : this;
    this.#run = new Run(options.config, query, options.ring.bytes, sink, options.log);
    void this.#read();
  }

  async #read(): Promise<void> {
    try {
      await this.#run.read();
      this.#finish("done", null);
    } catch (error) {
      if (this.#closed || isCancelled(error)) return;
      if (!(error instanceof UserError) && error instanceof Error)
        this.#options.log("error", error.stack ?? error.message);
      this.#finish("failed", messageOf(error));
    }
    // nothing more is to come: no socket is kept for it
    await this.#run.close();
  }

  get busy(): boolean {
    return this.#state === "connecting" || this.#state === "reading";
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.ring.clear();
    await this.#run.close();
  }

  pause(): void {
    if (this.#state !== "connecting" && this.#state !== "reading" && this.#state !== "live") return;
    this.#run.pause();
    this.#stopClock();
    this.#show("paused");
  }

  resume(): void {
    if (this.#state !== "paused") return;
    this.#since = performance.now();
    this.#state = this.#underneath;
    this.#options.changed(true);
    this.#run.resume();
  }

  /** Lets go of all rows and counts; reading goes on where it stands. */
  clear(): void {
    this.ring.clear();
    this.#scanned = this.#scannedBytes = this.#matched = this.#unreadable = this.#elapsed = 0;
    if (this.#since !== null) this.#since = performance.now();
    this.#options.changed(true);
  }

  /** Keeps more or less from now on; what is beyond the new limits goes. */
  limit(ring: SessionOptions["ring"]): void {
    this.ring.limit(ring);
    this.#options.changed(false);
  }

  /** Resolves when all kept batches have been walked over. Takes turns with everything else. */
  walked(): Promise<void> {
    this.#walking ??= this.#walk().finally(() => {
      this.#walking = null;
    });
    return this.#walking;
  }

  async #walk(): Promise<void> {
    if (this.ring.unwalked === 0) return;
    while (!this.#closed && this.ring.index(performance.now() + WALK_SLICE)) {
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    // times are exact now, and what is damaged is known
    if (!this.#closed) this.#options.changed(false);
  }

  // ------------------------------------------------------------------------------------------------------ RunSink

  expected(count: number): void {
    this.ring.reserve(Math.min(count, this.#left));
  }

  scanned(count: number, bytes: number): void {
    this.#scanned += count;
    this.#scannedBytes += bytes;
    this.#rate.add(count);
  }

  /** what lies long in the log: many batches come at once, and most are not looked at soon */
  unwalked(batch: StoredBatch, count: number): boolean {
    if (this.#closed || this.#underneath === "live") return false;
    this.scanned(count, sizeOf(batch));
    this.#matched += count;
    this.#left -= count;
    this.ring.addUnwalked(batch, count);
    return true;
  }

  /** all that is read, or with a filter what it lets through */
  records({ batch, positions, times, count }: FoundRecords): void {
    if (this.#closed) return;
    if (!this.#options.filter) this.scanned(count, sizeOf(batch));
    this.#matched += count;
    this.#left -= count;
    this.ring.addRecords(batch, positions, times, count);
  }

  marker(source: Source, producerId: bigint, offset: number, committed: boolean): void {
    this.transactions.add(source, producerId, offset, committed);
  }

  tail(pieces: Piece[]): undefined {
    if (this.#closed) return;
    const counted = new Set<StoredBatch>();
    for (const { batch, positions, times } of pieces) {
      if (!this.#options.filter) this.scanned(positions.length, counted.has(batch) ? 0 : sizeOf(batch));
      counted.add(batch);
      this.#matched += positions.length;
      this.#left -= positions.length;
      this.ring.addRecords(batch, positions, times, positions.length);
    }
    this.changed();
  }

  unreadable(source: Source, first: number, last: number, why: string): void {
    if (this.#closed) return;
    this.ring.addProblem({ source, first, last, why });
    this.#damaged({ source, first, last, why });
  }

  #damaged({ source, first, last, why }: Unreadable): void {
    this.#unreadable++;
    this.#options.log("warn", `${source.topic}-${source.partition}, offsets ${first} to ${last}: ${why}`);
  }

  wanted(): number {
    return this.#left;
  }

  atMost(): number {
    return this.#left;
  }

  flush(): undefined {
    return undefined;
  }

  gone(answer: Buffer): void {
    this.ring.release(answer);
  }

  changed(): void {
    if (this.#closed) return;
    const { partitions, following } = this.#run;
    // once live it stays so: a burst of messages is no new beginning
    const live = following && (this.#underneath === "live" || partitions.every((p) => p.unplanned || !p.behind));
    const state = live && !this.#bounded ? "live" : "reading";
    const before = this.#underneath;
    this.#underneath = state;
    if (this.#state !== "paused" && before !== state) this.#show(state);
    else this.#options.changed(false);
  }

  // ------------------------------------------------------------------------------------------------------ status

  /** `view` and `registry` are not the session's to say */
  status(run: number): Omit<ReaderStatus, "view" | "registry"> {
    const partitions = this.#run.partitions;
    let behind = 0;
    for (const p of partitions) if (p.behind && p.end > p.position) behind += Math.min(p.end, p.to) - p.position;
    return {
      state: this.#state,
      run,
      firstSeq: this.ring.firstSeq,
      nextSeq: this.ring.nextSeq,
      scanned: this.#scanned,
      scannedBytes: this.#scannedBytes,
      rate: this.#since === null ? 0 : this.#rate.perSecond(),
      matched: this.#matched,
      filterProblems: { ...(this.#options.filter?.problems ?? { count: 0, example: null }) },
      dropped: this.ring.dropped,
      unreadable: this.#unreadable,
      unwalked: this.ring.unwalked,
      behind: String(behind),
      elapsedMs: Math.round(this.#elapsed + (this.#since === null ? 0 : performance.now() - this.#since)),
      partitions: partitionStatus(partitions),
      problem: this.#problem ?? trouble(partitions),
    };
  }

  #finish(state: "done" | "failed", problem: string | null): void {
    if (this.#closed) return;
    this.#problem = problem;
    this.#stopClock();
    this.#show(state);
  }

  #stopClock(): void {
    if (this.#since !== null) this.#elapsed += performance.now() - this.#since;
    this.#since = null;
  }

  #show(state: ReaderState): void {
    if (this.#state === "done" || this.#state === "failed") return;
    this.#state = state;
    this.#options.changed(true);
    if (state === "reading" || state === "connecting") return;
    // no large answers for now
    forgetAnswers();
    // first what the panel asks for now
    setImmediate(() => void this.walked());
  }
}

const sizeOf = ({ headerAt, end }: StoredBatch): number => end - headerAt;

/** of so many partitions the status goes into detail; beyond, only of those with trouble */
const MOST_TOLD = 1000;

function partitionStatus(partitions: readonly PartitionReader[]): PartitionStatus[] {
  const told =
    partitions.length <= MOST_TOLD ? partitions : partitions.filter((p) => p.said !== null).slice(0, MOST_TOLD);
  return told.map((p) => ({
    topic: p.topic,
    partition: p.partition,
    position: String(Math.max(0, p.position)),
    end: String(Math.max(0, p.end)),
    logStart: String(p.logStart),
    problem: p.said,
  }));
}

/** Troubles of some partitions in one sentence, the same ones together. */
function trouble(partitions: readonly PartitionReader[]): string | null {
  const byProblem = new Map<string, string[]>();
  const several = partitions.some((p) => p.topic !== partitions[0]!.topic);
  for (const { topic, partition, problem } of partitions) {
    if (problem === null) continue;
    const name = several ? `${topic}-${partition}` : String(partition);
    byProblem.set(problem, [...(byProblem.get(problem) ?? []), name]);
  }
  if (byProblem.size === 0) return null;
  return [...byProblem]
    .map(([problem, which]) => {
      // a sentence that names its topic needs no partitions
      if (which.length === partitions.length || problem.startsWith("Topic ")) return problem;
      const named = which.slice(0, 5).join(", ") + (which.length > 5 ? ` and ${which.length - 5} more` : "");
      return `Partition${which.length > 1 ? "s" : ""} ${named}: ${problem}`;
    })
    .join(" ");
}

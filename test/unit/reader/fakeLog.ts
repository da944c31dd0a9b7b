import type { TopicInfo } from "../../../src/kafka/api.ts";
import { baseOffsetOf, batchLengthOf, lastOffsetDeltaOf, type Source } from "../../../src/kafka/log/batch.ts";
import { readRecord } from "../../../src/kafka/log/records.ts";
import type { OffsetAnswer, OffsetSpec } from "../../../src/kafka/offsets.ts";
import type { Api } from "../../../src/kafka/protocol/defineApi.ts";
import type { FetchedPartition, FetchRequest, FetchResponse } from "../../../src/kafka/protocol/fetch.ts";
import type { FetchCluster, ReadSink } from "../../../src/reader/fetchLoop.ts";
import { UserError } from "../../../src/shared/userError.ts";

interface FakePartition {
  batches: Buffer[];
  end: number;
  logStart: number;
  leader: number;
  /** error codes to answer with first, one per request */
  errors: number[];
}

/**
 * Leaders that answer Fetch from batches in memory, as brokers do: from the batch that holds the offset on, cut at the limits, the first
 * batch of the first partition with data whole.
 */
export class FakeLog implements FetchCluster {
  readonly partitions = new Map<number, FakePartition>();
  readonly requests: { leader: number; request: FetchRequest }[] = [];
  /** thrown by the next request to a broker */
  failures = new Map<number, Error>();
  deleted = false;
  /** another one: deleted and created anew */
  topicId: string | null = null;
  /** most requests under way at once */
  mostInFlight = 0;
  #inFlight = 0;

  add(partition: number, batches: Buffer[], options: Partial<FakePartition> = {}): this {
    const ends = batches.map((b) => baseOffsetOf(b, 0) + lastOffsetDeltaOf(b, 0) + 1);
    this.partitions.set(partition, {
      batches,
      end: Math.max(0, ...ends),
      logStart: 0,
      leader: 1,
      errors: [],
      ...options,
    });
    return this;
  }

  async request<Q, A>(
    to: unknown,
    api: Api<Q, A>,
    body: Q,
    { signal }: { signal?: AbortSignal | undefined } = {},
  ): Promise<A> {
    if (api.name !== "Fetch") throw new Error(`unexpected ${api.name}`);
    const leader = to as number;
    const request = body as FetchRequest;
    this.requests.push({ leader, request });
    this.mostInFlight = Math.max(this.mostInFlight, ++this.#inFlight);
    await new Promise((resolve) => setImmediate(resolve));
    const answer = this.#answer(leader, request);
    if (answer.partitions.every((p) => p.start === p.end && p.error === 0)) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    this.#inFlight--;
    if (signal?.aborted) throw new DOMException("aborted", "AbortError");
    const failure = this.failures.get(leader);
    if (failure) {
      this.failures.delete(leader);
      throw failure;
    }
    return answer as A;
  }

  #answer(leader: number, request: FetchRequest): FetchResponse {
    const parts: Buffer[] = [];
    const partitions: FetchedPartition[] = [];
    let size = 0;
    for (const { partition, offset, maxBytes } of request.topics[0]!.partitions) {
      const p = this.partitions.get(partition);
      const from = Number(offset);
      let error = p?.errors.shift() ?? 0;
      if (!p) error = 3;
      else if (error === 0 && p.leader !== leader) error = 6;
      else if (error === 0 && (from < p.logStart || from > p.end)) error = 1;
      let data: Buffer = Buffer.alloc(0);
      if (p && error === 0) {
        const index = p.batches.findIndex((b) => baseOffsetOf(b, 0) + lastOffsetDeltaOf(b, 0) >= from);
        const all = Buffer.concat(index < 0 ? [] : p.batches.slice(index));
        const room = Math.max(0, Math.min(maxBytes, request.maxBytes - size));
        const whole = size === 0 && all.length > 0 ? Math.min(all.length, batchLengthOf(all, 0) + 12) : 0;
        data = all.subarray(0, Math.max(room, whole));
      }
      partitions.push({
        topic: request.topics[0]!.name,
        partition,
        error,
        highWatermark: BigInt(p?.end ?? -1),
        lastStableOffset: BigInt(p?.end ?? -1),
        logStartOffset: BigInt(p?.logStart ?? -1),
        aborted: null,
        start: size,
        end: size + data.length,
      });
      parts.push(data);
      size += data.length;
    }
    return { throttle: 0, error: 0, buffer: Buffer.concat(parts), partitions };
  }

  async topics(names: string[] | null): Promise<TopicInfo[]> {
    const name = names?.[0] ?? "t";
    if (this.deleted) throw new UserError(`There is no topic ${name} on this cluster.`, { code: "unknown-topic" });
    const partitions = [...this.partitions].map(([partition, { leader }]) => ({
      partition,
      leader,
      leaderEpoch: 0,
      replicas: [leader],
      isr: [leader],
      offlineReplicas: [],
      problem: null,
    }));
    return [{ name, id: this.topicId, internal: false, partitions }];
  }

  async topicsThere(names: string[]): Promise<TopicInfo[]> {
    return this.deleted ? [] : this.topics(names);
  }

  async offsets(
    at: ReadonlyMap<string, ReadonlyMap<number, OffsetSpec>>,
  ): Promise<Map<string, Map<number, OffsetAnswer>>> {
    const [[name, partitions]] = [...at] as [[string, ReadonlyMap<number, OffsetSpec>]];
    const answers = new Map<number, OffsetAnswer>();
    for (const [partition, spec] of partitions) {
      const p = this.partitions.get(partition);
      answers.set(
        partition,
        !p || p.leader < 0
          ? { offset: -1n, timestamp: -1n, problem: "The partition has no leader: it is offline." }
          : { offset: BigInt(spec === "earliest" ? p.logStart : p.end), timestamp: -1n, problem: null },
      );
    }
    return new Map([[name, answers]]);
  }
}

/** Keeps what it is given, as text. */
export class Collector implements ReadSink {
  readonly values = new Map<number, string[]>();
  readonly offsets = new Map<number, number[]>();
  readonly problems: { source: Source; first: number; last: number; why: string }[] = [];
  most = Number.POSITIVE_INFINITY;
  count = 0;
  /** called after each batch */
  onRecords: () => void = () => {};
  flushed = 0;

  records: ReadSink["records"] = ({ batch, positions, count }) => {
    for (let i = 0; i < count; i++) {
      const record = readRecord(batch, positions[i]!);
      const value = record.value ? record.data.toString("utf8", record.value.start, record.value.end) : "null";
      this.values.set(batch.partition, [...(this.values.get(batch.partition) ?? []), value]);
      this.offsets.set(batch.partition, [...(this.offsets.get(batch.partition) ?? []), Number(record.offset)]);
    }
    this.count += count;
    this.onRecords();
  };
  unreadable(source: Source, first: number, last: number, why: string): void {
    this.problems.push({ source, first, last, why });
  }
  wanted(): number {
    return this.most - this.count;
  }
  atMost(): number {
    return this.most - this.count;
  }
  flush(): undefined {
    this.flushed++;
    return undefined;
  }
  /** answers that were gone through */
  readonly answers: Buffer[] = [];
  gone(answer: Buffer): void {
    this.answers.push(answer);
  }
  changed(): void {}
}

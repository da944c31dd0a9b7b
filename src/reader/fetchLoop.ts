import { pause } from "../kafka/abortable.ts";
import { leave } from "../kafka/answerMemory.ts";
import type { TopicInfo } from "../kafka/api.ts";
import type { Cluster } from "../kafka/cluster.ts";
import { kafkaError } from "../kafka/errors.ts";
import { PartitionScan, type ScanSink } from "../kafka/log/scan.ts";
import { type FetchedPartition, type FetchResponse, fetch, fetchByName } from "../kafka/protocol/fetch.ts";
import type { Isolation } from "../shared/messages.ts";
import { isCancelled, messageOf, UserError } from "../shared/userError.ts";
import type { PartitionReader } from "./partition.ts";

/** what fetching needs of a cluster */
export type FetchCluster = Pick<Cluster, "request" | "topics" | "topicsThere" | "offsets">;

/** Takes the records of one reading, in the order of each partition's log. */
export interface ReadSink extends ScanSink {
  /** how many more records are wanted; Infinity without a limit */
  wanted(): number;
  /** how many records of a partition may be handed over before `wanted` is asked again */
  atMost(): number;
  /** after each answer: what it returns is waited for before more is asked for (back pressure) */
  flush(): Promise<void> | undefined;
  /** An answer has been gone through: its memory is the sink's, to keep or to give back. */
  gone(answer: Buffer): void;
  /** positions, ends or problems have changed */
  changed(): void;
}

export interface FetchLimits {
  /** bytes of one answer */
  answer: number;
  /** bytes of one partition in an answer */
  partition: number;
  /** bytes that one batch may decompress to */
  batch: number;
  /** ms: a partition of a bounded reading that fails for as long is given up; Infinity: never */
  patience: number;
  /** ms for which a topic must stay unknown to count as deleted: right after a change brokers disagree for a moment */
  deletedAfter: number;
}

/** a first small answer, so that the first rows are there at once */
const FIRST_PARTITION_BYTES = 128 * 1024;
const FIRST_ANSWER_BYTES = 1024 * 1024;
/** how long a broker may hold an answer when there is nothing to say, ms */
const LONG_POLL = 500;
const IN_FLIGHT = 2;
/** ms of work after which other events get their turn */
const SLICE = 12;

/** how long after a lost connection brokers may still be starting, ms */
const AFTER_TROUBLE = 60_000;

const OFFSET_OUT_OF_RANGE = 1;
const UNKNOWN_TOPIC_OR_PARTITION = 3;
const TOPIC_AUTHORIZATION_FAILED = 29;
/** "you are not asking the leader", in its several forms */
const STALE_METADATA = new Set([UNKNOWN_TOPIC_OR_PARTITION, 5, 6, 9, 56, 74, 75, 78, 100]);

/** What is read of which topics. */
export interface FetchQuery {
  /** name → id, null where the brokers do not say; grows when topics appear that a pattern matches */
  topics: Map<string, string | null>;
  isolation: Isolation;
  /** markers and aborted messages are handed over too */
  control: boolean;
}

/**
 * Fetches from the leaders of topics' partitions until each is finished: no consumer group, nothing kept on the brokers.
 *
 * Per leader up to two requests are in flight over disjoint sets of partitions, so that the broker reads while we index. Partitions that have
 * nothing new wait at the broker in one request (long poll), or ride along in a request that has something to fetch.
 */
export class FetchLoop {
  readonly partitions: PartitionReader[];
  readonly #cluster: FetchCluster;
  readonly #query: FetchQuery;
  readonly #limits: FetchLimits;
  readonly #sink: ReadSink;
  readonly #inFlight = new Map<number, number>();
  #abort = new AbortController();
  #paused = false;
  #ended = false;
  #served = 0;
  #timer: NodeJS.Timeout | undefined;
  #metadata: Promise<void> | null = null;
  #metadataAt = Number.NEGATIVE_INFINITY;
  /** topics that are unknown, and since when (performance.now()) */
  readonly #unknownSince = new Map<string, number>();
  /** performance.now() at which other events are to get their turn */
  #sliceEnd = 0;
  /** when a request last failed as a whole */
  #troubleAt = Number.NEGATIVE_INFINITY;
  #settle: { resolve(): void; reject(error: unknown): void } | null = null;

  constructor(
    cluster: FetchCluster,
    query: FetchQuery,
    partitions: PartitionReader[],
    limits: FetchLimits,
    sink: ReadSink,
  ) {
    this.#cluster = cluster;
    this.#query = query;
    this.partitions = partitions;
    this.#limits = limits;
    this.#sink = sink;
  }

  /** Reads; resolves when all partitions are finished or no more records are wanted, rejects when the topic as a whole cannot be read. */
  run(signal: AbortSignal): Promise<void> {
    const done = new Promise<void>((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    const onAbort = (): void => this.#end();
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) this.#end();
    else this.#pump();
    return done.finally(() => signal.removeEventListener("abort", onAbort));
  }

  /** Stops asking; an answer that is under way is thrown away and fetched again on resume. Sockets stay. */
  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    clearTimeout(this.#timer);
    this.#abort.abort();
    this.#abort = new AbortController();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#pump();
  }

  /** Takes in a partition that the topic got meanwhile. */
  add(partition: PartitionReader): void {
    this.partitions.push(partition);
    this.wake();
  }

  /** Looks again at what can be fetched, after a partition was changed from outside. */
  wake(): void {
    this.#sink.changed();
    this.#pump();
  }

  #end(error?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#abort.abort();
    if (error === undefined) this.#settle?.resolve();
    else this.#settle?.reject(error);
  }

  /** Sends what can be sent now, and sees to it that it is called again when more can. */
  #pump(): void {
    if (this.#ended || this.#paused) return;
    clearTimeout(this.#timer);
    if (this.#sink.wanted() <= 0 || this.partitions.every((p) => p.finished)) {
      this.#end();
      return;
    }
    const now = performance.now();
    let wake = Number.POSITIVE_INFINITY;
    const ready = new Map<number, PartitionReader[]>();
    for (const p of this.partitions) {
      if (p.finished || p.inFlight || p.unplanned) continue;
      if (p.retryAt > now) wake = Math.min(wake, p.retryAt);
      else if (p.leader < 0) {
        p.retryLater("The partition has no leader: it is offline.");
        wake = Math.min(wake, p.retryAt);
        this.#refreshLeaders();
        this.#giveUpAfterPatience(p);
      } else {
        const group = ready.get(p.leader);
        if (group) group.push(p);
        else ready.set(p.leader, [p]);
      }
    }
    for (const [leader, partitions] of ready) this.#ask(leader, partitions);
    if (wake < Number.POSITIVE_INFINITY) this.#timer = setTimeout(() => this.#pump(), Math.max(1, wake - now));
  }

  #ask(leader: number, ready: PartitionReader[]): void {
    const underWay = this.#inFlight.get(leader) ?? 0;
    if (underWay >= IN_FLIGHT) return;
    const byService = (a: PartitionReader, b: PartitionReader): number => a.served - b.served;
    const behind = ready.filter((p) => p.behind).sort(byService);
    const idle = ready.filter((p) => !p.behind);
    if (behind.length === 0) {
      // one long poll at a time: two would wait behind each other at the broker
      if (underWay === 0) void this.#fetch(leader, idle);
      return;
    }
    const half = underWay === 0 ? Math.ceil(behind.length / 2) : behind.length;
    void this.#fetch(leader, [...behind.slice(0, half), ...idle]);
    if (half < behind.length) void this.#fetch(leader, behind.slice(half));
  }

  async #fetch(leader: number, partitions: PartitionReader[]): Promise<void> {
    const { signal } = this.#abort;
    this.#inFlight.set(leader, (this.#inFlight.get(leader) ?? 0) + 1);
    let first = false;
    let patient = false;
    for (const p of partitions) {
      p.inFlight = true;
      p.served = ++this.#served;
      first ||= !p.started;
      // ready data is answered at once anyway; waiting makes sure that an empty answer means that there is none
      patient ||= !p.behind || p.emptyAnswers > 0;
    }
    let trouble: string | null = null;
    let answer: Buffer | null = null;
    try {
      const topics = Map.groupBy(partitions, (p) => p.topic);
      const { topics: ids, isolation } = this.#query;
      const named = [...topics.keys()].some((name) => !ids.get(name));
      const response = await this.#cluster.request(
        leader,
        named ? fetchByName : fetch,
        {
          maxWait: patient ? LONG_POLL : 100,
          minBytes: 1,
          maxBytes: first ? Math.min(FIRST_ANSWER_BYTES, this.#limits.answer) : this.#limits.answer,
          isolation,
          topics: [...topics].map(([name, those]) => ({
            name,
            id: ids.get(name) ?? null,
            partitions: those.map((p) => ({
              partition: p.partition,
              offset: BigInt(p.position),
              maxBytes: p.started ? this.#limits.partition : Math.min(FIRST_PARTITION_BYTES, this.#limits.partition),
            })),
          })),
        },
        { signal },
      );
      answer = response.buffer;
      if (signal.aborted) return;
      await this.#take(response, partitions, signal);
      await this.#sink.flush();
      this.#sink.gone(answer);
      answer = null;
    } catch (error) {
      if (signal.aborted || isCancelled(error)) return;
      if (!(error instanceof UserError)) {
        this.#end(error);
        return;
      }
      trouble = messageOf(error);
    } finally {
      // who was interrupted may still look at it
      if (answer) leave(answer);
      for (const p of partitions) p.inFlight = false;
      this.#inFlight.set(leader, (this.#inFlight.get(leader) ?? 1) - 1);
    }
    if (trouble !== null) {
      this.#troubleAt = performance.now();
      for (const p of partitions) {
        p.retryLater(trouble);
        this.#giveUpAfterPatience(p);
      }
      this.#refreshLeaders();
      this.#sink.changed();
    }
    this.#pump();
  }

  async #take(response: FetchResponse, asked: PartitionReader[], signal: AbortSignal): Promise<void> {
    if (response.error !== 0) throw new UserError(kafkaError(response.error).sentence, { code: "broker" });
    const { topics } = this.#query;
    const bySource = new Map<string, PartitionReader>();
    for (const p of asked) {
      // an answer names its topics as they were asked for: by id or by name
      bySource.set(`${p.partition} ${p.topic}`, p);
      const id = topics.get(p.topic);
      if (id) bySource.set(`${p.partition} ${id}`, p);
    }
    const empty = response.throttle <= 0 && response.partitions.every((f) => f.end === f.start && f.error === 0);
    for (const fetched of response.partitions) {
      const p = bySource.get(`${fetched.partition} ${fetched.topic}`);
      if (!p || p.finished) continue;
      if (fetched.error !== 0) this.#takeError(p, fetched.error);
      else {
        p.recovered();
        p.started = true;
        if (this.#unknownSince.size > 0) this.#unknownSince.delete(p.topic);
        await this.#takeRecords(p, fetched, response.buffer, { empty, first: p === asked[0] }, signal);
        if (signal.aborted) return;
      }
      if (this.#sink.wanted() <= 0) break;
    }
    this.#sink.changed();
  }

  async #takeRecords(
    p: PartitionReader,
    fetched: FetchedPartition,
    buffer: Buffer,
    answer: { empty: boolean; first: boolean },
    signal: AbortSignal,
  ): Promise<void> {
    const { isolation, control } = this.#query;
    p.end = Number(isolation === "read_committed" ? fetched.lastStableOffset : fetched.highWatermark);
    if (fetched.logStartOffset >= 0n) p.logStart = Number(fetched.logStartOffset);
    const before = p.position;
    const scan = new PartitionScan(
      {
        buffer,
        start: fetched.start,
        end: fetched.end,
        source: p.source,
        aborted: isolation === "read_committed" ? fetched.aborted : null,
        control,
      },
      { from: before, visible: p.minOffset, to: p.to, end: p.end, batchBytes: this.#limits.batch },
      this.#sink,
    );
    let result = scan.run(this.#sink.atMost(), this.#sliceEnd);
    p.position = result.next;
    while (result.more || performance.now() > this.#sliceEnd) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      this.#sliceEnd = performance.now() + SLICE;
      if (signal.aborted || !result.more) break;
      result = scan.run(this.#sink.atMost(), this.#sliceEnd);
      p.position = result.next;
    }
    if (p.position > before) {
      p.emptyAnswers = p.cutAnswers = 0;
      p.skip = 1;
    } else if (result.cut && answer.first && ++p.cutAnswers >= 3) {
      // the first partition's first batch always comes whole, whatever the limits: this one never will
      const last = before + p.skip - 1;
      const { claimed, there } = result.cut;
      const why = `The batch at offset ${before} is damaged: it claims ${claimed} bytes, but the broker has ${there}.`;
      this.#sink.unreadable(p.source, before, last, why);
      p.position = last + 1;
      p.skip *= 2;
    } else if (answer.empty && p.behind && ++p.emptyAnswers >= 3) {
      // the log has nothing up to its end: compaction or a deletion left a gap
      p.position = Math.min(p.end, p.to);
      p.emptyAnswers = 0;
    }
  }

  #takeError(p: PartitionReader, code: number): void {
    const { sentence, retriable } = kafkaError(code);
    if (code === OFFSET_OUT_OF_RANGE) {
      p.retryLater(sentence);
      void this.#reset(p);
    } else if (STALE_METADATA.has(code) || retriable) {
      p.retryLater(sentence);
      this.#giveUpAfterPatience(p);
      this.#refreshLeaders();
    } else if (code === TOPIC_AUTHORIZATION_FAILED) {
      this.#giveUpTopic(p.topic, `Not authorized to read topic ${p.topic}.`, "topic-authorization-failed");
    } else if (this.#limits.patience < Number.POSITIVE_INFINITY) {
      p.problem = sentence;
      p.failed = true;
    } else p.retryLater(sentence);
  }

  #giveUpAfterPatience(p: PartitionReader): void {
    if (performance.now() - p.failingSince > this.#limits.patience) p.failed = true;
  }

  /** The position is gone from the log, or not yet in it: goes on where the log starts, or ends, and says what that means. */
  async #reset(p: PartitionReader): Promise<void> {
    const { signal } = this.#abort;
    try {
      const at = (spec: "earliest" | "latest") =>
        this.#cluster.offsets(new Map([[p.topic, new Map([[p.partition, spec]])]]), this.#query.isolation, signal);
      const [earliest, latest] = (await Promise.all([at("earliest"), at("latest")])).map((m) =>
        m.get(p.topic)?.get(p.partition),
      );
      if (signal.aborted || !earliest || !latest || earliest.problem || latest.problem) return;
      const start = Number(earliest.offset);
      const end = Number(latest.offset);
      await this.checkTopics([p.topic]);
      if (signal.aborted || p.failed) return;
      if (p.position < start) {
        p.note = lostNote(start - p.position, start);
        p.position = p.minOffset = start;
      } else if (p.position > end) {
        p.note = `The log now ends at offset ${end}, before offset ${p.position} that was to be read next: it was cut. Reading goes on from its end.`;
        p.position = p.minOffset = end;
      }
      p.logStart = start;
      p.end = end;
      p.recovered();
    } catch (error) {
      if (!signal.aborted && !isCancelled(error)) p.problem = messageOf(error);
    }
    this.#sink.changed();
    this.#pump();
  }

  /** A broker that has just come up knows no topics for a moment. */
  #patienceForDeleted(): number {
    const restarting = performance.now() - this.#troubleAt < AFTER_TROUBLE;
    return restarting ? 10 * this.#limits.deletedAfter : this.#limits.deletedAfter;
  }

  /** Who leads what, asked at most five times a second, of the topics that have trouble. */
  #refreshLeaders(): void {
    if (this.#metadata || this.#ended) return;
    const { signal } = this.#abort;
    const wait = Math.max(0, this.#metadataAt + 200 - performance.now());
    this.#metadata = pause(wait, signal)
      .then(async () => {
        const troubled = this.partitions.filter((p) => !p.finished && (p.failures > 0 || p.leader < 0));
        await this.checkTopics([...new Set(troubled.map((p) => p.topic))]);
      })
      .catch((error: unknown) => {
        // the fetches will say what is wrong
        if (!signal.aborted && !isCancelled(error) && !(error instanceof UserError)) this.#end(error);
      })
      .finally(() => {
        this.#metadata = null;
        this.#metadataAt = performance.now();
      });
  }

  /**
   * Looks up topics: takes in who leads their partitions, and gives up those that stay unknown (deleted) and those that have another id than at the start
   * (deleted and created anew). Gives what was found of them. Rejects with UserError.
   */
  async checkTopics(names: string[]): Promise<TopicInfo[]> {
    const { signal } = this.#abort;
    const found = new Map((await this.#cluster.topicsThere(names, signal)).map((topic) => [topic.name, topic]));
    const now = performance.now();
    for (const name of names) {
      const topic = found.get(name);
      if (!topic) {
        const since = this.#unknownSince.get(name) ?? now;
        this.#unknownSince.set(name, since);
        if (now - since > this.#patienceForDeleted()) {
          this.#giveUpTopic(name, `Topic ${name} no longer exists: it was deleted while it was read.`, "unknown-topic");
        }
        continue;
      }
      this.#unknownSince.delete(name);
      const known = this.#query.topics.get(name);
      if (known && topic.id && topic.id !== known) {
        found.delete(name);
        const what = `Topic ${name} was deleted and created anew while it was read: what is shown is of the old one. Restart to read the new one.`;
        this.#giveUpTopic(name, what, "recreated");
        continue;
      }
      const leaders = new Map(topic.partitions.map((info) => [info.partition, info.leader]));
      for (const p of this.partitions) if (p.topic === name) p.leader = leaders.get(p.partition) ?? p.leader;
    }
    return [...found.values()];
  }

  /** Nothing more can be read of a topic; when it was the last, that is the end. */
  #giveUpTopic(name: string, problem: string, code: string): void {
    for (const p of this.partitions) {
      if (p.topic !== name || p.finished) continue;
      p.problem = problem;
      p.failed = true;
    }
    if (this.partitions.every((p) => p.finished)) this.#end(new UserError(problem, { code }));
    else this.#sink.changed();
  }
}

/** "123 messages …": what is gone from the start of a log, and where reading goes on. */
export const lostNote = (lost: number, start: number): string =>
  `Up to ${lost.toLocaleString("en")} ${lost === 1 ? "message was" : "messages were"} deleted before ${lost === 1 ? "it was" : "they were"} read (retention, or records deleted on purpose): reading goes on at offset ${start}, where the log starts.`;

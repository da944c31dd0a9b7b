import type { TopicInfo } from "../kafka/api.ts";
import type { Source } from "../kafka/log/batch.ts";
import type { OffsetAnswer, OffsetSpec } from "../kafka/offsets.ts";
import type { Isolation, ReadFrom, ReadQuery, ReadTo } from "../shared/messages.ts";
import { UserError } from "../shared/userError.ts";
import { type FetchCluster, lostNote } from "./fetchLoop.ts";
import { PartitionReader } from "./partition.ts";

/** What the brokers say about one partition before reading starts. */
export interface Known {
  source: Source;
  leader: number;
  logStart: number;
  /** high watermark, or last stable offset for read_committed */
  end: number;
  /** for a start by time: the first offset not older; -1 when none is */
  atTime: number | null;
  /** for an end by time: the first offset that is younger; -1 when none is */
  afterTime: number | null;
  /** for a start at a group's or at given offsets; null where there is none */
  startOffset: number | null;
  /** why it could not be asked, a sentence */
  problem: string | null;
}

/** topic → partition → where a consumer group has committed */
export type Committed = ReadonlyMap<string, ReadonlyMap<number, bigint>>;

type Chosen = Pick<Known, "source" | "leader" | "startOffset">;

/** Asks for what `ranges` needs: partitions, their ends, and the offsets of a time. Rejects with a UserError. */
export async function askOffsets(
  cluster: FetchCluster,
  query: ReadQuery,
  topics: readonly TopicInfo[],
  committed: Committed | null,
  signal: AbortSignal,
): Promise<Known[]> {
  const chosen = choose(topics, query, committed);
  const ask = (spec: OffsetSpec, isolation: Isolation): Promise<Map<string, Map<number, OffsetAnswer>>> => {
    const at = new Map<string, Map<number, OffsetSpec>>();
    for (const { source } of chosen) {
      const those = at.get(source.topic) ?? new Map<number, OffsetSpec>();
      at.set(source.topic, those.set(source.partition, spec));
    }
    return cluster.offsets(at, isolation, signal);
  };
  const { from, to, isolation } = query;
  const [earliest, latest, atTime, afterTime] = await Promise.all([
    ask("earliest", isolation),
    ask("latest", isolation),
    from.kind === "time" ? ask(BigInt(from.timestamp), isolation) : null,
    to.kind === "time" ? ask(BigInt(to.timestamp) + 1n, isolation) : null,
  ]);
  return chosen.map(({ source, leader, startOffset }): Known => {
    const of = (answers: Map<string, Map<number, OffsetAnswer>>): OffsetAnswer | undefined =>
      answers.get(source.topic)?.get(source.partition);
    const answers = [earliest, latest, atTime, afterTime].filter((a) => a !== null).map(of);
    const problem = answers.every((a) => a)
      ? answers.find((a) => a?.problem)?.problem
      : "The broker does not name its offsets.";
    return {
      source,
      leader,
      startOffset,
      logStart: Number(of(earliest)?.offset ?? 0n),
      end: Number(of(latest)?.offset ?? 0n),
      atTime: atTime ? Number(of(atTime)?.offset ?? -1n) : null,
      afterTime: afterTime ? Number(of(afterTime)?.offset ?? -1n) : null,
      problem: problem ?? null,
    };
  });
}

function choose(topics: readonly TopicInfo[], query: ReadQuery, committed: Committed | null): Chosen[] {
  const { from } = query;
  return topics.flatMap((topic) => {
    const offsets =
      from.kind === "offsets"
        ? new Map(from.offsets.filter((o) => o.topic === topic.name).map((o) => [o.partition, Number(o.offset)]))
        : null;
    const wanted = offsets ? [...offsets.keys()] : query.partitions;
    const single = topics.length === 1;
    return partitionsOf(topic, wanted, single).map(({ partition, leader }): Chosen => {
      const group = committed?.get(topic.name)?.get(partition);
      return {
        source: { topic: topic.name, partition },
        leader,
        startOffset: offsets?.get(partition) ?? (group === undefined ? null : Number(group)),
      };
    });
  });
}

/** With several topics, one that lacks some of the partitions is read as far as it has them. */
function partitionsOf(
  { name, partitions: all }: TopicInfo,
  wanted: readonly number[] | null,
  mustExist: boolean,
): { partition: number; leader: number }[] {
  if (wanted === null) return all;
  const missing = wanted.filter((one) => !all.some((p) => p.partition === one));
  if (missing.length > 0 && mustExist) {
    const have = all.length === 1 ? "only partition 0" : `partitions 0 to ${all.length - 1}`;
    throw new UserError(`Topic ${name} has ${have}: there is no partition ${missing.join(", ")}.`, {
      code: "unknown-partition",
    });
  }
  return all.filter((p) => wanted.includes(p.partition));
}

/** Where each partition is read from and to. For `last`, see tail.ts: the ranges then are what comes after those messages. */
export function ranges(known: readonly Known[], from: ReadFrom, to: ReadTo): PartitionReader[] {
  const bounded = isBounded(to, Date.now());
  return known.map((k) => {
    const start = startOf(k, from);
    const reader = new PartitionReader(k.source, k.leader, {
      from: Math.min(start, k.end),
      to: endOf(k, to, bounded),
      end: k.end,
      logStart: k.logStart,
    });
    reader.minOffset = start;
    const asked = from.kind === "offset" ? Number(from.offset) : k.startOffset;
    if (k.problem !== null) {
      // where it starts and ends is not known yet: a bounded reading goes without it, a live one asks again (run.ts)
      reader.problem = k.problem;
      if (bounded) reader.failed = true;
      else reader.unplanned = true;
    } else if (asked !== null && start > asked) {
      reader.note = lostNote(start - asked, start);
    } else if (from.kind === "group" && k.startOffset === null && k.logStart < k.end) {
      reader.note = `Group ${from.group} has committed no offset here: reading starts where the log does, at offset ${start.toLocaleString("en")}.`;
    }
    return reader;
  });
}

/** Whether the end is known from the start: not when it is a time that is still to come. */
export const isBounded = (to: ReadTo, now: number): boolean =>
  to.kind === "end" || (to.kind === "time" && Number(to.timestamp) <= now);

function startOf(k: Known, from: ReadFrom): number {
  switch (from.kind) {
    case "beginning":
      return k.logStart;
    case "latest":
    case "last":
      return k.end;
    case "offset":
      return Math.max(Number(from.offset), k.logStart);
    case "offsets":
    case "group":
      return Math.max(k.startOffset ?? 0, k.logStart);
    case "time":
      return k.atTime === null || k.atTime < 0 ? k.end : Math.max(k.atTime, k.logStart);
  }
}

/** The first offset that is not wanted. */
function endOf(k: Known, to: ReadTo, bounded: boolean): number {
  switch (to.kind) {
    case "end":
      return k.end;
    case "offset":
      return Number(to.offset) + 1;
    case "time":
      if (k.afterTime !== null && k.afterTime >= 0) return k.afterTime;
      return bounded ? k.end : Number.POSITIVE_INFINITY;
    default:
      return Number.POSITIVE_INFINITY;
  }
}

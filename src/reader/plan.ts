import type { TopicInfo } from "../kafka/api.ts";
import type { OffsetAnswer, OffsetSpec } from "../kafka/offsets.ts";
import type { Isolation, ReadFrom, ReadQuery, ReadTo } from "../shared/messages.ts";
import { UserError } from "../shared/userError.ts";
import { type FetchCluster, lostNote } from "./fetchLoop.ts";
import { PartitionReader } from "./partition.ts";

/** What the brokers say about one partition before reading starts. */
export interface Known {
  partition: number;
  leader: number;
  logStart: number;
  /** high watermark, or last stable offset for read_committed */
  end: number;
  /** for a start by time: the first offset not older; -1 when none is */
  atTime: number | null;
  /** why it could not be asked, a sentence */
  problem: string | null;
}

/** Asks for what `ranges` needs: partitions, their ends, and the offsets of a time. Rejects with a UserError. */
export async function askOffsets(cluster: FetchCluster, query: ReadQuery, signal: AbortSignal): Promise<Known[]> {
  const [topic] = await cluster.topics([query.topic], signal);
  const chosen = choose(topic, query);
  const ask = (spec: OffsetSpec, isolation: Isolation): Promise<Map<number, OffsetAnswer>> =>
    cluster.listOffsets(query.topic, new Map(chosen.map((p) => [p.partition, spec])), isolation, signal);
  const [earliest, latest, atTime] = await Promise.all([
    ask("earliest", query.isolation),
    ask("latest", query.isolation),
    query.from.kind === "time" ? ask(BigInt(query.from.timestamp), query.isolation) : null,
  ]);
  return chosen.map(({ partition, leader }): Known => {
    const answers = [earliest.get(partition), latest.get(partition), ...(atTime ? [atTime.get(partition)] : [])];
    const problem = answers.every((a) => a)
      ? answers.find((a) => a?.problem)?.problem
      : "The broker does not name its offsets.";
    return {
      partition,
      leader,
      logStart: Number(earliest.get(partition)?.offset ?? 0n),
      end: Number(latest.get(partition)?.offset ?? 0n),
      atTime: atTime ? Number(atTime.get(partition)?.offset ?? -1n) : null,
      problem: problem ?? null,
    };
  });
}

function choose(topic: TopicInfo | undefined, query: ReadQuery): { partition: number; leader: number }[] {
  const all = topic?.partitions ?? [];
  if (query.partitions === null) return all;
  const missing = query.partitions.filter((wanted) => !all.some((p) => p.partition === wanted));
  if (missing.length > 0) {
    const have = all.length === 1 ? "only partition 0" : `partitions 0 to ${all.length - 1}`;
    throw new UserError(`Topic ${query.topic} has ${have}: there is no partition ${missing.join(", ")}.`, {
      code: "unknown-partition",
    });
  }
  return all.filter((p) => query.partitions!.includes(p.partition));
}

/** Where each partition is read from and to. For `last`, see tail.ts: the ranges then are what comes after those messages. */
export function ranges(known: readonly Known[], from: ReadFrom, to: ReadTo): PartitionReader[] {
  return known.map((k) => {
    const start = startOf(k, from);
    const bounded = to.kind === "end";
    const reader = new PartitionReader(k.partition, k.leader, {
      from: Math.min(start, k.end),
      to: bounded ? k.end : Number.POSITIVE_INFINITY,
      end: k.end,
      logStart: k.logStart,
    });
    reader.minOffset = start;
    if (k.problem !== null) {
      // where it starts and ends is not known yet: a bounded reading goes without it, a live one asks again (run.ts)
      reader.problem = k.problem;
      if (bounded) reader.failed = true;
      else reader.unplanned = true;
    } else if (from.kind === "offset" && start > Number(from.offset)) {
      reader.note = lostNote(start - Number(from.offset), start);
    }
    return reader;
  });
}

function startOf(k: Known, from: ReadFrom): number {
  switch (from.kind) {
    case "beginning":
      return k.logStart;
    case "latest":
    case "last":
      return k.end;
    case "offset":
      return Math.max(Number(from.offset), k.logStart);
    case "time":
      return k.atTime === null || k.atTime < 0 ? k.end : Math.max(k.atTime, k.logStart);
  }
}

import { pause } from "./abortable.ts";
import type { Cluster } from "./cluster.ts";
import { kafkaError } from "./errors.ts";
import { listOffsets } from "./protocol/listOffsets.ts";
import { metadata } from "./protocol/metadata.ts";

/** An end of the log, or a time in milliseconds since the epoch. */
export type OffsetSpec = "earliest" | "latest" | bigint;

export interface OffsetAnswer {
  /** -1: no message is that young, or there is a problem */
  offset: bigint;
  /** of the message found by time; -1 otherwise */
  timestamp: bigint;
  /** why there is no answer, a sentence; null when there is one */
  problem: string | null;
}

export type Isolation = "read_committed" | "read_uncommitted";

const ATTEMPTS = 4;

/**
 * Offsets of partitions of any number of topics: leaders from fresh metadata, one request per leader however many partitions it leads, leader
 * changes followed a few times. Every partition asked about is in the answer; one without an answer says why. Never rejects on their account.
 */
export async function readOffsets(
  cluster: Cluster,
  at: ReadonlyMap<string, ReadonlyMap<number, OffsetSpec>>,
  isolation: Isolation,
  signal?: AbortSignal,
): Promise<Map<string, Map<number, OffsetAnswer>>> {
  const results = new Map([...at.keys()].map((topic) => [topic, new Map<number, OffsetAnswer>()]));
  const fail = (topic: string, partition: number, problem: string): void => {
    results.get(topic)?.set(partition, { offset: -1n, timestamp: -1n, problem });
  };
  let open = [...at].flatMap(([topic, partitions]) =>
    [...partitions.keys()].map((partition) => ({ topic, partition })),
  );
  for (let attempt = 0; open.length > 0; attempt++) {
    if (attempt > 0) await pause(50 * 2 ** attempt, signal);
    const last = attempt === ATTEMPTS - 1;
    const leaders = await leadersOf(cluster, [...new Set(open.map(({ topic }) => topic))], signal);
    const byLeader = new Map<number, typeof open>();
    for (const wanted of open) {
      const leader = leaders.get(wanted.topic)?.get(wanted.partition);
      if (leader === undefined) fail(wanted.topic, wanted.partition, "The cluster does not have this partition.");
      else if (leader < 0) fail(wanted.topic, wanted.partition, "The partition has no leader: it is offline.");
      else if (byLeader.has(leader)) byLeader.get(leader)?.push(wanted);
      else byLeader.set(leader, [wanted]);
    }
    const again: typeof open = [];
    await Promise.all(
      [...byLeader].map(async ([leader, partitions]) => {
        const topics = [...Map.groupBy(partitions, ({ topic }) => topic)].map(([topic, those]) => ({
          topic,
          partitions: those.map(({ partition }) => ({ partition, timestamp: onWire(at.get(topic)!.get(partition)!) })),
        }));
        const body = { isolation: isolation === "read_committed" ? 1 : 0, topics };
        const answer = await cluster.request(leader, listOffsets, body, { signal });
        for (const { topic, partitions: answers } of answer.topics) {
          for (const { partition, error, offset, timestamp } of answers) {
            if (error === 0) results.get(topic)?.set(partition, { offset, timestamp, problem: null });
            else if (kafkaError(error).retriable && !last) again.push({ topic, partition });
            else fail(topic, partition, kafkaError(error).sentence);
          }
        }
      }),
    );
    open = again;
  }
  return results;
}

/** topic → partition → leader (-1: none); topics that do not exist are left out. */
async function leadersOf(cluster: Cluster, topics: string[], signal: AbortSignal | undefined) {
  const answer = await cluster.request("any", metadata, { topics }, { signal });
  return new Map(
    answer.topics.map((topic) => [topic.name, new Map(topic.partitions.map((p) => [p.partition, p.leader]))]),
  );
}

const onWire = (at: OffsetSpec): bigint => (at === "earliest" ? -2n : at === "latest" ? -1n : at);

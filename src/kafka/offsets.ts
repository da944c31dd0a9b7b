import { pause } from "./abortable.ts";
import type { Cluster } from "./cluster.ts";
import { kafkaError } from "./errors.ts";
import { listOffsets } from "./protocol/listOffsets.ts";

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

const ATTEMPTS = 4;

/** Behind Cluster.listOffsets: leaders from fresh metadata, one request per leader, leader changes followed a few times. */
export async function readOffsets(
  cluster: Cluster,
  topic: string,
  at: ReadonlyMap<number, OffsetSpec>,
  isolation: "read_committed" | "read_uncommitted",
  signal: AbortSignal | undefined,
): Promise<Map<number, OffsetAnswer>> {
  const results = new Map<number, OffsetAnswer>();
  const fail = (partition: number, problem: string): void => {
    results.set(partition, { offset: -1n, timestamp: -1n, problem });
  };
  let open = [...at.keys()];
  for (let attempt = 0; open.length > 0; attempt++) {
    if (attempt > 0) await pause(50 * 2 ** attempt, signal);
    const last = attempt === ATTEMPTS - 1;
    const [info] = await cluster.topics([topic], signal);
    const leaders = new Map(info?.partitions.map((p) => [p.partition, p.leader]));
    const byLeader = new Map<number, number[]>();
    for (const partition of open) {
      const leader = leaders.get(partition);
      if (leader === undefined) fail(partition, `Topic ${topic} has no partition ${partition}.`);
      else if (leader < 0) fail(partition, "The partition has no leader: it is offline.");
      else byLeader.set(leader, [...(byLeader.get(leader) ?? []), partition]);
    }
    const again: number[] = [];
    await Promise.all(
      [...byLeader].map(async ([leader, partitions]) => {
        const answer = await cluster.request(
          leader,
          listOffsets,
          {
            isolation: isolation === "read_committed" ? 1 : 0,
            topics: [{ topic, partitions: partitions.map((p) => ({ partition: p, timestamp: wire(at.get(p)!) })) }],
          },
          { signal },
        );
        for (const { partition, error, offset, timestamp } of answer.topics.flatMap((t) => t.partitions)) {
          if (error === 0) results.set(partition, { offset, timestamp, problem: null });
          else if (kafkaError(error).retriable && !last) again.push(partition);
          else fail(partition, kafkaError(error).sentence);
        }
      }),
    );
    open = again;
  }
  return results;
}

const wire = (at: OffsetSpec): bigint => (at === "earliest" ? -2n : at === "latest" ? -1n : at);

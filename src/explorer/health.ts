import type { PartitionInfo, TopicInfo } from "../kafka/api.ts";

export type Health = "offline" | "under-replicated" | "fine";

/** Offline: no leader, nothing can be read or written. Under-replicated: a replica is not in sync. */
export function partitionHealth(partition: Pick<PartitionInfo, "leader" | "replicas" | "isr">): Health {
  if (partition.leader < 0) return "offline";
  return partition.isr.length < partition.replicas.length ? "under-replicated" : "fine";
}

export function topicHealth({ partitions }: Pick<TopicInfo, "partitions">): {
  health: Health;
  offline: number;
  underReplicated: number;
} {
  let offline = 0;
  let underReplicated = 0;
  for (const partition of partitions) {
    const health = partitionHealth(partition);
    if (health === "offline") offline++;
    else if (health === "under-replicated") underReplicated++;
  }
  return { health: offline ? "offline" : underReplicated ? "under-replicated" : "fine", offline, underReplicated };
}

/** The replicas that are not in sync. */
export const laggingReplicas = ({ replicas, isr }: Pick<PartitionInfo, "replicas" | "isr">): number[] =>
  replicas.filter((replica) => !isr.includes(replica));

/** Topics that Kafka and the tools around it keep for themselves: flagged by the broker, or named as such by convention. */
export const isInternal = ({ name, internal }: Pick<TopicInfo, "name" | "internal">): boolean =>
  internal || name.startsWith("__") || name === "_schemas" || name.startsWith("_confluent");

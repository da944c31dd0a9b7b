import { consumerOffsets } from "./consumerOffsets.ts";
import type { InternalFormat } from "./coordinatorRecords.ts";
import { checkpoints, heartbeats, offsetSyncs } from "./mirrorMaker.ts";
import { schemasTopic } from "./schemasTopic.ts";
import { shareGroupState } from "./shareGroupState.ts";
import { transactionState } from "./transactionState.ts";

const RESERVED = new Map<string, InternalFormat>([
  ["__consumer_offsets", consumerOffsets],
  ["__transaction_state", transactionState],
  ["__share_group_state", shareGroupState],
]);

/**
 * How the records of a topic are decoded that Kafka or a tool beside it writes for itself; null for any other topic. MirrorMaker's
 * separator ("." unless configured otherwise) stands between a cluster's alias and the rest. Kafka Connect's topics are JSON and have
 * no names of their own: see connect.ts. __cluster_metadata is not there: brokers do not let clients fetch it.
 */
export function internalFormat(topic: string): InternalFormat | null {
  const reserved = RESERVED.get(topic);
  if (reserved) return reserved;
  if (topic === "_schemas") return schemasTopic;
  if (/(^|[._-])heartbeats$/.test(topic)) return heartbeats;
  if (/.[._-]checkpoints[._-]internal$/.test(topic)) return checkpoints;
  if (/^mm2-offset-syncs[._-].+[._-]internal$/.test(topic)) return offsetSyncs;
  return null;
}

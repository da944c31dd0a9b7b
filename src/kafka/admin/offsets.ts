import type { PartitionOffsets } from "../api.ts";
import type { Cluster } from "../cluster.ts";
import { type OffsetSpec, readOffsets } from "../offsets.ts";

/**
 * First offset and high watermark of every partition of a topic, in two requests per broker. Partitions whose leader does not answer are left
 * out. Rejects with UserError "unknown-topic".
 */
export async function partitionOffsets(
  cluster: Cluster,
  topic: string,
  signal?: AbortSignal,
): Promise<PartitionOffsets[]> {
  const [info] = await cluster.topics([topic], signal);
  const partitions = (info?.partitions ?? []).map((p) => p.partition);
  const ask = async (at: OffsetSpec) => {
    const specs = new Map([[topic, new Map(partitions.map((partition) => [partition, at]))]]);
    return (await readOffsets(cluster, specs, "read_uncommitted", signal)).get(topic);
  };
  const [first, last] = await Promise.all([ask("earliest"), ask("latest")]);
  return partitions.flatMap((partition) => {
    const from = first?.get(partition);
    const to = last?.get(partition);
    if (!from || !to || from.problem !== null || to.problem !== null) return [];
    return [{ partition, first: from.offset, last: to.offset }];
  });
}

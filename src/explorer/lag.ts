import type { GroupLag } from "../kafka/api.ts";

/** The messages that are still to be read, over all partitions with a committed offset; null where none has one. */
export function totalLag(partitions: readonly Pick<GroupLag, "lag">[]): bigint | null {
  let total: bigint | null = null;
  for (const { lag } of partitions) if (lag !== null) total = (total ?? 0n) + lag;
  return total;
}

import { Reader } from "./wire.ts";

/**
 * The assignment of a member of a classic group of protocol type "consumer": which partitions it reads. Empty while the group rebalances.
 * Throws (MalformedError) on bytes that are something else: a client may write what it likes there.
 * Source: ConsumerProtocolAssignment.json; later versions only add at the end.
 */
export function readConsumerAssignment(bytes: Buffer): { topic: string; partitions: number[] }[] {
  if (bytes.length === 0) return [];
  const r = new Reader(bytes);
  r.int16();
  return r.array(() => ({ topic: r.string(), partitions: r.array(() => r.int32()) }));
}

import type { BrokerConnection } from "./connection.ts";
import { describeQuorum } from "./protocol/describeQuorum.ts";

/**
 * The id of the active controller, null when it cannot be found out. With KRaft the metadata names any broker, which forwards to the real
 * one: the quorum knows better (brokers on ZooKeeper do not speak of it). A controller of its own is not among the brokers.
 */
export async function activeController(
  connection: BrokerConnection,
  fromMetadata: number,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<number | null> {
  if (!connection.speaks(describeQuorum)) return fromMetadata < 0 ? null : fromMetadata;
  const quorum = await connection.request(describeQuorum, null, timeoutMs, signal);
  return quorum.error === 0 && quorum.leader >= 0 ? quorum.leader : null;
}

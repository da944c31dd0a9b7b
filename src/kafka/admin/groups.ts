import { messageOf, UserError } from "../../shared/userError.ts";
import { pause } from "../abortable.ts";
import type { BrokerInfo, GroupDescription, GroupLag, GroupListing } from "../api.ts";
import type { Cluster } from "../cluster.ts";
import { brokerError, kafkaError } from "../errors.ts";
import { type OffsetSpec, readOffsets } from "../offsets.ts";
import { consumerGroupDescribe, type ModernGroup, shareGroupDescribe } from "../protocol/consumerGroupDescribe.ts";
import { readConsumerAssignment } from "../protocol/consumerProtocol.ts";
import { type DescribedGroup, describeGroups as describeClassicGroups } from "../protocol/describeGroups.ts";
import { listGroups as listGroupsOf } from "../protocol/listGroups.ts";
import { metadata } from "../protocol/metadata.ts";
import { offsetFetch } from "../protocol/offsetFetch.ts";

const LOADING = "COORDINATOR_LOAD_IN_PROGRESS";
const NOT_FOUND = "GROUP_ID_NOT_FOUND";

/** All groups of the cluster, of every type, sorted by id: each broker lists those it coordinates. */
export async function listGroups(cluster: Cluster, signal?: AbortSignal): Promise<GroupListing[]> {
  const brokers = await cluster.brokerIds(signal);
  const lists = await Promise.all(brokers.map((broker) => groupsOf(cluster, broker, signal)));
  // while a coordinator moves, two brokers may list the same group
  const groups = new Map(lists.flat().map((group) => [group.groupId, group]));
  return [...groups.values()].sort((a, b) => (a.groupId < b.groupId ? -1 : 1));
}

async function groupsOf(cluster: Cluster, broker: number, signal: AbortSignal | undefined): Promise<GroupListing[]> {
  for (let attempt = 0; ; attempt++) {
    const { error, groups } = await cluster.request(broker, listGroupsOf, null, { signal });
    if (error === 0) return groups;
    if (kafkaError(error).name !== LOADING || attempt === 5) {
      // no group has ever been kept there: the offsets topic does not exist yet
      if (kafkaError(error).name === "COORDINATOR_NOT_AVAILABLE") return groups;
      throw brokerError(error, `The consumer groups of broker ${broker} cannot be listed`);
    }
    await pause(100 * 2 ** attempt, signal);
  }
}

/**
 * State and members of groups, in the order asked. Classic groups of another protocol than "consumer" (Connect, schema registries) have members
 * without assignments: what they assign is no partitions. Rejects with UserError "unknown-group" for one that does not exist.
 */
export async function describeGroups(
  cluster: Cluster,
  groupIds: readonly string[],
  signal?: AbortSignal,
): Promise<GroupDescription[]> {
  return Promise.all(groupIds.map((groupId) => describeGroup(cluster, groupId, signal)));
}

async function describeGroup(cluster: Cluster, groupId: string, signal?: AbortSignal): Promise<GroupDescription> {
  const to = { coordinatorOf: groupId };
  const [classic] = await cluster.request(to, describeClassicGroups, [groupId], { signal });
  const coordinator = await cluster.coordinator(groupId, signal);
  const exists = classic && classic.state !== "Dead" && kafkaError(classic.error).name !== NOT_FOUND;
  if (classic && exists) {
    if (classic.error !== 0) throw brokerError(classic.error, `Group ${groupId} cannot be described`, classic.message);
    return classicGroup(classic, coordinator);
  }
  const modern = [
    ["consumer", consumerGroupDescribe],
    ["share", shareGroupDescribe],
  ] as const;
  for (const [type, api] of modern) {
    if (!(await cluster.speaks(coordinator.id, api, signal))) continue;
    const [group] = await cluster.request(to, api, [groupId], { signal });
    if (group?.error === 0) return modernGroup(group, type, coordinator);
    // a broker that knows the request but not the group protocol (not turned on) answers UNSUPPORTED_VERSION
    if (group && ![NOT_FOUND, "UNSUPPORTED_VERSION"].includes(kafkaError(group.error).name)) {
      throw brokerError(group.error, `Group ${groupId} cannot be described`, group.message);
    }
  }
  throw new UserError(`There is no group ${groupId} on this cluster (any more).`, { code: "unknown-group" });
}

function classicGroup(group: DescribedGroup, coordinator: BrokerInfo): GroupDescription {
  return {
    groupId: group.groupId,
    protocolType: group.protocolType,
    state: group.state,
    type: "classic",
    coordinator,
    members: group.members.map(({ memberId, clientId, host, assignment }) => ({
      memberId,
      clientId,
      host: host.replace(/^\//, ""),
      assignments: group.protocolType === "consumer" ? assignmentsOf(assignment) : [],
    })),
  };
}

/** Clients write the assignment, and the broker keeps whatever it is: one that cannot be read must not hide the group. */
function assignmentsOf(bytes: Buffer): { topic: string; partitions: number[] }[] {
  try {
    return readConsumerAssignment(bytes).map(({ topic, partitions }) => ({ topic, partitions: ascending(partitions) }));
  } catch (error) {
    return [{ topic: `(assignment that cannot be read: ${messageOf(error)})`, partitions: [] }];
  }
}

function modernGroup(group: ModernGroup, type: string, coordinator: BrokerInfo): GroupDescription {
  return {
    groupId: group.groupId,
    protocolType: type,
    state: group.state,
    type,
    coordinator,
    members: group.members.map(({ memberId, clientId, host, assignments }) => ({
      memberId,
      clientId,
      host: host.replace(/^\//, ""),
      assignments: assignments.map(({ topic, partitions }) => ({ topic, partitions: ascending(partitions) })),
    })),
  };
}

const ascending = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);

/**
 * How far a group is behind, per partition, sorted: of every topic that it has committed offsets for or that its members read. The offsets are
 * looked up at the coordinator, the group is not joined. Lag is the high watermark less the committed offset.
 */
export async function groupLag(cluster: Cluster, groupId: string, signal?: AbortSignal): Promise<GroupLag[]> {
  const [committed, assigned] = await Promise.all([
    committedOffsets(cluster, groupId, signal),
    assignedTopics(cluster, groupId, signal),
  ]);
  const topics = [...new Set([...committed.keys(), ...assigned])].sort();
  if (topics.length === 0) return [];
  const answer = await cluster.request("any", metadata, { topics }, { signal });
  const at = new Map<string, Map<number, OffsetSpec>>();
  for (const topic of answer.topics) {
    at.set(topic.name, new Map(topic.partitions.map(({ partition }) => [partition, "latest"])));
  }
  // offsets outlive their topic for a while: such partitions are shown without an end
  for (const [topic, partitions] of committed) {
    for (const partition of partitions.keys()) at.get(topic)?.set(partition, "latest");
  }
  const ends = await readOffsets(cluster, at, "read_uncommitted", signal);
  const lags: GroupLag[] = [];
  for (const topic of topics) {
    for (const partition of [...(at.get(topic)?.keys() ?? [])].sort((a, b) => a - b)) {
      const offset = committed.get(topic)?.get(partition) ?? null;
      const found = ends.get(topic)?.get(partition);
      const end = found && found.problem === null ? found.offset : -1n;
      const lag = offset === null || end < 0n ? null : end > offset ? end - offset : 0n;
      lags.push({ topic, partition, committed: offset, end, lag });
    }
  }
  return lags;
}

/**
 * topic → partition → offset, of those that have one. Asked of the coordinator: the group is not joined. Rejects with UserError "unknown-group" on a
 * cluster that never had a group.
 */
export async function committedOffsets(
  cluster: Cluster,
  groupId: string,
  signal: AbortSignal | undefined,
): Promise<Map<string, Map<number, bigint>>> {
  const answer = await cluster.request({ coordinatorOf: groupId }, offsetFetch, { group: groupId }, { signal });
  // a share group commits nothing: its progress is kept record by record
  if (kafkaError(answer.error).name === NOT_FOUND) return new Map();
  if (answer.error !== 0) throw brokerError(answer.error, `The offsets of group ${groupId} cannot be read`);
  const byTopic = answer.topics.map(({ topic, partitions }) => {
    const known = partitions.filter(({ offset, error }) => error === 0 && offset >= 0n);
    return [topic, new Map(known.map(({ partition, offset }) => [partition, offset]))] as const;
  });
  return new Map(byTopic.filter(([, partitions]) => partitions.size > 0));
}

async function assignedTopics(cluster: Cluster, groupId: string, signal: AbortSignal | undefined): Promise<string[]> {
  const description = await describeGroup(cluster, groupId, signal);
  return description.members.flatMap((member) =>
    member.assignments.filter(({ partitions }) => partitions.length > 0).map(({ topic }) => topic),
  );
}

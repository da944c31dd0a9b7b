import type { Ctx } from "../context.ts";
import { isInternal } from "../explorer/health.ts";
import { chosenTopics } from "../reader/topics.ts";
import type { TopicChoice } from "../shared/messages.ts";

// What the choosers of a panel offer.

/** Numbers of the partitions that the topics have, ascending. Rejects with a UserError when there is no such topic. */
export async function partitionsOf(
  ctx: Ctx,
  connectionId: string,
  choice: TopicChoice,
  signal: AbortSignal,
): Promise<number[]> {
  const cluster = await ctx.clusters.get(connectionId);
  const topics = await chosenTopics(cluster, choice, signal);
  const numbers = new Set(topics.flatMap(({ partitions }) => partitions.map(({ partition }) => partition)));
  return [...numbers].sort((a, b) => a - b);
}

/** Names of the topics that are not internal, sorted. */
export async function topicNames(ctx: Ctx, connectionId: string, signal?: AbortSignal): Promise<string[]> {
  const cluster = await ctx.clusters.get(connectionId);
  const topics = await cluster.topics(null, signal);
  return topics.filter((topic) => !isInternal(topic)).map(({ name }) => name);
}

/** Names of the groups that commit offsets, sorted: share groups, Connect's and others do not. */
export async function groupNames(ctx: Ctx, connectionId: string, signal?: AbortSignal): Promise<string[]> {
  const cluster = await ctx.clusters.get(connectionId);
  const { listGroups } = await import("../kafka/admin/groups.ts");
  const groups = await listGroups(cluster, signal);
  return groups
    .filter(({ protocolType, type }) => type !== "share" && (protocolType === "consumer" || protocolType === ""))
    .map(({ groupId }) => groupId);
}

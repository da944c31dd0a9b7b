import type { Ctx } from "../context.ts";
import { type TopicTarget, topicOf } from "../explorer/topicTarget.ts";

/** Opens the messages of a topic, or of one of its partitions. */
export async function openMessages(ctx: Ctx, target?: TopicTarget & { readonly partition?: number }): Promise<void> {
  const topic = await topicOf(ctx, target, "Open Messages");
  const partition = target?.topic === undefined ? undefined : target.partition;
  await ctx.messages.open({ ...topic, ...(partition === undefined ? {} : { partitions: [partition] }) });
}

import type { Ctx } from "../context.ts";
import { type TopicTarget, topicOf } from "../explorer/topicTarget.ts";

/** Opens the messages of a topic with the form for a new one. */
export async function produceMessage(ctx: Ctx, target?: TopicTarget): Promise<void> {
  await ctx.messages.open({ ...(await topicOf(ctx, target, "Produce Message")), produce: true });
}

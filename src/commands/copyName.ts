import type { Ctx } from "../context.ts";
import { topicOf } from "../explorer/topicTarget.ts";

/** Copies the name of what a line of the tree stands for; with no line given or selected, that of a topic which is picked. */
export async function copyName(ctx: Ctx, target?: { copyText?: string | null }): Promise<void> {
  const line = target ?? ctx.explorer.selected();
  const text = line ? line.copyText : (await topicOf(ctx, undefined, "Copy Name")).topic;
  if (typeof text === "string") await ctx.ui.copy(text);
}

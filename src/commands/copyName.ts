import type { Ctx } from "../context.ts";

/** Copies the name of what a line of the tree stands for. */
export async function copyName(ctx: Ctx, target?: { copyText?: string | null }): Promise<void> {
  const text = (target ?? ctx.explorer.selected())?.copyText;
  if (typeof text === "string") await ctx.ui.copy(text);
}

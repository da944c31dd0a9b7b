import type { Ctx } from "../context.ts";
import { isCancelled } from "../shared/userError.ts";

/** Filters topics, groups and subjects by name, while it is typed. Escape brings back what was there before. */
export async function filter(ctx: Ctx): Promise<void> {
  const before = ctx.explorer.view.filter;
  let soon: NodeJS.Timeout | undefined;
  try {
    const text = await ctx.ui.input({
      title: "Filter by Name",
      prompt: "Parts of the names of topics, consumer groups and subjects; Escape leaves all as it was",
      placeholder: "orders dlq",
      value: before,
      onChange: (value) => {
        clearTimeout(soon);
        soon = setTimeout(() => ctx.explorer.setFilter(value), 120);
      },
    });
    clearTimeout(soon);
    if (typeof text === "string") ctx.explorer.setFilter(text);
  } catch (error) {
    clearTimeout(soon);
    ctx.explorer.setFilter(before);
    if (!isCancelled(error)) throw error;
  }
}

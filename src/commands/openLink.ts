import { Uri } from "vscode";
import type { Ctx } from "../context.ts";
import { back } from "../platform/ui.ts";
import { CancelledError } from "../shared/userError.ts";

/** Opens a pasted link to a view, for where the system does not hand links to this window (a remote one, a browser). */
export async function openLink(ctx: Ctx): Promise<void> {
  const typed = await ctx.ui.input({
    title: "Open Link",
    prompt: "Paste a link that “Copy Link to This View” made",
    validate: (text) => (linkOf(text) ? null : "This is no link to a view of Kafka Workbench."),
  });
  const link = typed === back ? null : linkOf(typed);
  if (!link) throw new CancelledError();
  await ctx.messages.openLink(link);
}

/** null: it is not a URI at all, or has no path and query; whether it is one of ours is seen when it is opened */
function linkOf(text: string): { path: string; query: string } | null {
  try {
    const { path, query } = Uri.parse(text.trim(), true);
    return path.length > 1 && query ? { path, query } : null;
  } catch {
    return null;
  }
}

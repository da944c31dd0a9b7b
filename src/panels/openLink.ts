import type { Connection } from "../connections/model.ts";
import type { Ctx } from "../context.ts";
import { back } from "../platform/ui.ts";
import { CancelledError, UserError } from "../shared/userError.ts";
import { linkPath, type PanelLink, readLink } from "./panelLink.ts";

/**
 * Opens the view that a link describes. It may come from anywhere: whatever it says, a panel opens, or a sentence says why not. A connection
 * that is not known here is the user's to choose.
 */
export async function openLink(ctx: Ctx, { path, query }: { path: string; query: string }): Promise<void> {
  if (path !== linkPath) throw new UserError("This link opens nothing in Kafka Workbench.", { code: "bad-link" });
  const link = readLink(query);
  const connection = await connectionFor(ctx, link.connection);
  const { topics, pattern, ...asked } = link.query;
  await ctx.messages.open({
    connectionId: connection.id,
    choice: { topics, pattern },
    query: asked,
    view: link.view,
  });
}

async function connectionFor(ctx: Ctx, { id, name }: PanelLink["connection"]): Promise<Connection> {
  const known = ctx.connections.get(id);
  if (known) return known;
  const all = ctx.connections.list();
  const [named, ...more] = all.filter((connection) => connection.name === name);
  if (named && more.length === 0) return named;
  if (all.length === 0)
    throw new UserError(
      `The link is for the connection “${name}”, and there is no connection here yet: add one with “Kafka: Add Connection…”, then open the link again.`,
      { code: "no-connection" },
    );
  const picked = await ctx.ui.pick({
    title: "Open Kafka Link",
    placeholder: named
      ? `The link is for “${name}”: there are several connections of this name. Which one?`
      : `The link is for “${name}”, which is not among the connections here. Open it with:`,
    items: (named ? [named, ...more] : all).map((connection) => ({
      label: connection.name,
      description: connection.bootstrapServers.join(", "),
      icon: "plug",
      value: connection,
    })),
  });
  if (picked === back) throw new CancelledError();
  return picked;
}

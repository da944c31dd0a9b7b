import type { Ctx } from "../context.ts";
import { back } from "../platform/ui.ts";
import { CancelledError, UserError } from "../shared/userError.ts";
import type { Connection } from "./model.ts";

/** What a command about a connection is given: a node of the tree, or whatever else names one. */
export interface ConnectionTarget {
  readonly connectionId: string | null;
}

/** The connection that a command is about: the given one, or one that the user picks. */
export async function connectionOf(ctx: Ctx, target: ConnectionTarget | undefined, title: string): Promise<Connection> {
  const id = target?.connectionId;
  if (id) {
    const connection = ctx.connections.get(id);
    if (!connection) throw new UserError("This connection was removed.", { code: "no-connection" });
    return connection;
  }
  const connections = ctx.connections.list();
  if (connections.length === 0)
    throw new UserError("There is no connection yet: add one with “Kafka: Add Connection…”.", {
      code: "no-connection",
    });
  const picked = await ctx.ui.pick({
    title,
    placeholder: "Connection",
    items: connections.map((connection) => ({
      label: connection.name,
      description: connection.bootstrapServers.join(", "),
      icon: "plug",
      value: connection,
    })),
  });
  if (picked === back) throw new CancelledError();
  return picked;
}

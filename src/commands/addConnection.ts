import { randomUUID } from "node:crypto";
import { askConnection } from "../connections/form.ts";
import type { Ctx } from "../context.ts";

/** Asks for a connection, tests it, stores it and shows it in the tree. */
export async function addConnection(ctx: Ctx): Promise<void> {
  const { connection, secrets } = await askConnection(ctx, {
    title: "Add Connection",
    connection: { id: randomUUID(), name: "", bootstrapServers: [], tls: null, sasl: null, registry: null },
    secrets: {},
  });
  await ctx.connections.save(connection, secrets);
  await ctx.explorer.reveal(connection.id);
}

import { randomUUID } from "node:crypto";
import type { Connection } from "../connections/model.ts";
import { type ConnectionTarget, connectionOf } from "../connections/target.ts";
import type { Ctx } from "../context.ts";

/** Stores a copy of a connection, secrets included, under a name of its own. A copy of one from the settings can be edited. */
export async function duplicateConnection(ctx: Ctx, target?: ConnectionTarget): Promise<void> {
  const { fromSetting, localProject, ...original } = await connectionOf(ctx, target, "Duplicate Connection");
  const names = new Set(ctx.connections.list().map(({ name }) => name));
  let name = `${original.name} (copy)`;
  for (let n = 2; names.has(name); n++) name = `${original.name} (copy ${n})`;
  const copy: Connection = { ...original, id: randomUUID(), name };
  await ctx.connections.save(copy, await ctx.connections.secrets(original.id));
  await ctx.explorer.reveal(copy.id);
}

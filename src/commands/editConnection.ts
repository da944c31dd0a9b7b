import { askConnection } from "../connections/form.ts";
import { type ConnectionTarget, connectionOf } from "../connections/target.ts";
import type { Ctx } from "../context.ts";
import { settingsSection } from "../ids.ts";

/** Asks for everything about a connection again, with what is stored filled in. Those of the settings are edited there. */
export async function editConnection(ctx: Ctx, target?: ConnectionTarget): Promise<void> {
  const stored = await connectionOf(ctx, target, "Edit Connection");
  if (stored.fromSetting) {
    await ctx.ui.openSetting(`${settingsSection}.connections`);
    await ctx.ui.info(`${stored.name} comes from the setting kafkaWorkbench.connections: change it there.`);
    return;
  }
  const { connection, secrets } = await askConnection(ctx, {
    title: "Edit Connection",
    connection: stored,
    secrets: await ctx.connections.secrets(stored.id),
  });
  await ctx.connections.save(connection, secrets);
}

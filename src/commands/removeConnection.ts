import { type ConnectionTarget, connectionOf } from "../connections/target.ts";
import type { Ctx } from "../context.ts";
import { settingsSection } from "../ids.ts";

/** Forgets a connection and its secrets, after asking. */
export async function removeConnection(ctx: Ctx, target?: ConnectionTarget): Promise<void> {
  const connection = await connectionOf(ctx, target, "Remove Connection");
  if (connection.fromSetting) {
    await ctx.ui.openSetting(`${settingsSection}.connections`);
    await ctx.ui.info(`${connection.name} comes from the setting kafkaWorkbench.connections: remove it there.`);
    return;
  }
  const local = connection.localProject
    ? " The local cluster goes on running: “Remove Local Kafka…” removes that."
    : "";
  const sure = await ctx.ui.confirm({
    message: `Remove the connection ${connection.name}?`,
    detail: `Its address, settings and passwords are forgotten on this machine. The cluster, its topics and its messages are not touched.${local}`,
    action: "Remove",
  });
  if (sure) await ctx.connections.remove(connection.id);
}

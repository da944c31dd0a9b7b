import { testConnection as test } from "../connections/connectionTest.ts";
import { type ConnectionTarget, connectionOf } from "../connections/target.ts";
import type { Ctx } from "../context.ts";
import { commands } from "../ids.ts";

/** Tries a connection and says in words how it went. */
export async function testConnection(ctx: Ctx, target?: ConnectionTarget): Promise<void> {
  const connection = await connectionOf(ctx, target, "Test Connection");
  const secrets = await ctx.connections.secrets(connection.id);
  const verdict = await ctx.ui.progress(`Testing ${connection.name}`, (signal) =>
    test(ctx, connection, secrets, signal),
  );
  const message = `${connection.name}: ${verdict.lines.join(" ")}`;
  if (verdict.works) {
    ctx.log.info(message);
    await ctx.ui.info(message);
    return;
  }
  ctx.log.warn(message);
  const edit = "Edit Connection";
  if ((await ctx.ui.warn(message, edit)) === edit)
    await ctx.run(commands.editConnection, { connectionId: connection.id });
}

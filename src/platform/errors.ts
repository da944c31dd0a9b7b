import type { Ctx } from "../context.ts";
import { commands } from "../ids.ts";
import { isCancelled, messageOf, UserError } from "../shared/userError.ts";
import { connectionOf } from "./connectionError.ts";

/**
 * The one place where errors are logged and shown. Cancellation is silent; a UserError is its sentence, with buttons that help;
 * anything else is a bug and called one.
 */
export async function reportError(ctx: Pick<Ctx, "log" | "ui" | "run">, error: unknown): Promise<void> {
  if (isCancelled(error)) return;
  logError(ctx, error);
  const actions: Record<string, () => Promise<void>> = {};
  const connectionId = connectionOf(error);
  if (connectionId) actions["Edit Connection"] = () => ctx.run(commands.editConnection, { connectionId });
  actions["Show Log"] = () => ctx.run(commands.showLog);
  const message =
    error instanceof UserError
      ? error.message
      : `Kafka Workbench failed, which is a bug of the extension: ${messageOf(error)}`;
  const chosen = await ctx.ui.error(message, ...Object.keys(actions));
  if (chosen) await actions[chosen]?.();
}

/** Writes an error with everything known about it: detail, and the chain of causes. */
export function logError(ctx: Pick<Ctx, "log">, error: unknown): void {
  if (isCancelled(error)) return;
  if (error instanceof UserError) {
    const more = [error.detail, ...causesOf(error)].filter((line) => line);
    ctx.log.warn([error.message, ...more].join("\n  "));
  } else ctx.log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
}

function causesOf(error: Error): string[] {
  const causes: string[] = [];
  // bounded: a cause may point back at its error
  for (let cause = error.cause; cause !== undefined && causes.length < 5; ) {
    causes.push(
      `Caused by: ${cause instanceof Error && !(cause instanceof UserError) ? (cause.stack ?? cause.message) : messageOf(cause)}`,
    );
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return causes;
}

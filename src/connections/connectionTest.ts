import type { Ctx } from "../context.ts";
import { count } from "../explorer/texts.ts";
import { isCancelled, UserError } from "../shared/userError.ts";
import { clusterConfig } from "./clusterConfig.ts";
import type { Connection, ConnectionSecrets } from "./model.ts";
import { registryClient } from "./registries.ts";

export interface Verdict {
  works: boolean;
  /** a sentence each */
  lines: string[];
}

/** Tries a connection, stored or not: the cluster and the registry, each in words. Rejects only when cancelled, or for a bug. */
export async function testConnection(
  ctx: Ctx,
  connection: Connection,
  secrets: ConnectionSecrets,
  signal: AbortSignal,
): Promise<Verdict> {
  const timeoutMs = ctx.settings.get("connection.timeoutMs");
  const parts = await Promise.all([
    inWords(async () => {
      const { diagnose } = await import("../kafka/diagnose.ts");
      const { ok, message, warnings } = await diagnose(await clusterConfig(connection, secrets, timeoutMs), signal);
      return { works: ok, lines: [message, ...warnings] };
    }),
    inWords(async () => {
      const registry = await registryClient(connection, secrets, timeoutMs);
      if (!registry) return null;
      try {
        const { subjects } = await registry.test(signal);
        return { works: true, lines: [`The schema registry answers: ${count(subjects, "subject")}.`] };
      } finally {
        registry.close();
      }
    }),
  ]);
  const verdicts = parts.filter((part) => part !== null);
  return { works: verdicts.every(({ works }) => works), lines: verdicts.flatMap(({ lines }) => lines) };
}

async function inWords(test: () => Promise<Verdict | null>): Promise<Verdict | null> {
  try {
    return await test();
  } catch (error) {
    if (isCancelled(error) || !(error instanceof UserError)) throw error;
    return { works: false, lines: [error.message] };
  }
}

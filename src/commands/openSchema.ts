import type { Ctx } from "../context.ts";
import { askRegistry, type VersionTarget, versionOf } from "../explorer/subjectTarget.ts";

/** Opens a version of a subject, read-only; of a subject in the tree, its latest. */
export async function openSchema(ctx: Ctx, target?: VersionTarget): Promise<void> {
  const { connectionId, subject, version } = target ?? {};
  if (connectionId && subject !== undefined && version === undefined) {
    const latest = await askRegistry(ctx, connectionId, (registry) => registry.latest(subject));
    if (latest.version !== null) {
      await ctx.schemas.open({ connectionId, subject, version: latest.version });
      return;
    }
  }
  await ctx.schemas.open(await versionOf(ctx, target, "Open Schema"));
}

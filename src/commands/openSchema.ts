import type { Ctx } from "../context.ts";
import { type VersionTarget, versionOf } from "../explorer/subjectTarget.ts";

/** Opens a version of a subject, read-only. */
export async function openSchema(ctx: Ctx, target?: VersionTarget): Promise<void> {
  await ctx.schemas.open(await versionOf(ctx, target, "Open Schema"));
}

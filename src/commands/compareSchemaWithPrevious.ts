import type { Ctx } from "../context.ts";
import { previousOf, type VersionTarget } from "../explorer/subjectTarget.ts";

/** Shows a version beside the one before it; of a subject, its latest. */
export async function compareSchemaWithPrevious(ctx: Ctx, target?: VersionTarget): Promise<void> {
  const { older, newer } = await previousOf(ctx, target, "Compare with Previous Version");
  await ctx.schemas.compare(older, newer);
}

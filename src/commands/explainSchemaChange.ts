import type { Ctx } from "../context.ts";
import { previousOf, type VersionTarget } from "../explorer/subjectTarget.ts";

/** Says in words what a version changed against the one before it, and which readers that breaks; of a subject, its latest. */
export async function explainSchemaChange(ctx: Ctx, target?: VersionTarget): Promise<void> {
  const { older, newer } = await previousOf(ctx, target, "What Changed");
  await ctx.schemas.explain(older, newer);
}

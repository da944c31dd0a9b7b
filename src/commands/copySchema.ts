import type { Ctx } from "../context.ts";
import { askRegistry, type VersionTarget, versionOf } from "../explorer/subjectTarget.ts";

/** Copies the text of a version, exactly as the registry has it. */
export async function copySchema(ctx: Ctx, target?: VersionTarget): Promise<void> {
  const { connectionId, subject, version } = await versionOf(ctx, target, "Copy Schema");
  const { schema } = await askRegistry(ctx, connectionId, (registry) =>
    registry.version(subject, version, undefined, target?.isDeleted ? { deleted: true } : {}),
  );
  await ctx.ui.copy(schema);
}

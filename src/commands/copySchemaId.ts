import type { Ctx } from "../context.ts";
import { askRegistry, type VersionTarget, versionOf } from "../explorer/subjectTarget.ts";

/** Copies the id that messages name a version's schema by. */
export async function copySchemaId(ctx: Ctx, target?: VersionTarget): Promise<void> {
  const { connectionId, subject, version } = await versionOf(ctx, target, "Copy Schema Id");
  const { id } = await askRegistry(ctx, connectionId, (registry) =>
    registry.version(subject, version, undefined, target?.isDeleted ? { deleted: true } : {}),
  );
  await ctx.ui.copy(String(id));
}

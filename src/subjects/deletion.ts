import type { Ctx } from "../context.ts";
import { askRegistry, type Subject, type VersionTarget } from "../explorer/subjectTarget.ts";
import type { Deletion, Version } from "../schema/registry/api.ts";

/** A subject, or one version of it. */
export type DeletedThing = Subject & { version: Version | null };

export const deletedThing = ({ connectionId, subject }: Subject, target: VersionTarget | undefined): DeletedThing => ({
  connectionId,
  subject,
  version: target?.version ?? null,
});

/**
 * Deletes it once the user has agreed to what that means. Registries that cannot delete softly delete for good at once, and the question
 * says so.
 */
export async function confirmAndDelete(ctx: Ctx, thing: DeletedThing, wanted: Deletion): Promise<void> {
  const { connectionId, subject, version } = thing;
  const connection = ctx.connections.get(connectionId)?.name ?? "";
  const { deletion, versions, url } = await askRegistry(ctx, connectionId, async (registry) => ({
    deletion: registry.features.softDelete ? wanted : ("hard" as const),
    versions: await registry.versions(subject, undefined, { deleted: wanted === "hard" }),
    url: registry.url,
  }));
  const name = version === null ? subject : `version ${version} of ${subject}`;
  const size =
    version !== null ? "" : ` with ${versions.length === 1 ? "its one version" : `all ${versions.length} versions`}`;
  const isLast = version !== null && versions.length === 1 && versions[0] === version;
  const sure = await ctx.ui.confirm({
    message: deletion === "hard" ? `Delete ${name} permanently?` : `Delete ${name}?`,
    detail: `${consequences(deletion, version !== null, size)}${isLast ? ` It is the only version: ${subject} goes with it.` : ""}\n\nConnection: ${connection} (${url})`,
    action: deletion === "hard" ? "Delete Permanently" : "Delete",
  });
  if (!sure) return;
  await ctx.ui.progress(`Deleting ${name}`, (signal) =>
    askRegistry(ctx, connectionId, (registry) =>
      version === null
        ? registry.deleteSubject(subject, deletion, signal)
        : registry.deleteVersion(subject, version, deletion, signal),
    ),
  );
  ctx.log.info(`Deleted ${name} of ${connection}${deletion === "hard" ? " permanently" : ""}.`);
  ctx.explorer.refreshSchemas(connectionId);
}

function consequences(deletion: Deletion, isVersion: boolean, size: string): string {
  if (deletion === "hard")
    return `The schema${isVersion ? "" : "s"} ${isVersion ? "is" : "are"} removed${size === "" ? "" : `, the subject${size}`}: messages that were written with ${isVersion ? "it" : "them"} can no longer be decoded, by anyone, unless the same schema is registered elsewhere. This cannot be undone.`;
  return isVersion
    ? "It is no longer offered to producers and does not count for compatibility. Messages that were written with it can still be decoded, by its id. Registering the same schema again brings it back, as a new version."
    : `The subject is hidden${size}: producers cannot look it up, and a new schema under its name is not checked against these. Messages that were written with them can still be decoded, by their ids. “Show Deleted Schemas” in the menu of the Kafka view shows it; only then can it be deleted permanently.`;
}

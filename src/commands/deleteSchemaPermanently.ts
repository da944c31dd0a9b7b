import type { Ctx } from "../context.ts";
import type { VersionTarget } from "../explorer/subjectTarget.ts";
import { UserError } from "../shared/userError.ts";
import { confirmAndDelete, deletedThing } from "../subjects/deletion.ts";

/** Deletes for good what was deleted before: a subject or one of its versions. */
export async function deleteSchemaPermanently(ctx: Ctx, target?: VersionTarget): Promise<void> {
  const { connectionId, subject, isDeleted } = target ?? {};
  if (!connectionId || subject === undefined)
    throw new UserError(
      "Choose what to delete for good in the Kafka view: “Show Deleted Schemas” in its menu brings deleted subjects and versions into sight.",
      { code: "no-subject" },
    );
  if (!isDeleted)
    throw new UserError("Only what is deleted can be deleted permanently: delete it first.", { code: "not-deleted" });
  await confirmAndDelete(ctx, deletedThing({ connectionId, subject }, target), "hard");
}

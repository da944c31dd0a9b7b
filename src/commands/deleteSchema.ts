import type { Ctx } from "../context.ts";
import { subjectOf, type VersionTarget } from "../explorer/subjectTarget.ts";
import { confirmAndDelete, deletedThing } from "../subjects/deletion.ts";

/** Deletes a subject or one of its versions, after saying what that means: softly, where the registry can. */
export async function deleteSchema(ctx: Ctx, target?: VersionTarget): Promise<void> {
  const subject = await subjectOf(ctx, target, "Delete Subject");
  await confirmAndDelete(ctx, deletedThing(subject, target), "soft");
}

import type { Ctx } from "../context.ts";
import { pickVersion, subjectOf, type VersionTarget, versionOf } from "../explorer/subjectTarget.ts";
import { back } from "../platform/ui.ts";
import { CancelledError } from "../shared/userError.ts";

const title = "Compare Schema";

/** Shows a version beside another one, which the user picks: of the same subject, or of another. */
export async function compareSchema(ctx: Ctx, target?: VersionTarget): Promise<void> {
  const one = await versionOf(ctx, target, title);
  const same = await ctx.ui.pick({
    title,
    placeholder: `Compare ${one.subject} v${one.version} with a version of`,
    items: [
      { label: one.subject, description: "the same subject", icon: "symbol-structure", value: true },
      { label: "Another Subject…", icon: "list-flat", value: false },
    ],
  });
  if (same === back) throw new CancelledError();
  const subject = same ? one : await subjectOf(ctx, { connectionId: one.connectionId }, title);
  const version = await pickVersion(ctx, subject, title, "Version", same ? one.version : undefined);
  const other = { connectionId: subject.connectionId, subject: subject.subject, version };
  // of one subject, what came first stands on the left
  const otherFirst = !same || Number(other.version) < Number(one.version);
  await (otherFirst ? ctx.schemas.compare(other, one) : ctx.schemas.compare(one, other));
}

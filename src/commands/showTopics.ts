import type { Ctx } from "../context.ts";
import { nameFilter } from "../explorer/nameFilter.ts";
import { type SubjectTarget, subjectOf } from "../explorer/subjectTarget.ts";
import { back } from "../platform/ui.ts";
import { topicsOf } from "../schema/registry/subjects.ts";
import { CancelledError } from "../shared/userError.ts";

const title = "Show Topics";

/** Shows the topic of a subject in the tree; where it may be of several, the one that the user picks. */
export async function showTopics(ctx: Ctx, target?: SubjectTarget): Promise<void> {
  const { connectionId, subject } = await subjectOf(ctx, target, title);
  const cluster = await ctx.clusters.get(connectionId);
  const topics = await cluster.topics(null);
  const found = topicsOf(
    subject,
    topics.map(({ name }) => name),
  );
  if (found.length === 0) {
    await ctx.ui.info(
      /-(key|value)$/.test(subject)
        ? `There is no topic that ${subject} is named after.`
        : `${subject} is named after no topic: if it is a record’s name, messages of any topic may have it.`,
    );
    return;
  }
  const topic =
    found.length === 1
      ? found[0]!.topic
      : await ctx.ui.pick({
          title,
          placeholder: `Topics of ${subject}`,
          items: found.map((one) => ({ label: one.topic, icon: "list-flat", value: one.topic })),
        });
  if (topic === back) throw new CancelledError();
  if (nameFilter(ctx.explorer.view.filter)(topic) === null) ctx.explorer.setFilter("");
  await ctx.explorer.reveal(connectionId, topic);
}

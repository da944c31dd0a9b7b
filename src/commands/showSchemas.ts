import type { Ctx } from "../context.ts";
import { askRegistry } from "../explorer/subjectTarget.ts";
import { type TopicTarget, topicOf } from "../explorer/topicTarget.ts";
import { commands } from "../ids.ts";
import { back } from "../platform/ui.ts";
import { subjectsOf, type TopicSubject } from "../schema/registry/subjects.ts";
import { CancelledError } from "../shared/userError.ts";

const title = "Show Schemas";

/** Shows the subjects of a topic in the tree; of several, the one that the user picks. */
export async function showSchemas(ctx: Ctx, target?: TopicTarget): Promise<void> {
  const { connectionId, topic } = await topicOf(ctx, target, title);
  const subjects = await askRegistry(ctx, connectionId, (registry) => registry.subjects());
  const found = subjectsOf(topic, subjects);
  if (found.length === 0) {
    const create = "New Schema…";
    const chosen = await ctx.ui.info(
      `The registry has no subject that is named after ${topic}: neither ${topic}-value nor ${topic}-key, nor one with the name of a record behind it. Schemas that are registered by a record’s name alone may be of any topic.`,
      create,
    );
    if (chosen === create) await ctx.run(commands.newSchema, { connectionId });
    return;
  }
  const subject =
    found.length === 1
      ? found[0]!.subject
      : await ctx.ui.pick({
          title,
          placeholder: `Subjects of ${topic}`,
          items: found.map((one) => ({
            label: one.subject,
            description: meaning(one),
            icon: "symbol-structure",
            value: one.subject,
          })),
        });
  if (subject === back) throw new CancelledError();
  await ctx.explorer.revealSubject(connectionId, subject);
}

const meaning = ({ part, recordName }: TopicSubject): string =>
  part === null ? `${recordName}, by topic and record` : part === "key" ? "keys" : "values";

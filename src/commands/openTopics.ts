import { type ConnectionTarget, connectionOf } from "../connections/target.ts";
import type { Ctx } from "../context.ts";
import { isInternal } from "../explorer/health.ts";
import { count } from "../explorer/texts.ts";
import { back, type PickItem } from "../platform/ui.ts";
import { nameMatcher } from "../reader/topics.ts";
import { CancelledError } from "../shared/userError.ts";

const title = "Open Messages of Several Topics";

type Picked = { topic: string } | { pattern: string };

/** Opens one panel that reads several topics: those that the user ticks, and those that match a regular expression, also later ones. */
export async function openTopics(ctx: Ctx, target?: ConnectionTarget): Promise<void> {
  const connection = await connectionOf(ctx, target, title);
  const load = async (): Promise<PickItem<Picked>[]> => {
    const cluster = await ctx.clusters.get(connection.id);
    const topics = await cluster.topics(null);
    return topics
      .filter((info) => ctx.explorer.view.internalTopics || !isInternal(info))
      .map((info) => ({
        label: info.name,
        description: count(info.partitions.length, "partition"),
        value: { topic: info.name },
      }));
  };
  const picked = await ctx.ui.pickMany<Picked>({
    title,
    placeholder: `Topics of ${connection.name}: tick some, or type a regular expression like ^orders\\..*`,
    items: load(),
    typed: (text) => {
      const pattern = patternOf(text);
      return pattern === null
        ? null
        : {
            label: `/${pattern}/`,
            description: "topics whose whole name matches, also later ones",
            value: { pattern },
          };
    },
  });
  if (picked === back) throw new CancelledError();
  const topics = picked.flatMap((one) => ("topic" in one ? [one.topic] : []));
  const pattern = picked.find((one) => "pattern" in one)?.pattern ?? null;
  // says what is wrong with it before a panel is opened
  if (pattern !== null) await nameMatcher(pattern);
  await ctx.messages.open({ connectionId: connection.id, choice: { topics, pattern } });
}

/** The regular expression that is typed: between slashes, or with a character that no topic's name has. Null: it is part of a name. */
export function patternOf(typed: string): string | null {
  const text = typed.trim();
  const between = /^\/(.+)\/$/.exec(text)?.[1];
  if (between !== undefined) return between;
  return /[\\^$*+?()[\]{}|]/.test(text) ? text : null;
}

import { type ConnectionTarget, connectionOf } from "../connections/target.ts";
import type { Ctx } from "../context.ts";
import { back } from "../platform/ui.ts";
import { CancelledError } from "../shared/userError.ts";
import { isInternal, topicHealth } from "./health.ts";
import { count } from "./texts.ts";

/** What a command about a topic is given: a node of the tree, or whatever else names a topic. */
export interface TopicTarget extends ConnectionTarget {
  readonly topic?: string;
}

export interface Topic {
  connectionId: string;
  topic: string;
}

/** The topic that a command is about: the given one, or one that the user picks. */
export async function topicOf(ctx: Ctx, target: TopicTarget | undefined, title: string): Promise<Topic> {
  if (target?.connectionId && target.topic !== undefined)
    return { connectionId: target.connectionId, topic: target.topic };
  const connection = await connectionOf(ctx, target, title);
  const load = async () => {
    const cluster = await ctx.clusters.get(connection.id);
    const topics = await cluster.topics(null);
    return topics
      .filter((info) => ctx.explorer.view.internalTopics || !isInternal(info))
      .map((info) => ({
        label: info.name,
        description: count(info.partitions.length, "partition"),
        icon: topicHealth(info).health === "fine" ? "list-flat" : "warning",
        value: info.name,
      }));
  };
  const topic = await ctx.ui.pick({ title, placeholder: `Topic of ${connection.name}`, items: load() });
  if (topic === back) throw new CancelledError();
  return { connectionId: connection.id, topic };
}

import type { Ctx } from "../context.ts";
import { TreeNode } from "../explorer/node.ts";
import { count } from "../explorer/texts.ts";
import { type TopicTarget, topicOf } from "../explorer/topicTarget.ts";
import { commands, nodeKinds } from "../ids.ts";
import type { Cluster } from "../kafka/cluster.ts";
import { back } from "../platform/ui.ts";
import { messageOf } from "../shared/userError.ts";

/** Deletes a topic, once its name was typed; says what is lost with it. */
export async function deleteTopic(ctx: Ctx, target?: TopicTarget): Promise<void> {
  // the Delete key comes here from every line of the tree
  if (target instanceof TreeNode && target.kind !== nodeKinds.topic) {
    const isConnection = target.kind === nodeKinds.connection || target.kind === nodeKinds.localConnection;
    if (isConnection) return ctx.run(commands.removeConnection, target);
    const command = schemaCommands.get(target.kind);
    return command === undefined ? undefined : ctx.run(command, target);
  }
  const { connectionId, topic } = await topicOf(ctx, target, "Delete Topic");
  const cluster = await ctx.clusters.get(connectionId);
  const typed = await ctx.ui.input({
    // what is lost stays in sight while the name is typed
    title: `Delete ${topic} of ${ctx.connections.get(connectionId)?.name}: ${await whatIsLost(ctx, cluster, topic)}`,
    prompt: "This cannot be undone. Type the topic’s name to delete it",
    placeholder: topic,
    validate: (value) => (value === topic ? null : `Type ${topic} to delete it.`),
  });
  // the box takes only the name, but this is not the place to rely on a box
  if (typed === back || typed !== topic) return;
  await ctx.ui.progress(`Deleting topic ${topic}`, async (signal) => {
    const { deleteTopic: remove } = await import("../kafka/admin/topics.ts");
    await remove(cluster, topic, signal);
  });
  ctx.explorer.refresh(connectionId);
}

const schemaCommands = new Map<string, string>([
  [nodeKinds.subject, commands.deleteSchema],
  [nodeKinds.schemaVersion, commands.deleteSchema],
  [nodeKinds.deletedSubject, commands.deleteSchemaPermanently],
  [nodeKinds.deletedSchemaVersion, commands.deleteSchemaPermanently],
]);

/** "1,200 messages in 6 partitions are lost" */
async function whatIsLost(ctx: Ctx, cluster: Cluster, topic: string): Promise<string> {
  const [info] = await cluster.topics([topic]); // also says at once when there is no such topic
  const partitions = count(info?.partitions.length ?? 0, "partition");
  try {
    const { partitionOffsets } = await import("../kafka/admin/offsets.ts");
    const offsets = await partitionOffsets(cluster, topic);
    if (offsets.length === info?.partitions.length) {
      const messages = offsets.reduce((sum, { first, last }) => sum + (last - first), 0n);
      return `${count(messages, "message")} in ${partitions} ${messages === 1n ? "is" : "are"} lost`;
    }
  } catch (error) {
    ctx.log.debug(`The offsets of ${topic} are not known: ${messageOf(error)}`);
  }
  return `an unknown number of messages in ${partitions} is lost`;
}

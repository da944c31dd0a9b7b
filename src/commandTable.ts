import type { Ctx } from "./context.ts";
import type { SubjectTarget } from "./explorer/subjectTarget.ts";
import { type CommandId, commands } from "./ids.ts";

/** What runs a command. Targets come from menus, keys and other extensions: a command looks at what it is given. */
type Run = (ctx: Ctx, target?: never) => Promise<void> | void;

/** Every command by its id, loaded when it is first run. */
export const commandTable: Record<CommandId, () => Promise<Run>> = {
  [commands.addConnection]: async () => (await import("./commands/addConnection.ts")).addConnection,
  [commands.editConnection]: async () => (await import("./commands/editConnection.ts")).editConnection,
  [commands.duplicateConnection]: async () => (await import("./commands/duplicateConnection.ts")).duplicateConnection,
  [commands.removeConnection]: async () => (await import("./commands/removeConnection.ts")).removeConnection,
  [commands.testConnection]: async () => (await import("./commands/testConnection.ts")).testConnection,
  [commands.refresh]: async () => (await import("./commands/refresh.ts")).refresh,
  [commands.retry]: async () => (await import("./commands/retry.ts")).retry,
  [commands.filter]: async () => (await import("./commands/filter.ts")).filter,
  [commands.clearFilter]: async () => (ctx) => ctx.explorer.setFilter(""),
  [commands.showInternalTopics]: async () => (ctx) => ctx.explorer.showInternalTopics(true),
  [commands.hideInternalTopics]: async () => (ctx) => ctx.explorer.showInternalTopics(false),
  [commands.copyName]: async () => (await import("./commands/copyName.ts")).copyName,
  [commands.createTopic]: async () => (await import("./commands/createTopic.ts")).createTopic,
  [commands.deleteTopic]: async () => (await import("./commands/deleteTopic.ts")).deleteTopic,
  [commands.openMessages]: async () => (await import("./commands/openMessages.ts")).openMessages,
  [commands.openTopics]: async () => (await import("./commands/openTopics.ts")).openTopics,
  [commands.openLink]: async () => (await import("./commands/openLink.ts")).openLink,
  [commands.copyLink]: async () => (ctx) => ctx.messages.copyLink(),
  [commands.exportMessages]: async () => (ctx) => ctx.messages.exportShown(),
  [commands.produceMessage]: async () => (await import("./commands/produceMessage.ts")).produceMessage,
  [commands.openSchema]: async () => (await import("./commands/openSchema.ts")).openSchema,
  [commands.newSchema]: async () => (await import("./commands/newSchema.ts")).newSchema,
  [commands.newSchemaVersion]: async () => (await import("./commands/newSchemaVersion.ts")).newSchemaVersion,
  [commands.registerSchema]: async () => (ctx, target?: SubjectTarget) => ctx.schemas.register(target),
  [commands.compareSchemaWithPrevious]: async () =>
    (await import("./commands/compareSchemaWithPrevious.ts")).compareSchemaWithPrevious,
  [commands.compareSchema]: async () => (await import("./commands/compareSchema.ts")).compareSchema,
  [commands.explainSchemaChange]: async () => (await import("./commands/explainSchemaChange.ts")).explainSchemaChange,
  [commands.setCompatibility]: async () => (await import("./commands/setCompatibility.ts")).setCompatibility,
  [commands.deleteSchema]: async () => (await import("./commands/deleteSchema.ts")).deleteSchema,
  [commands.deleteSchemaPermanently]: async () =>
    (await import("./commands/deleteSchemaPermanently.ts")).deleteSchemaPermanently,
  [commands.showSchemas]: async () => (await import("./commands/showSchemas.ts")).showSchemas,
  [commands.showTopics]: async () => (await import("./commands/showTopics.ts")).showTopics,
  [commands.showDeletedSchemas]: async () => (ctx) => ctx.explorer.showDeletedSchemas(true),
  [commands.hideDeletedSchemas]: async () => (ctx) => ctx.explorer.showDeletedSchemas(false),
  [commands.copySchema]: async () => (await import("./commands/copySchema.ts")).copySchema,
  [commands.copySchemaId]: async () => (await import("./commands/copySchemaId.ts")).copySchemaId,
  [commands.startLocalCluster]: async () => (ctx) => ctx.local.start(),
  [commands.stopLocalCluster]: async () => (ctx) => ctx.local.stop(),
  [commands.removeLocalCluster]: async () => (ctx) => ctx.local.remove(),
  [commands.showLocalClusterLogs]: async () => (ctx) => ctx.local.showLogs(),
  [commands.localClusterMenu]: async () => (ctx) => ctx.local.menu(),
  [commands.checkCompatibility]: async () => (ctx, target) => ctx.evolution.check(target),
  [commands.showLog]: async () => (ctx) => ctx.log.show(),
};

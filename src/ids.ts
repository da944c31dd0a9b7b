/**
 * Every command, view, setting, context key and tree-item context value, with its type: written here and in package.json, and nowhere else.
 * test/unit/manifest.test.ts holds the two against each other.
 */

export const commands = {
  addConnection: "kafkaWorkbench.addConnection",
  editConnection: "kafkaWorkbench.editConnection",
  duplicateConnection: "kafkaWorkbench.duplicateConnection",
  removeConnection: "kafkaWorkbench.removeConnection",
  testConnection: "kafkaWorkbench.testConnection",
  refresh: "kafkaWorkbench.refresh",
  retry: "kafkaWorkbench.retry",
  filter: "kafkaWorkbench.filter",
  clearFilter: "kafkaWorkbench.clearFilter",
  showInternalTopics: "kafkaWorkbench.showInternalTopics",
  hideInternalTopics: "kafkaWorkbench.hideInternalTopics",
  copyName: "kafkaWorkbench.copyName",
  createTopic: "kafkaWorkbench.createTopic",
  deleteTopic: "kafkaWorkbench.deleteTopic",
  openMessages: "kafkaWorkbench.openMessages",
  openTopics: "kafkaWorkbench.openTopics",
  openLink: "kafkaWorkbench.openLink",
  copyLink: "kafkaWorkbench.copyLink",
  exportMessages: "kafkaWorkbench.exportMessages",
  produceMessage: "kafkaWorkbench.produceMessage",
  openSchema: "kafkaWorkbench.openSchema",
  newSchema: "kafkaWorkbench.newSchema",
  newSchemaVersion: "kafkaWorkbench.newSchemaVersion",
  registerSchema: "kafkaWorkbench.registerSchema",
  compareSchemaWithPrevious: "kafkaWorkbench.compareSchemaWithPrevious",
  compareSchema: "kafkaWorkbench.compareSchema",
  explainSchemaChange: "kafkaWorkbench.explainSchemaChange",
  setCompatibility: "kafkaWorkbench.setCompatibility",
  deleteSchema: "kafkaWorkbench.deleteSchema",
  deleteSchemaPermanently: "kafkaWorkbench.deleteSchemaPermanently",
  showSchemas: "kafkaWorkbench.showSchemas",
  showTopics: "kafkaWorkbench.showTopics",
  showDeletedSchemas: "kafkaWorkbench.showDeletedSchemas",
  hideDeletedSchemas: "kafkaWorkbench.hideDeletedSchemas",
  copySchema: "kafkaWorkbench.copySchema",
  copySchemaId: "kafkaWorkbench.copySchemaId",
  startLocalCluster: "kafkaWorkbench.startLocalCluster",
  stopLocalCluster: "kafkaWorkbench.stopLocalCluster",
  removeLocalCluster: "kafkaWorkbench.removeLocalCluster",
  showLocalClusterLogs: "kafkaWorkbench.showLocalClusterLogs",
  localClusterMenu: "kafkaWorkbench.localClusterMenu",
  checkCompatibility: "kafkaWorkbench.checkCompatibility",
  showLog: "kafkaWorkbench.showLog",
} as const;
export type CommandId = (typeof commands)[keyof typeof commands];

export const views = { explorer: "kafkaWorkbench.explorer" } as const;
export const viewContainers = { kafka: "kafkaWorkbench" } as const;
export const panels = { messages: "kafkaWorkbench.messages" } as const;
/** uri scheme of texts that a panel opens in an editor */
export const textScheme = "kafka-workbench";
/** the same, of what a check of a schema file found */
export const evolutionScheme = "kafka-workbench-check";
/** languages that package.json contributes */
export const languageIds = { avroSchema: "avro-schema" } as const;
/** uri scheme of the registry's schemas in editors: such a uri says all that is needed to read it again */
export const schemaScheme = "kafka-workbench-schema";

/** Setting → type of its value. Read through platform/settings.ts only. */
export interface Settings {
  /** as the user wrote it: checked by connections/fromSetting.ts */
  connections: unknown;
  "connection.timeoutMs": number;
  "messages.last": number;
  "messages.ringMegabytes": number;
  "messages.ringRows": number;
  "local.zookeeperImage": string;
  "local.kafkaImage": string;
  "local.port": number;
  "local.folder": string;
}
export const settingsSection = "kafkaWorkbench";

export const contextKeys = {
  /** some connection exists: the welcome view goes */
  hasConnections: "kafkaWorkbench.hasConnections",
  filtered: "kafkaWorkbench.filtered",
  internalTopicsShown: "kafkaWorkbench.internalTopicsShown",
  /** uris of the untitled documents that hold schemas to be registered */
  schemaDrafts: "kafkaWorkbench.schemaDrafts",
  deletedSchemasShown: "kafkaWorkbench.deletedSchemasShown",
} as const;

/** `contextValue` of tree items; menus match on them. */
export const nodeKinds = {
  connection: "connection",
  /** of a cluster that the local-cluster commands made */
  localConnection: "connection-local",
  brokers: "brokers",
  broker: "broker",
  topics: "topics",
  topic: "topic",
  partition: "partition",
  groups: "groups",
  group: "group",
  member: "member",
  groupTopic: "groupTopic",
  groupPartition: "groupPartition",
  schemas: "schemas",
  subject: "subject",
  /** softly: it can still be seen */
  deletedSubject: "subject-deleted",
  schemaVersion: "schemaVersion",
  deletedSchemaVersion: "schemaVersion-deleted",
  schemaReference: "schemaReference",
  problem: "problem",
  info: "info",
} as const;
export type NodeKind = (typeof nodeKinds)[keyof typeof nodeKinds];

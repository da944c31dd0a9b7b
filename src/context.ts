import type { Event, ExtensionContext, LogOutputChannel, WebviewPanel } from "vscode";
import type { Connection, ConnectionSecrets } from "./connections/model.ts";
import type { TreeNode } from "./explorer/node.ts";
import type { SchemaVersion, SubjectTarget } from "./explorer/subjectTarget.ts";
import type { ExplorerView } from "./explorer/view.ts";
import type { ExternalDecoders } from "./externalDecoders.ts";
import type { Settings } from "./ids.ts";
import type { ClusterConfig } from "./kafka/api.ts";
import type { Cluster } from "./kafka/cluster.ts";
import type { PanelChange } from "./panels/panelChange.ts";
import type { Ui } from "./platform/ui.ts";
import type { Registry } from "./schema/registry/api.ts";
import type { SchemaCache } from "./schema/registry/diskCache.ts";
import type { TopicChoice } from "./shared/messages.ts";
import type { NewSchema } from "./subjects/drafts.ts";

/**
 * What every command, tree node and panel may use: the parts of the extension, by what they do. Built once in extension.ts.
 * The heavy parts behind these interfaces load on first use; holding a `Ctx` costs nothing.
 */
export interface Ctx {
  readonly extension: ExtensionContext;
  readonly log: LogOutputChannel;
  /** every question to the user; tests answer in their place */
  readonly ui: Ui;
  readonly settings: SettingsReader;
  readonly connections: Connections;
  readonly clusters: Clusters;
  readonly registries: Registries;
  readonly explorer: Explorer;
  readonly messages: MessagesPanels;
  readonly local: LocalClusters;
  readonly evolution: SchemaEvolution;
  readonly schemas: Schemas;
  /** decoders of other extensions */
  readonly decoders: ExternalDecoders;
  /** runs a command by its id: ours, so that commands need not know each other, or one of VS Code's */
  run(id: string, ...args: unknown[]): Promise<void>;
}

export interface SettingsReader {
  get<K extends keyof Settings>(key: K): Settings[K];
  readonly onDidChange: Event<keyof Settings>;
}

/** The connections, stored ones and those of the setting, and their secrets. */
export interface Connections {
  list(): readonly Connection[];
  /** what is wrong with entries of the setting `kafkaWorkbench.connections`, a sentence each */
  settingProblems(): readonly string[];
  get(id: string): Connection | undefined;
  secrets(id: string): Promise<ConnectionSecrets>;
  /** adds or replaces; secrets that are undefined are left as they are */
  save(connection: Connection, secrets?: ConnectionSecrets): Promise<void>;
  remove(id: string): Promise<void>;
  /** the id of the connection that was added, changed or removed; "" when only the setting's problems changed */
  readonly onDidChange: Event<string>;
}

/** One connected cluster per connection, shared by the tree and the commands, closed when unused. */
export interface Clusters {
  /** addresses, certificates (read from their files) and secrets, ready for a Cluster here or in a worker */
  config(connectionId: string): Promise<ClusterConfig>;
  /** connected; rejects with a UserError within the connection time-out. Parallel calls share one attempt. */
  get(connectionId: string): Promise<Cluster>;
  /** closes what is open to that cluster; the next `get` connects anew */
  reset(connectionId: string): void;
}

export interface Registries {
  /** null: the connection has no registry */
  get(connectionId: string): Promise<Registry | null>;
  /** schemas on disk, for all connections; loads on first use */
  cache(): Promise<SchemaCache>;
}

export interface Explorer {
  /** how the tree is looked at now */
  readonly view: ExplorerView;
  /** without an argument: all of it */
  refresh(connectionId?: string): void;
  /** reads one node's children anew, without collapsing anything */
  refreshNode(node: TreeNode): void;
  /** shows the connection in the tree, expanded, or one of its topics, selected */
  reveal(connectionId: string, topic?: string): Promise<void>;
  /** shows a subject of the connection's registry in the tree, selected and expanded; a filter that hides it is cleared */
  revealSubject(connectionId: string, subject: string): Promise<void>;
  /** reads the subjects of a connection's registry anew, if they have been read at all */
  refreshSchemas(connectionId: string): void;
  selected(): TreeNode | undefined;
  setFilter(text: string): void;
  showInternalTopics(shown: boolean): Promise<void>;
  showDeletedSchemas(shown: boolean): void;
}

/** Which panel, and how it is to be: what is left out stays as it is, or is as on opening. */
export type MessagesTarget = { connectionId: string } & ({ topic: string } | { choice: TopicChoice }) & PanelChange;

export interface MessagesPanels {
  /** opens a panel, or brings the one with these topics to the front, changed */
  open(target: MessagesTarget): Promise<void>;
  /** brings a panel back after a reload of the window; `state` is what its webview had kept */
  restore(panel: WebviewPanel, state: unknown): Promise<void>;
  /** opens the view that a link describes, by the path and query of its URI; rejects with a UserError "bad-link" */
  openLink(link: { path: string; query: string }): Promise<void>;
  /** copies a link to the view of the panel that is in front; rejects with a UserError when none is */
  copyLink(): Promise<void>;
  /** exports what the panel in front shows, in a format that the user picks; rejects as copyLink does */
  exportShown(): Promise<void>;
}

interface SchemaEvolution {
  /** checks a schema file against a subject of a registry, and says what changed; a Uri, or else the file in the editor in front */
  check(target?: unknown): Promise<void>;
}

/** The registry's schemas in editors. */
export interface Schemas {
  /** read-only, in an editor titled "orders-value v3" */
  open(version: SchemaVersion): Promise<void>;
  /** side by side in the diff editor; says in words which readers the change breaks */
  compare(older: SchemaVersion, newer: SchemaVersion): Promise<void>;
  /** a page beside the editor that says in words what changed, and which readers that breaks */
  explain(older: SchemaVersion, newer: SchemaVersion): Promise<void>;
  /** an untitled document to edit, which Register Schema registers under that subject */
  draft(draft: NewSchema): Promise<void>;
  /** checks the document in front, asks, and registers it; what is wrong with it becomes its diagnostics */
  register(target: SubjectTarget | undefined): Promise<void>;
}

export interface LocalClusters {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** asks whether with or without data */
  remove(): Promise<void>;
  showLogs(): Promise<void>;
  menu(): Promise<void>;
}

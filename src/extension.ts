import { join } from "node:path";
import {
  type ExtensionContext,
  ExtensionMode,
  type TextDocument,
  commands as vscodeCommands,
  window,
  workspace,
} from "vscode";
import type { KafkaWorkbenchApi } from "../docs/kafka-workbench.d.ts";
import { commandTable } from "./commandTable.ts";
import { ClusterPool } from "./connections/clusters.ts";
import { RegistryPool } from "./connections/registries.ts";
import { ConnectionStore } from "./connections/store.ts";
import type { Ctx } from "./context.ts";
import { ExplorerTree } from "./explorer/tree.ts";
import { ExternalDecoders } from "./externalDecoders.ts";
import { type CommandId, languageIds, panels, schemaScheme } from "./ids.ts";
import { Owner } from "./platform/disposables.ts";
import { reportError } from "./platform/errors.ts";
import { Late } from "./platform/late.ts";
import { WorkspaceSettings } from "./platform/settings.ts";
import { replaceableUi } from "./platform/vscodeUi.ts";
import type { TestApi } from "./testApi.ts";

/** The parts list. Heavy parts (kafka, schema, panels, local clusters, the commands) are chunks that load on first use. */
export function activate(extension: ExtensionContext): KafkaWorkbenchApi & Partial<TestApi> {
  const started = performance.now();
  const owner = new Owner();
  extension.subscriptions.push(owner);

  const log = owner.own(window.createOutputChannel("Kafka Workbench", { log: true }));
  const { ui, replaceUi } = replaceableUi();
  const settings = owner.own(new WorkspaceSettings());
  const connections = owner.own(new ConnectionStore(extension, settings));
  const clusters = owner.own(new ClusterPool({ connections, settings, log }));
  const decoders = new ExternalDecoders();
  const registries = owner.own(
    new RegistryPool({ connections, settings, log }, join(extension.globalStorageUri.fsPath, "schemas")),
  );

  const messages = owner.own(new Late(async () => (await import("./panels/messages.ts")).createMessagesPanels(ctx)));
  const avroFiles = owner.own(new Late(async () => (await import("./language/avroFiles.ts")).createAvroFiles(ctx)));
  const evolution = owner.own(new Late(async () => new (await import("./language/evolution.ts")).Evolution(ctx)));
  const schemas = owner.own(new Late(async () => (await import("./subjects/schemas.ts")).createSchemas(ctx)));
  const local = owner.own(new Late(async () => (await import("./localClusters.ts")).createLocalClusters(ctx)));

  const ctx: Ctx = {
    extension,
    log,
    ui,
    settings,
    connections,
    clusters,
    registries,
    decoders,
    get explorer() {
      return explorer;
    },
    messages: {
      open: async (target) => (await messages.get()).open(target),
      restore: async (panel, state) => (await messages.get()).restore(panel, state),
      openLink: async (link) => (await messages.get()).openLink(link),
      copyLink: async () => (await messages.get()).copyLink(),
      exportShown: async () => (await messages.get()).exportShown(),
    },
    local: {
      start: async () => (await local.get()).start(),
      stop: async () => (await local.get()).stop(),
      remove: async () => (await local.get()).remove(),
      showLogs: async () => (await local.get()).showLogs(),
      menu: async () => (await local.get()).menu(),
    },
    evolution: { check: async (target) => (await evolution.get()).check(target) },
    schemas: {
      open: async (version) => (await schemas.get()).open(version),
      compare: async (older, newer) => (await schemas.get()).compare(older, newer),
      explain: async (older, newer) => (await schemas.get()).explain(older, newer),
      draft: async (draft) => (await schemas.get()).draft(draft),
      register: async (target) => (await schemas.get()).register(target),
    },
    run: async (id, ...args) => void (await vscodeCommands.executeCommand(id, ...args)),
  };
  const explorer = owner.own(new ExplorerTree(ctx));

  /** The one place where what fails is shown. */
  const guarded = async (task: () => Promise<void>): Promise<void> => {
    try {
      await task();
    } catch (error) {
      await reportError(ctx, error);
    }
  };

  for (const [id, load] of Object.entries(commandTable) as [CommandId, (typeof commandTable)[CommandId]][]) {
    owner.own(
      vscodeCommands.registerCommand(id, (target?: unknown) =>
        guarded(async () => {
          const run = await load();
          // keys act on the selected line of the tree (package.json gives them this argument)
          await run(ctx, (target === "selection" ? explorer.selected() : target) as never);
        }),
      ),
    );
  }
  owner.own(
    window.registerWebviewPanelSerializer(panels.messages, {
      deserializeWebviewPanel: (panel, state) => guarded(() => ctx.messages.restore(panel, state)),
    }),
  );
  owner.own(
    workspace.registerTextDocumentContentProvider(schemaScheme, {
      provideTextDocumentContent: async (uri) => (await schemas.get()).textOf(uri),
    }),
  );
  owner.own(window.registerUriHandler({ handleUri: (uri) => guarded(() => ctx.messages.openLink(uri)) }));
  // the status bar tells how a local cluster is: only for whom has one
  if (connections.list().some((connection) => connection.localProject))
    void guarded(async () => void (await local.get()));

  // what is said of schema files loads with the first one that is open
  const opened = (document: TextDocument): void => {
    if (document.languageId === languageIds.avroSchema) void guarded(async () => void (await avroFiles.get()));
  };
  owner.own(workspace.onDidOpenTextDocument(opened));
  workspace.textDocuments.forEach(opened);

  const activationMs = performance.now() - started;
  log.debug(`Activated in ${activationMs.toFixed(1)} ms`);
  return {
    version: 1,
    registerDecoder: (decoder) => decoders.register(decoder),
    ...(extension.extensionMode === ExtensionMode.Test && { ctx, explorer, activationMs, replaceUi }),
  };
}

import { randomUUID } from "node:crypto";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { type Disposable, Uri, window, workspace } from "vscode";
import type { Connection } from "./connections/model.ts";
import type { Ctx, LocalClusters } from "./context.ts";
import { type CommandId, commands, type Settings, settingsSection } from "./ids.ts";
import type { LocalCluster } from "./local/lifecycle.ts";
import type { LocalState } from "./local/state.ts";
import { LocalClusterLogs } from "./localClusterLogs.ts";
import { LocalClusterStatus, type ShownState } from "./localClusterStatus.ts";
import { Owner } from "./platform/disposables.ts";
import { logError, reportError } from "./platform/errors.ts";
import { back, type PickItem } from "./platform/ui.ts";
import { isCancelled, UserError } from "./shared/userError.ts";

/** The commands of the local cluster: what they ask, what they show, and the connection they keep. */
export function createLocalClusters(ctx: Ctx): LocalClusters & Disposable {
  return new LocalKafka(ctx);
}

/**
 * Compose's name for the local cluster: one on this machine, whichever window or workspace asks for it. Tests that run side by side
 * give theirs other names.
 */
const projectName = (): string => process.env["KAFKA_WORKBENCH_LOCAL_PROJECT"] ?? "kafka-workbench";

type Doing = Extract<ShownState, { kind: "busy" }>["doing"];

class LocalKafka implements LocalClusters, Disposable {
  private readonly ctx: Ctx;
  private readonly owner = new Owner();
  private readonly project = projectName();
  private readonly status = this.owner.own(
    new LocalClusterStatus(
      async (signal) => (await this.cluster()).state(signal),
      () => this.connection() !== undefined,
    ),
  );
  private readonly logs = this.owner.own(new LocalClusterLogs());
  private doing: Doing | null = null;
  private made: { file: string; cluster: LocalCluster } | null = null;

  constructor(ctx: Ctx) {
    this.ctx = ctx;
    // Docker is asked unasked only when there was a local cluster before
    if (this.connection()) void this.status.refresh();
  }

  async start(): Promise<void> {
    await this.handled(commands.startLocalCluster, async () => {
      const { port, notes } = await this.exclusively("starting", () =>
        this.ctx.ui.progress("Local Kafka", async (signal, report) => {
          const { settings } = this.ctx;
          const wanted = {
            zookeeperImage: settings.get("local.zookeeperImage").trim(),
            kafkaImage: settings.get("local.kafkaImage").trim(),
            port: settings.get("local.port"),
          };
          return (await this.cluster()).start(wanted, { signal, onStep: report });
        }),
      );
      const id = await this.keepConnection(port);
      for (const note of notes) this.ctx.log.info(note);
      this.later(this.announce(port, notes));
      await this.ctx.explorer.reveal(id);
    });
  }

  async stop(): Promise<void> {
    await this.handled(commands.stopLocalCluster, async () => {
      await this.exclusively("stopping", () =>
        this.ctx.ui.progress("Local Kafka", async (signal, report) =>
          (await this.cluster()).stop({ signal, onStep: report }),
        ),
      );
      this.connectionChanged();
    });
  }

  async remove(): Promise<void> {
    await this.handled(commands.removeLocalCluster, async () => {
      const data = await this.askWithData();
      if (data === null) return;
      await this.exclusively("removing", () =>
        this.ctx.ui.progress("Local Kafka", async (signal, report) =>
          (await this.cluster()).remove({ data, signal, onStep: report }),
        ),
      );
      const connection = this.connection();
      if (connection) await this.ctx.connections.remove(connection.id);
      const rest = data ? "" : " Its data stay on this machine for the next start.";
      this.later(this.ctx.ui.info(`Local Kafka is removed.${rest}`));
    });
  }

  async showLogs(): Promise<void> {
    await this.handled(commands.showLocalClusterLogs, async () => {
      const cluster = await this.cluster();
      const state = this.doing ? null : await cluster.state();
      if (state?.kind === "absent") {
        const chosen = await this.ctx.ui.info(
          "There is no local Kafka whose logs could be shown.",
          "Start Local Kafka",
        );
        if (chosen) await this.ctx.run(commands.startLocalCluster);
        return;
      }
      this.logs.show((onText, signal) => cluster.followLogs(1000, onText, signal));
    });
  }

  async menu(): Promise<void> {
    await this.handled(commands.localClusterMenu, async () => {
      const state: ShownState = this.doing ? { kind: "busy", doing: this.doing } : await this.readState();
      const chosen = await this.ctx.ui.pick({
        title: "Local Kafka",
        placeholder: stateText(state),
        items: menuItems(state),
      });
      if (chosen === back) return;
      if (chosen === "file") await this.openFile();
      else await this.ctx.run(chosen);
    });
  }

  dispose(): void {
    this.owner.dispose();
  }

  private async readState(): Promise<LocalState> {
    const state = await (await this.cluster()).state();
    this.status.show(state);
    return state;
  }

  /** Loaded on first use, and made anew when the setting of the folder has changed. */
  private async cluster(): Promise<LocalCluster> {
    const file = this.file();
    if (this.made?.file === file) return this.made.cluster;
    const { LocalCluster } = await import("./local/lifecycle.ts");
    const onLine = (line: string): void => this.ctx.log.debug(`docker: ${line}`);
    this.made = { file, cluster: new LocalCluster({ file, project: this.project, env: process.env, onLine }) };
    return this.made.cluster;
  }

  private file(): string {
    const name = "docker-compose.yml";
    const folder = this.ctx.settings.get("local.folder").trim();
    if (folder === "") return join(this.ctx.extension.globalStorageUri.fsPath, "local-kafka", name);
    const path = folder.startsWith("~/") || folder.startsWith("~\\") ? join(homedir(), folder.slice(2)) : folder;
    if (isAbsolute(path)) return join(path, name);
    const root = workspace.workspaceFolders?.find(({ uri }) => uri.scheme === "file");
    if (!root) {
      throw new UserError(
        `The folder of the local Kafka, ${folder}, is relative to a workspace, and none is open: open a folder, or make it absolute.`,
        { code: "no-workspace" },
      );
    }
    return join(resolve(root.uri.fsPath, path), name);
  }

  /** One at a time: two would be at the same containers. */
  private async exclusively<T>(doing: Doing, task: () => Promise<T>): Promise<T> {
    if (this.doing) {
      throw new UserError(`Local Kafka is ${this.doing} just now: wait until that is done, then try again.`, {
        code: "busy",
      });
    }
    this.doing = doing;
    this.status.show({ kind: "busy", doing });
    try {
      return await task();
    } finally {
      this.doing = null;
      await this.status.refresh();
    }
  }

  /** Shows a failure with buttons that help with just that one. */
  private async handled(command: CommandId, task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      if (!(error instanceof UserError) || isCancelled(error)) throw error;
      logError(this.ctx, error);
      const actions = this.actionsFor(error, command);
      const chosen = await this.ctx.ui.error(error.message, ...Object.keys(actions));
      if (chosen) await actions[chosen]?.();
    }
  }

  private actionsFor({ code, message }: UserError, command: CommandId): Record<string, () => Promise<void>> {
    const { ctx } = this;
    const retry = { Retry: () => ctx.run(command) };
    const log = { "Show Log": () => ctx.run(commands.showLog) };
    switch (code) {
      case "busy":
        return {};
      case "port-taken":
        return { "Change Port": () => ctx.ui.openSetting(`${settingsSection}.${portSetting}`), ...retry, ...log };
      case "image-name":
      case "image-tag":
      case "image-repository":
      case "image-platform":
      case "image-missing":
        return {
          "Change Image": () => ctx.ui.openSetting(`${settingsSection}.${imageSetting(message)}`),
          ...retry,
          ...log,
        };
      case "compose-file":
        return { "Open docker-compose.yml": () => this.openFile(), ...retry, ...log };
      case "no-workspace":
        return { "Change Folder": () => ctx.ui.openSetting(`${settingsSection}.${folderSetting}`) };
      case "container-exited":
      case "container-unhealthy":
      case "docker-failed":
        return { ...log, ...retry };
      default:
        return { ...retry, ...log };
    }
  }

  /** Adds the connection, or brings its port up to date. */
  private async keepConnection(port: number): Promise<string> {
    const address = `localhost:${port}`;
    const before = this.connection();
    if (before?.bootstrapServers.length === 1 && before.bootstrapServers[0] === address) {
      this.connectionChanged();
      return before.id;
    }
    const connection: Connection = before
      ? { ...before, bootstrapServers: [address] }
      : {
          id: randomUUID(),
          name: "Local Kafka",
          bootstrapServers: [address],
          tls: null,
          sasl: null,
          registry: null,
          localProject: this.project,
        };
    await this.ctx.connections.save(connection);
    return connection.id;
  }

  private connection(): Connection | undefined {
    return this.ctx.connections
      .list()
      .find(({ localProject, fromSetting }) => localProject === this.project && !fromSetting);
  }

  /** The broker behind it went or came: what is open to it is of no use, and the tree shows the past. */
  private connectionChanged(): void {
    const connection = this.connection();
    if (!connection) return;
    this.ctx.clusters.reset(connection.id);
    this.ctx.explorer.refresh(connection.id);
  }

  private async announce(port: number, notes: readonly string[]): Promise<void> {
    const open = "Open docker-compose.yml";
    const show = notes.length > 0 ? this.ctx.ui.warn : this.ctx.ui.info;
    const message = [`Local Kafka is running on localhost:${port}.`, ...notes].join(" ");
    if ((await show(message, open)) === open) await this.openFile();
  }

  /** false: keep the data; true: delete them; null: the user thought better of it. */
  private async askWithData(): Promise<boolean | null> {
    const cluster = await this.cluster();
    const [state, hasData] = [await cluster.state(), await cluster.hasData()];
    if (state.kind === "absent" && !hasData) {
      this.status.show(state);
      const connection = this.connection();
      if (connection) await this.ctx.connections.remove(connection.id);
      this.later(this.ctx.ui.info("There is no local Kafka to remove."));
      return null;
    }
    const keep: PickItem<boolean> = {
      label: "Keep Data",
      detail: "Topics, messages and groups are there again after the next start",
      icon: "archive",
      value: false,
    };
    const drop: PickItem<boolean> = {
      label: "Delete Data Too",
      detail: "Topics, messages and groups of the local Kafka are lost",
      icon: "trash",
      value: true,
    };
    const data = await this.ctx.ui.pick({
      title: "Remove Local Kafka",
      placeholder: "What becomes of its data?",
      items: state.kind === "absent" ? [drop] : [keep, drop],
    });
    if (data === back) return null;
    if (!data) return false;
    const sure = await this.ctx.ui.confirm({
      message: "Delete the local Kafka with all its data?",
      detail: "Topics, messages and consumer groups in it are lost. This cannot be undone.",
      action: "Delete",
    });
    return sure ? true : null;
  }

  private async openFile(): Promise<void> {
    const file = this.file();
    try {
      await window.showTextDocument(Uri.file(file));
    } catch (cause) {
      throw new UserError(`${file} cannot be opened; starting the local Kafka writes it anew.`, {
        code: "no-file",
        cause,
      });
    }
  }

  /** A notification may stay for ever: nothing waits for it. */
  private later(task: Promise<unknown>): void {
    task
      .catch((error: unknown) => reportError(this.ctx, error))
      .catch((error: unknown) => this.ctx.log.error(String(error)));
  }
}

const portSetting: keyof Settings = "local.port";
const folderSetting: keyof Settings = "local.folder";

/** The setting of the image that a failure is about. */
const imageSetting = (message: string): keyof Settings =>
  /zookeeper/i.test(message) ? "local.zookeeperImage" : "local.kafkaImage";

type MenuChoice = CommandId | "file";

function menuItems(state: ShownState): PickItem<MenuChoice>[] {
  const start = { label: "Start", icon: "play", value: commands.startLocalCluster };
  const stop = { label: "Stop", icon: "debug-stop", description: "keeps everything", value: commands.stopLocalCluster };
  const logs = { label: "Show Logs", icon: "output", value: commands.showLocalClusterLogs };
  const remove = { label: "Remove…", icon: "trash", value: commands.removeLocalCluster };
  const file = { label: "Open docker-compose.yml", icon: "go-to-file", value: "file" as const };
  switch (state.kind) {
    case "busy":
      return [logs, file];
    case "absent":
      return [start, remove];
    case "stopped":
      return [start, logs, file, remove];
    case "starting":
    case "running":
      return [logs, stop, file, remove];
    case "unhealthy":
      return [logs, { ...start, label: "Start Again" }, stop, file, remove];
  }
}

function stateText(state: ShownState): string {
  switch (state.kind) {
    case "busy":
      return `Local Kafka is ${state.doing}`;
    case "absent":
      return "There is no local Kafka on this machine";
    case "running":
      return `Local Kafka is running on localhost:${state.port ?? "?"}`;
    case "unhealthy":
      return `Local Kafka: ${state.problem ?? "unhealthy"}`;
    default:
      return `Local Kafka is ${state.kind}`;
  }
}

import type { Disposable } from "vscode";
import type { Clusters, Connections, Ctx, SettingsReader } from "../context.ts";
import type { ClusterConfig } from "../kafka/api.ts";
import type { Cluster } from "../kafka/cluster.ts";
import { ConnectionError } from "../platform/connectionError.ts";
import { Owner } from "../platform/disposables.ts";
import { CancelledError, messageOf, UserError } from "../shared/userError.ts";
import { clusterConfig } from "./clusterConfig.ts";

interface Entry {
  attempt: Promise<Cluster>;
  ended: AbortController;
  idle: NodeJS.Timeout | undefined;
}

/** A cluster that nobody asked for in this time (ms) is closed. */
const idleMs = 5 * 60_000;

/** One Cluster per connection, opened on first use, shared, closed when its connection changes, goes, or nobody asked for it in a while. */
export class ClusterPool implements Clusters, Disposable {
  private readonly owner = new Owner();
  private readonly entries = new Map<string, Entry>();
  private readonly connections: Connections;
  private readonly settings: SettingsReader;
  private readonly log: Ctx["log"];

  constructor({ connections, settings, log }: Pick<Ctx, "connections" | "settings" | "log">) {
    this.connections = connections;
    this.settings = settings;
    this.log = log;
    this.owner.own(connections.onDidChange((id) => this.reset(id)));
  }

  async config(connectionId: string): Promise<ClusterConfig> {
    const connection = this.connections.get(connectionId);
    if (!connection) throw new UserError("The connection was removed.", { code: "no-connection" });
    try {
      const secrets = await this.connections.secrets(connectionId);
      return await clusterConfig(connection, secrets, this.settings.get("connection.timeoutMs"));
    } catch (error) {
      throw error instanceof UserError ? ConnectionError.of(connectionId, error) : error;
    }
  }

  get(connectionId: string): Promise<Cluster> {
    let entry = this.entries.get(connectionId);
    if (!entry) {
      const ended = new AbortController();
      const opening: Entry = { attempt: this.open(connectionId, ended.signal), ended, idle: undefined };
      entry = opening;
      this.entries.set(connectionId, opening);
      // after a failure the next to ask tries again
      opening.attempt.catch(() => {
        if (this.entries.get(connectionId) === opening) this.reset(connectionId);
      });
    }
    clearTimeout(entry.idle);
    entry.idle = setTimeout(() => this.reset(connectionId), idleMs);
    entry.idle.unref();
    return entry.attempt;
  }

  reset(connectionId: string): void {
    const entry = this.entries.get(connectionId);
    if (!entry) return;
    this.entries.delete(connectionId);
    clearTimeout(entry.idle);
    entry.ended.abort();
  }

  dispose(): void {
    this.owner.dispose();
    for (const id of [...this.entries.keys()]) this.reset(id);
  }

  /** The cluster is closed once `ended` is aborted, however far it came. */
  private async open(connectionId: string, ended: AbortSignal): Promise<Cluster> {
    const config = await this.config(connectionId);
    const { Cluster } = await import("../kafka/cluster.ts");
    if (ended.aborted) throw new CancelledError();
    const cluster = new Cluster(config, (level, message) => this.log[level](message));
    const close = () => {
      cluster.close().catch((error) => this.log.debug(`Closing a connection: ${messageOf(error)}`));
    };
    try {
      await cluster.connect(ended);
    } catch (error) {
      close();
      throw error instanceof UserError ? ConnectionError.of(connectionId, error) : error;
    }
    if (ended.aborted) {
      close();
      throw new CancelledError();
    }
    ended.addEventListener("abort", close, { once: true });
    return cluster;
  }
}

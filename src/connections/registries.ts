import type { Disposable } from "vscode";
import type { Connections, Registries, SettingsReader } from "../context.ts";
import { Owner } from "../platform/disposables.ts";
import type { RegistryClient } from "../schema/registry.ts";
import type { Connection, ConnectionSecrets } from "./model.ts";

/** One registry client per connection, with what it has cached, until the connection changes. */
export class RegistryPool implements Registries, Disposable {
  private readonly owner = new Owner();
  private readonly clients = new Map<string, Promise<RegistryClient | null>>();
  private readonly connections: Connections;
  private readonly settings: SettingsReader;

  constructor({ connections, settings }: { connections: Connections; settings: SettingsReader }) {
    this.connections = connections;
    this.settings = settings;
    this.owner.own(connections.onDidChange((id) => this.clients.delete(id)));
  }

  get(connectionId: string): Promise<RegistryClient | null> {
    let client = this.clients.get(connectionId);
    if (!client) {
      const opening = this.open(connectionId);
      client = opening;
      this.clients.set(connectionId, opening);
      opening.catch(() => {
        if (this.clients.get(connectionId) === opening) this.clients.delete(connectionId);
      });
    }
    return client;
  }

  dispose(): void {
    this.owner.dispose();
    this.clients.clear();
  }

  private async open(connectionId: string): Promise<RegistryClient | null> {
    const connection = this.connections.get(connectionId);
    if (!connection?.registry) return null;
    return registryClient(
      connection,
      await this.connections.secrets(connectionId),
      this.settings.get("connection.timeoutMs"),
    );
  }
}

/** @returns null where the connection names no registry */
export async function registryClient(
  { registry }: Pick<Connection, "registry">,
  secrets: ConnectionSecrets,
  timeoutMs: number,
): Promise<RegistryClient | null> {
  if (!registry) return null;
  const { RegistryClient } = await import("../schema/registry.ts");
  return new RegistryClient({
    url: registry.url,
    username: registry.username,
    password: registry.username === null ? null : (secrets.registryPassword ?? null),
    timeoutMs,
  });
}

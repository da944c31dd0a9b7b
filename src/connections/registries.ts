import type { Disposable } from "vscode";
import type { Connections, Ctx, Registries, SettingsReader } from "../context.ts";
import { Owner } from "../platform/disposables.ts";
import type { Registry } from "../schema/registry/api.ts";
import type { RegistryAuth } from "../schema/registry/auth.ts";
import type { SchemaCache } from "../schema/registry/diskCache.ts";
import type { RegistryConfig } from "../schema/registry/open.ts";
import type { HttpTls } from "../schema/registry/transport.ts";
import { UserError } from "../shared/userError.ts";
import { readPem } from "./clusterConfig.ts";
import type { Connection, ConnectionSecrets, RegistrySignIn, TlsOptions } from "./model.ts";

/** One registry client per connection, with what it has cached, until the connection changes. */
export class RegistryPool implements Registries, Disposable {
  private readonly owner = new Owner();
  private readonly clients = new Map<string, Promise<Registry | null>>();
  private readonly connections: Connections;
  private readonly settings: SettingsReader;

  private readonly log: Ctx["log"];
  private readonly cacheFolder: string;
  private diskCache: Promise<SchemaCache> | undefined;

  /** @param cacheFolder where schemas are kept on disk; made when there is one to keep */
  constructor({ connections, settings, log }: Pick<Ctx, "connections" | "settings" | "log">, cacheFolder: string) {
    this.connections = connections;
    this.settings = settings;
    this.log = log;
    this.cacheFolder = cacheFolder;
    this.owner.own(connections.onDidChange((id) => this.drop(id)));
  }

  cache(): Promise<SchemaCache> {
    this.diskCache ??= import("../schema/registry/diskCache.ts").then(
      ({ DiskCache }) => new DiskCache(this.cacheFolder, { log: (problem) => this.log.warn(problem) }),
    );
    return this.diskCache;
  }

  get(connectionId: string): Promise<Registry | null> {
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
    for (const id of [...this.clients.keys()]) this.drop(id);
  }

  private drop(connectionId: string): void {
    const client = this.clients.get(connectionId);
    this.clients.delete(connectionId);
    // one that could not be opened has nothing to close, and whoever asked for it knows why
    client?.then(
      (registry) => registry?.close(),
      () => {},
    );
  }

  private async open(connectionId: string): Promise<Registry | null> {
    const connection = this.connections.get(connectionId);
    if (!connection?.registry) return null;
    return registryClient(
      connection,
      await this.connections.secrets(connectionId),
      this.settings.get("connection.timeoutMs"),
    );
  }
}

/**
 * A client of the connection's registry; null where it names none.
 * @throws UserError when a file cannot be read ("certificate-file"), a secret is not stored ("no-password"), or an address cannot be one
 */
export async function registryClient(
  connection: Pick<Connection, "name" | "registry">,
  secrets: ConnectionSecrets,
  timeoutMs: number,
): Promise<Registry | null> {
  const config = await registryConfig(connection, secrets, timeoutMs);
  if (!config) return null;
  const { openRegistry } = await import("../schema/registry/open.ts");
  return openRegistry(config);
}

async function registryConfig(
  { name, registry }: Pick<Connection, "name" | "registry">,
  secrets: ConnectionSecrets,
  timeoutMs: number,
): Promise<RegistryConfig | null> {
  if (!registry) return null;
  const needed = (secret: string | undefined, what: string): string => {
    if (secret) return secret;
    throw new UserError(
      `No ${what} of the schema registry is stored on this machine: edit the connection ${name} and enter it.`,
      { code: "no-password" },
    );
  };
  if (registry.kind === "glue") {
    const secretAccessKey = needed(secrets.awsSecretAccessKey, "secret access key");
    const { region, accessKeyId, registryName, endpoint } = registry;
    const sessionToken = secrets.awsSessionToken || null;
    const access = { region, accessKeyId, secretAccessKey, sessionToken, registryName, endpoint };
    return { kind: "glue", access, timeoutMs };
  }
  const { kind, urls, signIn, tls } = registry;
  return { kind, urls, auth: authOf(signIn, secrets, needed), tls: tls && (await readTls(tls, secrets)), timeoutMs };
}

function authOf(
  signIn: RegistrySignIn,
  secrets: ConnectionSecrets,
  needed: (secret: string | undefined, what: string) => string,
): RegistryAuth {
  switch (signIn.kind) {
    case "none":
      return signIn;
    case "basic":
      return { ...signIn, password: secrets.registryPassword ?? "" };
    case "bearer":
      return { kind: "bearer", token: needed(secrets.registryToken, "token") };
    case "oauth":
      return { ...signIn, clientSecret: needed(secrets.registryClientSecret, "client secret") };
  }
}

async function readTls(tls: TlsOptions, secrets: ConnectionSecrets): Promise<HttpTls> {
  const [ca, cert, key] = await Promise.all([
    readPem(tls.caFile, "registry’s CA certificate"),
    readPem(tls.certFile, "registry’s client certificate"),
    readPem(tls.keyFile, "registry’s client key"),
  ]);
  return { ca, cert, key, passphrase: secrets.registryKeyPassphrase || null, verify: tls.verify };
}

import { type Disposable, EventEmitter, type ExtensionContext } from "vscode";
import type { Connections, SettingsReader } from "../context.ts";
import { Owner } from "../platform/disposables.ts";
import { UserError } from "../shared/userError.ts";
import { connectionsFromSetting } from "./fromSetting.ts";
import type { Connection, ConnectionSecrets } from "./model.ts";
import { registrySecrets } from "./registryDraft.ts";

const metadataKey = "connections";
const secretKey = (id: string) => `connection/${id}`;

/**
 * The connections: metadata in the extension's global state, secrets in SecretStorage under the connection's id and nowhere else; neither
 * is synced to other machines. Those of the setting are listed after them.
 */
export class ConnectionStore implements Connections, Disposable {
  private readonly owner = new Owner();
  private readonly changed = this.owner.own(new EventEmitter<string>());
  readonly onDidChange = this.changed.event;
  private readonly storage: Pick<ExtensionContext, "globalState" | "secrets">;
  private readonly settings: SettingsReader;
  private fromSetting: ReturnType<typeof connectionsFromSetting>;
  /** writes run one after the other: each reads the list that the one before it left */
  private writing: Promise<unknown> = Promise.resolve();

  constructor(storage: Pick<ExtensionContext, "globalState" | "secrets">, settings: SettingsReader) {
    this.storage = storage;
    this.settings = settings;
    this.fromSetting = connectionsFromSetting(settings.get("connections"));
    this.owner.own(
      settings.onDidChange((key) => {
        if (key === "connections") this.readSetting();
      }),
    );
  }

  list(): readonly Connection[] {
    return [...this.stored(), ...this.fromSetting.connections];
  }

  get(id: string): Connection | undefined {
    return this.list().find((connection) => connection.id === id);
  }

  settingProblems(): readonly string[] {
    return this.fromSetting.problems;
  }

  async secrets(id: string): Promise<ConnectionSecrets> {
    let text: string | undefined;
    try {
      text = await this.storage.secrets.get(secretKey(id));
    } catch (cause) {
      throw new UserError("The system's key store could not be read, so the connection's password is not known.", {
        code: "key-store",
        cause,
      });
    }
    return text === undefined ? {} : (JSON.parse(text) as ConnectionSecrets);
  }

  save(connection: Connection, secrets: ConnectionSecrets = {}): Promise<void> {
    return this.write(async () => {
      if (connection.fromSetting) throw new Error(`${connection.name} belongs to the settings`);
      // secrets first: a connection whose password could not be kept is not added
      const kept = stillNeeded(connection, { ...(await this.secrets(connection.id)), ...defined(secrets) });
      try {
        if (Object.keys(kept).length > 0)
          await this.storage.secrets.store(secretKey(connection.id), JSON.stringify(kept));
        else await this.storage.secrets.delete(secretKey(connection.id));
      } catch (cause) {
        throw new UserError(
          "The system's key store did not take the connection's password, so the connection was not saved.",
          { code: "key-store", cause },
        );
      }
      const stored = this.stored();
      const at = stored.findIndex(({ id }) => id === connection.id);
      const next = at < 0 ? [...stored, connection] : stored.with(at, connection);
      await this.storage.globalState.update(metadataKey, next);
      this.changed.fire(connection.id);
    });
  }

  remove(id: string): Promise<void> {
    return this.write(async () => {
      await this.storage.globalState.update(
        metadataKey,
        this.stored().filter((connection) => connection.id !== id),
      );
      this.changed.fire(id);
      await this.storage.secrets.delete(secretKey(id));
    });
  }

  dispose(): void {
    this.owner.dispose();
  }

  private stored(): Connection[] {
    return this.storage.globalState.get<Connection[]>(metadataKey, []).map(asOfNow);
  }

  private write(task: () => Promise<void>): Promise<void> {
    const done = this.writing.then(task);
    this.writing = done.catch(() => undefined); // its caller hears of the failure; the next write goes on
    return done;
  }

  private readSetting(): void {
    const before = this.fromSetting;
    this.fromSetting = connectionsFromSetting(this.settings.get("connections"));
    const texts = (all: readonly Connection[]) => new Map(all.map((c) => [c.id, JSON.stringify(c)]));
    const old = texts(before.connections);
    const now = texts(this.fromSetting.connections);
    for (const id of new Set([...old.keys(), ...now.keys()])) if (old.get(id) !== now.get(id)) this.changed.fire(id);
    if (before.problems.join() !== this.fromSetting.problems.join()) this.changed.fire("");
  }
}

const defined = (secrets: ConnectionSecrets): ConnectionSecrets =>
  Object.fromEntries(Object.entries(secrets).filter(([, value]) => value !== undefined));

/** Without what the connection no longer uses: no password stays behind when its user is gone. */
function stillNeeded(connection: Connection, secrets: ConnectionSecrets): ConnectionSecrets {
  const { saslPassword, keyPassphrase } = secrets;
  const registry = Object.entries(registrySecrets(connection.registry, secrets)).filter(([, secret]) => secret !== "");
  return {
    ...(connection.sasl && saslPassword ? { saslPassword } : {}),
    ...(connection.tls?.keyFile && keyPassphrase ? { keyPassphrase } : {}),
    ...Object.fromEntries(registry),
  };
}

/** A connection that was stored when all there was to say of a registry was one URL and a user name. */
function asOfNow(stored: Connection): Connection {
  const registry = stored.registry as Connection["registry"] | { url: string; username: string | null };
  if (!registry || "kind" in registry) return stored;
  const { url, username } = registry;
  const signIn = username ? ({ kind: "basic", username } as const) : ({ kind: "none" } as const);
  return { ...stored, registry: { kind: "confluent", urls: [url], signIn, tls: null } };
}

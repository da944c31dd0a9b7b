import { type Disposable, type Event, EventEmitter, workspace } from "vscode";
import type { SettingsReader } from "../context.ts";
import { type Settings, settingsSection } from "../ids.ts";
import { Owner } from "./disposables.ts";

const keys: Record<keyof Settings, true> = {
  connections: true,
  "connection.timeoutMs": true,
  "messages.last": true,
  "messages.ringMegabytes": true,
  "messages.ringRows": true,
  "local.zookeeperImage": true,
  "local.kafkaImage": true,
  "local.port": true,
  "local.folder": true,
};

/** The one reader of VS Code's configuration. */
export class WorkspaceSettings implements SettingsReader, Disposable {
  private readonly owner = new Owner();
  private readonly changed = this.owner.own(new EventEmitter<keyof Settings>());
  readonly onDidChange: Event<keyof Settings> = this.changed.event;

  constructor() {
    this.owner.own(
      workspace.onDidChangeConfiguration((change) => {
        for (const key of Object.keys(keys) as (keyof Settings)[]) {
          if (change.affectsConfiguration(`${settingsSection}.${key}`)) this.changed.fire(key);
        }
      }),
    );
  }

  get<K extends keyof Settings>(key: K): Settings[K] {
    // every setting has a default in package.json, which the manifest test checks
    return workspace.getConfiguration(settingsSection).get(key) as Settings[K];
  }

  dispose(): void {
    this.owner.dispose();
  }
}

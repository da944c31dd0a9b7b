import type { Memento } from "vscode";
import type { PanelLayout } from "../shared/protocol.ts";
import { object } from "./loose.ts";
import { restoredLayout } from "./messagesState.ts";

const storedAs = "messages.layouts";
/** topics whose layout is kept: those that were arranged last */
const most = 500;

/** How the user arranged the panel of each topic, for when it is opened the next time. */
export class LayoutStore {
  private readonly storage: Memento;

  constructor(storage: Memento) {
    this.storage = storage;
  }

  /** null: never arranged, or what was stored cannot be read */
  get(key: string): PanelLayout | null {
    const layout = object(this.entries().find(([name]) => name === key)?.[1]);
    return layout && restoredLayout(layout);
  }

  async set(key: string, layout: PanelLayout): Promise<void> {
    const others = this.entries().filter(([name]) => name !== key);
    await this.storage.update(storedAs, [[key, layout], ...others].slice(0, most));
  }

  private entries(): [key: string, layout: unknown][] {
    const stored: unknown = this.storage.get(storedAs);
    if (!Array.isArray(stored)) return [];
    return stored.filter((one): one is [string, unknown] => Array.isArray(one) && typeof one[0] === "string");
  }
}

import type { Memento } from "vscode";
import type { DraftFormat } from "../shared/draft.ts";
import { object } from "./loose.ts";
import { restoredFormat } from "./restoredDraft.ts";

const storedAs = "messages.formats";
/** topics whose formats are kept: those that were chosen last */
const most = 1000;

export interface KeptFormats {
  key: DraftFormat | null;
  value: DraftFormat | null;
}

/** How messages of each topic of each connection are written: what the user chose the last time. */
export class FormatStore {
  private readonly storage: Memento;

  constructor(storage: Memento) {
    this.storage = storage;
  }

  get(connectionId: string, topic: string): KeptFormats {
    const kept = object(this.entries().find(([key]) => key === keyOf(connectionId, topic))?.[1]);
    return { key: restoredFormat(object(kept?.["key"])), value: restoredFormat(object(kept?.["value"])) };
  }

  /** @param format null: forgets what was chosen */
  async set(connectionId: string, topic: string, part: "key" | "value", format: DraftFormat | null): Promise<void> {
    const key = keyOf(connectionId, topic);
    const formats = { ...this.get(connectionId, topic), [part]: format };
    const others = this.entries().filter(([name]) => name !== key);
    const isChosen = formats.key !== null || formats.value !== null;
    await this.storage.update(storedAs, (isChosen ? [[key, formats], ...others] : others).slice(0, most));
  }

  private entries(): [key: string, kept: unknown][] {
    const stored: unknown = this.storage.get(storedAs);
    if (!Array.isArray(stored)) return [];
    return stored.filter((one): one is [string, unknown] => Array.isArray(one) && typeof one[0] === "string");
  }
}

/** Connections' ids have no spaces. */
const keyOf = (connectionId: string, topic: string): string => `${connectionId} ${topic}`;

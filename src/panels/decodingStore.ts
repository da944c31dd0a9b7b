import type { Memento } from "vscode";
import { FIXED_FORMATS, type FixedFormat } from "../shared/decoding.ts";
import { type Loose, object, oneOf, positive, text } from "./loose.ts";

const storedAs = "messages.decodings";
/** topics whose choice is kept: those that were chosen last */
const most = 1000;

/** How a topic's keys or values are to be understood, as it is kept: a schema by its file, so that it follows its changes. */
export type KeptChoice =
  | { kind: "auto" }
  | { kind: "format"; format: FixedFormat }
  | { kind: "file"; uri: string; message: string | null }
  /** a file as an Avro reader's schema */
  | { kind: "reader-file"; uri: string }
  /** a version in the registry as an Avro reader's schema: subject null is each value's own, version null the latest */
  | { kind: "reader-version"; subject: string | null; version: number | string | null }
  | { kind: "extension"; id: string; label: string };

export interface KeptDecoding {
  key: KeptChoice;
  value: KeptChoice;
}

const auto: KeptChoice = { kind: "auto" };

/** What the user has chosen for each topic of each connection. */
export class DecodingStore {
  private readonly storage: Memento;

  constructor(storage: Memento) {
    this.storage = storage;
  }

  get(connectionId: string, topic: string): KeptDecoding {
    const kept = object(this.entries().find(([key]) => key === keyOf(connectionId, topic))?.[1]);
    return { key: restored(kept?.["key"]), value: restored(kept?.["value"]) };
  }

  /** Topics of a connection for which something is chosen. */
  of(connectionId: string): { topic: string; decoding: KeptDecoding }[] {
    const prefix = keyOf(connectionId, "");
    return this.entries()
      .filter(([key]) => key.startsWith(prefix))
      .map(([key]) => key.slice(prefix.length))
      .map((topic) => ({ topic, decoding: this.get(connectionId, topic) }));
  }

  async set(connectionId: string, topic: string, decoding: KeptDecoding): Promise<void> {
    const key = keyOf(connectionId, topic);
    const others = this.entries().filter(([name]) => name !== key);
    const chosen = decoding.key.kind !== "auto" || decoding.value.kind !== "auto";
    await this.storage.update(storedAs, (chosen ? [[key, decoding], ...others] : others).slice(0, most));
  }

  private entries(): [key: string, kept: unknown][] {
    const stored: unknown = this.storage.get(storedAs);
    if (!Array.isArray(stored)) return [];
    return stored.filter((one): one is [string, unknown] => Array.isArray(one) && typeof one[0] === "string");
  }
}

/** Connections' ids have no spaces. */
const keyOf = (connectionId: string, topic: string): string => `${connectionId} ${topic}`;

function restored(value: unknown): KeptChoice {
  const choice: Loose | null = object(value);
  switch (choice?.["kind"]) {
    case "format": {
      const format = oneOf(
        FIXED_FORMATS.map(({ id }) => id),
        choice["format"],
      );
      return format ? { kind: "format", format } : auto;
    }
    case "file": {
      const uri = text(choice["uri"]);
      return uri === null ? auto : { kind: "file", uri, message: text(choice["message"]) };
    }
    case "reader-file": {
      const uri = text(choice["uri"]);
      return uri === null ? auto : { kind: "reader-file", uri };
    }
    case "reader-version": {
      const { subject, version } = choice;
      return {
        kind: "reader-version",
        subject: text(subject),
        version: text(version) ?? positive(version),
      };
    }
    case "extension": {
      const id = text(choice["id"]);
      return id === null ? auto : { kind: "extension", id, label: text(choice["label"]) ?? id };
    }
    default:
      return auto;
  }
}

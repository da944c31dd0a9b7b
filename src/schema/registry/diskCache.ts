import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SchemaKey } from "../api.ts";
import type { Registry, SchemaText } from "./api.ts";
import { isObject } from "./jsonObject.ts";

/** Keeps schemas beyond the life of the program. Never rejects: what cannot be kept or read is asked for again. */
export interface SchemaCache {
  get(registry: CachedRegistry, key: SchemaKey): Promise<SchemaText | null>;
  set(registry: CachedRegistry, key: SchemaKey, schema: SchemaText): Promise<void>;
}

export type CachedRegistry = Pick<Registry, "identity" | "shortLived">;

export interface DiskCacheOptions {
  /** most entries, and most bytes of all of them */
  entries?: number;
  bytes?: number;
  /** of a folder that cannot be written to */
  log?: (problem: string) => void;
}

/** Part of the limits that is kept when they are passed: the oldest go, all at once, so that not every entry costs a look at all of them. */
const KEPT = 0.8;

/** No entry is longer. */
const MAX_ENTRY = 32 * 1024 * 1024;

/**
 * Schemas in a folder, a file each. A file's name is a hash of the registry and of what the schema is named by; what it says of itself is
 * compared when it is read, and a damaged one counts as absent. Files appear whole, so that several windows share the folder.
 * A registry on this machine is not cached by its numbers: made anew, it counts from 1 again. It is by UUIDs.
 */
export class DiskCache implements SchemaCache {
  readonly #folder: string;
  readonly #limits: { entries: number; bytes: number };
  readonly #log: (problem: string) => void;
  /** what is there, as of the last look and what was written since; null before the first */
  #held: { entries: number; bytes: number } | null = null;
  /** writes and clearing up run one after the other */
  #writing: Promise<void> = Promise.resolve();

  constructor(folder: string, { entries = 5000, bytes = 200 * 1024 * 1024, log = () => {} }: DiskCacheOptions = {}) {
    this.#folder = folder;
    this.#limits = { entries, bytes };
    this.#log = log;
  }

  async get(registry: CachedRegistry, key: SchemaKey): Promise<SchemaText | null> {
    if (!isKept(registry, key)) return null;
    const file = this.#file(registry, key);
    try {
      if ((await stat(file)).size > MAX_ENTRY) return null;
      return schemaIn(await readFile(file, "utf8"), registry, key);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT")
        this.#log(`A cached schema could not be read: ${String(error)}`);
      return null;
    }
  }

  set(registry: CachedRegistry, key: SchemaKey, schema: SchemaText): Promise<void> {
    if (!isKept(registry, key)) return Promise.resolve();
    this.#writing = this.#writing
      .then(() => this.#write(this.#file(registry, key), JSON.stringify({ registry: registry.identity, key, schema })))
      .catch((error: unknown) => this.#log(`A schema could not be cached: ${String(error)}`));
    return this.#writing;
  }

  async #write(file: string, text: string): Promise<void> {
    const size = Buffer.byteLength(text);
    if (size > Math.min(MAX_ENTRY, this.#limits.bytes * KEPT)) return;
    await mkdir(this.#folder, { recursive: true });
    const making = `${file}.${randomUUID()}.tmp`;
    try {
      await writeFile(making, text, { flag: "wx" });
      await rename(making, file);
    } catch (error) {
      await rm(making, { force: true });
      throw error;
    }
    if (this.#held) {
      this.#held.entries++;
      this.#held.bytes += size;
    }
    const { entries, bytes } = this.#limits;
    if (!this.#held || this.#held.entries > entries || this.#held.bytes > bytes) await this.#clearUp();
  }

  /** Counts what is there, and lets the oldest go where it is too much. */
  async #clearUp(): Promise<void> {
    const files: { file: string; size: number; at: number }[] = [];
    for (const name of await readdir(this.#folder)) {
      if (!/^[0-9a-f]{64}\.json(\.[0-9a-f-]+\.tmp)?$/.test(name)) continue;
      const file = join(this.#folder, name);
      // gone meanwhile: another window clears up too
      const found = await stat(file).catch(() => null);
      if (!found) continue;
      // half an hour after it was begun nobody will finish it
      if (name.endsWith(".tmp")) {
        if (Date.now() - found.mtimeMs > 30 * 60_000) await rm(file, { force: true });
      } else files.push({ file, size: found.size, at: found.mtimeMs });
    }
    files.sort((a, b) => a.at - b.at);
    const held = { entries: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0) };
    const { entries, bytes } = this.#limits;
    if (held.entries > entries || held.bytes > bytes) {
      for (const { file, size } of files) {
        if (held.entries <= entries * KEPT && held.bytes <= bytes * KEPT) break;
        await rm(file, { force: true });
        held.entries--;
        held.bytes -= size;
      }
    }
    this.#held = held;
  }

  #file(registry: CachedRegistry, key: SchemaKey): string {
    const name = createHash("sha256").update(`${registry.identity}\n${key}`).digest("hex");
    return join(this.#folder, `${name}.json`);
  }
}

const isKept = ({ shortLived }: CachedRegistry, key: SchemaKey): boolean =>
  !shortLived || (typeof key === "string" && /^(guid|glue):/.test(key));

/** null when it is not a whole entry of this very schema */
function schemaIn(text: string, registry: CachedRegistry, key: SchemaKey): SchemaText | null {
  let entry: unknown;
  try {
    entry = JSON.parse(text);
  } catch {
    // damaged: it is replaced by the next that is written
    return null;
  }
  if (!isObject(entry) || entry["registry"] !== registry.identity || entry["key"] !== key) return null;
  const { schema } = entry;
  if (!isObject(schema)) return null;
  const { id, type, schema: definition, references } = schema;
  if ((typeof id !== "number" && typeof id !== "string") || typeof type !== "string") return null;
  if (typeof definition !== "string" || !Array.isArray(references) || !references.every(isReference)) return null;
  return { id, type, schema: definition, references, ...(schema["key"] === undefined ? {} : { key }) };
}

const isReference = (value: unknown): value is SchemaText["references"][number] =>
  isObject(value) &&
  typeof value["name"] === "string" &&
  typeof value["subject"] === "string" &&
  typeof value["schema"] === "string" &&
  (typeof value["version"] === "number" || typeof value["version"] === "string");

import { mkdir, open, rm, rmdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { UserError } from "../../shared/userError.ts";
import { onFile } from "./fileErrors.ts";
import { rawName } from "./rawNames.ts";

/** How often a value may be written beside earlier ones of its name. */
const MAX_NUMBER = 10_000;
/** characters of names that are remembered in one string */
const NAMES_CHUNK = 64 * 1024;

/**
 * A folder that gets a file per value. Files that are there stay as they are: a name that is taken (an earlier export, or a topic whose name
 * differs in case only, on disks that do not tell them apart) gets a number. Failures are UserErrors.
 */
export class RawFolder {
  bytes = 0;
  readonly #folder: string;
  /** the outermost folder that had to be made; null when it was there */
  readonly #madeFrom: string | null;
  /** the files that were made, their names joined by "/": a byte a character for millions of them */
  readonly #names: string[] = [];
  #lastNames = "";

  private constructor(folder: string, madeFrom: string | null) {
    this.#folder = folder;
    this.#madeFrom = madeFrom;
  }

  static open(target: string): Promise<RawFolder> {
    const folder = resolve(target);
    return onFile(folder, async () => new RawFolder(folder, (await mkdir(folder, { recursive: true })) ?? null));
  }

  /** Writes one value. Once it is begun it is also removed by `discard`. */
  async add(
    { topic, partition, offset }: { topic: string; partition: number; offset: bigint },
    extension: string,
    bytes: Uint8Array,
  ): Promise<void> {
    const name = rawName(topic, partition, offset);
    for (let number = 1; number <= MAX_NUMBER; number++) {
      const numbered = number === 1 ? `${name}.${extension}` : `${name} (${number}).${extension}`;
      if (await this.#create(numbered, bytes)) return;
    }
    throw new UserError(`The folder has ${MAX_NUMBER} files called ${name}. Choose another folder.`, {
      code: "export",
      detail: this.#folder,
    });
  }

  /** Removes the files that were made, and the folders where they were made too. */
  async discard(): Promise<void> {
    this.#names.push(this.#lastNames);
    for (const chunk of this.#names) {
      for (const name of chunk.split("/")) {
        if (name !== "") await onFile(name, () => rm(join(this.#folder, name), { force: true }));
      }
    }
    if (this.#madeFrom === null) return;
    for (let folder = this.#folder; ; folder = dirname(folder)) {
      // someone else's files keep it
      const removed = await rmdir(folder).then(
        () => true,
        () => false,
      );
      if (!removed || folder === this.#madeFrom) return;
    }
  }

  /** false: there is such a file */
  #create(name: string, bytes: Uint8Array): Promise<boolean> {
    const path = join(this.#folder, name);
    return onFile(path, async () => {
      const handle = await open(path, "wx").catch((error: NodeJS.ErrnoException) => {
        if (error.code === "EEXIST") return null;
        throw error;
      });
      if (!handle) return false;
      this.#remember(name);
      try {
        await handle.writeFile(bytes);
      } finally {
        await handle.close();
      }
      this.bytes += bytes.length;
      return true;
    });
  }

  #remember(name: string): void {
    this.#lastNames += `${name}/`;
    if (this.#lastNames.length < NAMES_CHUNK) return;
    // flattened: a string that is built of pieces takes many times its characters
    this.#names.push(Buffer.from(this.#lastNames, "latin1").toString("latin1"));
    this.#lastNames = "";
  }
}

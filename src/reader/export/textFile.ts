import { randomBytes } from "node:crypto";
import { type FileHandle, open, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UserError } from "../../shared/userError.ts";
import { fileError, onFile } from "./fileErrors.ts";

/** characters gathered before they are written */
const CHUNK = 64 * 1024;

/**
 * A text file in the making, in UTF-8: written under a temporary name beside its place, and put there when it is whole. Writing waits for the
 * disk, so what is held in memory is one chunk. Failures are UserErrors.
 */
export class TextFile {
  /** bytes handed to the disk */
  bytes = 0;
  readonly #target: string;
  readonly #temporary: string;
  readonly #handle: FileHandle;
  #text = "";

  private constructor(target: string, temporary: string, handle: FileHandle) {
    this.#target = target;
    this.#temporary = temporary;
    this.#handle = handle;
  }

  static create(target: string): Promise<TextFile> {
    return onFile(target, async () => {
      const there = await stat(target).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return null;
        throw error;
      });
      if (there?.isDirectory()) throw Object.assign(new Error("is a folder"), { code: "EISDIR" });
      if (there && !there.isFile()) {
        // a device or a pipe would be replaced by a file
        throw new UserError(`${target} is not a file. Choose another name.`, { code: "export" });
      }
      // a link stays, and what it leads to is replaced
      const place = there ? await realpath(target) : target;
      const temporary = join(dirname(place), `.${randomBytes(6).toString("hex")}.part`);
      const handle = await open(temporary, "wx", there ? there.mode & 0o777 : 0o666);
      return new TextFile(place, temporary, handle);
    });
  }

  /** Resolves once it may go on; undefined when it may at once. */
  write(text: string): Promise<void> | undefined {
    this.#text += text;
    return this.#text.length < CHUNK ? undefined : this.#flush();
  }

  /** Puts the file in its place. */
  async finish(): Promise<void> {
    if (this.#text !== "") await this.#flush();
    await onFile(this.#target, async () => {
      await this.#handle.close();
      await rename(this.#temporary, this.#target);
    });
  }

  /** Removes what was written. */
  async discard(): Promise<void> {
    this.#text = "";
    // closed already when putting it in its place failed, and a disk that is full may complain again
    await this.#handle.close().catch(() => {});
    await onFile(this.#temporary, () => rm(this.#temporary, { force: true }));
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.from(this.#text);
    this.#text = "";
    try {
      // goes on from where the last one ended, also after a write of less than all
      await this.#handle.writeFile(bytes);
    } catch (error) {
      throw fileError(this.#target, error);
    }
    this.bytes += bytes.length;
  }
}

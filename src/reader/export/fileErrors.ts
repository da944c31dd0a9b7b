import { basename } from "node:path";
import { isCancelled, messageOf, UserError } from "../../shared/userError.ts";

/** The reasons that a file cannot be written which a person can do something about, and what. */
const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full. Free some space, or choose another disk.",
  EDQUOT: "your disk quota is used up. Free some space, or choose another disk.",
  EFBIG: "the file system does not take a file of this size. Choose another disk, or export less.",
  EACCES: "this needs a permission that you do not have. Choose another place.",
  EPERM: "this needs a permission that you do not have, or another program has it open. Choose another place.",
  EBUSY: "another program has it open. Close it there, or choose another name.",
  EROFS: "the disk is read-only. Choose another place.",
  ENOENT: "its folder does not exist. Choose another place.",
  ENOTDIR: "part of its path is a file and not a folder. Choose another place.",
  EISDIR: "it is a folder. Choose the name of a file.",
  EEXIST: "it is a file and not a folder. Choose another place.",
  ENAMETOOLONG: "its name is too long. Choose a shorter one.",
  EMFILE: "too many files are open. Try again.",
  EIO: "the disk reports an error. Choose another disk.",
};

/** A failed operation on a file as a sentence; cancellation and what is a sentence already stay as they are. */
export function fileError(target: string, error: unknown): unknown {
  if (error instanceof UserError || isCancelled(error)) return error;
  const code = (error as NodeJS.ErrnoException).code;
  if (typeof code !== "string") return error;
  const reason = REASONS[code] ?? `${messageOf(error)}. Choose another place.`;
  return new UserError(`${basename(target)} could not be written: ${reason}`, {
    code: "export",
    detail: target,
    cause: error,
  });
}

/** Runs an operation on files, with its failure as a sentence. */
export async function onFile<T>(target: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw fileError(target, error);
  }
}

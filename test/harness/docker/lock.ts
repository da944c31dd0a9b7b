import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Runs `work` while holding a lock file that other processes respect; waits for them up to `waitMs`.
 * The lock of a process that died counts as free.
 */
export async function withFileLock<T>(file: string, waitMs: number, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  const end = Date.now() + waitMs;
  while (!(await takeLock(file))) {
    if (Date.now() > end) throw new Error(`another run has held ${file} for ${waitMs / 1000} s`);
    await sleep(250);
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

/** Takes the lock if nobody alive has it. */
export async function takeLock(file: string): Promise<boolean> {
  try {
    await writeFile(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const text = await readFile(file, "utf8").catch(() => "");
  // an empty file is being written this very moment
  if (text !== "" && !alive(Number(text))) await rm(file, { force: true });
  return false;
}

export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

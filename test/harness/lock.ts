import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/**
 * Runs `work` while holding the lock file `path`: one holder at a time among all processes of this machine. The lock of a process
 * that no longer runs is taken over. Rejects after `timeoutMs` of waiting, naming the holder.
 */
export async function withLock<T>(path: string, work: () => Promise<T>, timeoutMs = 15 * 60_000): Promise<T> {
  mkdirSync(dirname(path), { recursive: true });
  const until = Date.now() + timeoutMs;
  for (;;) {
    if (tryTake(path)) break;
    if (Date.now() > until)
      throw new Error(
        `Process ${holder(path) ?? "?"} has held ${path} for ${timeoutMs / 1000} s; end it, or remove that file.`,
      );
    await delay(100);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

function tryTake(path: string): boolean {
  try {
    writeFileSync(path, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  if (abandoned(path)) takeOver(path);
  return false;
}

/** Removes an abandoned lock; one process at a time, or a second one would remove the lock that the first has just taken. */
function takeOver(path: string): void {
  const guard = `${path}.takeover`;
  try {
    writeFileSync(guard, "", { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    if (olderThan(guard, 5000)) rmSync(guard, { force: true });
    return;
  }
  if (abandoned(path)) rmSync(path, { force: true });
  rmSync(guard, { force: true });
}

function abandoned(path: string): boolean {
  const pid = holder(path);
  return pid === null ? olderThan(path, 5000) : !running(pid);
}

/** The process that holds the lock; null when its file is just being written, or is gone. */
function holder(path: string): number | null {
  try {
    return Number(readFileSync(path, "utf8")) || null;
  } catch {
    return null;
  }
}

function olderThan(path: string, ms: number): boolean {
  try {
    return Date.now() - statSync(path).mtimeMs > ms;
  } catch {
    return false;
  }
}

function running(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

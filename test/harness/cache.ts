import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { withLock } from "./lock.ts";

/** The user's cache folder for this project: XDG_CACHE_HOME or ~/.cache, %LOCALAPPDATA% on Windows, ~/Library/Caches on macOS. */
export function cacheFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const home = homedir();
  if (env["XDG_CACHE_HOME"]) return join(env["XDG_CACHE_HOME"], "kafka-workbench");
  if (platform === "win32")
    return join(env["LOCALAPPDATA"] ?? join(home, "AppData", "Local"), "kafka-workbench", "cache");
  if (platform === "darwin") return join(home, "Library", "Caches", "kafka-workbench");
  return join(home, ".cache", "kafka-workbench");
}

/**
 * The folder `name` of the cache, made by `fill` when it is not there. It appears whole or not at all: `fill` gets a folder beside
 * it that is renamed when it is done, under a lock, so that first runs side by side make it once.
 */
export async function cached(
  name: string,
  fill: (folder: string) => Promise<void>,
  root = cacheFolder(),
): Promise<string> {
  const target = join(root, name);
  if (existsSync(target)) return target;
  mkdirSync(root, { recursive: true });
  await withLock(join(root, `${name}.lock`), async () => {
    if (existsSync(target)) return;
    const making = mkdtempSync(join(root, `${name}.making-`));
    try {
      await fill(making);
      renameSync(making, target);
    } finally {
      rmSync(making, { recursive: true, force: true });
    }
  });
  return target;
}

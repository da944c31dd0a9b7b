import { spawn } from "node:child_process";
import { mkdirSync, openSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "../cache.ts";
import { withLock } from "../lock.ts";
import { ensureTools, onPath } from "../tools.ts";
import { engineEnv, files, folders } from "./folders.ts";
import { Impossible } from "./impossible.ts";
import { alive } from "./keeperLock.ts";
import { must, run } from "./sh.ts";

/** Says whether this machine can have a private dockerd; installs what is missing where that is possible. */
export async function prepareMachine(): Promise<void> {
  if (process.platform !== "linux") throw new Impossible("no Docker engine answers; start Docker Desktop to run it");
  if (process.getuid?.() !== 0) {
    throw new Impossible("no Docker engine answers, and only root can start a private one; start Docker to run it");
  }
  try {
    await ensureTools(["java", "maven"]);
  } catch (error) {
    throw new Impossible(`no Docker engine answers, and a private one cannot be made: ${(error as Error).message}`);
  }
  const missing = (): string[] => [...new Set(needs.filter(([program]) => !onPath(program)).map(([, name]) => name))];
  if (missing().length === 0) return;
  const list = missing().join(" ");
  if (!onPath("apt-get")) throw new Impossible(`no Docker engine answers, and a private one needs ${list}`);
  await withLock(join(cacheFolder(), "apt.lock"), async () => {
    console.error(`Installing with apt-get: ${list} …`);
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    await run("apt-get", ["update", "-qq"], { env, timeoutMs: 300_000 });
    // docker-cli is a package of its own in some releases, and unknown in others
    const known: string[] = [];
    for (const name of missing()) if ((await run("apt-cache", ["show", name])).code === 0) known.push(name);
    const install = ["install", "-y", "-qq", "--no-install-recommends", ...known];
    await run("apt-get", install, { env, timeoutMs: 900_000 });
  });
  if (missing().length > 0) throw new Impossible(`no Docker engine answers, and apt-get could not install ${list}`);
}

/** Program → the Debian package that has it. */
const needs: readonly [string, string][] = [
  ["dockerd", "docker.io"],
  ["docker", "docker.io"],
  ["docker", "docker-cli"],
  ["iptables", "iptables"],
  ["jlink", "openjdk-17-jdk-headless"],
  ["setpriv", "util-linux"],
];

/**
 * Brings the private dockerd up, or joins the one that other runs use. Returns what gives it back; the keeper (keeper.ts) stops it
 * when the last user is gone, also when this process dies without giving it back.
 */
export async function joinDaemon(): Promise<() => void> {
  mkdirSync(folders.users, { recursive: true });
  const ticket = join(folders.users, `${process.pid}-${Math.random().toString(36).slice(2)}`);
  writeFileSync(ticket, "");
  const leave = (): void => rmSync(ticket, { force: true });
  try {
    await untilUp();
  } catch (error) {
    leave();
    throw error;
  }
  return leave;
}

async function untilUp(): Promise<void> {
  const end = Date.now() + 120_000;
  let starts = 0;
  while (Date.now() < end) {
    const keeper = Number(await readFile(files.keeperLock, "utf8").catch(() => "0"));
    if (keeper > 0 && alive(keeper)) {
      // Our ticket was written before this look at the state: a keeper that is about to stop has seen it or says so
      if ((await readFile(files.keeperState, "utf8").catch(() => "")) === "up") return;
    } else {
      if (++starts > 3) break;
      startKeeper();
      await sleep(1000);
    }
    await sleep(200);
  }
  const log = await run("tail", ["-n", "6", files.daemonLog]);
  throw new Impossible(`no Docker engine answers, and a private dockerd did not start: ${log.stdout.trim()}`);
}

function startKeeper(): void {
  const out = openSync(files.keeperLog, "a");
  const program = fileURLToPath(new URL("keeper.ts", import.meta.url));
  const { NODE_TEST_CONTEXT: _, NODE_OPTIONS: __, ...env } = process.env;
  spawn(process.execPath, [program], { detached: true, stdio: ["ignore", out, out], cwd: "/", env }).unref();
}

/** Runs the docker client on the private engine. */
export function docker(args: readonly string[], timeoutMs = 120_000): Promise<string> {
  return must("docker", args, { env: { ...process.env, ...engineEnv }, timeoutMs });
}

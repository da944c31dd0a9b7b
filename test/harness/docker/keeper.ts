/**
 * A process of its own that owns the private dockerd: starts it, and stops it when no run uses it any more, also when the runs
 * crashed. Users are files named after process ids in `folders.users` (see daemon.ts).
 *
 *   node keeper.ts        ends at once when another keeper is there
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { engineEnv, files, folders, root } from "./folders.ts";
import { alive, takeLock } from "./keeperLock.ts";
import { allowBridges, forgetBridges, networkOptions } from "./network.ts";
import { run } from "./sh.ts";

const log = (text: string): void => console.error(`${new Date().toISOString()} ${text}`);
const state = (text: "starting" | "up" | "stopping"): void => writeFileSync(files.keeperState, text);

for (const folder of [root, ...Object.values(folders)]) mkdirSync(folder, { recursive: true });
if (!takeLock(files.keeperLock)) process.exit(0);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => log(`${signal} ignored`));

state("starting");
await endLeftDaemon();
await allowBridges();
const daemon = start();
const ended = new Promise<void>((resolve) => daemon.once("exit", () => resolve()));
try {
  if (await answers(daemon)) {
    await removeLeftovers();
    state("up");
    log(`dockerd is up, pid ${daemon.pid}`);
    await watch(daemon);
  }
} finally {
  await stop(daemon, ended);
}

function start(): ChildProcess {
  writeFileSync(join(folders.run, "daemon.json"), "{}"); // not the machine's own configuration
  const out = openSync(files.daemonLog, "a");
  const args = [
    `--config-file=${join(folders.run, "daemon.json")}`,
    `--data-root=${folders.data}`,
    `--exec-root=${folders.exec}`,
    `--pidfile=${files.daemonPid}`,
    "--host",
    engineEnv.DOCKER_HOST,
    ...networkOptions,
  ];
  // A pull must fail at once and never leave this machine: requests go to a port where nobody listens (127.0.0.1 is exempt).
  const proxy = "http://127.0.0.1:9";
  const env = { ...process.env, HTTP_PROXY: proxy, HTTPS_PROXY: proxy, http_proxy: proxy, https_proxy: proxy };
  // pdeathsig: it ends even when this keeper is killed
  return spawn("setpriv", ["--pdeathsig", "TERM", "dockerd", ...args], { env, stdio: ["ignore", out, out] });
}

/** Waits until the daemon answers; false when it ended or nobody wants it within 60 s. */
async function answers(child: ChildProcess): Promise<boolean> {
  const end = Date.now() + 60_000;
  while (child.exitCode === null && child.signalCode === null && Date.now() < end) {
    if ((await docker("version")).code === 0) return true;
    await sleep(200);
  }
  log(`dockerd did not come up (exit code ${child.exitCode})`);
  return false;
}

/** Returns when the last user is gone, or dockerd. */
async function watch(child: ChildProcess): Promise<void> {
  while (child.exitCode === null && child.signalCode === null) {
    await sleep(500);
    if (users() > 0) continue;
    // A user who comes now sees "stopping" or is seen by this second look: see daemon.ts
    state("stopping");
    if (users() === 0) return;
    state("up");
  }
}

/** How many runs use the engine; forgets those that died. */
function users(): number {
  let count = 0;
  for (const name of readdirSync(folders.users)) {
    if (alive(Number(name.split("-")[0]))) count++;
    else rmSync(join(folders.users, name), { force: true });
  }
  return count;
}

async function stop(child: ChildProcess, whenEnded: Promise<void>): Promise<void> {
  state("stopping");
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), 40_000);
  await whenEnded;
  clearTimeout(late);
  rmSync(files.socket, { force: true });
  rmSync(files.daemonPid, { force: true });
  await forgetBridges();
  log("dockerd is stopped");
  rmSync(files.keeperState, { force: true });
  rmSync(files.keeperLock, { force: true });
}

/** Ends a dockerd that outlived its keeper: the pid in the pid file, if that process really is ours. */
async function endLeftDaemon(): Promise<void> {
  let pid: number;
  try {
    pid = Number(readFileSync(files.daemonPid, "utf8"));
    if (!readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(files.daemonPid)) return;
  } catch {
    return; // no pid file, or no such process
  } finally {
    rmSync(files.daemonPid, { force: true });
  }
  process.kill(pid, "SIGTERM");
  for (let i = 0; i < 200 && alive(pid); i++) await sleep(200);
}

/** What crashed runs left: nobody can be using it, the engine has just started. */
async function removeLeftovers(): Promise<void> {
  const ids = (await docker("ps", "--all", "--quiet")).stdout.split("\n").filter(Boolean);
  if (ids.length > 0) await docker("rm", "--force", "--volumes", ...ids);
  const volumes = (await docker("volume", "ls", "--quiet")).stdout.split("\n").filter(Boolean);
  if (volumes.length > 0) await docker("volume", "rm", "--force", ...volumes);
  await docker("network", "prune", "--force");
}

function docker(...args: string[]) {
  return run("docker", args, { env: { ...process.env, ...engineEnv } });
}

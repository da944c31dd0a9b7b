import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** A process that the harness started, in a process group of its own. Ends at the latest with the run (see watchdog.mjs). */
export interface Started {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** null while it runs; then its exit code, or the signal that ended it */
  ended(): number | NodeJS.Signals | null;
  /** what it printed so far */
  log(): string;
  /** Waits until it has printed a line that matches. Rejects when it ends first or `timeoutMs` is over, with the end of its log. */
  printed(pattern: RegExp, timeoutMs: number): Promise<void>;
  /** Ends the whole group (politely first when started so) and waits until it is gone. */
  stop(): Promise<void>;
}

export interface StartOptions {
  name: string;
  command: string;
  args: readonly string[];
  cwd?: string | undefined;
  env?: NodeJS.ProcessEnv | undefined;
  logFile: string;
  /** "SIGKILL" (the default) for throw-away data; "SIGTERM" for what has to write down its data first */
  signal?: "SIGKILL" | "SIGTERM";
}

export function startProcess(options: StartOptions): Started {
  mkdirSync(dirname(options.logFile), { recursive: true });
  // from its beginning: an earlier process's lines would speak for this one
  const out = openSync(options.logFile, "w");
  const signal = options.signal ?? "SIGKILL";
  tellWatchdog({}); // the watchdog first: nothing is ever started without one
  let child: ChildProcess;
  try {
    child = spawn(options.command, options.args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["ignore", out, out],
      detached: process.platform !== "win32",
      windowsHide: true,
    });
  } finally {
    closeSync(out);
  }
  const { pid } = child;
  let ended: number | NodeJS.Signals | null = null;
  let failure: Error | null = null;
  if (pid !== undefined) watch(pid, signal);
  child.on("error", (error) => {
    failure = error;
    ended ??= 1;
  });
  child.on("exit", (code, by) => {
    ended = code ?? by ?? 1;
  });
  child.unref(); // a test file ends when its tests have: the watchdog does the rest

  const log = () => readFileSync(options.logFile, "utf8");
  const why = () => (failure ? failure.message : log().trimEnd().split("\n").slice(-15).join("\n"));
  return {
    name: options.name,
    pid: pid ?? 0,
    logFile: options.logFile,
    ended: () => ended,
    log,
    async printed(pattern, timeoutMs) {
      const until = Date.now() + timeoutMs;
      for (;;) {
        if (pattern.test(log())) return;
        if (ended !== null) throw new Error(`${options.name} ended (${ended}):\n${why()}`);
        if (Date.now() > until) throw new Error(`${options.name} was not ready after ${timeoutMs / 1000} s:\n${why()}`);
        await delay(50);
      }
    },
    async stop() {
      if (pid === undefined) return;
      const until = Date.now() + 20_000;
      signalGroup(pid, signal);
      while (groupAlive(pid)) {
        if (Date.now() > until) signalGroup(pid, "SIGKILL");
        await delay(25);
      }
      unwatch(pid);
    },
  };
}

/** A temporary folder that is removed when the run ends, however it ends. */
export function temporaryFolder(prefix: string): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), `kw-${prefix}-`));
  tellWatchdog({ folder: path });
  return {
    path,
    remove() {
      rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
      tellWatchdog({ keep: path });
    },
  };
}

/** Signals a process group by its id; one that is gone already is fine. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  if (process.platform === "win32") {
    spawnSync("taskkill", ["/T", "/F", "/PID", String(pid)], { windowsHide: true });
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function groupAlive(pid: number): boolean {
  try {
    process.kill(process.platform === "win32" ? pid : -pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Has the process group ended with this process, however that comes about. */
export function watch(pid: number, signal: "SIGKILL" | "SIGTERM"): void {
  tellWatchdog({ add: pid, signal });
}

export function unwatch(pid: number): void {
  tellWatchdog({ remove: pid });
}

let watchdog: ChildProcess | undefined;

function tellWatchdog(message: Record<string, unknown>): void {
  if (!watchdog) {
    watchdog = spawn(process.execPath, [join(import.meta.dirname, "watchdog.mjs")], {
      stdio: ["pipe", "ignore", "ignore"],
      detached: true,
      windowsHide: true,
    });
    watchdog.unref();
    // the pipe must neither keep this process alive nor end it when the watchdog is gone
    (watchdog.stdin as unknown as { unref(): void }).unref();
    watchdog.stdin?.on("error", (error) => console.error(`The harness's watchdog is gone: ${error.message}`));
  }
  watchdog.stdin?.write(`${JSON.stringify(message)}\n`);
}

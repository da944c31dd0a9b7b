import { spawn } from "node:child_process";
import { signalGroup, unwatch, watch } from "./process.ts";

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  timeoutMs: number;
}

/**
 * Runs a command to its end and gives its output (both streams, as printed). Rejects when it cannot be started, fails or takes
 * longer than `timeoutMs`, with the end of what it printed. The whole process group ends with it.
 */
export function runCommand(command: string, args: readonly string[], options: RunOptions): Promise<string> {
  return new Promise((done, fail) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: process.platform !== "win32",
      windowsHide: true,
    });
    let output = "";
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      if (child.pid !== undefined) signalGroup(child.pid, "SIGKILL");
    }, options.timeoutMs);
    if (child.pid !== undefined) watch(child.pid, "SIGKILL");
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output = (output + text).slice(-1_000_000);
      });
    }
    const settle = (problem: string | null) => {
      clearTimeout(timer);
      if (child.pid !== undefined) unwatch(child.pid);
      if (problem === null) return done(output);
      fail(
        new Error(`${[command, ...args].join(" ")} ${problem}\n${output.trimEnd().split("\n").slice(-25).join("\n")}`),
      );
    };
    child.on("error", (error) => settle(`could not be started: ${error.message}`));
    child.on("close", (code, signal) => {
      if (late) settle(`took longer than ${options.timeoutMs / 1000} s`);
      else settle(code === 0 ? null : `failed (${code ?? signal})`);
    });
  });
}

/**
 * Runs a command with its output shown as it comes. Resolves to its exit code (1 when a signal ended it), with a sentence when it
 * could not be started or took longer than `timeoutMs`, after which its whole process group is ended.
 */
export function runLive(
  command: string,
  args: readonly string[],
  options: RunOptions,
): Promise<{ code: number; problem: string | null }> {
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["ignore", "inherit", "inherit"],
      detached: process.platform !== "win32",
      windowsHide: true,
    });
    const { pid } = child;
    if (pid !== undefined) watch(pid, "SIGKILL");
    let problem: string | null = null;
    const timer = setTimeout(() => {
      problem = `Took longer than ${Math.round(options.timeoutMs / 60_000)} minutes and was ended`;
      if (pid !== undefined) signalGroup(pid, "SIGKILL");
    }, options.timeoutMs);
    const settle = (code: number) => {
      clearTimeout(timer);
      if (pid !== undefined) unwatch(pid);
      done({ code, problem });
    };
    child.on("error", (error) => {
      problem = error.message;
      settle(1);
    });
    child.on("exit", (code, signal) => {
      if (signal) problem ??= `Ended by ${signal}`;
      // what it left behind in its group goes with it
      if (pid !== undefined) signalGroup(pid, "SIGKILL");
      settle(code ?? 1);
    });
  });
}

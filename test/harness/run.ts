import { spawn } from "node:child_process";
import { signalGroup, unwatch, watch } from "./process.ts";

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  timeoutMs: number;
  /** its output goes to this process's standard error as it comes (else it is only shown when the command fails) */
  live?: boolean;
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
        if (options.live) process.stderr.write(text);
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

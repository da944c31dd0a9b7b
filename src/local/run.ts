import { type ChildProcess, execFile, spawn } from "node:child_process";
import { CancelledError } from "../shared/userError.ts";

/** An external program as a value: what to run, and how to read what it prints. No shell is involved. */
export interface Tool<T> {
  command: string;
  args: readonly string[];
  parse(stdout: string): T;
}

export interface RunOptions {
  cwd?: string | undefined;
  env?: NodeJS.ProcessEnv | undefined;
  signal?: AbortSignal | undefined;
  /** ends the program when it has printed nothing for so long */
  idleMs?: number;
  /** each line of standard error as it comes */
  onLine?: (line: string) => void;
  /** standard output as it comes; it is not kept then, and the tool's `parse` gets nothing */
  onOutput?: (text: string) => void;
}

/** How a program ended that did not succeed. */
export class ToolFailure extends Error {
  override readonly name = "ToolFailure";
  readonly command: string;
  readonly args: readonly string[];
  /** null: it could not be started, or was ended */
  readonly exitCode: number | null;
  /** "missing": there is no such program; "idle": ended after `idleMs` of silence */
  readonly reason: "failed" | "missing" | "idle";
  /** the last 32,000 characters */
  readonly stderr: string;

  constructor(tool: Tool<unknown>, reason: ToolFailure["reason"], exitCode: number | null, stderr: string) {
    super(`${tool.command} ${tool.args.join(" ")}: ${reason}${exitCode === null ? "" : ` (exit code ${exitCode})`}`);
    this.command = tool.command;
    this.args = tool.args;
    this.reason = reason;
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}

/** Output is kept up to this many characters: the end of standard error, the beginning of standard output. */
const keptStderr = 32_000;
const keptStdout = 4_000_000;
/** how long a cancelled program may take to end by itself */
const graceMs = 5_000;

/** Runs a tool. Rejects with ToolFailure, or CancelledError once the cancelled program has ended. */
export function runTool<T>(tool: Tool<T>, options: RunOptions = {}): Promise<T> {
  if (options.signal?.aborted) return Promise.reject(new CancelledError());
  return new Promise((resolve, reject) => {
    const child = spawn(tool.command, tool.args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
    });
    let stdout = "";
    let stderr = "";
    let line = "";
    let missing = false;
    let idle = false;
    let killTimer: NodeJS.Timeout | undefined;
    const end = (): void => {
      interrupt(child);
      killTimer ??= setTimeout(() => child.kill("SIGKILL"), graceMs);
    };
    const silence = options.idleMs
      ? setTimeout(() => {
          idle = true;
          end();
        }, options.idleMs)
      : undefined;
    options.signal?.addEventListener("abort", end);

    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      silence?.refresh();
      if (options.onOutput) options.onOutput(text);
      else if (stdout.length < keptStdout) stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      silence?.refresh();
      stderr = (stderr + text).slice(-keptStderr);
      const lines = (line + text).slice(-keptStderr).split(/\r?\n|\r/);
      line = lines.pop() ?? "";
      for (const whole of lines) options.onLine?.(whole);
    });
    child.on("error", (error: NodeJS.ErrnoException) => {
      missing = error.code === "ENOENT" || error.code === "EACCES";
      if (child.pid !== undefined) return; // it could not be killed: its end is still to come
      settle(null, error.message);
    });
    child.on("close", (code) => settle(code));

    function settle(code: number | null, problem?: string): void {
      clearTimeout(silence);
      clearTimeout(killTimer);
      options.signal?.removeEventListener("abort", end);
      if (line !== "") options.onLine?.(line);
      if (options.signal?.aborted) reject(new CancelledError());
      else if (code !== 0 || idle) {
        const reason = missing ? "missing" : idle ? "idle" : "failed";
        reject(new ToolFailure(tool, reason, code, problem ?? stderr));
      } else {
        try {
          resolve(tool.parse(stdout));
        } catch (error) {
          reject(error);
        }
      }
    }
  });
}

/** Asks a program to end: Docker's client passes the interrupt on to its Compose plugin. */
function interrupt(child: ChildProcess): void {
  if (process.platform !== "win32") child.kill("SIGINT");
  // there are no signals on Windows: ending the client alone would leave the plugin at work
  else if (child.pid !== undefined) execFile("taskkill", ["/pid", String(child.pid), "/t", "/f"], () => {});
}

import { spawn } from "node:child_process";

export interface RunOptions {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** after which the program is killed; 60 s unless told */
  timeoutMs?: number;
  input?: string;
}

export interface Ran {
  /** null: it could not be started, or a signal ended it */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end. Never rejects: a program that is missing has code null and says so on stderr. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env: options.env ?? process.env, cwd: options.cwd });
    let stdout = "";
    let stderr = "";
    const timeoutMs = options.timeoutMs ?? 60_000;
    const timer = setTimeout(() => {
      stderr += `\n${command} did not end within ${timeoutMs / 1000} s`;
      child.kill("SIGKILL");
    }, timeoutMs);
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", (error) => {
      clearTimeout(timer);
      resolve({ code: null, stdout, stderr: stderr + error.message });
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, stdout, stderr });
    });
    child.stdin.on("error", () => {}); // a program that does not read its input is no failure
    child.stdin.end(options.input ?? "");
  });
}

/** Runs a program that has to succeed; returns its standard output, or throws with the end of what it said. */
export async function must(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, options);
  if (code === 0) return stdout;
  const said = (stderr.trim() || stdout.trim()).split("\n").slice(-8).join("\n");
  throw new Error(`${command} ${args.slice(0, 4).join(" ")} failed (${code}): ${said}`);
}

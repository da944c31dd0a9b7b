import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { dockerFailure } from "./failures.ts";
import { type RunOptions, runTool, type Tool, ToolFailure } from "./run.ts";

/** How to call Docker and Compose here. */
export interface Docker {
  /** the docker client, by name or path */
  client: string;
  /** program and first arguments of Compose: ["docker", "compose"], or ["docker-compose"] where the plugin is missing */
  compose: readonly [string, ...string[]];
  composeVersion: string;
  /** `up --wait` is known: since Compose 2.1.1 */
  canWait: boolean;
  env: NodeJS.ProcessEnv;
}

/** A quick question may take this long before Docker counts as not answering. */
const answerMs = 20_000;

/**
 * Finds Docker and Compose and sees that the engine answers. Rejects with a UserError: "docker-missing", "daemon-down",
 * "socket-denied", "compose-missing", or "docker-failed" for what nobody foresaw.
 */
export async function findDocker(env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<Docker> {
  const found = await findClient(env, signal);
  const ask = { env: found.env, signal, idleMs: answerMs };
  try {
    await runTool(serverVersion(found.client), ask);
    return { ...found, ...(await findCompose(found.client, ask)) };
  } catch (error) {
    throw dockerFailure(error, { platform: process.platform });
  }
}

async function findClient(env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<Pick<Docker, "client" | "env">> {
  const quiet = quietEnvironment(env);
  try {
    await runTool(clientVersion("docker"), { env: quiet, signal, idleMs: answerMs });
    return { client: "docker", env: quiet };
  } catch (error) {
    if (!(error instanceof ToolFailure && error.reason === "missing")) {
      throw dockerFailure(error, { platform: process.platform });
    }
    // A VS Code that was started from a desktop may not have the PATH of a terminal. Docker's helpers are beside its client.
    for (const client of usualPlaces()) {
      const there = await stat(client).catch(() => null);
      if (there?.isFile()) return { client, env: withPath(quiet, dirname(client)) };
    }
    throw dockerFailure(error, { platform: process.platform });
  }
}

async function findCompose(
  client: string,
  ask: RunOptions,
): Promise<Pick<Docker, "compose" | "composeVersion" | "canWait">> {
  const candidates: [string, ...string[]][] = [[client, "compose"], ["docker-compose"]];
  let failure: unknown;
  for (const compose of candidates) {
    const [command, ...args] = compose;
    try {
      const version = await runTool(
        { command, args: [...args, "version", "--short"], parse: (out) => out.trim() },
        ask,
      );
      return { compose, composeVersion: version, canWait: knowsWait(version) };
    } catch (error) {
      // the plugin's failure says more than "docker-compose: no such program"
      failure ??= error;
    }
  }
  throw failure;
}

/** `--wait` came with 2.1.1; a version that cannot be read is taken for a new one. */
export function knowsWait(version: string): boolean {
  const [, major = "99", minor = "0", patch = "0"] = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(version) ?? [];
  const number = Number(major) * 1e6 + Number(minor) * 1e3 + Number(patch);
  return number >= 2_001_001;
}

const clientVersion = (client: string): Tool<string> => ({
  command: client,
  args: ["--version"],
  parse: (out) => out.trim(),
});

/** The cheap question whether an engine is there; also refused when the user may not use it. */
const serverVersion = (client: string): Tool<string> => ({
  command: client,
  args: ["version", "--format", "{{.Server.Version}}"],
  parse: (out) => out.trim(),
});

/** No colours, no cursor movements, no hints, and no project name or file from the user's shell. */
function quietEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { COMPOSE_FILE: _file, COMPOSE_PROJECT_NAME: _name, COMPOSE_PROFILES: _profiles, ...rest } = env;
  return {
    ...rest,
    COMPOSE_ANSI: "never",
    COMPOSE_PROGRESS: "plain",
    COMPOSE_MENU: "false",
    DOCKER_CLI_HINTS: "false",
  };
}

function withPath(env: NodeJS.ProcessEnv, folder: string): NodeJS.ProcessEnv {
  // Windows writes it Path, and a copy of the environment is case-sensitive
  const name = Object.keys(env).find((key) => key.toUpperCase() === "PATH") ?? "PATH";
  return { ...env, [name]: [env[name], folder].filter(Boolean).join(delimiter) };
}

function usualPlaces(): string[] {
  if (process.platform === "win32") {
    const programs = process.env["ProgramFiles"] ?? "C:\\Program Files";
    return [join(programs, "Docker", "Docker", "resources", "bin", "docker.exe")];
  }
  return [
    "/usr/local/bin/docker",
    "/usr/bin/docker",
    "/opt/homebrew/bin/docker",
    "/Applications/Docker.app/Contents/Resources/bin/docker",
    "/snap/bin/docker",
    join(homedir(), ".docker", "bin", "docker"),
    join(homedir(), ".rd", "bin", "docker"),
  ];
}

import { isCancelled, messageOf, UserError } from "../shared/userError.ts";
import { ToolFailure } from "./run.ts";

/** What a failure's sentence may need to know beyond what Docker printed. */
export interface FailureContext {
  platform: NodeJS.Platform;
  /** the port that was to be published */
  port?: number;
  /** the Compose file */
  file?: string;
}

/** Why a local cluster did not come up. Each has its own sentence with a next step. */
export type FailureCode =
  | "docker-missing"
  | "daemon-down"
  | "socket-denied"
  | "compose-missing"
  | "port-taken"
  | "image-tag"
  | "image-repository"
  | "image-name"
  | "image-platform"
  | "image-missing"
  | "rate-limit"
  | "registry-unreachable"
  | "container-exited"
  | "container-unhealthy"
  | "disk-full"
  | "compose-file"
  | "old-engine"
  | "timeout"
  | "docker-failed";

/**
 * Docker's failure in words. What Docker and Compose print on standard error ends with the reason; its wording differs between
 * versions and systems, so only telling words are looked for. Cancellation and UserErrors pass through.
 */
export function dockerFailure(error: unknown, context: FailureContext): Error {
  if (isCancelled(error) || error instanceof UserError) return error as Error;
  if (!(error instanceof ToolFailure)) {
    return new UserError(`Docker's answer was not understood: ${messageOf(error)}`, {
      code: "docker-failed",
      cause: error,
    });
  }
  const { code, sentence } = explain(error, context);
  return new UserError(sentence, { code, cause: error, detail: error.stderr.trim().slice(-4000) || undefined });
}

function explain(failure: ToolFailure, context: FailureContext): { code: FailureCode; sentence: string } {
  if (failure.reason === "missing") return { code: "docker-missing", sentence: dockerMissing(context.platform) };
  if (failure.reason === "idle") {
    return {
      code: "timeout",
      sentence: "Docker stopped answering: look whether it is still working, restart it if not, and try again.",
    };
  }
  const reason = lastLine(failure.stderr);
  for (const { code, words, sentence } of table) {
    const match = words.exec(code === "compose-missing" ? failure.stderr : reason);
    if (match) return { code, sentence: sentence(match, context) };
  }
  return { code: "docker-failed", sentence: `Docker failed: ${reason || `exit code ${failure.exitCode}`}` };
}

/** The reason is on the last line; before it come lines of progress. */
export function lastLine(stderr: string): string {
  return stderr.trimEnd().split(/\r?\n/).at(-1)?.trim() ?? "";
}

interface Row {
  code: FailureCode;
  words: RegExp;
  sentence: (match: RegExpExecArray, context: FailureContext) => string;
}

/** The first row that matches is the answer. */
const table: readonly Row[] = [
  {
    code: "compose-missing",
    // the client without the plugin takes Compose's arguments for its own; newer and older ones say so in their own words
    words: /unknown (?:shorthand )?flag: |unknown command: docker compose|is not a docker command/,
    sentence: (_, { platform }) =>
      platform === "linux"
        ? "Docker is here, but Docker Compose is not: install the package docker-compose-plugin (or docker-compose-v2), then try again."
        : "Docker is here, but Docker Compose is not: update Docker Desktop, which brings it, then try again.",
  },
  {
    code: "socket-denied",
    words:
      /permission denied while trying to connect|dial unix .*: connect: permission denied|Access is denied.*docker_engine|docker_engine.*Access is denied/i,
    sentence: (_, { platform }) =>
      platform === "win32"
        ? "Docker is running, but you may not use it: have your account added to the group docker-users, sign in again, and try again."
        : "Docker is running, but you may not use it: add yourself to its group (sudo usermod -aG docker $USER), log in again, and try again.",
  },
  {
    code: "daemon-down",
    words:
      /cannot connect to the docker daemon|error during connect|failed to connect to the docker API|is the docker daemon running|docker desktop is (?:not running|unable to start)/i,
    sentence: (_, { platform }) =>
      platform === "linux"
        ? "Docker is installed but not running: start it (sudo systemctl start docker, or Docker Desktop), then try again."
        : "Docker is installed but not running: start Docker Desktop, wait until it says that it is running, then try again.",
  },
  {
    code: "disk-full",
    words: /no space left on device|not enough space on the disk/i,
    sentence: () =>
      "Docker's disk is full: free some space (docker system prune removes what is unused), then try again.",
  },
  {
    code: "port-taken",
    words:
      /port is already allocated|address already in use|ports? (?:are|is) not available|only one usage of each socket address|failed to bind host port|forbidden by its access permissions/i,
    sentence: (_, { port }) =>
      `Port ${port ?? "of the broker"} is taken by another program or container: stop that one, or choose another port in the settings.`,
  },
  {
    code: "image-name",
    words: /(?:unable to get image '([^']*)'.*)?invalid reference format/i,
    sentence: ([, name]) =>
      `${name === undefined ? "One of the images" : `"${name}"`} is no image name: correct it in the settings.`,
  },
  {
    code: "image-platform",
    words: /no matching manifest for (\S+)/i,
    sentence: ([, platform]) =>
      `There is no image for this machine (${platform}): choose another image or tag in the settings.`,
  },
  {
    code: "image-tag",
    words: /manifest for (\S+) not found|(\S+): not found$/i,
    sentence: ([, a, b]) => `There is no image ${a ?? b}: correct its tag in the settings, then try again.`,
  },
  {
    code: "image-repository",
    words: /pull access denied for ([^\s,]+)/i,
    sentence: ([, name]) =>
      `The image ${name} does not exist, or needs a login: correct its name in the settings, or sign in with docker login, then try again.`,
  },
  {
    code: "rate-limit",
    words: /toomanyrequests|rate limit/i,
    sentence: () => "The image registry refuses more downloads for now: sign in with docker login, or try again later.",
  },
  {
    code: "registry-unreachable",
    words:
      /dial tcp|no such host|TLS handshake timeout|i\/o timeout|request canceled while waiting|context deadline exceeded|x509:|proxyconnect|connection reset by peer|unexpected EOF/i,
    sentence: () =>
      "The images could not be downloaded, because their registry was not reached: check the network and Docker's proxy settings, then try again.",
  },
  {
    code: "image-missing",
    words: /no such image: (\S+)/i,
    sentence: ([, name]) => `The image ${name} is not on this machine: pull it (docker pull ${name}), then try again.`,
  },
  {
    code: "container-exited",
    words: /container (\S+) exited \((\d+)\)/,
    sentence: ([, name, code]) =>
      code === "137"
        ? `The container ${name} was killed, most likely for want of memory: give Docker more memory, then try again.`
        : `The container ${name} ended right after its start (exit code ${code}): its log says why.`,
  },
  {
    code: "container-unhealthy",
    words: /container (\S+) is unhealthy|container (\S+) has no healthcheck configured/,
    sentence: ([, a, b]) => `The container ${a ?? b} runs, but did not become healthy: its log may say why.`,
  },
  {
    code: "timeout",
    words: /application not healthy after (\S+)/,
    sentence: ([, time]) =>
      `The local Kafka was not healthy after ${time}: its log may say why; a busy machine may need another try.`,
  },
  {
    code: "old-engine",
    words: /require Docker Engine v?(\S+)/i,
    sentence: ([, version]) =>
      `The Compose file uses something that needs Docker Engine ${version} or later: update Docker, or take it out of the file.`,
  },
  {
    code: "compose-file",
    words:
      /yaml: line|^validating |failed to parse|additional propert|must be a mapping|empty compose file|invalid hostPort|interpolating|no such file or directory$|invalid compose project|undefined (?:service|volume|network)|cannot find the file specified/i,
    sentence: ({ input }, { file }) =>
      `The Compose file ${file ?? ""} cannot be used (${shorten(input.trim())}): correct it, or delete it to have a new one written.`,
  },
];

function dockerMissing(platform: NodeJS.Platform): string {
  return platform === "linux"
    ? "Docker was not found on this machine: install Docker Engine with its Compose plugin (or Docker Desktop), then try again."
    : "Docker was not found on this machine: install Docker Desktop and start it, then try again.";
}

const shorten = (text: string): string => (text.length > 160 ? `${text.slice(0, 157)}…` : text);

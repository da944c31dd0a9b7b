import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, parse } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CancelledError, isCancelled, UserError } from "../shared/userError.ts";
import { advertisedBrokers } from "./brokerCheck.ts";
import { isUnedited, type LocalSettings } from "./composeFile.ts";
import { type Container, listContainers, listVolumes } from "./containers.ts";
import { type Docker, findDocker } from "./docker.ts";
import { dockerFailure } from "./failures.ts";
import { tellingLine } from "./logs.ts";
import { type FilePlan, movePort, planFile } from "./plan.ts";
import { freePort, isFree } from "./port.ts";
import { type RunOptions, runTool, type Tool } from "./run.ts";
import { StartProgress, serviceNames } from "./startProgress.ts";
import { type LocalState, stateOf } from "./state.ts";

export interface LocalClusterOptions {
  /** absolute path of the Compose file */
  file: string;
  /** Compose's name for what belongs together; containers and volumes carry it */
  project: string;
  env: NodeJS.ProcessEnv;
  /** what Docker prints, for the log */
  onLine?: (line: string) => void;
}

export interface Attempt {
  signal?: AbortSignal | undefined;
  /** short texts on what is going on */
  onStep?: ((text: string) => void) | undefined;
}

export interface Started {
  /** Kafka answers on localhost at this port */
  port: number;
  /** sentences that the user should read */
  notes: string[];
}

/** Compose may be silent for as long as it takes to download a layer; after this it counts as stuck. */
const silenceMs = 10 * 60_000;
/** how long a start without `--wait` may take (Compose 1) */
const waitMs = 180_000;
/** how long tidying up may take after a start that failed or was cancelled */
const tidyMs = 90_000;

/**
 * One local cluster: a Compose project of ZooKeeper and Kafka, its file and its containers. Every method can be called in any
 * state and again; each rejects with a UserError (see failures.ts) or CancelledError. The caller runs one at a time.
 */
export class LocalCluster {
  private readonly options: LocalClusterOptions;
  private found: Docker | null = null;

  constructor(options: LocalClusterOptions) {
    this.options = options;
  }

  /**
   * Writes the Compose file, brings the containers up and waits until Kafka is healthy. What a failed or cancelled start brought
   * up is taken away again; data of earlier starts stay.
   */
  async start(settings: LocalSettings, { signal, onStep }: Attempt = {}): Promise<Started> {
    const docker = await this.find({ signal, onStep });
    const before = await this.ask(docker, listContainers(docker, this.options.project), { signal });
    const volumes = await this.ask(docker, listVolumes(docker, this.options.project), { signal });
    const plan = planFile(await this.readFile(), settings);
    if (plan === null) throw this.foreignFile();
    const notes = [...plan.notes];
    const held = new Set(before.filter(({ state }) => state === "running").flatMap(({ ports }) => ports));
    const taken = new Set<number>();
    for (;;) {
      const { port, text } = await this.choosePort(plan, settings, held, taken);
      await this.writeFile(text);
      try {
        await this.up(docker, port, { signal, onStep });
        break;
      } catch (error) {
        const lostRace = error instanceof UserError && error.code === "port-taken" && port !== null && taken.size === 0;
        if (!lostRace) {
          await this.tidyUp(docker, before, volumes, onStep);
          throw error;
        }
        // somebody took the port in between; the containers that are up can stay
        taken.add(port);
      }
    }
    const state = stateOf(await this.ask(docker, listContainers(docker, this.options.project), { signal }));
    const port = state.port ?? plan.port;
    if (port === null) {
      throw new UserError(
        "Kafka runs, but the Compose file publishes no port of it on this machine: add one under ports.",
        {
          code: "not-published",
        },
      );
    }
    if (plan.port !== null && port !== plan.port) {
      notes.push(`Port ${plan.port} is taken, so Kafka answers on localhost:${port}.`);
    }
    notes.push(...(await unreachable(port)));
    return { port, notes };
  }

  /** Stops the containers and keeps everything. */
  async stop({ signal, onStep }: Attempt = {}): Promise<void> {
    const docker = await this.find({ signal });
    onStep?.("stopping");
    await this.ask(docker, this.compose(docker, ["stop"]), { signal, idleMs: silenceMs });
  }

  /**
   * Removes containers and network, and with `data` the volumes too. The Compose file goes with the data, unless somebody edited
   * it.
   */
  async remove({ data, signal, onStep }: Attempt & { data: boolean }): Promise<void> {
    const docker = await this.find({ signal });
    onStep?.(data ? "removing containers and data" : "removing containers");
    await this.down(docker, data, signal);
    const text = data ? await this.readFile() : null;
    if (text !== null && isUnedited(text)) await rm(this.options.file, { force: true });
  }

  /** How the cluster is. Cheap: one `docker ps`, once Docker was found. */
  async state(signal?: AbortSignal): Promise<LocalState> {
    const docker = (this.found ??= await findDocker(this.options.env, signal));
    try {
      return stateOf(await this.ask(docker, listContainers(docker, this.options.project), { signal }));
    } catch (error) {
      this.found = null; // Docker may have gone, or become another one
      throw error;
    }
  }

  /** Are there data of earlier starts, with or without containers. */
  async hasData(signal?: AbortSignal): Promise<boolean> {
    const docker = await this.find({ signal });
    return (await this.ask(docker, listVolumes(docker, this.options.project), { signal })).length > 0;
  }

  /** Hands on the end of both containers' logs and what they log from then on, until they stop or the signal comes. */
  async followLogs(lines: number, onText: (text: string) => void, signal: AbortSignal): Promise<void> {
    const docker = await this.find({ signal });
    const tool = this.compose(docker, ["logs", "--follow", "--no-color", "--tail", String(lines)]);
    await this.ask(docker, tool, { signal, idleMs: 0, onOutput: onText, onLine: (line) => onText(`${line}\n`) });
  }

  private async find({ signal, onStep }: Attempt): Promise<Docker> {
    onStep?.("looking for Docker");
    this.found = await findDocker(this.options.env, signal);
    return this.found;
  }

  private async choosePort(
    plan: FilePlan,
    settings: LocalSettings,
    held: ReadonlySet<number>,
    taken: ReadonlySet<number>,
  ): Promise<{ port: number | null; text: string }> {
    const { port, text } = plan;
    if (port === null || held.has(port) || (!taken.has(port) && (await isFree(port)))) return { port, text };
    const next = await freePort(port + 1, taken);
    const moved = movePort(text, next, settings);
    return moved === null ? { port, text } : { port: next, text: moved };
  }

  private async up(docker: Docker, port: number | null, { signal, onStep }: Attempt): Promise<void> {
    const progress = new StartProgress();
    const onLine = (line: string): void => {
      this.options.onLine?.(line);
      const text = progress.read(line);
      if (text !== null) onStep?.(text);
    };
    const args = ["up", "--detach", "--remove-orphans", ...(docker.canWait ? ["--wait"] : [])];
    const run = { env: docker.env, cwd: this.cwd(), signal, idleMs: silenceMs, onLine };
    try {
      await runTool(this.composeWithFile(docker, args), run);
      if (!docker.canWait) await this.waitUntilHealthy(docker, { signal, onStep });
    } catch (error) {
      const failure = dockerFailure(error, {
        platform: process.platform,
        file: this.options.file,
        ...(port === null ? {} : { port }),
      });
      throw await this.withLog(docker, failure);
    }
  }

  /** For Compose 1, whose `up` returns when the containers have started. */
  private async waitUntilHealthy(docker: Docker, { signal, onStep }: Attempt): Promise<void> {
    const end = Date.now() + waitMs;
    for (;;) {
      const containers = await this.ask(docker, listContainers(docker, this.options.project), { signal });
      const { kind, problem } = stateOf(containers);
      if (kind === "running") return;
      if (kind === "unhealthy" || kind === "stopped") {
        const ended = containers.find(({ state }) => state === "exited" || state === "dead");
        throw new UserError(
          `The local Kafka did not come up: ${problem ?? `${ended?.name} ended`}; its log says why.`,
          {
            code: ended ? "container-exited" : "container-unhealthy",
          },
        );
      }
      if (Date.now() > end) {
        throw new UserError(`The local Kafka was not healthy after ${waitMs / 1000} s: its log may say why.`, {
          code: "timeout",
        });
      }
      const waiting = containers.find(({ health }) => health === "starting");
      if (waiting) onStep?.(`waiting until ${serviceNames[waiting.service] ?? waiting.service} is healthy`);
      await sleep(1000, undefined, { signal }).catch(() => {
        throw new CancelledError();
      });
    }
  }

  /** Adds the end of the containers' logs to a failure that they may explain, before they are taken away. */
  private async withLog(docker: Docker, failure: Error): Promise<Error> {
    if (!(failure instanceof UserError) || !logExplains.has(failure.code)) return failure;
    let log: string;
    try {
      const tool = {
        ...this.composeWithFile(docker, ["logs", "--no-color", "--tail", "60"]),
        parse: (out: string) => out,
      };
      log = (await runTool(tool, { env: docker.env, cwd: this.cwd(), idleMs: 20_000 })).trim();
    } catch {
      return failure; // the failure itself is what counts
    }
    const telling = tellingLine(log);
    const message = telling === null ? failure.message : `${failure.message} It ends with: ${telling}`;
    return new UserError(message, { code: failure.code, cause: failure.cause, detail: log });
  }

  /** After a start that did not succeed: back to what was there before, as far as that can be. */
  private async tidyUp(
    docker: Docker,
    before: readonly Container[],
    volumes: readonly string[],
    onStep: Attempt["onStep"],
  ): Promise<void> {
    const kind = stateOf(before).kind;
    if (kind === "running") return; // what ran before runs on, or says itself what is wrong
    onStep?.("tidying up");
    const signal = AbortSignal.timeout(tidyMs);
    try {
      // what has just been made has nothing to save: no need to wait for an orderly end
      if (kind === "absent" && volumes.length === 0) await this.down(docker, true, signal, ["--timeout", "2"]);
      else if (kind === "absent") await this.down(docker, false, signal);
      else await this.ask(docker, this.compose(docker, ["stop"]), { signal });
    } catch (error) {
      // the reason why the start failed matters more to the user; this one is for the log
      if (!isCancelled(error)) this.options.onLine?.(`tidying up failed: ${String(error)}`);
    }
  }

  private async down(
    docker: Docker,
    data: boolean,
    signal: AbortSignal | undefined,
    more: readonly string[] = [],
  ): Promise<void> {
    const args = ["down", "--remove-orphans", ...(data ? ["--volumes"] : []), ...more];
    await this.ask(docker, this.compose(docker, args), { signal, idleMs: silenceMs });
    if (!data) return;
    // volumes that the file no longer names, or that Compose 1 does not look for
    const left = await this.ask(docker, listVolumes(docker, this.options.project), { signal });
    if (left.length === 0) return;
    await this.ask(docker, { command: docker.client, args: ["volume", "rm", ...left], parse: () => {} }, { signal });
  }

  /** Runs a tool and puts its failure into words. */
  private async ask<T>(docker: Docker, tool: Tool<T>, options: RunOptions): Promise<T> {
    const onLine = this.options.onLine ? { onLine: this.options.onLine } : {};
    try {
      return await runTool(tool, { idleMs: 30_000, ...onLine, env: docker.env, cwd: this.cwd(), ...options });
    } catch (error) {
      throw dockerFailure(error, { platform: process.platform, file: this.options.file });
    }
  }

  /**
   * Compose on the project by its name alone, where Compose can: it then works from what the containers say of themselves, also
   * when the file was edited, broken or deleted meanwhile.
   */
  private compose(docker: Docker, args: readonly string[]): Tool<void> {
    if (!docker.canWait) return this.composeWithFile(docker, args);
    const [command, ...first] = docker.compose;
    return { command, args: [...first, "--project-name", this.options.project, ...args], parse: () => {} };
  }

  private composeWithFile(docker: Docker, args: readonly string[]): Tool<void> {
    const [command, ...first] = docker.compose;
    const { project, file } = this.options;
    return { command, args: [...first, "--project-name", project, "--file", file, ...args], parse: () => {} };
  }

  /** A folder above which no Compose file is: without --file, Compose looks for one from its working directory upwards. */
  private cwd(): string {
    return parse(this.options.file).root;
  }

  private async readFile(): Promise<string | null> {
    try {
      return await readFile(this.options.file, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw this.fileFailure("read", error);
    }
  }

  private async writeFile(text: string): Promise<void> {
    if ((await this.readFile()) === text) return;
    const { file } = this.options;
    try {
      await mkdir(dirname(file), { recursive: true });
      // never a half-written file
      await writeFile(`${file}.new`, text);
      await rename(`${file}.new`, file);
    } catch (error) {
      throw this.fileFailure("written", error);
    }
  }

  private foreignFile(): UserError {
    const { file } = this.options;
    return new UserError(
      `${file} is not the local Kafka's Compose file (it has no service kafka): choose another folder in the settings, or move it away.`,
      { code: "compose-file" },
    );
  }

  private fileFailure(what: "read" | "written", cause: unknown): UserError {
    const hint = "see that the folder in the setting kafkaWorkbench.local.folder can be written to";
    return new UserError(`The Compose file ${this.options.file} could not be ${what}: ${hint}.`, {
      code: "compose-file",
      cause,
    });
  }
}

const logExplains: ReadonlySet<string> = new Set(["container-exited", "container-unhealthy", "timeout"]);

/** Healthy containers whose port is elsewhere: Docker on another machine, or a VS Code inside a container of its own. */
async function unreachable(port: number): Promise<string[]> {
  const end = Date.now() + 5_000;
  do {
    if ((await advertisedBrokers("127.0.0.1", port, 2_000)) !== null) return [];
    await sleep(250);
  } while (Date.now() < end);
  return [
    `Kafka is healthy, but localhost:${port} does not reach it from here: Docker seems to run on another machine, or VS Code in a container of its own.`,
  ];
}

import { randomBytes } from "node:crypto";
import { ensureCompose } from "./composePlugin.ts";
import { joinDaemon, prepareMachine } from "./daemon.ts";
import { engineEnv } from "./folders.ts";
import { ensureImages, imageNames } from "./images.ts";
import { Impossible } from "./impossible.ts";
import { run } from "./sh.ts";

export interface DockerEngine {
  /** to be laid over the environment of whatever runs `docker` */
  env: Record<string, string>;
  /** the images are stand-ins made from Kafka's jars, and nothing can be pulled */
  standIn: boolean;
  /** gives the engine back; a private one stops when its last user has */
  dispose(): void;
}

/**
 * A real Docker engine with Compose and the two images of a local cluster: the machine's own when one answers, else a private
 * dockerd with stand-in images that reaches nothing outside this machine. Where neither is possible, a sentence that says why.
 */
export async function useDockerEngine(): Promise<DockerEngine | { skipped: string }> {
  try {
    if ((await run("docker", ["version"], { timeoutMs: 15_000 })).code === 0) return await theMachinesOwn();
    await prepareMachine();
    const leave = await joinDaemon();
    try {
      await Promise.all([ensureCompose(), ensureImages()]);
    } catch (error) {
      leave();
      throw error;
    }
    return { env: { ...engineEnv }, standIn: true, dispose: leave };
  } catch (error) {
    if (error instanceof Impossible) return { skipped: error.message };
    throw error;
  }
}

async function theMachinesOwn(): Promise<DockerEngine> {
  const plugin = await run("docker", ["compose", "version"]);
  if (plugin.code !== 0 && (await run("docker-compose", ["version"])).code !== 0) {
    throw new Impossible("Docker answers, but Docker Compose is not installed");
  }
  for (const image of imageNames) {
    if ((await run("docker", ["image", "inspect", image])).code === 0) continue;
    const pulled = await run("docker", ["pull", "--quiet", image], { timeoutMs: 600_000 });
    if (pulled.code !== 0)
      throw new Impossible(`Docker answers, but ${image} cannot be pulled: ${pulled.stderr.trim()}`);
  }
  return { env: {}, standIn: false, dispose: () => {} };
}

/** A Compose project name of one's own, so that runs side by side do not meet. */
export const projectName = (): string => `kw-test-${process.pid}-${randomBytes(3).toString("hex")}`;

import { join } from "node:path";
import { cacheFolder } from "../cache.ts";

/** Where the private Docker engine, its images and the Compose plugin live, between runs too. */
export const root = join(cacheFolder(), "docker");

export const folders = {
  /** the engine's data root: images, containers, volumes */
  data: join(root, "data"),
  exec: join(root, "exec"),
  /** pid files, logs, and one file for each run that uses the engine */
  run: join(root, "run"),
  users: join(root, "run", "users"),
  /** DOCKER_CONFIG: holds the Compose plugin and no credentials */
  config: join(root, "config"),
  work: join(root, "work"),
} as const;

export const files = {
  socket: join(root, "docker.sock"),
  daemonPid: join(folders.run, "dockerd.pid"),
  daemonLog: join(folders.run, "dockerd.log"),
  keeperLock: join(folders.run, "keeper.pid"),
  keeperLog: join(folders.run, "keeper.log"),
  /** "starting", "up" or "stopping" */
  keeperState: join(folders.run, "keeper.state"),
} as const;

/** The environment in which `docker` speaks to the private engine. */
export const engineEnv = { DOCKER_HOST: `unix://${files.socket}`, DOCKER_CONFIG: folders.config };

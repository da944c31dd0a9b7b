import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { findDocker } from "../../../src/local/docker.ts";
import { dockerFailure } from "../../../src/local/failures.ts";
import { LocalCluster } from "../../../src/local/lifecycle.ts";
import { runTool } from "../../../src/local/run.ts";
import { startKafka39, startZookeeper, type Zookeeper } from "../kafka.ts";
import { freePorts, isFree } from "../ports.ts";
import { startRegistry } from "../registry.ts";
import { ensureTools } from "../tools.ts";

/** The cluster that `npm start` shows. */
export interface DemoCluster {
  bootstrap: string;
  registry: string;
  /** how it runs, in words */
  words: string;
  /** Stops it and keeps its data; nothing when an earlier start still runs it. */
  stop(): Promise<void>;
}

interface Running {
  owner: number;
  bootstrap: string;
  registry: string;
}

const project = "kafka-workbench-demo";
const kafkaPort = 9092;
const registryPort = 8081;
const images = {
  zookeeperImage: "confluentinc/cp-zookeeper:7.9.2",
  kafkaImage: "confluentinc/cp-kafka:7.9.2",
  registry: "confluentinc/cp-schema-registry:7.9.2",
};

/**
 * Brings up ZooKeeper, Kafka and a schema registry with the data of earlier starts: with Docker Compose where an engine answers, else on
 * the JVM. One that runs already is used as it is.
 */
export async function startDemoCluster(
  folder: string,
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<DemoCluster> {
  mkdirSync(folder, { recursive: true });
  const note = join(folder, "running.json");
  const running = await stillRunning(note);
  if (running) return { ...running, words: "it was running already", stop: async () => {} };
  const ends: (() => Promise<void>)[] = [];
  const stop = async () => {
    rmSync(note, { force: true });
    for (const end of ends.toReversed()) await end();
  };
  const owned = async <T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const part = await starting;
    ends.push(() => part.stop());
    return part;
  };
  try {
    const docker = await dockerKafka(folder, signal, say);
    let cluster: { bootstrap: string; registry: string };
    if (docker) {
      ends.push(docker.stop);
      const registry = (await dockerRegistry(folder, signal, say)) ?? (await startRegistryIn(join(folder, "registry")));
      ends.push(registry.stop);
      cluster = { bootstrap: docker.bootstrap, registry: registry.url };
    } else {
      await ensureTools(["java", "maven"]);
      const parts = [
        owned(jvmKafka(join(folder, "jvm"), signal)),
        owned(startRegistryIn(join(folder, "jvm", "registry"))),
      ] as const;
      await Promise.allSettled(parts); // both are there, or known to have failed, before either is stopped
      const [kafka, registry] = await Promise.all(parts);
      cluster = { bootstrap: kafka.bootstrap, registry: registry.url };
    }
    signal.throwIfAborted();
    writeFileSync(note, JSON.stringify({ owner: process.pid, ...cluster } satisfies Running));
    return { ...cluster, words: docker ? "with Docker Compose" : "on the JVM", stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function stillRunning(note: string): Promise<Running | null> {
  let running: Running;
  try {
    running = JSON.parse(readFileSync(note, "utf8")) as Running;
    process.kill(running.owner, 0);
  } catch {
    return null; // no start before this one, or it has ended
  }
  const answers =
    (await listens(running.bootstrap)) &&
    (await fetch(`${running.registry}/subjects`).then(
      (r) => r.ok,
      () => false,
    ));
  return answers ? running : null;
}

interface Part {
  bootstrap: string;
  stop(): Promise<void>;
}

/** Null, having said why, when there is no Docker to use. */
async function dockerKafka(folder: string, signal: AbortSignal, say: (text: string) => void): Promise<Part | null> {
  const cluster = new LocalCluster({ file: join(folder, "docker-compose.yml"), project, env: process.env });
  try {
    const { port, notes } = await cluster.start(
      { ...images, port: kafkaPort },
      { signal, onStep: (step) => say(`Docker: ${step}`) },
    );
    for (const text of notes) say(text);
    return { bootstrap: `localhost:${port}`, stop: () => cluster.stop() };
  } catch (error) {
    signal.throwIfAborted();
    say(`Not with Docker: ${(error as Error).message}`);
    return null;
  }
}

async function jvmKafka(folder: string, signal: AbortSignal): Promise<Part> {
  const zookeeper = await startZookeeper({ folder: join(folder, "zookeeper") });
  try {
    const broker = await patiently(zookeeper, join(folder, "kafka"), signal);
    const stop = async () => {
      await broker.stop();
      await zookeeper.stop();
    };
    return { bootstrap: broker.bootstrap, stop };
  } catch (error) {
    await zookeeper.stop();
    throw error;
  }
}

/** A broker that was killed is on ZooKeeper's list until its session ends; until then ZooKeeper refuses its successor. */
async function patiently(zookeeper: Zookeeper, folder: string, signal: AbortSignal) {
  const ports = [(await isFree(kafkaPort)) ? kafkaPort : (await freePorts(1))[0]!];
  for (let tries = 1; ; tries++) {
    signal.throwIfAborted();
    try {
      return await startKafka39({
        folder,
        ports,
        zookeeper: zookeeper.address,
        properties: { "zookeeper.session.timeout.ms": 6000 },
      });
    } catch (error) {
      if (tries === 8 || !String(error).includes("NodeExists")) throw error;
      await delay(2000, undefined, { signal });
    }
  }
}

interface RegistryPart {
  url: string;
  stop(): Promise<void>;
}

async function startRegistryIn(folder: string): Promise<RegistryPart> {
  const free = await isFree(registryPort);
  const { url, stop } = await startRegistry({ folder, ...(free ? { port: registryPort } : {}) });
  return { url, stop };
}

/** A registry in the network of the Compose project, which keeps its schemas in Kafka. Null, having said why, when it does not start. */
async function dockerRegistry(
  folder: string,
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<RegistryPart | null> {
  const port = (await isFree(registryPort)) ? registryPort : (await freePorts(1))[0]!;
  const file = join(folder, "registry.docker-compose.yml");
  writeFileSync(file, registryCompose(port));
  const docker = await findDocker(process.env, signal);
  const compose = (args: string[], more: { signal?: AbortSignal } = {}) => {
    const [command, ...before] = docker.compose;
    const all = [...before, "-f", file, "-p", `${project}-registry`, ...args];
    return runTool({ command, args: all, parse: (out: string) => out }, { env: docker.env, ...more });
  };
  const stop = async () => {
    await compose(["down"]);
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    say("Docker: the schema registry");
    await compose(["up", "-d"], { signal });
    for (
      let tries = 0;
      !(await fetch(`${url}/subjects`).then(
        (r) => r.ok,
        () => false,
      ));
      tries++
    ) {
      if (tries > 120) throw new Error("it does not answer after a minute");
      await delay(500, undefined, { signal });
    }
    return { url, stop };
  } catch (error) {
    await stop().catch(() => {}); // what failed to start may have nothing to take down
    signal.throwIfAborted();
    say(`The schema registry runs on the JVM: ${dockerFailure(error, { platform: process.platform, file }).message}`);
    return null;
  }
}

const registryCompose = (port: number) => `# The schema registry of the demo, beside the Kafka of docker-compose.yml.
services:
  schema-registry:
    image: ${images.registry}
    ports:
      - "127.0.0.1:${port}:8081"
    environment:
      SCHEMA_REGISTRY_HOST_NAME: schema-registry
      SCHEMA_REGISTRY_LISTENERS: http://0.0.0.0:8081
      SCHEMA_REGISTRY_KAFKASTORE_BOOTSTRAP_SERVERS: PLAINTEXT://kafka:19092
networks:
  default:
    name: ${project}_default
    external: true
`;

function listens(address: string): Promise<boolean> {
  const [host, port] = address.split(":");
  return new Promise((done) => {
    const socket = connect({ host: host!, port: Number(port), timeout: 2000 });
    const end = (answer: boolean) => () => {
      socket.destroy();
      done(answer);
    };
    socket.once("connect", end(true)).once("error", end(false)).once("timeout", end(false));
  });
}

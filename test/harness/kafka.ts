import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { kafkaJars, kafkaVersions } from "./jars.ts";
import { withPorts } from "./ports.ts";
import { type Started, startProcess, temporaryFolder } from "./process.ts";
import { runCommand } from "./run.ts";
import { ensureTools, javaCommand } from "./tools.ts";

/** Everything here listens on this address only. */
const host = "127.0.0.1";
const readyMs = 90_000;

type SecurityProtocol = "PLAINTEXT" | "SSL" | "SASL_PLAINTEXT" | "SASL_SSL";
type Properties = Record<string, string | number | boolean>;
/** listener name → host:port; the plain one is "PLAINTEXT" */
type Addresses = Readonly<Record<string, string>>;

export interface BrokerOptions {
  /** More lines of server.properties; they win over the harness's own. A function gets the addresses of all listeners. */
  properties?: Properties | ((addresses: Addresses) => Properties);
  /** Listeners beside the plain one, each on a free port, e.g. `{ TLS: "SSL", LOGIN: "SASL_PLAINTEXT" }`. */
  listeners?: Readonly<Record<string, SecurityProtocol>>;
  brokerId?: number;
  /** heap and other JVM flags; default `-Xmx1g` */
  java?: readonly string[];
  /** Where to keep data and logs; default a temporary folder that goes with the run. */
  folder?: string;
  /** Fixed ports, plain listener first; default free ones. */
  ports?: readonly number[];
}

export interface Broker {
  /** host:port of the plain listener */
  readonly bootstrap: string;
  readonly addresses: Addresses;
  readonly process: Started;
  stop(): Promise<void>;
}

export interface Zookeeper {
  /** host:port */
  readonly address: string;
  readonly process: Started;
  stop(): Promise<void>;
}

export interface ZookeeperBroker extends Broker {
  readonly zookeeper: string;
}

/** A single ZooKeeper of the version that Kafka 3.9 brings. Ready in about a second. */
export async function startZookeeper(options: { folder?: string; port?: number } = {}): Promise<Zookeeper> {
  await ensureTools(["java"]);
  const jars = await kafkaJars(kafkaVersions.zk);
  const place = folderFor(options.folder, "zookeeper");
  return onPorts(options.port === undefined ? undefined : [options.port], 1, async ([port]) => {
    const config = writeProperties(place.path, "zookeeper.properties", {
      dataDir: join(place.path, "data"),
      clientPort: port!,
      clientPortAddress: host,
      "admin.enableServer": false,
      "4lw.commands.whitelist": "*",
      // the default of 60 connections from one address is soon reached by tests that all come from 127.0.0.1
      maxClientCnxns: 0,
    });
    const process = startJava({
      name: "ZooKeeper",
      folder: place.path,
      keep: options.folder !== undefined,
      java: ["-Xmx256m", ...logging(place.path, "3")],
      run: { classPath: join(jars, "*"), args: ["org.apache.zookeeper.server.quorum.QuorumPeerMain", config] },
    });
    // logged after the port is bound: who answers on it is this one, not a stranger
    await process.printed(/PrepRequestProcessor \(sid:0\) started/, readyMs);
    return { address: `${host}:${port}`, process, stop: () => stopAll([process], place) };
  });
}

/** A broker of Kafka 3.9 with a ZooKeeper of its own, or as one more broker of a given one. Ready in about 4 s. */
export async function startKafka39(options: BrokerOptions & { zookeeper?: string } = {}): Promise<ZookeeperBroker> {
  await ensureTools(["java"]);
  const jars = await kafkaJars(kafkaVersions.zk);
  const place = folderFor(options.folder, "kafka39");
  const own = options.zookeeper === undefined ? await startZookeeper(inFolder(options.folder, "zookeeper")) : null;
  const zookeeper = options.zookeeper ?? own!.address;
  const names = listenerNames(options);
  try {
    return await onPorts(options.ports, names.length, async (ports) => {
      const addresses = addressesOf(names, ports);
      const config = writeProperties(place.path, "server.properties", {
        "broker.id": options.brokerId ?? 1,
        "zookeeper.connect": zookeeper,
        "log.dirs": join(place.path, "data"),
        ...listenerProperties(addresses, options, {}),
        ...small,
        ...ownProperties(options, addresses),
      });
      const process = startJava({
        name: "Kafka 3.9",
        folder: place.path,
        keep: options.folder !== undefined,
        java: [...(options.java ?? ["-Xmx1g"]), ...logging(place.path, "3")],
        run: { classPath: join(jars, "*"), args: ["kafka.Kafka", config] },
      });
      await process.printed(/\[KafkaServer id=\d+\] started/, readyMs);
      return {
        bootstrap: addresses["PLAINTEXT"]!,
        addresses,
        zookeeper,
        process,
        stop: async () => {
          await stopAll([process], place);
          await own?.stop();
        },
      };
    });
  } catch (error) {
    await own?.stop();
    throw error;
  }
}

/** A broker of Kafka 4.1 that is its own KRaft controller, with KIP-848 and share groups on. Ready in about 7 s. */
export async function startKafka41(options: BrokerOptions = {}): Promise<Broker> {
  await ensureTools(["java"]);
  const jars = await kafkaJars(kafkaVersions.kraft);
  const place = folderFor(options.folder, "kafka41");
  const names = listenerNames(options);
  return onPorts(options.ports, names.length + 1, async (ports) => {
    const controller = `${host}:${ports[names.length]}`;
    const addresses = addressesOf(names, ports);
    const id = options.brokerId ?? 1;
    const config = writeProperties(place.path, "server.properties", {
      "process.roles": "broker,controller",
      "node.id": id,
      "controller.quorum.voters": `${id}@${controller}`,
      "controller.listener.names": "CONTROLLER",
      "log.dirs": join(place.path, "data"),
      ...listenerProperties(addresses, options, { CONTROLLER: controller }),
      ...small,
      "group.coordinator.rebalance.protocols": "classic,consumer,share,streams",
      "group.share.enable": true,
      "share.coordinator.state.topic.replication.factor": 1,
      "share.coordinator.state.topic.min.isr": 1,
      "share.coordinator.state.topic.num.partitions": 3,
      ...ownProperties(options, addresses),
    });
    const java = [...(options.java ?? ["-Xmx1g"]), ...logging(place.path, "4")];
    // --ignore-formatted: a second start finds its data, a retry on other ports what the first one had formatted
    const format = ["kafka.tools.StorageTool", "format", "--ignore-formatted", "-t", clusterId(), "-c", config];
    await runCommand(
      javaCommand(),
      ["-Xmx128m", "-XX:TieredStopAtLevel=1", ...logging(place.path, "4"), "-cp", join(jars, "*"), ...format],
      {
        timeoutMs: readyMs,
      },
    );
    const process = startJava({
      name: "Kafka 4.1",
      folder: place.path,
      keep: options.folder !== undefined,
      java,
      run: { classPath: join(jars, "*"), args: ["kafka.Kafka", config] },
    });
    await process.printed(/Kafka Server started/, readyMs);
    return { bootstrap: addresses["PLAINTEXT"]!, addresses, process, stop: () => stopAll([process], place) };
  });
}

/** What a single broker on one machine needs to start fast and to keep its inner topics small. */
const small: Properties = {
  "offsets.topic.replication.factor": 1,
  "offsets.topic.num.partitions": 5,
  "transaction.state.log.replication.factor": 1,
  "transaction.state.log.min.isr": 1,
  "transaction.state.log.num.partitions": 5,
  "group.initial.rebalance.delay.ms": 0,
};

const ownProperties = (options: BrokerOptions, addresses: Addresses): Properties =>
  typeof options.properties === "function" ? options.properties(addresses) : (options.properties ?? {});

const listenerNames = (options: BrokerOptions) => ["PLAINTEXT", ...Object.keys(options.listeners ?? {})];

const addressesOf = (names: readonly string[], ports: readonly number[]): Addresses =>
  Object.fromEntries(names.map((name, i) => [name, `${host}:${ports[i]}`]));

function listenerProperties(addresses: Addresses, options: BrokerOptions, more: Addresses): Properties {
  const list = (of: Addresses) =>
    Object.entries(of)
      .map(([name, address]) => `${name}://${address}`)
      .join(",");
  const protocols = {
    PLAINTEXT: "PLAINTEXT",
    ...options.listeners,
    ...Object.fromEntries(Object.keys(more).map((n) => [n, "PLAINTEXT"])),
  };
  return {
    listeners: list({ ...addresses, ...more }),
    "advertised.listeners": list(addresses),
    "listener.security.protocol.map": Object.entries(protocols)
      .map(([name, protocol]) => `${name}:${protocol}`)
      .join(","),
    "inter.broker.listener.name": "PLAINTEXT",
  };
}

interface JavaOptions {
  name: string;
  folder: string;
  keep: boolean;
  java: readonly string[];
  /** what to run: a class of a class path, or a jar */
  run: { classPath: string; args: readonly string[] } | { jar: string };
}

export function startJava(options: JavaOptions): Started {
  return startProcess({
    name: options.name,
    command: javaCommand(),
    args: [
      ...options.java,
      ...("jar" in options.run ? ["-jar", options.run.jar] : ["-cp", options.run.classPath, ...options.run.args]),
    ],
    cwd: options.folder,
    // a fresh log for each try, or the last one's "address already in use" would speak for this one
    logFile: join(options.folder, `log-${randomBytes(3).toString("hex")}.txt`),
    signal: options.keep ? "SIGTERM" : "SIGKILL",
  });
}

/** Log lines of level INFO to standard output, for Kafka 3 (reload4j) or 4 (Log4j 2). */
function logging(folder: string, major: "3" | "4"): string[] {
  const file = join(folder, major === "3" ? "log4j.properties" : "log4j2.properties");
  const lines =
    major === "3"
      ? [
          "log4j.rootLogger=INFO, out",
          "log4j.appender.out=org.apache.log4j.ConsoleAppender",
          "log4j.appender.out.layout=org.apache.log4j.PatternLayout",
          "log4j.appender.out.layout.ConversionPattern=%d %p %m (%c{1})%n",
        ]
      : [
          "rootLogger.level=info",
          "rootLogger.appenderRef.out.ref=out",
          "appender.out.type=Console",
          "appender.out.name=out",
          "appender.out.layout.type=PatternLayout",
          "appender.out.layout.pattern=%d %p %m (%c{1})%n",
        ];
  writeFileSync(file, `${lines.join("\n")}\n`);
  return [major === "3" ? `-Dlog4j.configuration=file:${file}` : `-Dlog4j2.configurationFile=${file}`];
}

/** 16 random bytes in base64url, as Kafka writes them; it refuses one that begins with a dash. */
function clusterId(): string {
  const id = randomBytes(16).toString("base64url");
  return id.startsWith("-") ? clusterId() : id;
}

function writeProperties(folder: string, name: string, properties: Properties): string {
  const file = join(folder, name);
  // a backslash escapes in this format, and Windows paths are full of them
  const lines = Object.entries(properties).map(([key, value]) => `${key}=${String(value).replaceAll("\\", "\\\\")}`);
  writeFileSync(file, `${lines.join("\n")}\n`);
  return file;
}

interface Place {
  path: string;
  remove(): void;
}

export function folderFor(given: string | undefined, prefix: string): Place {
  if (given === undefined) return temporaryFolder(prefix);
  mkdirSync(given, { recursive: true });
  for (const name of readdirSync(given)) if (/^log-.*\.txt$/.test(name)) rmSync(join(given, name));
  return { path: given, remove() {} };
}

const inFolder = (folder: string | undefined, name: string) =>
  folder === undefined ? {} : { folder: join(folder, name) };

export async function stopAll(processes: readonly Started[], place: Place): Promise<void> {
  await Promise.all(processes.map((process) => process.stop()));
  place.remove();
}

/** With fixed ports once, else with free ones until nobody is in the way. */
export function onPorts<T>(
  fixed: readonly number[] | undefined,
  count: number,
  start: (ports: readonly number[]) => Promise<T>,
) {
  return fixed ? start(fixed) : withPorts(count, start);
}

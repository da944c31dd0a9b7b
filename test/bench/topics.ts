import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { createTopic, deleteTopic } from "../../src/kafka/admin/topics.ts";
import type { ClusterConfig } from "../../src/kafka/api.ts";
import { Cluster } from "../../src/kafka/cluster.ts";
import type { Codec } from "../../src/shared/messages.ts";
import { unwatch, watch } from "../harness/process.ts";
import { javaCommand } from "../harness/tools.ts";
import { MESSAGES, writeOrders, writeSized } from "./data.ts";

export const PARTITIONS = 6;

export interface Dataset {
  topic: string;
  count: number;
  codec: Codec;
  configs: Readonly<Record<string, string>>;
  /** bytes of the largest batch that is written */
  batchBytes: number;
  write(out: Writable): Promise<void>;
}

/** Orders of 165 bytes. */
export const orders = (count: number, codec: Codec): Dataset => ({
  topic: count === MESSAGES ? `kw-bench-${codec}` : `kw-bench-${codec}-${count}`,
  count,
  codec,
  configs: {},
  batchBytes: 1_000_000,
  write: (out) => writeOrders(out, count),
});

/** Values of one size, `bytes` in all, not compressed. */
export function sized(size: number, bytes: number): Dataset {
  const count = Math.max(1, Math.round(bytes / size));
  return {
    topic: `kw-bench-size-${size}-${count}`,
    count,
    codec: "none",
    // a value of 1 MB does not fit into the default of 1 MB with what a batch adds
    configs: size < 500_000 ? {} : { "max.message.bytes": String(2 * size) },
    batchBytes: Math.max(1_000_000, 2 * size),
    write: (out) => writeSized(out, count, size),
  };
}

const manifest = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8")) as {
  contributes: { configuration: { properties: Record<string, { default: unknown }> } };
};

/** The setting's default. */
const connectTimeout = Number(
  manifest.contributes.configuration.properties["kafkaWorkbench.connection.timeoutMs"]?.default,
);

export const configOf = (broker: string): ClusterConfig => ({
  bootstrap: [broker],
  tls: null,
  sasl: null,
  connectTimeout,
  requestTimeout: 30_000,
});

/** Runs with a cluster that is closed afterwards. */
export async function withCluster<T>(broker: string, use: (cluster: Cluster) => Promise<T>): Promise<T> {
  const cluster = new Cluster(configOf(broker));
  try {
    return await use(cluster);
  } finally {
    await cluster.close();
  }
}

export interface Writer {
  broker: string;
  kcat: boolean;
  /** the folder of Kafka's jars, null: there are none */
  jars: string | null;
  say(text: string): void;
}

/** Makes the topic with its messages, once per broker: one that holds as many already stays. Gives its name. */
export async function prepare(data: Dataset, writer: Writer): Promise<string> {
  const { topic, count } = data;
  const there = await withCluster(writer.broker, async (cluster) => {
    if ((await cluster.topicsThere([topic])).length > 0) {
      if ((await messagesIn(cluster, topic)) === BigInt(count)) return true;
      await deleteTopic(cluster, topic);
    }
    await createTopic(cluster, { name: topic, partitions: PARTITIONS, replicationFactor: 1, configs: data.configs });
    return false;
  });
  if (there) return topic;
  writer.say(`producing ${count.toLocaleString("en")} messages to ${topic} …`);
  await pipeInto(writer.kcat ? kcatProducer(data, writer) : consoleProducer(data, writer), data);
  const written = await withCluster(writer.broker, (cluster) => messagesIn(cluster, topic));
  if (written !== BigInt(count)) throw new Error(`${topic} holds ${written} messages instead of ${count}`);
  return topic;
}

async function messagesIn(cluster: Cluster, topic: string): Promise<bigint> {
  const at = new Map(Array.from({ length: PARTITIONS }, (_, p) => [p, "latest" as const]));
  const ends = await cluster.listOffsets(topic, at, "read_committed");
  return [...ends.values()].reduce((sum, { offset }) => sum + offset, 0n);
}

type Command = [command: string, args: string[]];

function kcatProducer({ topic, codec, batchBytes }: Dataset, { broker }: Writer): Command {
  const settings = ["linger.ms=50", `message.max.bytes=${batchBytes}`].flatMap((setting) => ["-X", setting]);
  return ["kcat", ["-P", "-b", broker, "-t", topic, "-K", "\t", "-z", codec, ...settings]];
}

/** Kafka's own tool, where there is no kcat: it reads the same lines. */
function consoleProducer({ topic, codec, batchBytes }: Dataset, { broker, jars }: Writer): Command {
  if (jars === null) throw new Error("Neither kcat nor Kafka's own tools are there to produce with.");
  const main = jars.includes("kafka-3.") ? "kafka.tools.ConsoleProducer" : "org.apache.kafka.tools.ConsoleProducer";
  const properties = ["linger.ms=50", "batch.size=200000", `max.request.size=${batchBytes}`];
  return [
    javaCommand(),
    [
      ...["-Xmx512m", "-cp", join(jars, "*"), main, "--bootstrap-server", broker, "--topic", topic],
      ...["--property", "parse.key=true", `--compression-codec=${codec}`],
      ...properties.flatMap((property) => ["--producer-property", property]),
    ],
  ];
}

async function pipeInto([command, args]: Command, data: Dataset): Promise<void> {
  const child = spawn(command, args, {
    stdio: ["pipe", "ignore", "pipe"],
    detached: process.platform !== "win32",
    windowsHide: true,
  });
  if (child.pid !== undefined) watch(child.pid, "SIGKILL");
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-2000);
  });
  const ended = once(child, "close");
  // what its end broke off is told by how it ended
  child.stdin.on("error", () => {});
  const written = data.write(child.stdin);
  written.catch(() => {});
  const [code] = await ended;
  if (child.pid !== undefined) unwatch(child.pid);
  if (code !== 0) throw new Error(`${command} could not produce to ${data.topic} (${code}): ${said.trim()}`);
  await written;
}

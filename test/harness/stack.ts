import { readFileSync } from "node:fs";
import { startKafka39, startKafka41 } from "./kafka.ts";
import { startRegistry } from "./registry.ts";

/** The addresses of a running stack; what the file named by KW_STACK holds. */
export interface Stack {
  /** Kafka 3.9 on ZooKeeper, host:port each */
  zk: { bootstrap: string; zookeeper: string };
  /** Kafka 4.1 on KRaft, with share groups */
  kraft: { bootstrap: string };
  /** a schema registry with Confluent's API */
  registry: { url: string };
}

let shared: Promise<Stack> | undefined;

/**
 * The stack to test against: the one that KW_STACK describes (the path of a JSON file), else one started for this process, which
 * ends with it.
 */
export function useStack(): Promise<Stack> {
  const file = process.env["KW_STACK"];
  shared ??= file ? Promise.resolve(JSON.parse(readFileSync(file, "utf8")) as Stack) : startStack();
  return shared;
}

/** Starts all of it, side by side. Every call makes a stack of its own, on free ports, with its data in temporary folders. */
export async function startStack(): Promise<Stack & { stop(): Promise<void> }> {
  const parts = await Promise.allSettled([startKafka39(), startKafka41(), startRegistry()]);
  const [zk, kraft, registry] = parts;
  const stop = async () => {
    await Promise.all(parts.map((part) => (part.status === "fulfilled" ? part.value.stop() : undefined)));
  };
  if (zk.status === "rejected" || kraft.status === "rejected" || registry.status === "rejected") {
    await stop();
    throw parts.find((part) => part.status === "rejected")?.reason;
  }
  return {
    zk: { bootstrap: zk.value.bootstrap, zookeeper: zk.value.zookeeper },
    kraft: { bootstrap: kraft.value.bootstrap },
    registry: { url: registry.value.url },
    stop,
  };
}

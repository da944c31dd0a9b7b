import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { runCommand } from "../harness/run.ts";
import { javaCommand } from "../harness/tools.ts";
import { deleteGroup } from "./kafkajsScan.ts";

const LONG = 15 * 60_000;
const READ_ALL = ["-o", "beginning", "-e", "-q"];

/** What kcat calls itself, e.g. "1.7.1 (…librdkafka 2.0.2…)"; null when it cannot be run. */
export function kcatVersion(): string | null {
  const { stdout, status } = spawnSync("kcat", ["-V"], { encoding: "utf8" });
  return status === 0 ? (/^Version (.+)$/m.exec(stdout)?.[1] ?? "of an unknown version") : null;
}

/** grep, and a shell to put it behind kcat with. */
export const hasGrep = (): boolean => spawnSync("sh", ["-c", "echo x | grep -c -F -- x"]).status === 0;

/** Reads a topic with kcat: seconds of the whole process, as a user waits for it; `-f ''` prints nothing per message, its fastest way. */
export async function scanWithKcat(broker: string, topic: string): Promise<number> {
  const started = performance.now();
  await runCommand("kcat", ["-C", "-b", broker, "-t", topic, ...READ_ALL, "-f", ""], { timeoutMs: LONG });
  return (performance.now() - started) / 1000;
}

/** Looks for a text with `kcat | grep`, which has to find it in `expected` messages: seconds of the whole. */
export async function grepWithKcat(broker: string, topic: string, text: string, expected: number): Promise<number> {
  const started = performance.now();
  // the arguments stand outside of what the shell reads; "C": grep compares bytes, its fastest way
  const script = 'text=$1; shift; kcat "$@" | LC_ALL=C grep -c -F -e "$text"';
  const found = await runCommand("sh", ["-c", script, "sh", text, "-C", "-b", broker, "-t", topic, ...READ_ALL], {
    timeoutMs: LONG,
  });
  const seconds = (performance.now() - started) / 1000;
  if (Number(found) !== expected) throw new Error(`kcat | grep found ${found.trim()} of ${expected} messages`);
  return seconds;
}

/**
 * Reads `count` messages with Kafka's ConsumerPerformance, with fetches as large as the kafkajs consumer's. Gives the seconds that it says itself
 * it fetched for: without Java's start and without joining its group, which is to its favour.
 */
export async function scanWithConsumerPerformance(
  broker: string,
  jars: string,
  topic: string,
  count: number,
): Promise<number> {
  const group = `kw-bench-perf-${process.pid}-${Date.now()}`;
  const main = "org.apache.kafka.tools.ConsumerPerformance";
  const args = ["--bootstrap-server", broker, "--topic", topic, "--messages", String(count), "--group", group];
  const more = ["--hide-header", "--fetch-size", String(4 * 1024 * 1024), "--timeout", "60000"];
  try {
    const output = await runCommand(javaCommand(), ["-Xmx512m", "-cp", join(jars, "*"), main, ...args, ...more], {
      timeoutMs: LONG,
    });
    return fetchSeconds(output, count);
  } finally {
    await deleteGroup(broker, group);
  }
}

/** Of its line "start, end, MB, MB/s, messages, messages/s, rebalance ms, fetch ms, …" (among the warnings of its log). */
export function fetchSeconds(output: string, count: number): number {
  const line = output.split("\n").find((text) => /^\d{4}-\d\d-\d\d [\d:]+,/.test(text));
  const columns = line?.split(",").map((column) => column.trim()) ?? [];
  const [messages, fetchMs] = [Number(columns[4]), Number(columns[7])];
  if (messages !== count || !(fetchMs > 0)) {
    throw new Error(`ConsumerPerformance has not read ${count} messages:\n${output.trim().slice(-1000)}`);
  }
  return fetchMs / 1000;
}

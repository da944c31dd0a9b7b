import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { after } from "node:test";
import { createTopic, deleteTopic } from "../../../src/kafka/admin/topics.ts";
import type { Cluster } from "../../../src/kafka/cluster.ts";
import { type Reader, startReader } from "../../../src/reader/host.ts";
import type { SchemaSource } from "../../../src/schema/api.ts";
import { type ReaderStatus, type ReadQuery, type RowView, wholeTopic } from "../../../src/shared/messages.ts";
import { config, unique } from "./clusters.ts";

/** A reader in its worker thread, ended when the test file ends; `seen` are the statuses that it pushed. */
export interface OpenReader extends Reader {
  seen: ReaderStatus[];
  /** all that a topic holds, unless the query says otherwise */
  start(query: Partial<ReadQuery> & { topic: string }): Promise<void>;
  /** the first status, past or to come, that is so */
  until(what: string, holds: (status: ReaderStatus) => boolean, ms?: number): Promise<ReaderStatus>;
  /** all rows that are kept */
  all(): Promise<RowView[]>;
}

export function openReader(
  bootstrap: string,
  options: { ring?: { megabytes: number; rows: number }; schemas?: SchemaSource | null } = {},
): OpenReader {
  const reader = startReader({
    workerFile: new URL("../../../src/reader/worker.ts", import.meta.url),
    config: config(bootstrap),
    ring: options.ring ?? { megabytes: 64, rows: 1_000_000 },
    schemas: options.schemas ?? null,
    log: () => {},
  });
  after(() => reader.dispose());
  const seen: ReaderStatus[] = [];
  const waiting = new Set<(status: ReaderStatus) => void>();
  reader.onStatus((status) => {
    seen.push(status);
    for (const check of [...waiting]) check(status);
  });
  return {
    seen,
    call: (method, args, signal) => reader.call(method, args, signal),
    onStatus: (listener) => reader.onStatus(listener),
    onExported: (listener) => reader.onExported(listener),
    dispose: () => reader.dispose(),
    start: async ({ topic, ...query }) => {
      await reader.call("start", [{ ...wholeTopic(topic), ...query }]);
      // the first word of this run is here before the answer; what the run before still said is not about this one
      const run = seen.at(-1)?.run;
      seen.splice(0, seen.length, ...seen.filter((status) => status.run === run));
    },
    until: (what, holds, ms = 20_000) =>
      new Promise((resolve, reject) => {
        const found = seen.find(holds);
        if (found) return resolve(found);
        const check = (status: ReaderStatus): void => {
          if (!holds(status)) return;
          waiting.delete(check);
          clearTimeout(timer);
          resolve(status);
        };
        const timer = setTimeout(() => {
          waiting.delete(check);
          reject(new Error(`Not within ${ms / 1000} s: ${what}; the last status was ${JSON.stringify(seen.at(-1))}`));
        }, ms);
        waiting.add(check);
      }),
    all: async () => {
      const rows: RowView[] = [];
      let from = 0;
      for (;;) {
        // from a place that is gone it begins where the rows begin
        const window = await reader.call("rows", [from, Number.MAX_SAFE_INTEGER]);
        if (window.rows.length === 0) return rows;
        rows.push(...window.rows);
        from = window.from + window.rows.length;
      }
    },
  };
}

export const ended = (status: ReaderStatus): boolean => status.state === "done" || status.state === "failed";
export const live = (status: ReaderStatus): boolean => status.state === "live" || status.state === "failed";

/** A topic that is deleted when the test file ends. */
export async function makeTopic(
  cluster: Cluster,
  what: string,
  partitions: number,
  configs: Record<string, string> = {},
): Promise<string> {
  const topic = unique(what);
  await createTopic(cluster, { name: topic, partitions, replicationFactor: 1, configs });
  after(() => deleteTopic(cluster, topic).catch(() => {}));
  return topic;
}

/** Runs a program with this text as its input; gives what it printed and its exit code. */
export async function feed(
  command: string,
  args: readonly string[],
  input = "",
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(command, args, { stdio: "pipe", ...options });
  const timer = setTimeout(() => child.kill("SIGKILL"), 60_000);
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const [code] = (await once(child, "close")) as [number | null];
  clearTimeout(timer);
  return { code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() };
}

/** Writes messages with kcat, as librdkafka does it. */
export async function kcatProduce(
  bootstrap: string,
  topic: string,
  lines: readonly string[],
  args: readonly string[] = [],
): Promise<void> {
  const input = `${lines.join("\n")}\n`;
  const { code, stderr } = await feed("kcat", ["-P", "-b", bootstrap, "-t", topic, "-K", "=", ...args], input);
  if (code !== 0) throw new Error(`kcat could not produce: ${stderr}`);
}

export const root = join(import.meta.dirname, "../../..");

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { createTopic, deleteTopic } from "../../src/kafka/admin/topics.ts";
import { MessageProducer } from "../../src/kafka/produce/producer.ts";
import type { Reader } from "../../src/reader/host.ts";
import { wholeTopic } from "../../src/shared/messages.ts";
import { unwatch, watch } from "../harness/process.ts";
import { random } from "./data.ts";
import { NOT_HERE, show, within } from "./measure.ts";
import { withReader } from "./readerScan.ts";
import type { Section } from "./section.ts";
import { median, percentile } from "./table.ts";
import { PARTITIONS, withCluster } from "./topics.ts";

const LIVE_P99 = 150;
const WAIT = 30_000;

/** From sending a single message to its row, while the topic is read live; kcat reads along. */
export const live: Section = {
  name: "live",
  needsBroker: true,
  async run({ workerFile, broker, quick, peers, say }) {
    const topic = `kw-bench-live-${process.pid}-${Date.now()}`;
    const count = quick ? 20 : 300;
    say(`live: ${count} single messages …`);
    const { ours, kcats } = await withCluster(broker, async (cluster) => {
      await createTopic(cluster, { name: topic, partitions: PARTITIONS, replicationFactor: 1, configs: {} });
      const producer = new MessageProducer(cluster);
      const send = async (id: number): Promise<number> => {
        const value = Buffer.from(`{"id":${id},"state":"created"}`);
        const started = performance.now();
        await producer.send({ topic, partition: null, key: null, value, headers: [] });
        return started;
      };
      try {
        return await withReader({ workerFile, broker }, (reader) =>
          measure(reader, peers.kcat ? watchWithKcat(broker, topic) : null, topic, send, count),
        );
      } finally {
        producer.close();
        await deleteTopic(cluster, topic);
      }
    });
    const line = (name: string, all: number[]): string[] => {
      const figures = [median(all), percentile(all, 0.99), Math.max(...all)];
      return [name, ...(all.length > 0 ? figures.map(show.ms) : [NOT_HERE, "–", "–"])];
    };
    return {
      tables: [
        {
          title: `From sending a message to its row, live, ${count} single messages`,
          rows: [["ms", "p50", "p99", "longest"], line("reader", ours), line("kcat", kcats)],
          notes: [
            "The reader: until the decoded row has arrived in the host's thread. kcat: until its line has arrived.",
          ],
        },
      ],
      budgets: [
        {
          what: "produce to row, p99",
          unit: "ms",
          bound: "at most",
          limit: LIVE_P99,
          measured: percentile(ours, 0.99),
        },
      ],
      figures: { ours, kcats },
    };
  },
};

/** Sends messages at odd intervals, so that they fall into no step with the status. */
async function measure(
  reader: Reader,
  kcat: Watcher | null,
  topic: string,
  send: (id: number) => Promise<number>,
  count: number,
): Promise<{ ours: number[]; kcats: number[] }> {
  const rows = watchRows(reader);
  const watchers: Watcher[] = kcat ? [rows, kcat] : [rows];
  try {
    await reader.call("start", [{ ...wholeTopic(topic), from: { kind: "latest" }, to: { kind: "live" } }]);
    await within(WAIT, `${topic} being read live`, rows.live);
    await warmUp(watchers, send);
    const next = random(11);
    const started: number[] = [];
    for (let id = 0; id < count; id++) {
      started.push(await send(id));
      await new Promise((resolve) => setTimeout(resolve, 30 + (next() % 130)));
    }
    const seen = await Promise.all(
      watchers.map((watcher) => within(WAIT, "the last message", allSeen(watcher, count))),
    );
    const latencies = seen.map((times) => started.map((at, id) => times.get(id)! - at));
    return { ours: latencies[0]!, kcats: latencies[1] ?? [] };
  } finally {
    for (const watcher of watchers) watcher.stop();
  }
}

/** Messages that do not count, until all watchers have seen one: kcat does not say when it has begun. */
async function warmUp(watchers: readonly Watcher[], send: (id: number) => Promise<number>): Promise<void> {
  const deadline = performance.now() + WAIT;
  for (let id = -1; !watchers.every((watcher) => watcher.seen.size >= 5); id--) {
    if (performance.now() > deadline) throw new Error(`No message arrived live within ${WAIT / 1000} s`);
    await send(id);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

interface Watcher {
  /** id → when it was seen */
  seen: Map<number, number>;
  /** settles only when the watching failed */
  failed: Promise<never>;
  stop(): void;
}

async function allSeen({ seen, failed }: Watcher, count: number): Promise<Map<number, number>> {
  const arrived = async (): Promise<Map<number, number>> => {
    while (!Array.from({ length: count }, (_, id) => seen.has(id)).every(Boolean)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return seen;
  };
  return Promise.race([arrived(), failed]);
}

/** Asks for the new rows at each status, as the webview does. */
function watchRows(reader: Reader): Watcher & { live: Promise<void> } {
  const seen = new Map<number, number>();
  const live = Promise.withResolvers<void>();
  const failed = Promise.withResolvers<never>();
  for (const { promise } of [live, failed]) promise.catch(() => {});
  let asked = 0;
  const fail = (error: unknown): void => {
    live.reject(error);
    failed.reject(error);
  };
  const stop = reader.onStatus(({ state, problem, view }) => {
    if (state === "failed") fail(new Error(problem ?? "The reader failed"));
    if (state === "live") live.resolve();
    if (view.next <= asked) return;
    const from = asked;
    asked = view.next;
    reader.call("rows", [from, view.next]).then(({ rows }) => {
      const now = performance.now();
      for (const { value } of rows) note(seen, value?.text ?? "", now);
    }, fail);
  });
  return { seen, live: live.promise, failed: failed.promise, stop };
}

function watchWithKcat(broker: string, topic: string): Watcher {
  const seen = new Map<number, number>();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  const kcat = spawn("kcat", ["-C", "-b", broker, "-t", topic, "-o", "end", "-u", "-q"], {
    stdio: ["ignore", "pipe", "ignore"],
    detached: process.platform !== "win32",
    windowsHide: true,
  });
  const { pid } = kcat;
  if (pid !== undefined) watch(pid, "SIGKILL");
  createInterface(kcat.stdout).on("line", (line) => note(seen, line, performance.now()));
  kcat.on("error", failed.reject);
  kcat.on("exit", (code) => {
    if (pid !== undefined) unwatch(pid);
    failed.reject(new Error(`kcat ended with code ${code}`));
  });
  return { seen, failed: failed.promise, stop: () => void kcat.kill("SIGKILL") };
}

function note(seen: Map<number, number>, text: string, now: number): void {
  const id = /"id":(-?\d+),/.exec(text)?.[1];
  if (id !== undefined && !seen.has(Number(id))) seen.set(Number(id), now);
}

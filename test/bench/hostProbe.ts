// node test/bench/hostProbe.ts TASK: stands for the extension host while its reader worker reads, in a process of its own, so that neither
// the bench's own work nor its memory is counted. TASK is a HostTask as JSON; prints a HostReport as JSON.
import { monitorEventLoopDelay } from "node:perf_hooks";
import { wholeTopic } from "../../src/shared/messages.ts";
import type { HostReport, HostTask, LoopDelay } from "./hostSection.ts";
import { openAndLook, RING, readToEnd, withReader } from "./readerScan.ts";
import { watchWorkerMemory } from "./workerMemory.ts";

/** of the timer whose lateness is the delay, ms; Node's figures contain it */
const RESOLUTION = 10;
/** how long the loop is measured with nothing to do, ms */
const IDLE = 2000;
/** rows that a webview shows */
const WINDOW = 60;

const { workerFile, broker, topics, scanned, ringMegabytes, sampled } = JSON.parse(process.argv[2]!) as HostTask;
// the worker takes its environment from this process
if (sampled) process.env["KW_BENCH_WORKER"] = workerFile;
const file = sampled ? new URL("./sampledWorker.ts", import.meta.url) : new URL(workerFile);
const watched = watchWorkerMemory();
// not resourceUsage().maxRSS: Linux hands on the highest of the process that started this one
const before = process.memoryUsage.rss();
let highest = before;
if (sampled) setInterval(() => (highest = Math.max(highest, process.memoryUsage.rss())), 10).unref();

const report = await withReader(
  { workerFile: file, broker, ring: { ...RING, megabytes: ringMegabytes } },
  async (reader): Promise<HostReport> => {
    await openAndLook(reader, topics[0]!);
    const idle = await loopDelay(() => new Promise((resolve) => setTimeout(resolve, IDLE)));
    // what the host does meanwhile: it hands the rows that are looked at on to the webview
    const relays: Promise<number>[] = [];
    const stop = reader.onStatus(({ view }) => {
      const window = reader.call("rows", [Math.max(view.first, view.next - WINDOW), view.next]);
      relays.push(window.then(({ rows }) => rows.length));
    });
    let seconds = Number.NaN;
    let dropped = 0;
    const reading = await loopDelay(async () => {
      const ended = await readToEnd(reader, { ...wholeTopic(topics[0]!), topics }, { scanned, matched: scanned });
      seconds = ended.seconds;
      dropped = ended.status.dropped;
    });
    stop();
    const relayed = (await Promise.all(relays)).reduce((sum, rows) => sum + rows, 0);
    return {
      seconds,
      dropped,
      relayed,
      idle,
      reading,
      memory: sampled ? { process: highest - before, thread: watched.most() } : null,
    };
  },
);
watched.stop();
console.log(JSON.stringify(report));

async function loopDelay(work: () => Promise<void>): Promise<LoopDelay> {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION });
  histogram.enable();
  await work();
  histogram.disable();
  const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - RESOLUTION);
  return { p50: late(histogram.percentile(50)), p99: late(histogram.percentile(99)), max: late(histogram.max) };
}

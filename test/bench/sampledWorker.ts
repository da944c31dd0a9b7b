// The reader worker, whose bundle KW_BENCH_WORKER names, with a clock beside it that tells how much memory its thread holds.
import { BroadcastChannel } from "node:worker_threads";
import { MEMORY_CHANNEL, type WorkerMemory } from "./workerMemory.ts";

/** ms */
const INTERVAL = 20;

const bundle = process.env["KW_BENCH_WORKER"];
if (bundle === undefined) throw new Error("KW_BENCH_WORKER is not set.");
const channel = new BroadcastChannel(MEMORY_CHANNEL);
channel.unref();
setInterval(() => {
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  channel.postMessage({ heap: heapUsed, buffers: Math.max(external, arrayBuffers) } satisfies WorkerMemory);
}, INTERVAL).unref();
await import(bundle);

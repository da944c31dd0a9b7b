import { BroadcastChannel } from "node:worker_threads";

export const MEMORY_CHANNEL = "kw-bench-memory";

/** What a worker's thread holds, garbage that is still to be collected included; bytes. */
export interface WorkerMemory {
  heap: number;
  buffers: number;
}

/** Listens to sampledWorker.ts: the most that its thread held at one moment. */
export function watchWorkerMemory(): { most(): number; stop(): void } {
  const channel = new BroadcastChannel(MEMORY_CHANNEL);
  channel.unref();
  let most = Number.NaN;
  channel.onmessage = (event) => {
    const { heap, buffers } = (event as { data: WorkerMemory }).data;
    most = Math.max(Number.isNaN(most) ? 0 : most, heap + buffers);
  };
  return { most: () => most, stop: () => channel.close() };
}

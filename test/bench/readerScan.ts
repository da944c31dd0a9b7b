import { MessageChannel } from "node:worker_threads";
import type { ClusterConfig } from "../../src/kafka/api.ts";
import { createEngine } from "../../src/reader/engine.ts";
import { startReader } from "../../src/reader/host.ts";
import type { EngineHostMethods, EngineOwnEvents } from "../../src/reader/protocol.ts";
import { threadPort } from "../../src/reader/threadPort.ts";
import { createDecoder } from "../../src/schema/decoder.ts";
import { type EngineMethods, type ReaderStatus, wholeTopic } from "../../src/shared/messages.ts";
import { Rpc } from "../../src/shared/rpc.ts";

const RING = { megabytes: 256, rows: 2_000_000 };

const configOf = (broker: string): ClusterConfig => ({
  bootstrap: [broker],
  tls: null,
  sasl: null,
  connectTimeout: 3000,
  requestTimeout: 30_000,
});

interface Ended {
  promise: Promise<ReaderStatus>;
  take(status: ReaderStatus): void;
}

function untilDone(count: number): Ended {
  const { promise, resolve, reject } = Promise.withResolvers<ReaderStatus>();
  return {
    promise,
    take(status) {
      if (status.state !== "done" && status.state !== "failed") return;
      if (status.state === "failed" || status.scanned !== count || status.unreadable > 0) {
        reject(new Error(`The reader read ${status.scanned} of ${count} messages: ${status.problem}`));
      } else resolve(status);
    },
  };
}

/** how long the panel is looked at before all is read, ms */
const LOOKED_AT = 800;

/**
 * Reads a topic to an indexed, scrollable view through the reader worker, as in the Messages panel: it opens with the last messages, is looked at for a moment, and then
 * is told to read from the beginning. Gives seconds from that command to the last message, connecting and planning included.
 */
export async function scanWithWorker(workerFile: URL, broker: string, topic: string, count: number): Promise<number> {
  const log = (level: string, message: string): void => {
    if (level === "error") console.error(message);
  };
  const reader = startReader({ workerFile, config: configOf(broker), ring: RING, schemas: null, log });
  try {
    const ended = untilDone(count);
    let opened = false;
    reader.onStatus((status) => {
      if (opened) ended.take(status);
    });
    await reader.call("start", [{ ...wholeTopic(topic), from: { kind: "last", count: 200 }, to: { kind: "live" } }]);
    await new Promise((resolve) => setTimeout(resolve, LOOKED_AT));
    opened = true;
    const started = performance.now();
    await reader.call("start", [wholeTopic(topic)]);
    await ended.promise;
    return (performance.now() - started) / 1000;
  } finally {
    await reader.dispose();
  }
}

/** The same without a thread: the engine in this process. */
export async function scanInProcess(broker: string, topic: string, count: number): Promise<number> {
  const { port1, port2 } = new MessageChannel();
  const engine = createEngine({
    port: threadPort(port1),
    config: configOf(broker),
    ring: RING,
    decoder: createDecoder(),
    schemas: false,
  });
  const rpc = new Rpc<EngineHostMethods, EngineMethods, object, EngineOwnEvents>(threadPort(port2), {
    schema: () => Promise.reject(new Error("no registry")),
  });
  try {
    const ended = untilDone(count);
    rpc.on("status", (status) => ended.take(status));
    const started = performance.now();
    await rpc.call("start", [wholeTopic(topic)]);
    await ended.promise;
    return (performance.now() - started) / 1000;
  } finally {
    await engine.dispose();
    rpc.dispose();
    port1.close();
    port2.close();
  }
}

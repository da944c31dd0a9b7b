import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { MessageChannel } from "node:worker_threads";
import { build } from "esbuild";
import { createEngine } from "../../src/reader/engine.ts";
import { type Reader, startReader } from "../../src/reader/host.ts";
import type { EngineHostMethods, EngineOwnEvents } from "../../src/reader/protocol.ts";
import { threadPort } from "../../src/reader/threadPort.ts";
import { createDecoder } from "../../src/schema/decoder.ts";
import {
  type EngineMethods,
  type ReaderStatus,
  type ReadQuery,
  type RingLimits,
  wholeTopic,
} from "../../src/shared/messages.ts";
import { Rpc } from "../../src/shared/rpc.ts";
import { within } from "./measure.ts";
import { configOf } from "./topics.ts";

/** the settings' defaults */
export const RING: RingLimits = { megabytes: 256, rows: 2_000_000 };
/** how long the panel is looked at before all is read, ms */
const LOOKED_AT = 800;
const LONG = 15 * 60_000;

/** The worker as it ships: bundled and minified, in a folder. */
export async function bundleWorker(folder: string): Promise<URL> {
  const outfile = join(folder, "readerWorker.mjs");
  const root = join(import.meta.dirname, "..", "..");
  await build({
    entryPoints: [join(root, "src/reader/worker.ts")],
    outfile,
    bundle: true,
    minify: true,
    platform: "node",
    format: "esm",
    target: "node22",
    logLevel: "error",
    banner: { js: 'import { createRequire as __cr } from "node:module"; const require = __cr(import.meta.url);' },
  });
  await copyFile(join(root, "node_modules/@platformatic/wasm-utils/dist/native.wasm"), join(folder, "native.wasm"));
  return pathToFileURL(outfile);
}

/** A reader in a worker thread, as the panel starts it, for the time of `use`. */
export async function withReader<T>(
  { workerFile, broker, ring = RING }: { workerFile: URL; broker: string; ring?: RingLimits },
  use: (reader: Reader) => Promise<T>,
): Promise<T> {
  const log = (level: string, message: string): void => {
    if (level === "error") console.error(message);
  };
  const reader = startReader({ workerFile, config: configOf(broker), ring, schemas: null, log });
  try {
    return await use(reader);
  } finally {
    await reader.dispose();
  }
}

/** The panel's opening query: the last messages of all partitions, then live. */
export const lastThenLive = (topic: string): ReadQuery => ({
  ...wholeTopic(topic),
  from: { kind: "last", count: 200 },
  to: { kind: "live" },
});

/** Opens a topic as the panel does and looks at it for a moment, in which the worker gets warm. */
export async function openAndLook(reader: Reader, topic: string): Promise<void> {
  await reader.call("start", [lastThenLive(topic)]);
  await new Promise((resolve) => setTimeout(resolve, LOOKED_AT));
}

export interface Expected {
  scanned: number;
  /** null: not known beforehand */
  matched: number | null;
}

/** Starts a query that ends, and waits until it has read all that is expected. Gives seconds from the command, connecting and planning included. */
export async function readToEnd(
  reader: Reader,
  query: ReadQuery,
  expected: Expected,
): Promise<{ seconds: number; status: ReaderStatus }> {
  const ended = untilDone(expected);
  let started = Number.NaN;
  const stop = reader.onStatus((status) => {
    if (started > 0) ended.take(status);
  });
  try {
    started = performance.now();
    await reader.call("start", [query]);
    const status = await within(LONG, `reading ${query.topics.join(", ")}`, ended.promise);
    return { seconds: (performance.now() - started) / 1000, status };
  } finally {
    stop();
  }
}

/**
 * Reads through the reader worker, as in the Messages panel: it opens with the last messages, is looked at for a moment, and then is told to
 * read from the beginning. Gives seconds from that command to the last message.
 */
export async function scanWithWorker(
  workerFile: URL,
  broker: string,
  query: ReadQuery,
  expected: Expected,
): Promise<number> {
  return withReader({ workerFile, broker }, async (reader) => {
    await openAndLook(reader, query.topics[0]!);
    return (await readToEnd(reader, query, expected)).seconds;
  });
}

/** The same without a thread: the engine in this process. */
export async function scanInProcess(broker: string, topic: string, count: number): Promise<number> {
  const { port1, port2 } = new MessageChannel();
  const engine = createEngine({
    port: threadPort(port1),
    config: configOf(broker),
    ring: RING,
    createDecoder,
    schemas: null,
  });
  const rpc = new Rpc<EngineHostMethods, EngineMethods, object, EngineOwnEvents>(threadPort(port2), {
    schema: () => Promise.reject(new Error("no registry")),
    retrySchemas: () => {},
    decode: () => Promise.reject(new Error("no decoder")),
  });
  try {
    const ended = untilDone({ scanned: count, matched: null });
    rpc.on("status", (status) => ended.take(status));
    const started = performance.now();
    await rpc.call("start", [wholeTopic(topic)]);
    await within(LONG, `reading ${topic}`, ended.promise);
    return (performance.now() - started) / 1000;
  } finally {
    await engine.dispose();
    rpc.dispose();
    port1.close();
    port2.close();
  }
}

interface Ended {
  promise: Promise<ReaderStatus>;
  take(status: ReaderStatus): void;
}

/** A figure counts only when everything was read, and found. */
function untilDone({ scanned, matched }: Expected): Ended {
  const { promise, resolve, reject } = Promise.withResolvers<ReaderStatus>();
  // it may fail before anybody waits for it; who does gets the error
  promise.catch(() => {});
  return {
    promise,
    take(status) {
      if (status.state !== "done" && status.state !== "failed") return;
      const all = status.scanned === scanned && (matched === null || status.matched === matched);
      if (status.state === "done" && all && status.unreadable === 0 && status.filterProblems.count === 0)
        resolve(status);
      else {
        const found = `${status.scanned} of ${scanned} messages, ${status.matched} of ${matched ?? "any"} matched`;
        reject(new Error(`The reader read ${found}: ${status.problem ?? status.filterProblems.example}`));
      }
    },
  };
}

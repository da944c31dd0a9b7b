import { Worker } from "node:worker_threads";
import type { ClusterConfig } from "../kafka/api.ts";
import type { ClusterLog } from "../kafka/cluster.ts";
import type { DecodeExternally, SchemaSource } from "../schema/api.ts";
import { isFingerprintQuery } from "../schema/registry/subjectSchemas.ts";
import {
  type EngineEvents,
  type EngineMethods,
  nothingRead,
  type ReaderStatus,
  type RingLimits,
} from "../shared/messages.ts";
import { Rpc } from "../shared/rpc.ts";
import { messageOf, UserError } from "../shared/userError.ts";
import { CLOSE, type EngineHostMethods, type EngineOwnEvents, type WorkerInit } from "./protocol.ts";
import { threadPort } from "./threadPort.ts";

export interface ReaderOptions {
  /** the bundle (dist/readerWorker.js), or worker.ts when running from source */
  workerFile: URL | string;
  config: ClusterConfig;
  ring: RingLimits;
  /** null: no registry is configured */
  schemas: SchemaSource | null;
  /** where the schemas of Avro's single objects are looked up; absent: in the registry */
  fingerprints?: Pick<SchemaSource, "byId"> | undefined;
  /** other extensions' decoders; absent: there are none */
  external?: DecodeExternally;
  log: ClusterLog;
}

export interface Reader {
  /** Calls a method of the engine; rejects with a UserError when the worker has crashed. */
  call<K extends keyof EngineMethods>(
    method: K,
    args: Parameters<EngineMethods[K]>,
    signal?: AbortSignal,
  ): Promise<Awaited<ReturnType<EngineMethods[K]>>>;
  /** Listens to the status; returns what ends it. A crash arrives as a status "failed". */
  onStatus(listener: (status: ReaderStatus) => void): () => void;
  /** Listens to where exports stand; returns what ends it. */
  onExported(listener: (progress: EngineEvents["exported"]) => void): () => void;
  /** Ends the reading, its sockets and the thread. */
  dispose(): Promise<void>;
}

/** how long an engine may take to close its sockets before its thread is ended for it, ms */
const CLOSE_TIME = 1000;

/** Starts a reading engine in a worker thread of its own. */
export function startReader(options: ReaderOptions): Reader {
  return new WorkerReader(options);
}

class WorkerReader implements Reader {
  readonly #worker: Worker;
  readonly #rpc: Rpc<EngineHostMethods, EngineMethods, object, EngineOwnEvents>;
  readonly #listeners = new Set<(status: ReaderStatus) => void>();
  readonly #exited: Promise<void>;
  readonly #crash = new AbortController();
  #last: ReaderStatus | null = null;
  #crashed: UserError | null = null;
  #disposed = false;

  constructor({ workerFile, config, ring, schemas, fingerprints, external, log }: ReaderOptions) {
    const init: WorkerInit = { config, ring, schemas: schemas && (schemas.kind ?? "confluent") };
    // the extension host's execArgv (debugging, loaders) and environment are not the worker's business
    this.#worker = new Worker(workerFile, { workerData: init, name: "kafka-reader", execArgv: [] });
    let error: unknown;
    this.#worker.once("error", (thrown) => (error = thrown));
    this.#exited = new Promise((resolve) => {
      this.#worker.once("exit", (code) => {
        resolve();
        if (!this.#disposed) this.#fail(error ?? new Error(`it ended with code ${code}`), log);
      });
    });
    this.#rpc = new Rpc<EngineHostMethods, EngineMethods, object, EngineOwnEvents>(threadPort(this.#worker), {
      schema: (key, topic, part) => {
        if (fingerprints && isFingerprintQuery(key)) return fingerprints.byId(key, topic, part);
        // without a registry an engine asks for nothing but fingerprints
        if (!schemas)
          throw new UserError("No schema registry is configured for this connection.", { code: "no-registry" });
        return schemas.cached(key, topic, part) ?? schemas.byId(key, topic, part);
      },
      retrySchemas: () => schemas?.retry?.(),
      decode: (id, bytes, about) => {
        if (!external) throw new UserError("No decoder of that name is there.", { code: "no-decoder" });
        return external(id, bytes, about);
      },
    });
    this.#rpc.on("log", ({ level, message }) => log(level, message));
    this.#rpc.on("status", (status) => {
      this.#last = status;
      for (const listener of [...this.#listeners]) listener(status);
    });
  }

  async call<K extends keyof EngineMethods>(
    method: K,
    args: Parameters<EngineMethods[K]>,
    signal?: AbortSignal,
  ): Promise<Awaited<ReturnType<EngineMethods[K]>>> {
    if (this.#crashed) throw this.#crashed;
    const either = signal ? AbortSignal.any([signal, this.#crash.signal]) : this.#crash.signal;
    try {
      return (await this.#rpc.call(method, args as never, either)) as Awaited<ReturnType<EngineMethods[K]>>;
    } catch (error) {
      throw this.#crashed ?? error;
    }
  }

  onStatus(listener: (status: ReaderStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onExported(listener: (progress: EngineEvents["exported"]) => void): () => void {
    return this.#rpc.on("exported", listener);
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return this.#exited;
    this.#disposed = true;
    this.#listeners.clear();
    this.#worker.postMessage(CLOSE);
    this.#rpc.dispose();
    const late = setTimeout(() => void this.#worker.terminate(), CLOSE_TIME);
    await this.#exited;
    clearTimeout(late);
  }

  /** A crash is never silent: calls reject, and listeners see a failed status. */
  #fail(error: unknown, log: ClusterLog): void {
    const outOfMemory = (error as NodeJS.ErrnoException).code === "ERR_WORKER_OUT_OF_MEMORY";
    const why = outOfMemory ? "it ran out of memory" : messageOf(error);
    this.#crashed = new UserError(`The reader has crashed: ${why}. Start reading again to go on.`, {
      code: "crashed",
      detail: error instanceof Error ? error.stack : undefined,
      cause: error,
    });
    log("error", error instanceof Error ? (error.stack ?? error.message) : String(error));
    this.#crash.abort();
    const status: ReaderStatus = {
      ...(this.#last ?? nothingRead),
      state: "failed",
      problem: this.#crashed.message,
    };
    // its rows went with it
    status.firstSeq = status.nextSeq = 0;
    for (const listener of [...this.#listeners]) listener(status);
  }
}

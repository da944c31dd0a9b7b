import type { ClusterConfig } from "../kafka/api.ts";
import type { ClusterLog } from "../kafka/cluster.ts";
import type { Decoder, SchemaSource } from "../schema/api.ts";
import { cachedSource } from "../schema/source.ts";
import type {
  BytesView,
  EngineMethods,
  PayloadPart,
  ReaderStatus,
  ReadQuery,
  RecordDetail,
  RowsWindow,
  RowView,
} from "../shared/messages.ts";
import { type Port, Rpc } from "../shared/rpc.ts";
import type { EngineHostMethods, EngineOwnEvents, RingLimits } from "./protocol.ts";
import { payloadBytes, RowViews } from "./rows.ts";

import { Session } from "./session.ts";

/** a status at most ten times a second, ms */
const STATUS_INTERVAL = 100;
/** rows of one window, whatever is asked */
const MAX_WINDOW = 1000;
const MAX_BYTES = 16 * 1024 * 1024;

export interface EngineOptions {
  port: Port;
  config: ClusterConfig;
  ring: RingLimits;
  decoder: Decoder;
  /** a registry is configured: schemas are asked of the other end */
  schemas: boolean;
}

/** The reading engine at one end of a port; knows nothing of threads. `dispose` ends the reading, its sockets and timers. */
export function createEngine(options: EngineOptions): { dispose(): Promise<void> } {
  return new Engine(options);
}

class Engine {
  readonly #rpc: Rpc<EngineMethods, EngineHostMethods, EngineOwnEvents>;
  readonly #options: EngineOptions;
  readonly #schemas: SchemaSource | null;
  readonly #log: ClusterLog;
  #session: Session | null = null;
  #views: RowViews | null = null;
  /** changes with every start and clear */
  #run = 0;
  #statusTimer: NodeJS.Timeout | undefined;
  #statusAt = Number.NEGATIVE_INFINITY;
  #disposed = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#rpc = new Rpc<EngineMethods, EngineHostMethods, EngineOwnEvents>(options.port, {
      start: (query) => this.#start(query),
      pause: () => this.#session?.pause(),
      resume: () => this.#session?.resume(),
      clear: () => this.#clear(),
      rows: (from, to) => this.#rows(from, to),
      // without the optional argument the signal comes in its place
      detail: (seq, maxChars) => this.#detail(seq, typeof maxChars === "number" ? maxChars : undefined),
      bytes: (seq, part, from, to) => this.#bytes(seq, part, from, to),
      find: (partition, offset) => this.#session?.ring.find(partition, Number(offset)) ?? null,
    });
    this.#log = (level, message) => this.#rpc.emit("log", { level, message });
    this.#schemas = options.schemas
      ? cachedSource((id, topic, part) => this.#rpc.call("schema", [id, topic, part]))
      : null;
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    clearTimeout(this.#statusTimer);
    this.#rpc.dispose();
    await this.#session?.close();
  }

  #start(query: ReadQuery): void {
    void this.#session?.close();
    this.#run++;
    this.#views = new RowViews(query.topic, this.#options.decoder, this.#schemas);
    const { config, ring } = this.#options;
    const session: Session = new Session(query, {
      config,
      ring: { bytes: ring.megabytes * 1024 * 1024, rows: ring.rows },
      log: this.#log,
      changed: (now) => {
        if (this.#session === session) this.#statusChanged(now);
      },
    });
    this.#session = session;
    this.#statusChanged(true);
  }

  #clear(): void {
    this.#run++;
    this.#session?.clear();
  }

  /** Decodes just this window; what is gone or not yet there is left out. */
  async #rows(from: number, to: number): Promise<RowsWindow> {
    const run = this.#run;
    const session = this.#session;
    const views = this.#views;
    if (!session || !views) return { run, firstSeq: 0, nextSeq: 0, from: 0, rows: [] };
    const { firstSeq, nextSeq } = session.ring;
    const start = Math.min(Math.max(from, firstSeq), nextSeq);
    const end = Math.max(start, Math.min(to, nextSeq, start + MAX_WINDOW));
    const rows: (RowView | Promise<RowView>)[] = [];
    for (let seq = start; seq < end; seq++) rows.push(views.row(session.ring.row(seq)!));
    return { run, firstSeq, nextSeq, from: start, rows: await Promise.all(rows) };
  }

  async #detail(seq: number, maxChars?: number): Promise<RecordDetail | null> {
    const stored = this.#session?.ring.row(seq);
    return stored?.kind === "record" && this.#views ? this.#views.detail(stored, maxChars) : null;
  }

  #bytes(seq: number, part: PayloadPart, from: number, to: number): BytesView | null {
    const stored = this.#session?.ring.row(seq);
    return stored?.kind === "record" ? payloadBytes(stored, part, from, Math.min(to, from + MAX_BYTES)) : null;
  }

  #statusChanged(now: boolean): void {
    if (this.#disposed) return;
    const wait = now ? 0 : this.#statusAt + STATUS_INTERVAL - performance.now();
    if (wait <= 0) this.#pushStatus();
    else this.#statusTimer ??= setTimeout(() => this.#pushStatus(), wait);
  }

  #pushStatus(): void {
    clearTimeout(this.#statusTimer);
    this.#statusTimer = undefined;
    const status: ReaderStatus | undefined = this.#session?.status(this.#run);
    if (!status) return;
    this.#statusAt = performance.now();
    this.#rpc.emit("status", status);
  }
}

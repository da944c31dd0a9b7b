import type { ClusterConfig } from "../kafka/api.ts";
import type { ClusterLog } from "../kafka/cluster.ts";
import type { Decoder, RegistryKind } from "../schema/api.ts";
import type { DecoderOptions } from "../schema/decoder.ts";
import { cachedSource, type RetriedSource } from "../schema/registry/source.ts";
import { automatically, type TopicDecoding } from "../shared/decoding.ts";
import {
  type BytesView,
  type EngineMethods,
  type PayloadPart,
  type ReadQuery,
  type RecordDetail,
  type RingLimits,
  type RowsWindow,
  type RowView,
  type ViewSpec,
  wholeView,
} from "../shared/messages.ts";
import { type Port, Rpc } from "../shared/rpc.ts";
import { isCancelled, messageOf } from "../shared/userError.ts";
import { commandTarget } from "./export/commandTarget.ts";
import { compileWanted, type Wanted } from "./filter/filter.ts";
import type { RecordFilter } from "./filter/recordFilter.ts";
import type { EngineHostMethods, EngineOwnEvents } from "./protocol.ts";
import { payloadBytes, RowViews } from "./rows.ts";
import { Session } from "./session.ts";
import { SessionTools } from "./sessionTools.ts";
import { ViewKeeper } from "./viewKeeper.ts";

/** a status at most ten times a second, ms */
const STATUS_INTERVAL = 100;
/** rows of one window, whatever is asked */
const MAX_WINDOW = 1000;
const MAX_BYTES = 16 * 1024 * 1024;

export interface EngineOptions {
  port: Port;
  config: ClusterConfig;
  ring: RingLimits;
  createDecoder(options: DecoderOptions): Decoder;
  /** the registry that is configured, whose schemas are asked of the other end; null: none */
  schemas: RegistryKind | null;
}

/** The reading engine at one end of a port; knows nothing of threads. `dispose` ends the reading, its sockets and timers. */
export function createEngine(options: EngineOptions): { readonly busy: boolean; dispose(): Promise<void> } {
  return new Engine(options);
}

/** What one run of a query is made of. */
interface Running {
  session: Session;
  rows: RowViews;
  view: ViewKeeper;
  tools: SessionTools;
}

const ringOf = ({ megabytes, rows }: RingLimits) => ({ bytes: megabytes * 1024 * 1024, rows });

class Engine {
  readonly #rpc: Rpc<EngineMethods, EngineHostMethods, EngineOwnEvents>;
  readonly #options: EngineOptions;
  readonly #schemas: RetriedSource | null;
  readonly #fingerprints: RetriedSource;
  readonly #log: ClusterLog;
  readonly #decoder: Decoder;
  readonly #decodings = new Map<string, TopicDecoding>();
  /** why the registry does not answer, to questions by id and by fingerprint */
  readonly #registry: { ids: string | null; fingerprints: string | null } = { ids: null, fingerprints: null };
  #limits: RingLimits;
  #running: Running | null = null;
  #spec: ViewSpec = wholeView;
  /** changes with every start and clear */
  #run = 0;
  #statusTimer: NodeJS.Timeout | undefined;
  #statusAt = Number.NEGATIVE_INFINITY;
  #disposed = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#limits = options.ring;
    this.#rpc = new Rpc<EngineMethods, EngineHostMethods, EngineOwnEvents>(options.port, {
      start: (query) => this.#start(query),
      pause: () => this.#running?.session.pause(),
      resume: () => this.#running?.session.resume(),
      clear: () => this.#clear(),
      setView: (spec) => this.#setView(spec),
      setLimits: (ring) => this.#setLimits(ring),
      setDecoding: (topic, decoding) => this.#setDecoding(topic, decoding),
      rows: (from, to) => this.#rows(from, to),
      // without the optional argument the signal comes in its place
      detail: (seq, ...rest) => {
        const [maxChars, signal] = rest.length === 2 ? rest : [undefined, rest[0] as unknown as AbortSignal];
        return this.#detail(seq, maxChars, signal);
      },
      bytes: (seq, part, from, to) => this.#bytes(seq, part, from, to),
      find: (topic, partition, offset) => this.#running?.session.ring.find(topic, partition, Number(offset)) ?? null,
      locate: (seq) => this.#running?.view.view.placeOf(seq) ?? null,
      locateTime: async (timestamp) => {
        await this.#running?.session.walked();
        return this.#running?.view.view.placeOfTime(Number(timestamp)) ?? null;
      },
      sameKey: async (seq, direction, signal) => (await this.#running?.tools.sameKey(seq, direction, signal)) ?? null,
      keyHistory: async (seq, limit, maxChars, signal) =>
        (await this.#running?.tools.keyHistory(seq, limit, maxChars, signal)) ?? [],
      fields: async (limit, signal) => (await this.#running?.tools.fields(limit, signal)) ?? [],
      timeline: (buckets) => this.#tools().timeline(this.#run, buckets),
      schemaUse: (signal) => this.#tools().schemaUse(this.#run, signal),
      retrySchemas: () => this.#retrySchemas(),
      copyAs: (seqs, format) => this.#tools().copyAs(seqs, format),
      export: (id, spec, signal) =>
        this.#tools().export(spec, signal, (progress) => this.#rpc.emit("exported", { id, ...progress })),
    });
    this.#log = (level, message) => this.#rpc.emit("log", { level, message });
    // looked up at the other end also where there is no registry
    this.#fingerprints = this.#source("fingerprints", {});
    this.#decoder = options.createDecoder({
      choices: { of: (topic, part) => this.#decodings.get(topic)?.[part] ?? automatically[part] },
      external: (id, bytes, about) => this.#rpc.call("decode", [id, new Uint8Array(bytes), about]),
      fingerprints: this.#fingerprints,
    });
    this.#schemas = options.schemas ? this.#source("ids", { kind: options.schemas }) : null;
  }

  #source(name: "ids" | "fingerprints", options: { kind?: RegistryKind }): RetriedSource {
    return cachedSource((key, topic, part) => this.#rpc.call("schema", [key, topic, part]), {
      ...options,
      trouble: (why) => {
        this.#registry[name] = why;
        // what showed its bytes for want of a schema is decoded now
        if (why === null) this.#running?.view.decodedAnew();
        this.#statusChanged(true);
      },
    });
  }

  /** connecting, or reading what is there already */
  get busy(): boolean {
    return this.#running?.session.busy ?? false;
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    clearTimeout(this.#statusTimer);
    this.#rpc.dispose();
    this.#running?.view.dispose();
    await this.#running?.session.close();
  }

  async #start(query: ReadQuery): Promise<void> {
    const filter = await this.#compiled(query);
    const viewFilter = await this.#compiled(this.#spec);
    if (this.#disposed) return;
    const before = this.#running;
    before?.view.dispose();
    void before?.session.close();
    this.#run++;
    const { config } = this.#options;
    const decoder = this.#decoder;
    const session: Session = new Session(query, {
      config,
      ring: ringOf(this.#limits),
      filter,
      log: this.#log,
      changed: (now) => {
        if (this.#running?.session === session) this.#changed(now);
      },
    });
    const rows = new RowViews(decoder, this.#schemas, session.transactions, query.isolation === "read_committed");
    rows.fields = this.#spec.fields;
    const told = {
      changed: (): void => {
        if (this.#running?.session === session) this.#statusChanged(false);
      },
      failed: (error: unknown): void =>
        this.#log("error", error instanceof Error ? String(error.stack) : String(error)),
    };
    const view = new ViewKeeper(session.ring, told, this.#spec, viewFilter);
    const tools = new SessionTools(session, rows, view, {
      decoder,
      schemas: this.#schemas,
      target: commandTarget(config),
    });
    this.#running = { session, rows, view, tools };
    this.#statusChanged(true);
  }

  #clear(): void {
    this.#run++;
    this.#running?.session.clear();
    this.#running?.view.reset();
  }

  async #setView(spec: ViewSpec): Promise<void> {
    const filter = await this.#compiled(spec);
    this.#spec = spec;
    const running = this.#running;
    if (!running) return;
    running.rows.fields = spec.fields;
    running.view.use(spec, filter);
    this.#statusChanged(true);
  }

  #setLimits(limits: RingLimits): void {
    this.#limits = limits;
    this.#running?.session.limit(ringOf(limits));
  }

  #setDecoding(topic: string, decoding: TopicDecoding): void {
    this.#decodings.set(topic, decoding);
    this.#running?.view.decodedAnew();
    this.#statusChanged(true);
  }

  async #retrySchemas(): Promise<string | null> {
    try {
      // the other end is the one that asks the registry; here is only what it said before
      await this.#rpc.call("retrySchemas", []);
      await Promise.all([this.#schemas?.retry(), this.#fingerprints.retry()]);
      this.#running?.view.decodedAnew();
    } catch (error) {
      if (isCancelled(error)) throw error;
      this.#registry.ids = messageOf(error);
      this.#statusChanged(true);
    }
    return this.#registryTrouble;
  }

  get #registryTrouble(): string | null {
    return this.#registry.ids ?? this.#registry.fingerprints;
  }

  #compiled(wanted: Wanted): Promise<RecordFilter | null> {
    return compileWanted(wanted, { decoder: this.#decoder, schemas: this.#schemas });
  }

  #tools(): SessionTools {
    if (!this.#running) throw new Error("Nothing was started yet.");
    return this.#running.tools;
  }

  /** Decodes just this window; what is gone or not yet there is left out. */
  async #rows(from: number, to: number): Promise<RowsWindow> {
    const run = this.#run;
    const running = this.#running;
    if (!running) return { run, revision: 0, from: 0, rows: [] };
    const { view, session } = running;
    const { revision, first, next } = view.status();
    const start = Math.min(Math.max(from, first), next);
    const end = Math.max(start, Math.min(to, next, start + MAX_WINDOW));
    const rows: (RowView | Promise<RowView>)[] = [];
    for (let place = start; place < end; place++) {
      const seq = view.view.seqAt(place);
      const stored = seq === null ? null : session.ring.ownRow(seq);
      // the view is told of what was dropped a little later
      if (stored) rows.push(running.rows.row(stored, place));
    }
    return { run, revision, from: start, rows: await Promise.all(rows) };
  }

  async #detail(seq: number, maxChars: number | undefined, signal: AbortSignal): Promise<RecordDetail | null> {
    const stored = this.#running?.session.ring.row(seq);
    return stored?.kind === "record" ? this.#running!.rows.detail(stored, maxChars, signal) : null;
  }

  #bytes(seq: number, part: PayloadPart, from: number, to: number): BytesView | null {
    const stored = this.#running?.session.ring.row(seq);
    return stored?.kind === "record" ? payloadBytes(stored, part, from, Math.min(to, from + MAX_BYTES)) : null;
  }

  /** The session's rows or state have changed. */
  #changed(now: boolean): void {
    this.#running?.view.rowsChanged();
    this.#statusChanged(now);
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
    const running = this.#running;
    if (!running) return;
    this.#statusAt = performance.now();
    this.#rpc.emit("status", {
      ...running.session.status(this.#run),
      registry: this.#registryTrouble,
      view: running.view.status(),
    });
  }
}

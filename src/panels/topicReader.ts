import { Uri } from "vscode";
import type { Ctx } from "../context.ts";
import { logError } from "../platform/errors.ts";
import { type Reader, startReader } from "../reader/host.ts";
import type { SchemaSource } from "../schema/api.ts";
import type { TopicDecoding } from "../shared/decoding.ts";
import {
  type EngineMethods,
  type ExportProgress,
  type ExportSpec,
  nothingRead,
  type ReaderStatus,
  type ReadQuery,
  type RingLimits,
  type ViewSpec,
  wholeView,
} from "../shared/messages.ts";
import { CancelledError, messageOf, UserError } from "../shared/userError.ts";
import type { FingerprintFiles } from "./fingerprintFiles.ts";
import { RegistrySource } from "./registrySource.ts";
import { singleObjectSchemas } from "./singleObjectSchemas.ts";
import type { TopicDecodings } from "./topicDecodings.ts";

/** Runs of one worker count from 1; those of the next one begin beyond, so that rows of two workers are never taken for one run. */
const runsOfAWorker = 1_000_000;

export interface ReaderListener {
  status(status: ReaderStatus): void;
  /** the view that was set before there was a worker has a filter that cannot be used: what is shown instead, and why */
  viewRefused(view: ViewSpec, why: unknown): void;
}

/**
 * One panel's reading: a worker, started when it is first needed, and started anew after it failed or after the connection
 * changed. Whatever goes wrong on the way there is a status "failed" with the sentence.
 */
export class TopicReader {
  status: ReaderStatus = nothingRead;
  readonly registry: RegistrySource;
  private readonly ctx: Ctx;
  private readonly connectionId: string;
  private readonly decodings: Pick<TopicDecodings, "all">;
  private readonly files: Pick<FingerprintFiles, "find">;
  private readonly told: ReaderListener;
  private reader: Promise<Reader> | null = null;
  private workers = 0;
  private exports = 0;
  /** what the user asked to see, for the worker that is and those to come */
  private view: ViewSpec = wholeView;
  private stale = false;
  private disposed = false;

  constructor(
    ctx: Ctx,
    connectionId: string,
    decodings: Pick<TopicDecodings, "all">,
    files: Pick<FingerprintFiles, "find">,
    told: ReaderListener,
  ) {
    this.ctx = ctx;
    this.connectionId = connectionId;
    this.registry = new RegistrySource(ctx, connectionId);
    this.decodings = decodings;
    this.files = files;
    this.told = told;
  }

  /** The next start takes a new worker, with the connection as it is then. */
  renew(): void {
    this.stale = true;
  }

  /**
   * Begins a run of the query; resolves when the worker has it. A failure is the status; but a filter that cannot be used, while something is
   * being read, rejects with UserError "filter", and what is being read goes on.
   */
  async start(query: ReadQuery): Promise<void> {
    if (this.stale || this.status.state === "failed") {
      this.stale = false;
      await this.end();
    }
    const before = this.reader;
    try {
      const reader = before ?? this.open();
      await (await reader).call("start", [query]);
    } catch (error) {
      if (this.disposed || error instanceof CancelledError) return;
      if (before && isFilterProblem(error)) throw error;
      logError(this.ctx, error);
      this.take({ ...nothingRead, run: this.base, state: "failed", problem: messageOf(error) });
    }
  }

  /** Shows what is kept in another way, also in later runs. Rejects with UserError "filter"; the former view stays then. */
  async setView(view: ViewSpec, signal?: AbortSignal): Promise<void> {
    if (this.reader) await this.call("setView", [view], signal);
    this.view = view;
  }

  /** In the background: what is being read goes on within the limits that the settings have now. */
  limitsChanged(): void {
    if (this.reader) this.call("setLimits", [this.limits()]).catch((error) => logError(this.ctx, error));
  }

  /** In the background; a worker that comes later asks for all of them. */
  setDecoding(topic: string, decoding: TopicDecoding): void {
    if (this.reader) this.call("setDecoding", [topic, decoding]).catch((error) => logError(this.ctx, error));
  }

  /** Writes what is kept to a file. Rejects with CancelledError also when the worker ends first. */
  async export(
    spec: ExportSpec,
    progress: (progress: ExportProgress) => void,
    signal: AbortSignal,
  ): Promise<ExportProgress> {
    if (!this.reader) throw new UserError("There is nothing to export yet: no message was read.", { code: "nothing" });
    const reader = await this.reader;
    const id = ++this.exports;
    const stop = reader.onExported((now) => now.id === id && progress(now));
    try {
      return await reader.call("export", [id, spec], signal);
    } finally {
      stop();
    }
  }

  /** Relays a call to the worker. Before anything was started it is cancelled. */
  async call<K extends keyof EngineMethods>(
    method: K,
    args: Parameters<EngineMethods[K]>,
    signal?: AbortSignal,
  ): Promise<Awaited<ReturnType<EngineMethods[K]>>> {
    if (!this.reader) throw new CancelledError();
    const base = this.base;
    const answer = await (await this.reader).call(method, args, signal);
    return isOfRun(answer) ? Object.assign(answer, { run: answer.run + base }) : answer;
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    await this.end();
  }

  private limits(): RingLimits {
    const { settings } = this.ctx;
    return { megabytes: settings.get("messages.ringMegabytes"), rows: settings.get("messages.ringRows") };
  }

  private get base(): number {
    return this.workers * runsOfAWorker;
  }

  private async end(): Promise<void> {
    const ending = this.reader;
    this.reader = null;
    try {
      await (await ending)?.dispose();
    } catch (error) {
      // it never came up: its failure was the status already
      this.ctx.log.debug(messageOf(error));
    }
  }

  private open(): Promise<Reader> {
    const base = ++this.workers * runsOfAWorker;
    this.take({ ...nothingRead, run: base });
    const opening = this.launch(base);
    this.reader = opening;
    opening.catch(() => {
      if (this.reader === opening) this.reader = null;
    });
    return opening;
  }

  private async launch(base: number): Promise<Reader> {
    const { ctx, connectionId } = this;
    const config = await ctx.clusters.config(connectionId);
    const schemas = await this.schemas();
    if (this.disposed) throw new CancelledError();
    const reader = startReader({
      workerFile: Uri.joinPath(ctx.extension.extensionUri, "dist", "readerWorker.js").fsPath,
      config,
      ring: this.limits(),
      schemas,
      fingerprints: singleObjectSchemas(this.files, schemas),
      external: (id, bytes, about) => ctx.decoders.decode(id, bytes, about),
      log: (level, message) => ctx.log[level](message),
    });
    reader.onStatus((status) => {
      // a worker that was replaced has no say any more
      if (base === this.base && !this.disposed) this.take({ ...status, run: status.run + base });
    });
    for (const [topic, decoding] of await this.decodings.all()) await reader.call("setDecoding", [topic, decoding]);
    await this.show(reader);
    return reader;
  }

  /** The view of a worker that is new. One whose filter does not work any more must not keep the messages from being read. */
  private async show(reader: Reader): Promise<void> {
    if (this.view === wholeView) return;
    try {
      await reader.call("setView", [this.view]);
    } catch (error) {
      if (!isFilterProblem(error)) throw error;
      this.view = { ...this.view, filter: null };
      await reader.call("setView", [this.view]);
      this.told.viewRefused(this.view, error);
    }
  }

  /** A registry that cannot even be addressed must not keep the messages from being read: the log says why, the rows show the bytes. */
  private async schemas(): Promise<SchemaSource | null> {
    try {
      return await this.registry.get();
    } catch (error) {
      logError(this.ctx, error);
      const fail = () => Promise.reject(error);
      return { cached: () => undefined, byId: fail };
    }
  }

  private take(status: ReaderStatus): void {
    this.status = status;
    this.told.status(status);
  }
}

const isFilterProblem = (error: unknown): boolean => error instanceof UserError && error.code === "filter";

/** Rows and time lines belong to a run. */
const isOfRun = (answer: unknown): answer is { run: number } =>
  typeof answer === "object" && answer !== null && "run" in answer && typeof answer.run === "number";

import { Uri } from "vscode";
import type { Ctx } from "../context.ts";
import { logError } from "../platform/errors.ts";
import { type Reader, startReader } from "../reader/host.ts";
import type { SchemaSource } from "../schema/api.ts";
import { schemaSource } from "../schema/source.ts";
import {
  type EngineMethods,
  nothingRead,
  type ReaderStatus,
  type ReadQuery,
  type RowsWindow,
} from "../shared/messages.ts";
import { CancelledError, messageOf } from "../shared/userError.ts";

/** Runs of one worker count from 1; those of the next one begin beyond, so that rows of two workers are never taken for one run. */
const runsOfAWorker = 1_000_000;

/**
 * One panel's reading: a worker, started when it is first needed, and started anew after it failed or after the connection or the limits
 * changed. Whatever goes wrong on the way there is a status "failed" with the sentence.
 */
export class TopicReader {
  status: ReaderStatus = nothingRead;
  private readonly ctx: Ctx;
  private readonly connectionId: string;
  private readonly onStatus: (status: ReaderStatus) => void;
  private reader: Promise<Reader> | null = null;
  private workers = 0;
  private stale = false;
  private disposed = false;

  constructor(ctx: Ctx, connectionId: string, onStatus: (status: ReaderStatus) => void) {
    this.ctx = ctx;
    this.connectionId = connectionId;
    this.onStatus = onStatus;
  }

  /** The next start takes a new worker, with the connection and the settings of then. */
  renew(): void {
    this.stale = true;
  }

  /** Begins a run of the query; resolves when the worker has it. Never rejects: a failure is the status. */
  async start(query: ReadQuery): Promise<void> {
    if (this.stale || this.status.state === "failed") {
      this.stale = false;
      await this.end();
    }
    try {
      const reader = this.reader ?? this.open();
      await (await reader).call("start", [query]);
    } catch (error) {
      if (this.disposed || error instanceof CancelledError) return;
      logError(this.ctx, error);
      this.take({ ...nothingRead, run: this.base, state: "failed", problem: messageOf(error) });
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
    if (method !== "rows") return answer;
    const rows = answer as RowsWindow;
    return { ...rows, run: rows.run + base } as typeof answer;
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    await this.end();
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
      ring: { megabytes: ctx.settings.get("messages.ringMegabytes"), rows: ctx.settings.get("messages.ringRows") },
      schemas,
      log: (level, message) => ctx.log[level](message),
    });
    reader.onStatus((status) => {
      // a worker that was replaced has no say any more
      if (base === this.base && !this.disposed) this.take({ ...status, run: status.run + base });
    });
    return reader;
  }

  /** A registry that cannot even be addressed must not keep the messages from being read: the log says why, the rows show the bytes. */
  private async schemas(): Promise<SchemaSource | null> {
    try {
      const registry = await this.ctx.registries.get(this.connectionId);
      return registry && schemaSource(registry);
    } catch (error) {
      logError(this.ctx, error);
      const fail = () => Promise.reject(error);
      return { cached: () => undefined, byId: fail };
    }
  }

  private take(status: ReaderStatus): void {
    this.status = status;
    this.onStatus(status);
  }
}

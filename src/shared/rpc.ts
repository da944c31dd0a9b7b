import { CancelledError, isCancelled, messageOf, UserError } from "./userError.ts";

/**
 * A small typed remote procedure call for every boundary we have: host ↔ webview and host ↔ reader worker.
 *
 * Requests have a reply, an error reply, or are cancelled; events have none. Nothing is sent before both ends said "ready", so that
 * a message posted while the other side still loads is not lost. Values cross by structured clone: no classes, no functions.
 */
export interface Port {
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  /** Registers the one receiver; returns what ends it. */
  listen(receive: (message: unknown) => void): () => void;
}

type Fn = (...args: never[]) => unknown;
type Methods = object;

/** What an implementer writes: each method gets an AbortSignal after its arguments. */
export type Local<M extends Methods> = {
  readonly [K in keyof M]: M[K] extends (...args: infer A) => infer R
    ? (...args: [...A, AbortSignal]) => R | Promise<Awaited<R>>
    : never;
};

/** Event name → payload. */
export type Events = object;

type Wire =
  | { k: "ready"; ack: boolean }
  | { k: "call"; id: number; m: string; a: unknown[] }
  | { k: "ok"; id: number; r: unknown }
  | { k: "err"; id: number; e: WireError }
  | { k: "cancel"; id: number }
  | { k: "event"; n: string; p: unknown };

interface WireError {
  message: string;
  name: string;
  code?: string;
  detail?: string | undefined;
  stack?: string | undefined;
}

export class Rpc<
  Ours extends Methods,
  Theirs extends Methods,
  Out extends Events = object,
  In extends Events = object,
> {
  private nextId = 1;
  private readonly pending = new Map<number, { resolve(v: unknown): void; reject(e: unknown): void }>();
  private readonly running = new Map<number, AbortController>();
  private readonly listeners = new Map<string, Set<(payload: never) => void>>();
  private queue: Wire[] | null = [];
  private readonly stop: () => void;
  private disposed = false;
  private readonly port: Port;
  private readonly methods: Local<Ours>;

  constructor(port: Port, methods: Local<Ours>) {
    this.port = port;
    this.methods = methods;
    this.stop = port.listen((m) => this.receive(m as Wire));
    port.post({ k: "ready", ack: false } satisfies Wire);
  }

  /** Calls a method of the other end. An aborted signal cancels it there and rejects here with CancelledError. */
  call<K extends keyof Theirs & string>(
    method: K,
    args: Theirs[K] extends (...args: infer A) => unknown ? A : never,
    signal?: AbortSignal,
  ): Promise<Awaited<Theirs[K] extends (...args: never[]) => infer R ? R : never>> {
    return new Promise((resolve, reject) => {
      if (this.disposed || signal?.aborted) return reject(new CancelledError());
      const id = this.nextId++;
      const onAbort = () => {
        this.pending.delete(id);
        this.send({ k: "cancel", id });
        reject(new CancelledError());
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      const done = () => signal?.removeEventListener("abort", onAbort);
      this.pending.set(id, {
        resolve: (v) => {
          done();
          resolve(v as never);
        },
        reject: (e) => {
          done();
          reject(e);
        },
      });
      this.send({ k: "call", id, m: method, a: args });
    });
  }

  emit<K extends keyof Out & string>(event: K, payload: Out[K]): void {
    if (!this.disposed) this.send({ k: "event", n: event, p: payload });
  }

  /** Listens to an event of the other end; returns what ends it. */
  on<K extends keyof In & string>(event: K, listener: (payload: In[K]) => void): () => void {
    let set = this.listeners.get(event);
    if (!set) this.listeners.set(event, (set = new Set()));
    set.add(listener as never);
    return () => set.delete(listener as never);
  }

  /** Ends everything: waiting calls reject as cancelled, running ones are aborted. */
  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.stop();
    for (const p of this.pending.values()) p.reject(new CancelledError());
    this.pending.clear();
    for (const c of this.running.values()) c.abort();
    this.running.clear();
    this.listeners.clear();
  }

  private send(message: Wire): void {
    if (this.queue) this.queue.push(message);
    else this.port.post(message);
  }

  private receive(message: Wire): void {
    if (this.disposed) return;
    switch (message.k) {
      case "ready": {
        // answer a first hello, so that whichever end came up first learns of the other
        if (!message.ack) this.port.post({ k: "ready", ack: true } satisfies Wire);
        const waiting = this.queue;
        this.queue = null;
        for (const m of waiting ?? []) this.port.post(m);
        return;
      }
      case "call":
        void this.run(message.id, message.m, message.a);
        return;
      case "cancel":
        this.running.get(message.id)?.abort();
        return;
      case "ok":
      case "err": {
        const p = this.pending.get(message.id);
        this.pending.delete(message.id);
        if (message.k === "ok") p?.resolve(message.r);
        else p?.reject(fromWire(message.e));
        return;
      }
      case "event":
        for (const l of this.listeners.get(message.n) ?? []) l(message.p as never);
    }
  }

  private async run(id: number, method: string, args: unknown[]): Promise<void> {
    const abort = new AbortController();
    this.running.set(id, abort);
    let reply: Wire;
    try {
      if (!Object.hasOwn(this.methods, method)) throw new Error(`No method ${method}`);
      const fn = this.methods[method as keyof Local<Ours>] as unknown as Fn;
      reply = { k: "ok", id, r: await fn.apply(this.methods, [...args, abort.signal] as never[]) };
    } catch (error) {
      reply = { k: "err", id, e: toWire(error) };
    }
    this.running.delete(id);
    if (!this.disposed && !abort.signal.aborted) this.send(reply);
  }
}

function toWire(error: unknown): WireError {
  if (error instanceof UserError)
    return { message: error.message, name: error.name, code: error.code, detail: error.detail };
  if (isCancelled(error)) return { message: "Cancelled", name: "CancelledError" };
  return {
    message: messageOf(error),
    name: error instanceof Error ? error.name : "Error",
    stack: error instanceof Error ? error.stack : undefined,
  };
}

function fromWire(e: WireError): Error {
  if (e.name === "UserError")
    return new UserError(e.message, { ...(e.code ? { code: e.code } : {}), detail: e.detail });
  if (e.name === "CancelledError") return new CancelledError();
  const error = new Error(e.message);
  if (e.stack) error.stack = e.stack;
  return error;
}

import type { Disposable } from "vscode";

/** Runs a task for each key once it was quiet for a while; the signal of a run is aborted when a newer one is asked for. */
export class Debounced implements Disposable {
  private readonly waiting = new Map<string, { timer: NodeJS.Timeout; abort: AbortController }>();
  private readonly quietMs: number;

  constructor(quietMs: number) {
    this.quietMs = quietMs;
  }

  run(key: string, task: (signal: AbortSignal) => void, quietMs = this.quietMs): void {
    this.cancel(key);
    const abort = new AbortController();
    this.waiting.set(key, { abort, timer: setTimeout(() => task(abort.signal), quietMs) });
  }

  cancel(key: string): void {
    const one = this.waiting.get(key);
    if (!one) return;
    clearTimeout(one.timer);
    one.abort.abort();
    this.waiting.delete(key);
  }

  dispose(): void {
    for (const key of [...this.waiting.keys()]) this.cancel(key);
  }
}

import { join } from "node:path";
import { pathToFileURL } from "node:url";

interface Report {
  libuv: { type: string; remoteEndpoint?: { port: number } | null }[];
  workers: Report[];
}

/** The threads of this process beside its main one, and the TCP sockets of all of them that lead to one of the ports, as Node reports them. */
export function openResources(ports: readonly number[]): { threads: number; sockets: number } {
  // no names are looked up for addresses
  Object.assign(process.report, { excludeNetwork: true });
  const report = process.report.getReport() as unknown as Report;
  const sockets = [report, ...report.workers]
    .flatMap(({ libuv }) => libuv)
    .filter(({ type, remoteEndpoint }) => type === "tcp" && remoteEndpoint && ports.includes(remoteEndpoint.port));
  return { threads: report.workers.length, sockets: sockets.length };
}

export interface WatchedTimers {
  /** of each timer that is still to fire: where in the extension's bundle it was started */
  pending(): string[];
  stop(): void;
}

/** Follows the timers that the extension in a folder starts in this thread from now on. */
export function watchTimers(folder: string): WatchedTimers {
  const real = { setTimeout, setInterval, clearTimeout, clearInterval };
  const pending = new Map<unknown, string>();
  const bundle = pathToFileURL(join(folder, "dist")).href;
  const started = <T>(timer: T): T => {
    // this function, the timer's, and who called it: timers that VS Code starts for what we ask of it are its own
    const caller = new Error().stack?.split("\n")[3];
    if (caller?.includes(bundle)) pending.set(timer, caller.trim());
    return timer;
  };
  const ended = (timer: unknown) => pending.delete(timer);
  Object.assign(globalThis, {
    setTimeout: (run: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => {
      const timer = real.setTimeout(() => {
        ended(timer);
        run(...args);
      }, ms);
      return started(timer);
    },
    setInterval: (run: () => void, ms?: number) => started(real.setInterval(run, ms)),
    clearTimeout: (timer: NodeJS.Timeout | undefined) => {
      ended(timer);
      real.clearTimeout(timer);
    },
    clearInterval: (timer: NodeJS.Timeout | undefined) => {
      ended(timer);
      real.clearInterval(timer);
    },
  });
  return { pending: () => [...pending.values()].sort(), stop: () => void Object.assign(globalThis, real) };
}

import { CancelledError, UserError } from "../shared/userError.ts";
import { abortable } from "./abortable.ts";
import type { ClusterConfig } from "./api.ts";
import type { ClusterLog } from "./channel.ts";
import { BrokerConnection } from "./connection.ts";

export interface Address {
  host: string;
  port: number;
}

/**
 * The open connections of a cluster, one per address and lane: opened on first use, shared by parallel callers, forgotten when they end, so
 * that the next use opens another.
 */
export class Connections {
  readonly #config: ClusterConfig;
  readonly #log: ClusterLog;
  readonly #byKey = new Map<string, Promise<BrokerConnection>>();
  /** open connection → its lane */
  readonly #open = new Map<BrokerConnection, string>();
  readonly #reached = new Set<string>();
  readonly #closing = new AbortController();

  constructor(config: ClusterConfig, log: ClusterLog) {
    this.#config = config;
    this.#log = log;
  }

  get closed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** some connection is open, on whatever lane */
  get some(): boolean {
    return this.#open.size > 0;
  }

  /** whether a connection to this address has ever worked */
  reached({ host, port }: Address): boolean {
    return this.#reached.has(`${host}:${port}`);
  }

  /** The connection to an address; rejects as BrokerConnection.open does. Cancelling ends the waiting, not the opening: others may wait too. */
  to({ host, port }: Address, lane: string, signal: AbortSignal | undefined): Promise<BrokerConnection> {
    if (this.closed) return Promise.reject(new CancelledError());
    const key = `${host}:${port}/${lane}`;
    const opening = this.#byKey.get(key) ?? this.#start(host, port, lane, key);
    const usable = opening.then((connection) => {
      if (connection.usable) return connection;
      // its sign-in is about to expire: requests under way end on it, new ones get a new one
      this.#forget(key, opening);
      return this.to({ host, port }, lane, signal);
    });
    return abortable(usable, signal);
  }

  /** A connection that is open already if there is one, otherwise to the first of the addresses that answers. */
  async toAny(addresses: readonly Address[], lane: string, signal: AbortSignal | undefined): Promise<BrokerConnection> {
    for (const [connection, itsLane] of this.#open) if (itsLane === lane && connection.usable) return connection;
    const attempts = addresses.map((address) => () => this.to(address, lane, signal));
    return firstOf(attempts, this.#config.connectTimeout);
  }

  /** Ends all of them at once, those that are being opened too. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const connection of [...this.#open.keys()]) connection.close();
    await Promise.allSettled([...this.#byKey.values()]);
    this.#byKey.clear();
  }

  #start(host: string, port: number, lane: string, key: string): Promise<BrokerConnection> {
    const opening = BrokerConnection.open(host, port, this.#config, this.#log, this.#closing.signal).then(
      (connection) => {
        if (this.closed) {
          connection.close();
          throw new CancelledError();
        }
        this.#reached.add(`${host}:${port}`);
        this.#open.set(connection, lane);
        connection.onClose = () => {
          this.#log("debug", `${connection.address}: closed`);
          this.#open.delete(connection);
          this.#forget(key, opening);
        };
        return connection;
      },
    );
    this.#byKey.set(key, opening);
    opening.catch(() => this.#forget(key, opening));
    return opening;
  }

  #forget(key: string, opening: Promise<BrokerConnection>): void {
    if (this.#byKey.get(key) === opening) this.#byKey.delete(key);
  }
}

/**
 * The first of several attempts that succeeds: each starts when the one before has failed, or is slow; all are over within about `withinMs`.
 */
async function firstOf<T>(attempts: readonly (() => Promise<T>)[], withinMs: number): Promise<T> {
  if (attempts.length === 1) return attempts[0]!();
  const headStart = Math.min(250, withinMs / (attempts.length * 2));
  return new Promise<T>((resolve, reject) => {
    const errors: Error[] = [];
    let next = 0;
    let timer: NodeJS.Timeout | undefined;
    const start = (): void => {
      clearTimeout(timer);
      const attempt = attempts[next++];
      if (!attempt) return;
      timer = setTimeout(start, headStart);
      attempt().then(
        (value) => {
          clearTimeout(timer);
          next = attempts.length;
          resolve(value);
        },
        (error: Error) => {
          errors.push(error);
          if (error instanceof CancelledError || errors.length === attempts.length) {
            clearTimeout(timer);
            next = attempts.length;
            reject(error instanceof CancelledError ? error : allFailed(errors));
          } else start();
        },
      );
    };
    start();
  });
}

function allFailed(errors: readonly Error[]): Error {
  if (errors.length === 1) return errors[0]!;
  const codes = new Set(errors.map((error) => (error instanceof UserError ? error.code : "error")));
  const sentences = errors.map((error) => error.message);
  return new UserError(`No broker answers. ${sentences.join(" ")}`, {
    code: codes.size === 1 ? [...codes][0]! : "unreachable",
    detail: sentences.join("\n"),
    cause: errors[0],
  });
}

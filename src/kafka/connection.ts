import { CancelledError, messageOf, UserError } from "../shared/userError.ts";
import { abortable } from "./abortable.ts";
import type { ClusterConfig } from "./api.ts";
import { Channel, type ClusterLog } from "./channel.ts";
import { connectError } from "./connectError.ts";
import type { ApiVersions } from "./protocol/apiVersions.ts";
import type { Api } from "./protocol/defineApi.ts";
import { Reader } from "./protocol/wire.ts";

/**
 * One connection to one broker: open, signed in, its versions known. Requests may overlap; Kafka answers them in order. Ends by itself when
 * the broker closes it, when a request times out (what is behind it would wait in vain), or by `close`.
 */
export class BrokerConnection {
  readonly address: string;
  readonly #channel: Channel;
  readonly #versions: ApiVersions;
  /** Date.now() after which the broker wants a new sign-in (KIP-368) */
  readonly #expires: number;

  private constructor(channel: Channel, versions: ApiVersions) {
    this.address = channel.address;
    this.#channel = channel;
    this.#versions = versions;
    this.#expires = channel.sessionMs > 0 ? Date.now() + channel.sessionMs * 0.85 : Number.POSITIVE_INFINITY;
  }

  /**
   * Opens a connection; rejects with a UserError (connectError.ts) within `config.connectTimeout`, whatever the other side does, or with
   * CancelledError at once when the signal is aborted.
   */
  static async open(
    host: string,
    port: number,
    config: ClusterConfig,
    log: ClusterLog,
    signal: AbortSignal,
  ): Promise<BrokerConnection> {
    const channel = new Channel(host, port, config, log);
    const { address } = channel;
    let timer: NodeJS.Timeout | undefined;
    try {
      const timedOut = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new TimeoutError()), config.connectTimeout);
      });
      const versions = await abortable(Promise.race([channel.handshake(), timedOut]), signal);
      log("debug", `${address}: connected`);
      return new BrokerConnection(channel, versions);
    } catch (error) {
      if (error instanceof CancelledError) {
        channel.destroy(error);
        throw error;
      }
      const timedOut = error instanceof TimeoutError;
      const failure = connectError({
        address,
        tls: config.tls !== null,
        sasl: config.sasl,
        stage: channel.stage,
        cause: timedOut ? null : (channel.socketError ?? (error instanceof Error ? error : new Error(String(error)))),
        timeoutMs: config.connectTimeout,
        firstBytes: channel.foreignBytes,
        mechanisms: channel.mechanisms,
      });
      channel.destroy(failure);
      log("info", `${address}: ${failure.message}`);
      throw failure;
    } finally {
      clearTimeout(timer);
    }
  }

  /** can take another request */
  get usable(): boolean {
    return !this.#channel.destroyed && Date.now() < this.#expires;
  }

  get versions(): ApiVersions {
    return this.#versions;
  }

  set onClose(listener: () => void) {
    this.#channel.onClose = listener;
  }

  speaks(api: Api<never, unknown>): boolean {
    const theirs = this.#versions.get(api.key);
    return theirs !== undefined && theirs.min <= api.versions[1] && theirs.max >= api.versions[0];
  }

  /** The version in which this broker is to be asked, or a UserError ("unsupported-version"). */
  version(api: Api<never, unknown>): number {
    const theirs = this.#versions.get(api.key);
    const [min, max] = api.versions;
    if (!theirs) {
      throw new UserError(
        `${this.address} does not know ${api.name}: its Kafka version is too old, or has it turned off.`,
        {
          code: "unsupported-version",
        },
      );
    }
    const version = Math.min(max, theirs.max);
    if (version < min || version < theirs.min) {
      throw new UserError(
        `${this.address} speaks ${api.name} in versions ${theirs.min} to ${theirs.max}, this extension in ${min} to ${max}.`,
        { code: "unsupported-version" },
      );
    }
    return version;
  }

  /**
   * Sends one request and reads its answer. Rejects with ConnectionLostError when the connection ends first, UserError "timed-out" after
   * `timeoutMs`, CancelledError when the signal is aborted.
   */
  async request<Q, A>(api: Api<Q, A>, body: Q, timeoutMs: number, signal?: AbortSignal): Promise<A> {
    const version = this.version(api);
    const flexible = version >= api.flexibleFrom;
    const answer = await this.#channel.exchange(
      api.key,
      version,
      flexible,
      (w) => api.encode(w, body, version),
      timeoutMs,
      signal,
      api.name,
    );
    const r = new Reader(answer);
    r.flexible = flexible;
    try {
      r.tags();
      return api.decode(r, version);
    } catch (error) {
      throw new UserError(`The answer of ${this.address} to ${api.name} (version ${version}) cannot be read.`, {
        code: "bad-answer",
        detail: messageOf(error),
        cause: error,
      });
    }
  }

  /** Ends it at once: no socket and no timer is left; open requests are rejected with the reason. */
  close(reason: Error = new CancelledError()): void {
    this.#channel.destroy(reason);
  }
}

class TimeoutError extends Error {}

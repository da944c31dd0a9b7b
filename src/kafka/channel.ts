import type { Socket } from "node:net";
import { connect as connectSocket, isIP } from "node:net";
import { connect as connectTls } from "node:tls";
import { CancelledError, UserError } from "../shared/userError.ts";
import type { ClusterConfig } from "./api.ts";
import type { ConnectStage } from "./connectError.ts";
import { FrameReader } from "./frames.ts";
import { KafkaJsConnection, type KafkaJsConnectionOptions, type KafkaJsExchange } from "./kafkajs.ts";
import { type ApiVersions, apiVersions } from "./protocol/apiVersions.ts";
import { Reader, Writer } from "./protocol/wire.ts";
import { tlsOptions } from "./tlsOptions.ts";

export type ClusterLog = (level: "debug" | "info" | "warn" | "error", message: string) => void;

const CLIENT_ID = "kafka-workbench";
const SASL_HANDSHAKE = 17;
const SASL_AUTHENTICATE = 36;
/** no answer of ours is larger; a size beyond it is not Kafka speaking */
const MAX_ANSWER = 1 << 30;
const MAX_FIRST_ANSWER = 1 << 20;
const RECEIVE_BUFFER = 256 * 1024;

/** The connection is gone and this request has no answer; whether the broker carried it out is unknown. */
export class ConnectionLostError extends UserError {
  /** host:port */
  readonly address: string;

  constructor(address: string, message: string, options: { code: string; cause?: unknown }) {
    super(message, options);
    this.address = address;
  }
}

interface Pending {
  resolve(body: Buffer): void;
  reject(error: Error): void;
}

/** kafkajs's connection with our own sending and receiving: its request queue (a timer per connection, log entries per answer) stays unused. */
export class Channel extends KafkaJsConnection {
  readonly address: string;
  stage: ConnectStage = "socket";
  socketError: (Error & { code?: string }) | null = null;
  mechanisms: string[] | null = null;
  sessionMs = 0;
  destroyed = false;
  onClose: () => void = () => {};
  readonly #config: ClusterConfig;
  readonly #pending = new Map<number, Pending>();
  readonly #frames = new FrameReader(
    (id, size) => this.#accept(id, size),
    (id, body) => this.#deliver(id, body),
  );
  #nextId = 0;
  #established = false;

  constructor(host: string, port: number, config: ClusterConfig, log: ClusterLog) {
    super({
      host,
      port,
      clientId: CLIENT_ID,
      logger: quietLogger(`${host}:${port}`, log),
      socketFactory: (options) => this.#openSocket(options),
      ssl: config.tls,
      // kafkajs keeps its authenticator in this object: it must not be the shared configuration
      sasl: config.sasl && { ...config.sasl },
      // ours ends first: it covers the whole way, sign-in included
      connectionTimeout: config.connectTimeout + 1000,
      requestTimeout: config.requestTimeout,
      enforceRequestTimeout: false,
    });
    this.address = `${host}:${port}`;
    this.#config = config;
  }

  /** the beginning of what came back when it was no answer of Kafka's */
  get foreignBytes(): Buffer {
    return this.#established ? Buffer.alloc(0) : this.#frames.head;
  }

  /** socket, TLS, versions, sign-in */
  async handshake(): Promise<ApiVersions> {
    await this.connect();
    this.stage = "versions";
    const answer = await this.exchange(
      apiVersions.key,
      0,
      false,
      () => {},
      this.#config.connectTimeout * 2,
      undefined,
      "ApiVersions",
    );
    const { versions } = apiVersions.decode(new Reader(answer), 0);
    this.#established = true;
    if (this.#config.sasl) {
      this.stage = "authentication";
      this.setVersions(
        Object.fromEntries([...versions].map(([key, { min, max }]) => [key, { minVersion: min, maxVersion: max }])),
      );
      this.setSupportAuthenticationProtocol(versions.has(SASL_AUTHENTICATE));
      await this.authenticate();
    }
    return versions;
  }

  /** Sends a request, resolves with the body of its answer (after the correlation id). */
  exchange(
    key: number,
    version: number,
    flexible: boolean,
    encode: (w: Writer) => void,
    timeoutMs: number,
    signal: AbortSignal | undefined,
    name: string,
  ): Promise<Buffer> {
    return new Promise<Buffer>((resolve, reject) => {
      if (signal?.aborted) throw new CancelledError();
      const socket = this.socket;
      if (this.destroyed || !socket) throw this.#lost();
      const id = this.#nextId;
      this.#nextId = (id + 1) & 0x7fffffff;
      const w = new Writer();
      w.int32(0).int16(key).int16(version).int32(id).nullableString(CLIENT_ID);
      w.flexible = flexible;
      w.tags();
      encode(w);
      const frame = w.finish();
      frame.writeInt32BE(frame.length - 4, 0);

      const settle = (): void => {
        this.#pending.delete(id);
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
      };
      const onAbort = (): void => {
        settle();
        reject(new CancelledError());
      };
      const timer = setTimeout(() => {
        settle();
        const seconds = (timeoutMs / 1000).toLocaleString("en", { maximumFractionDigits: 1 });
        const error = new UserError(`${this.address} did not answer ${name} within ${seconds} s.`, {
          code: "timed-out",
        });
        reject(error);
        this.destroy(new ConnectionLostError(this.address, error.message, { code: "timed-out" }));
      }, timeoutMs);
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#pending.set(id, {
        resolve: (body) => {
          settle();
          resolve(body);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      });
      socket.write(frame);
    });
  }

  /** kafkajs's own requests: those of the SASL exchange */
  override async send({ request, response }: KafkaJsExchange): Promise<unknown> {
    const { buffer } = await request.encode();
    const { apiKey, apiVersion, apiName } = request;
    const answer = await this.exchange(
      apiKey,
      apiVersion,
      false,
      (w) => w.raw(buffer),
      this.#config.requestTimeout,
      undefined,
      apiName,
    );
    const decoded = await response.decode(answer);
    if (apiKey === SASL_HANDSHAKE && isHandshake(decoded)) this.mechanisms = decoded.enabledMechanisms;
    const parsed = await response.parse(decoded);
    if (apiKey === SASL_AUTHENTICATE && hasSession(parsed)) this.sessionMs = Number(parsed.sessionLifetimeMs);
    return parsed;
  }

  override processData(chunk: Buffer): void {
    if (this.destroyed) return;
    // brokers before 1.0 sign in without Kafka's framing around the answers
    if (this.authHandlers) {
      super.processData(Buffer.from(chunk));
      return;
    }
    try {
      this.#frames.push(chunk);
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** called by kafkajs when the socket ends or fails */
  override rejectRequests(error: Error): void {
    this.destroy(this.#lost(error));
  }

  destroy(reason: Error): void {
    if (this.destroyed) return;
    this.destroyed = true;
    // with an error while connecting, or kafkajs's connection timer would stay
    this.socket?.destroy(this.stage === "socket" ? reason : undefined);
    for (const pending of [...this.#pending.values()]) pending.reject(reason);
    // kafkajs's own state and timers
    void this.disconnect();
    this.onClose();
  }

  #accept(id: number, size: number): boolean {
    if (size < 0 || size > (this.#established ? MAX_ANSWER : MAX_FIRST_ANSWER) || (!this.#established && id !== 0)) {
      throw new ConnectionLostError(this.address, `What ${this.address} answers is not Kafka's protocol.`, {
        code: "not-kafka",
      });
    }
    return this.#pending.has(id);
  }

  #deliver(id: number, body: Buffer): void {
    this.#pending.get(id)?.resolve(body);
  }

  #lost(cause?: Error): ConnectionLostError {
    return new ConnectionLostError(this.address, `The connection to ${this.address} was lost.`, {
      code: "closed",
      cause,
    });
  }

  #openSocket({ host, port, ssl, onConnect }: Parameters<KafkaJsConnectionOptions["socketFactory"]>[0]): Socket {
    const { tls } = this.#config;
    const shared = Buffer.allocUnsafeSlow(RECEIVE_BUFFER);
    let target: Buffer | null = null;
    const socket =
      ssl && tls
        ? connectTls({ host, port, ...(isIP(host) ? {} : { servername: host }), ...tlsOptions(tls) }, onConnect)
        : connectSocket(
            {
              host,
              port,
              // large answers are read in place; the rest through one buffer, larger than Node's own: fewer calls per megabyte
              onread: {
                buffer: () => {
                  target = this.#frames.target();
                  return target ?? shared;
                },
                callback: (size, buffer) => {
                  if (target) this.#frames.advance(size);
                  else this.processData(Buffer.from(buffer.buffer, buffer.byteOffset, size));
                  return true;
                },
              },
            },
            onConnect,
          );
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    // before kafkajs's own listeners, which keep only the message
    socket.on("error", (error) => {
      this.socketError ??= error;
    });
    socket.on("close", () => {
      this.destroy(this.#lost(this.socketError ?? undefined));
    });
    return socket;
  }
}

const isHandshake = (value: unknown): value is { enabledMechanisms: string[] } =>
  typeof value === "object" && value !== null && "enabledMechanisms" in value && Array.isArray(value.enabledMechanisms);

const hasSession = (value: unknown): value is { sessionLifetimeMs: string } =>
  typeof value === "object" && value !== null && "sessionLifetimeMs" in value;

/** kafkajs logs to stdout by default; here its messages go to the log, without their payloads. */
function quietLogger(address: string, log: ClusterLog): KafkaJsConnectionOptions["logger"] {
  const at = (message: string): void => log("debug", `${address}: ${message}`);
  const logger = { namespace: () => logger, debug: () => {}, info: at, warn: at, error: at };
  return logger;
}

import { CancelledError, UserError } from "../shared/userError.ts";
import { abortable, pause } from "./abortable.ts";
import { parseAddress } from "./address.ts";
import type { BrokerInfo, ClusterConfig, ClusterInfo, PartitionInfo, TopicInfo } from "./api.ts";
import { signInWanted } from "./connectError.ts";
import { BrokerConnection, type ClusterLog, ConnectionLostError } from "./connection.ts";
import { activeController } from "./controller.ts";
import { brokerError, kafkaError } from "./errors.ts";
import { type Isolation, type OffsetAnswer, type OffsetSpec, readOffsets } from "./offsets.ts";
import type { Api } from "./protocol/defineApi.ts";
import { findCoordinator } from "./protocol/findCoordinator.ts";
import { type MetadataAnswer, metadata } from "./protocol/metadata.ts";

export type { ClusterLog } from "./connection.ts";

/** Where a request goes: a broker by its id, any broker, the controller, or the coordinator of a consumer group. */
export type Target = number | "any" | "controller" | { coordinatorOf: string };

export interface RequestOptions {
  signal?: AbortSignal | undefined;
  /** ms; the configuration's requestTimeout without it */
  timeoutMs?: number;
  /**
   * Requests of one lane share a connection per broker, and a broker answers a connection's requests one after the other: a request that
   * waits at the broker (Fetch) gets a lane of its own, so that nothing queues behind it. "main" without it.
   */
  lane?: string;
}

const FETCH = 1;
const OFFSETS_TOPIC = "__consumer_offsets";
const UNKNOWN_TOPIC = 3;
const INVALID_TOPIC = 17;
const NOT_CONTROLLER = 41;
const COORDINATOR_ERRORS = [14, 15, 16];
/** how long a request is asked again while the cluster is looking for a controller or coordinator; ms */
const SETTLE_MS = 10_000;

/**
 * One Kafka cluster. Nothing it does on its own changes the cluster: it never lets a broker create a topic, and joins no group.
 *
 * Connections are opened on first use, one per broker and lane, and opened again after they are lost. All methods may overlap, all are
 * cancellable, all reject with UserError.
 */
export class Cluster {
  readonly #config: ClusterConfig;
  readonly #log: ClusterLog;
  readonly #connections = new Map<string, Promise<BrokerConnection>>();
  readonly #open = new Set<BrokerConnection>();
  #nodes = new Map<number, BrokerInfo>();
  #controller = -1;
  readonly #coordinators = new Map<string, number>();
  #offsetsTopicExists = false;
  readonly #closing = new AbortController();

  constructor(config: ClusterConfig, log: ClusterLog = () => {}) {
    this.#config = config;
    this.#log = log;
  }

  /**
   * Reaches the cluster through the first bootstrap server that answers. Rejects within the connection time-out, in words: see
   * connectError.ts for the codes ("refused", "name-not-found", "timed-out", "tls", "authentication", "not-kafka", …).
   */
  async connect(signal?: AbortSignal): Promise<void> {
    await this.#metadata([], signal);
  }

  /** Brokers and controller, as the cluster sees them now. */
  async describe(signal?: AbortSignal): Promise<ClusterInfo> {
    const answer = await this.#metadata([], signal);
    const connection = await this.#any("main", signal);
    const controllerId = await activeController(connection, answer.controllerId, this.#config.requestTimeout, signal);
    const brokers = [...this.#nodes.values()]
      .map((broker) => ({ ...broker, isController: broker.id === controllerId }))
      .sort((a, b) => a.id - b.id);
    return { clusterId: answer.clusterId, brokers, controllerId };
  }

  /**
   * Topics with their partitions, sorted by name; null: all that may be seen. Never creates one: a name that does not exist rejects with
   * UserError "unknown-topic".
   */
  async topics(names: string[] | null, signal?: AbortSignal): Promise<TopicInfo[]> {
    if (names?.length === 0) return [];
    const answer = await this.#metadata(names, signal);
    const topics: TopicInfo[] = [];
    for (const topic of answer.topics) {
      if (topic.error !== 0 && names !== null) {
        if (topic.error === UNKNOWN_TOPIC || topic.error === INVALID_TOPIC) {
          throw new UserError(`There is no topic ${topic.name} on this cluster.`, { code: "unknown-topic" });
        }
        if (topic.partitions.length === 0 && !kafkaError(topic.error).retriable) {
          throw brokerError(topic.error, `Topic ${topic.name} cannot be read`);
        }
      }
      const partitions = topic.partitions
        .map(
          ({ error, ...rest }): PartitionInfo => ({
            ...rest,
            problem: error === 0 ? null : kafkaError(error).sentence,
          }),
        )
        .sort((a, b) => a.partition - b.partition);
      topics.push({ name: topic.name, internal: topic.internal, partitions });
    }
    return topics.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }

  /**
   * Offsets of some partitions of a topic, asked of their leaders: the first and the next one, or the first whose message is not older than
   * a time. `offset` is -1 when no message is that young. Rejects with "unknown-topic". For read_committed, "latest" is the last stable offset.
   */
  async listOffsets(
    topic: string,
    at: ReadonlyMap<number, OffsetSpec>,
    isolation: Isolation,
    signal?: AbortSignal,
  ): Promise<Map<number, OffsetAnswer>> {
    await this.topics([topic], signal);
    return (await readOffsets(this, new Map([[topic, at]]), isolation, signal)).get(topic) ?? new Map();
  }

  /** Asks the cluster for its brokers again. */
  async refresh(signal?: AbortSignal): Promise<void> {
    await this.#metadata([], signal);
  }

  /** the brokers as last heard of */
  broker(id: number): BrokerInfo | undefined {
    return this.#nodes.get(id);
  }

  /** Whether a broker knows an API in a version that we know too. */
  async speaks(id: number, api: Api<never, unknown>, signal?: AbortSignal): Promise<boolean> {
    const connection = await this.#node(id, "main", signal);
    return connection.speaks(api);
  }

  /** The broker that keeps a group. Rejects with UserError "unknown-group" on a cluster that never had one. */
  async coordinator(group: string, signal?: AbortSignal): Promise<BrokerInfo> {
    const id = await this.#coordinator(group, signal);
    if (!this.#nodes.has(id)) await this.refresh(signal);
    const node = this.#nodes.get(id);
    if (!node)
      throw new UserError(`Broker ${id} is not part of the cluster at the moment.`, { code: "unknown-broker" });
    return node;
  }

  /**
   * Sends a request and reads the answer: finds the broker, opens the connection, chooses the version. A lost connection is opened again and
   * the request repeated once, unless it changes something. Answers that name the wrong controller or coordinator are followed up. Error codes
   * inside the answer are the caller's.
   */
  async request<Q, A>(to: Target, api: Api<Q, A>, body: Q, options: RequestOptions = {}): Promise<A> {
    const { signal } = options;
    const timeoutMs = options.timeoutMs ?? this.#config.requestTimeout;
    const lane = options.lane ?? (api.key === FETCH ? "fetch" : "main");
    const deadline = Date.now() + Math.min(SETTLE_MS, timeoutMs);
    let lost = 0;
    for (let attempt = 0; ; attempt++) {
      const connection = await this.#connectionTo(to, lane, signal);
      let answer: A;
      try {
        answer = await connection.request(api, body, timeoutMs, signal);
      } catch (error) {
        if (this.#closing.signal.aborted) throw new CancelledError();
        const retry = error instanceof ConnectionLostError && error.code === "closed" && !api.changes && lost++ === 0;
        if (!retry) throw error;
        this.#log("debug", `${connection.address}: ${api.name} is sent again on a new connection`);
        continue;
      }
      const misdirected = api.errors(answer).some((code) => this.#forget(to, code));
      if (!misdirected || Date.now() > deadline) return answer;
      await pause(Math.min(50 * 2 ** attempt, 1000), signal);
    }
  }

  /** Ends every connection at once; open requests reject with CancelledError, as does whatever comes later. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const connection of [...this.#open]) connection.close();
    await Promise.allSettled([...this.#connections.values()]);
    this.#connections.clear();
  }

  /** true: the target has moved, and is to be looked up again */
  #forget(to: Target, code: number): boolean {
    if (to === "controller" && code === NOT_CONTROLLER) {
      this.#controller = -1;
      return true;
    }
    if (typeof to === "object" && COORDINATOR_ERRORS.includes(code)) {
      this.#coordinators.delete(to.coordinatorOf);
      return true;
    }
    return false;
  }

  async #connectionTo(to: Target, lane: string, signal: AbortSignal | undefined): Promise<BrokerConnection> {
    if (to === "any") return this.#any(lane, signal);
    if (to === "controller") {
      if (this.#controller < 0) await this.#metadata([], signal);
      return this.#controller < 0 ? this.#any(lane, signal) : this.#node(this.#controller, lane, signal);
    }
    return this.#node(typeof to === "number" ? to : await this.#coordinator(to.coordinatorOf, signal), lane, signal);
  }

  async #node(id: number, lane: string, signal: AbortSignal | undefined): Promise<BrokerConnection> {
    if (!this.#nodes.has(id)) await this.#metadata([], signal);
    const node = this.#nodes.get(id);
    if (!node)
      throw new UserError(`Broker ${id} is not part of the cluster at the moment.`, { code: "unknown-broker" });
    try {
      return await this.#connection(node.host, node.port, lane, signal);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const { host, port } = node;
      if (this.#isBootstrap(host, port)) {
        // it may have moved meanwhile
        const moved = await this.#movedTo(node, signal);
        if (moved) return this.#connection(moved.host, moved.port, lane, signal);
        throw error;
      }
      throw new UserError(
        `Broker ${id} says that it is to be reached at ${host}:${port}, but that does not work from here. ${error.message} ` +
          "(The broker's advertised.listeners decide on this address.)",
        { code: "advertised-listener", detail: error.message, cause: error },
      );
    }
  }

  async #movedTo(node: BrokerInfo, signal: AbortSignal | undefined): Promise<BrokerInfo | null> {
    if (this.#open.size === 0) return null;
    await this.#metadata([], signal);
    const now = this.#nodes.get(node.id);
    return now && (now.host !== node.host || now.port !== node.port) ? now : null;
  }

  #isBootstrap(host: string, port: number): boolean {
    return this.#config.bootstrap.some((address) => {
      const parsed = parseAddress(address);
      return parsed.host === host && parsed.port === port;
    });
  }

  /** An open connection if there is one, otherwise the first address that answers, bootstrap servers first. */
  async #any(lane: string, signal: AbortSignal | undefined): Promise<BrokerConnection> {
    for (const connection of this.#open)
      if (connection.usable && this.#laneOf.get(connection) === lane) return connection;
    const addresses = new Map<string, { host: string; port: number }>();
    for (const address of [...this.#config.bootstrap.map(parseAddress), ...this.#nodes.values()]) {
      addresses.set(`${address.host}:${address.port}`, { host: address.host, port: address.port });
    }
    return firstOf(
      [...addresses.values()].map(
        ({ host, port }) =>
          () =>
            this.#connection(host, port, lane, signal),
      ),
      this.#config.connectTimeout,
    );
  }

  readonly #laneOf = new WeakMap<BrokerConnection, string>();

  #connection(host: string, port: number, lane: string, signal: AbortSignal | undefined): Promise<BrokerConnection> {
    if (this.#closing.signal.aborted) return Promise.reject(new CancelledError());
    const key = `${host}:${port}/${lane}`;
    let opening = this.#connections.get(key);
    if (!opening) {
      opening = this.#openConnection(host, port, lane, key);
      this.#connections.set(key, opening);
      opening.catch(() => this.#drop(key, opening));
    }
    const opened = opening.then((connection) => {
      if (connection.usable) return connection;
      // its sign-in is about to expire: requests under way end on it, new ones get a new one
      this.#drop(key, opening);
      return this.#connection(host, port, lane, signal);
    });
    return abortable(opened, signal);
  }

  async #openConnection(host: string, port: number, lane: string, key: string): Promise<BrokerConnection> {
    const connection = await BrokerConnection.open(host, port, this.#config, this.#log, this.#closing.signal);
    if (this.#closing.signal.aborted) {
      connection.close();
      throw new CancelledError();
    }
    this.#open.add(connection);
    this.#laneOf.set(connection, lane);
    const opening = this.#connections.get(key);
    connection.onClose = () => {
      this.#log("debug", `${connection.address}: closed`);
      this.#open.delete(connection);
      this.#drop(key, opening);
    };
    return connection;
  }

  #drop(key: string, opening: Promise<BrokerConnection> | undefined): void {
    if (this.#connections.get(key) === opening) this.#connections.delete(key);
  }

  /** Brokers and, for the topics named, their partitions; keeps the brokers. */
  async #metadata(topics: string[] | null, signal: AbortSignal | undefined): Promise<MetadataAnswer> {
    const deadline = Date.now() + Math.min(SETTLE_MS, this.#config.requestTimeout);
    let answer = await this.#askMetadata(topics, signal);
    // a broker that has just started knows nothing yet, not even itself: "unknown topic" would be wrong
    while (answer.brokers.length === 0 && Date.now() < deadline) {
      await pause(100, signal);
      answer = await this.#askMetadata(topics, signal);
    }
    this.#nodes = new Map(answer.brokers.map((broker) => [broker.id, { ...broker, isController: false }]));
    this.#controller = answer.controllerId;
    return answer;
  }

  async #askMetadata(topics: string[] | null, signal: AbortSignal | undefined): Promise<MetadataAnswer> {
    try {
      return await this.request("any", metadata, { topics }, { signal });
    } catch (error) {
      // twice in a row, since request repeats it
      const hungUp = error instanceof ConnectionLostError && error.code === "closed" && this.#config.sasl === null;
      throw hungUp ? signInWanted(error.address) : error;
    }
  }

  async #coordinator(group: string, signal: AbortSignal | undefined): Promise<number> {
    const known = this.#coordinators.get(group);
    if (known !== undefined) return known;
    // a broker that is asked for a coordinator creates the offsets topic; without that topic there is no group to ask about
    if (!this.#offsetsTopicExists) {
      const { topics } = await this.#metadata([OFFSETS_TOPIC], signal);
      if (topics[0]?.error === UNKNOWN_TOPIC) {
        throw new UserError(`There is no consumer group ${group}: this cluster never had one.`, {
          code: "unknown-group",
        });
      }
      this.#offsetsTopicExists = true;
    }
    const deadline = Date.now() + Math.min(SETTLE_MS, this.#config.requestTimeout);
    for (let attempt = 0; ; attempt++) {
      const answer = await this.request("any", findCoordinator, { key: group, keyType: 0 }, { signal });
      if (answer.error === 0) {
        this.#coordinators.set(group, answer.node);
        return answer.node;
      }
      if (!COORDINATOR_ERRORS.includes(answer.error) || Date.now() > deadline) {
        throw brokerError(answer.error, `The coordinator of group ${group} cannot be found`, answer.message);
      }
      await pause(Math.min(50 * 2 ** attempt, 1000), signal);
    }
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

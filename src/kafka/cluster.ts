import { CancelledError, UserError } from "../shared/userError.ts";
import { pause } from "./abortable.ts";
import { parseAddress } from "./address.ts";
import type { BrokerInfo, ClusterConfig, ClusterInfo, PartitionInfo, TopicInfo } from "./api.ts";
import { type ClusterLog, ConnectionLostError } from "./channel.ts";
import { signInWanted } from "./connectError.ts";
import type { BrokerConnection } from "./connection.ts";
import { type Address, Connections } from "./connections.ts";
import { activeController } from "./controller.ts";
import { brokerError, kafkaError } from "./errors.ts";
import { type Isolation, type OffsetAnswer, type OffsetSpec, readOffsets } from "./offsets.ts";
import type { Api } from "./protocol/defineApi.ts";
import { describeQuorum } from "./protocol/describeQuorum.ts";
import { findCoordinator } from "./protocol/findCoordinator.ts";
import { type MetadataAnswer, metadata } from "./protocol/metadata.ts";

export type { ClusterLog } from "./channel.ts";

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
/** how long the quorum gets to tell the active controller; ms */
const CONTROLLER_MS = 1500;

/**
 * One Kafka cluster. Nothing it does on its own changes the cluster: it never lets a broker create a topic, and joins no group.
 *
 * Connections are opened on first use, one per broker and lane, and opened again after they are lost. All methods may overlap, all are
 * cancellable, all reject with UserError.
 */
export class Cluster {
  readonly #config: ClusterConfig;
  readonly #log: ClusterLog;
  readonly #connections: Connections;
  #nodes = new Map<number, BrokerInfo>();
  #controller = -1;
  readonly #coordinators = new Map<string, number>();
  #offsetsTopicExists = false;

  constructor(config: ClusterConfig, log: ClusterLog = () => {}) {
    this.#config = config;
    this.#log = log;
    this.#connections = new Connections(config, log);
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
    const controllerId = await this.#activeController(answer.controllerId, signal);
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
      topics.push({ name: topic.name, id: topic.id, internal: topic.internal, partitions });
    }
    return topics.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }

  /** The same for those of some names that exist: what does not exist, or may not be seen, is left out. */
  async topicsThere(names: string[], signal?: AbortSignal): Promise<TopicInfo[]> {
    if (names.length === 0) return [];
    const wanted = new Set(names);
    return names.length === 1
      ? this.topics(names, signal).catch((error: unknown) => {
          if (error instanceof UserError && error.code === "unknown-topic") return [];
          throw error;
        })
      : (await this.topics(null, signal)).filter(({ name }) => wanted.has(name));
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

  /** The same for any number of topics; a partition without an answer says why. Does not reject on their account. */
  offsets(
    at: ReadonlyMap<string, ReadonlyMap<number, OffsetSpec>>,
    isolation: Isolation,
    signal?: AbortSignal,
  ): Promise<Map<string, Map<number, OffsetAnswer>>> {
    return readOffsets(this, at, isolation, signal);
  }

  /** The ids of the brokers that are up, freshly asked, ascending. */
  async brokerIds(signal?: AbortSignal): Promise<number[]> {
    const { brokers } = await this.#metadata([], signal);
    return brokers.map(({ id }) => id).sort((a, b) => a - b);
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
    if (!this.#nodes.has(id)) await this.#metadata([], signal);
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
        if (this.#connections.closed) throw new CancelledError();
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
  close(): Promise<void> {
    return this.#connections.close();
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
      return await this.#connections.to(node, lane, signal);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const { host, port } = node;
      if (this.#connections.reached(node) || this.#isBootstrap(node)) {
        // it may have moved meanwhile
        const moved = await this.#movedTo(node, signal);
        if (moved) return this.#connections.to(moved, lane, signal);
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
    if (!this.#connections.some) return null;
    await this.#metadata([], signal);
    const now = this.#nodes.get(node.id);
    return now && (now.host !== node.host || now.port !== node.port) ? now : null;
  }

  #isBootstrap({ host, port }: Address): boolean {
    return this.#config.bootstrap.map(parseAddress).some((address) => address.host === host && address.port === port);
  }

  #any(lane: string, signal: AbortSignal | undefined): Promise<BrokerConnection> {
    const known = [...this.#config.bootstrap.map(parseAddress), ...this.#nodes.values()];
    const distinct = new Map(known.map(({ host, port }) => [`${host}:${port}`, { host, port }]));
    return this.#connections.toAny([...distinct.values()], lane, signal);
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

  /** null where it cannot be found out; with KRaft's controllers down that must not hold up the rest, nor what queues behind it */
  async #activeController(fromMetadata: number, signal: AbortSignal | undefined): Promise<number | null> {
    const main = await this.#any("main", signal);
    try {
      const connection = main.speaks(describeQuorum) ? await this.#any("controller", signal) : main;
      return await activeController(connection, fromMetadata, CONTROLLER_MS, signal);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#log("info", `The controller cannot be found out: ${error.message}`);
      return null;
    }
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

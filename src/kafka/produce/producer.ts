import { UserError } from "../../shared/userError.ts";
import { abortable, pause } from "../abortable.ts";
import type { PartitionInfo } from "../api.ts";
import type { Cluster } from "../cluster.ts";
import { brokerError, errorCodeWord, kafkaError } from "../errors.ts";
import { describeConfigs } from "../protocol/describeConfigs.ts";
import { type ProduceAnswer, produce } from "../protocol/produce.ts";
import { partitionOfKey } from "./murmur2.ts";
import { encodeRecordBatch } from "./recordBatch.ts";

export interface OutgoingMessage {
  topic: string;
  /** null: by the key as Kafka's Java client does it, or without a key one after the other */
  partition: number | null;
  key: Uint8Array | null;
  /** null: a tombstone */
  value: Uint8Array | null;
  /** kept in this order; names may repeat */
  headers: readonly { key: string; value: Uint8Array | null }[];
}

export interface Produced {
  partition: number;
  offset: bigint;
  /** ms since the epoch: the time of sending, or of appending where the topic is set so */
  timestamp: bigint;
}

/** ms that the broker waits for the in-sync replicas */
const ACK_TIMEOUT = 10_000;
/** the message was not taken, and another leader or a moment later may take it */
const REFUSED_FOR_NOW = new Set([
  "LEADER_NOT_AVAILABLE",
  "NOT_LEADER_OR_FOLLOWER",
  "UNKNOWN_TOPIC_OR_PARTITION",
  "KAFKA_STORAGE_ERROR",
]);
/** no connection to the leader that was known: nothing was sent, and there may be another leader by now */
const LEADER_GONE = new Set(["unknown-broker", "advertised-listener", "refused"]);
const ATTEMPTS = 5;
/** how long a topic's number of partitions is taken as known; ms */
const FRESH = 10_000;

/**
 * Writes single messages, acknowledged by all in-sync replicas. Never creates a topic, and never sends a message again that may have arrived.
 */
export class MessageProducer {
  readonly #cluster: Cluster;
  readonly #topics = new Map<string, { partitions: PartitionInfo[]; at: number }>();
  #next = Math.floor(Math.random() * 1000);
  readonly #closing = new AbortController();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /**
   * Rejects with a UserError: "unknown-topic", "unknown-partition", "message-too-large", "topic-authorization-failed", "not-enough-replicas",
   * "invalid-record" (a compacted topic wants a key), "outcome-unknown" (the connection or time ran out after sending), …
   */
  async send(message: OutgoingMessage, signal?: AbortSignal): Promise<Produced> {
    const both = signal ? AbortSignal.any([signal, this.#closing.signal]) : this.#closing.signal;
    return abortable(this.#send(message, both), both);
  }

  /** Gives up what is being sent. The cluster stays open: it is its owner's. */
  close(): void {
    this.#closing.abort();
  }

  async #send(message: OutgoingMessage, signal: AbortSignal): Promise<Produced> {
    const { topic } = message;
    const timestamp = BigInt(Date.now());
    const batch = encodeRecordBatch([{ ...message, timestamp }]);
    for (let attempt = 1; ; attempt++) {
      const { partition, leader } = await this.#target(message, attempt > 1, signal);
      let answer: ProduceAnswer;
      try {
        answer = await this.#cluster.request(
          leader,
          produce,
          { topic, partition, batch, timeoutMs: ACK_TIMEOUT },
          { signal, lane: "produce", timeoutMs: ACK_TIMEOUT + 5_000 },
        );
      } catch (error) {
        const gone = error instanceof UserError && LEADER_GONE.has(error.code);
        if (!gone || attempt === ATTEMPTS || (attempt > 1 && error.code !== "unknown-broker")) {
          throw await this.#undecided(error, message, batch.length, signal);
        }
        await pause(50 * 2 ** attempt, signal);
        continue;
      }
      if (answer.error === 0) {
        return {
          partition,
          offset: answer.baseOffset,
          timestamp: answer.appendTime < 0n ? timestamp : answer.appendTime,
        };
      }
      if (!REFUSED_FOR_NOW.has(kafkaError(answer.error).name) || attempt === ATTEMPTS) {
        throw await this.#refusal(answer, topic, batch.length, signal);
      }
      await pause(50 * 2 ** attempt, signal);
    }
  }

  async #target(
    { topic, partition, key }: OutgoingMessage,
    refresh: boolean,
    signal: AbortSignal,
  ): Promise<{ partition: number; leader: number }> {
    const partitions = await this.#partitions(topic, refresh, signal);
    if (partition === null && key === null) {
      // without a key any partition does: one that can be written to
      const open = partitions.filter((p) => p.leader >= 0);
      const chosen = open[this.#next++ % Math.max(1, open.length)];
      if (chosen) return chosen;
    }
    const wanted = partition ?? partitionOfKey(key ?? new Uint8Array(), Math.max(1, partitions.length));
    const info = partitions.find((p) => p.partition === wanted);
    if (!info) {
      throw new UserError(
        partitions.length === 1
          ? `Topic ${topic} has no partition ${wanted}: its only one is partition 0.`
          : `Topic ${topic} has no partition ${wanted}: it has ${partitions.length}, 0 to ${partitions.length - 1}.`,
        { code: "unknown-partition" },
      );
    }
    if (info.leader < 0) {
      throw new UserError(`The message was not sent: partition ${wanted} of ${topic} is offline (it has no leader).`, {
        code: "leader-not-available",
      });
    }
    return info;
  }

  async #partitions(topic: string, refresh: boolean, signal: AbortSignal): Promise<PartitionInfo[]> {
    const known = this.#topics.get(topic);
    if (known && !refresh && Date.now() - known.at < FRESH) return known.partitions;
    this.#topics.delete(topic);
    const [info] = await this.#cluster.topics([topic], signal);
    const partitions = info?.partitions ?? [];
    this.#topics.set(topic, { partitions, at: Date.now() });
    return partitions;
  }

  /** The connection failed. Before sending: that is what is said. After it: the message may be on the topic. */
  async #undecided(error: unknown, { topic }: OutgoingMessage, size: number, signal: AbortSignal): Promise<unknown> {
    if (!(error instanceof UserError) || (error.code !== "closed" && error.code !== "timed-out")) return error;
    this.#topics.delete(topic);
    const limit = error.code === "closed" ? await this.#limit(topic, signal) : null;
    // a request beyond socket.request.max.bytes is not answered: the broker hangs up
    if (limit !== null && size > limit) return tooLarge(topic, size, limit, null);
    return new UserError(`It is not known whether the message was written to ${topic}: ${error.message}`, {
      code: "outcome-unknown",
      detail: error.detail,
      cause: error,
    });
  }

  async #refusal(answer: ProduceAnswer, topic: string, size: number, signal: AbortSignal): Promise<UserError> {
    const { name } = kafkaError(answer.error);
    switch (name) {
      case "MESSAGE_TOO_LARGE":
      case "RECORD_LIST_TOO_LARGE":
        return tooLarge(topic, size, await this.#limit(topic, signal), answer.message);
      case "TOPIC_AUTHORIZATION_FAILED":
        return refused(name, `The message was not written: this user may not write to topic ${topic} (ACL).`, answer);
      case "NOT_ENOUGH_REPLICAS":
        return refused(
          name,
          `The message was not written: fewer replicas of ${topic} are in sync than the topic demands (min.insync.replicas).`,
          answer,
        );
      case "NOT_ENOUGH_REPLICAS_AFTER_APPEND":
      case "REQUEST_TIMED_OUT":
        return refused(
          name,
          `The message is on ${topic}, but not confirmed by its in-sync replicas within ${ACK_TIMEOUT / 1000} s: it may get lost.`,
          answer,
        );
      default:
        return brokerError(answer.error, `The message was not written to ${topic}`, answer.message);
    }
  }

  /** max.message.bytes of the topic; null where this user may not see it */
  async #limit(topic: string, signal: AbortSignal): Promise<number | null> {
    const body = { type: 2 as const, name: topic, keys: ["max.message.bytes"] };
    try {
      const answer = await this.#cluster.request("any", describeConfigs, body, { signal });
      const value = Number(answer.configs[0]?.value ?? Number.NaN);
      return Number.isInteger(value) ? value : null;
    } catch (error) {
      // the limit is an extra: what the sentence is about is the refusal itself
      if (error instanceof UserError) return null;
      throw error;
    }
  }
}

function tooLarge(topic: string, size: number, limit: number | null, said: string | null): UserError {
  const bytes = (n: number) => `${n.toLocaleString("en")} bytes`;
  return new UserError(
    limit === null
      ? `The message is too large for topic ${topic}: ${bytes(size)} as a batch.`
      : `The message is too large: ${bytes(size)} as a batch, topic ${topic} takes at most ${bytes(limit)} (max.message.bytes).`,
    { code: "message-too-large", detail: said ?? undefined },
  );
}

const refused = (name: string, sentence: string, answer: ProduceAnswer): UserError =>
  new UserError(sentence, { code: errorCodeWord(name), detail: answer.message ?? `${name} (${answer.error})` });

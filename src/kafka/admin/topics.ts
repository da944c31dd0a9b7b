import { UserError } from "../../shared/userError.ts";
import { pause } from "../abortable.ts";
import type { Cluster } from "../cluster.ts";
import { brokerError, kafkaError } from "../errors.ts";
import { createTopics } from "../protocol/createTopics.ts";
import { deleteTopics } from "../protocol/deleteTopics.ts";
import { metadata } from "../protocol/metadata.ts";

export interface NewTopic {
  name: string;
  /** null: the broker's default (from Kafka 2.4) */
  partitions: number | null;
  /** null: the broker's default (from Kafka 2.4) */
  replicationFactor: number | null;
  configs: Readonly<Record<string, string>>;
}

/** ms that the controller gets; it answers as soon as it is done */
const TIMEOUT = 20_000;
/** ms in which the brokers hear of it; with a slow cluster it comes later, which is no failure */
const SPREAD = 5_000;
const UNKNOWN_TOPIC = 3;

/**
 * Creates a topic and waits until the brokers know its leaders. Refusals are UserErrors in words: "topic-already-exists",
 * "invalid-topic-exception", "invalid-replication-factor", "invalid-partitions", "invalid-config", "policy-violation", …
 */
export async function createTopic(cluster: Cluster, topic: NewTopic, signal?: AbortSignal): Promise<void> {
  await create(cluster, topic, false, signal);
  await settled(cluster, topic.name, signal, (error, leaders) => error === 0 && leaders.every((leader) => leader >= 0));
}

/** Asks the controller whether it would create this topic, without doing it; rejects like createTopic. */
export async function checkNewTopic(cluster: Cluster, topic: NewTopic, signal?: AbortSignal): Promise<void> {
  await create(cluster, topic, true, signal);
}

async function create(cluster: Cluster, topic: NewTopic, validateOnly: boolean, signal?: AbortSignal): Promise<void> {
  const body = {
    name: topic.name,
    partitions: topic.partitions ?? -1,
    replicationFactor: topic.replicationFactor ?? -1,
    configs: topic.configs,
    timeoutMs: TIMEOUT,
    validateOnly,
  };
  const ask = () => cluster.request("controller", createTopics, body, { signal, timeoutMs: TIMEOUT + 5_000 });
  const deadline = Date.now() + SPREAD;
  let { error, message } = await ask();
  while (kafkaError(error).name === "TOPIC_ALREADY_EXISTS" && Date.now() < deadline) {
    const { topics } = await cluster.request("any", metadata, { topics: [topic.name] }, { signal });
    if (topics[0]?.error !== UNKNOWN_TOPIC) break;
    // just deleted: gone for clients, while the controller (on ZooKeeper) is still clearing up
    await pause(100, signal);
    ({ error, message } = await ask());
  }
  if (error === 0) return;
  const { name } = kafkaError(error);
  switch (name) {
    case "TOPIC_ALREADY_EXISTS":
      throw refused(error, `There is a topic ${topic.name} on this cluster already.`);
    case "INVALID_REPLICATION_FACTOR": {
      const brokers = await cluster.brokerIds(signal);
      const factor = topic.replicationFactor ?? 0;
      if (factor <= brokers.length) break;
      throw refused(
        error,
        `Topic ${topic.name} cannot have ${factor} replicas: the cluster has ${brokers.length === 1 ? "one broker" : `${brokers.length} brokers`}.`,
        message,
      );
    }
    case "REQUEST_TIMED_OUT":
      throw refused(error, `The cluster has not finished creating topic ${topic.name}: refresh in a moment.`, message);
  }
  throw brokerError(error, `Topic ${topic.name} was not created`, message);
}

/**
 * Deletes a topic and waits until the brokers have forgotten it. Refusals: "unknown-topic", "topic-deletion-disabled",
 * "topic-authorization-failed", …
 */
export async function deleteTopic(cluster: Cluster, name: string, signal?: AbortSignal): Promise<void> {
  const { error, message } = await cluster.request(
    "controller",
    deleteTopics,
    { name, timeoutMs: TIMEOUT },
    { signal, timeoutMs: TIMEOUT + 5_000 },
  );
  if (error === 0) {
    await settled(cluster, name, signal, (code) => code === UNKNOWN_TOPIC);
    return;
  }
  switch (kafkaError(error).name) {
    case "UNKNOWN_TOPIC_OR_PARTITION":
    case "INVALID_TOPIC_EXCEPTION":
      throw new UserError(`There is no topic ${name} on this cluster.`, { code: "unknown-topic" });
    case "TOPIC_DELETION_DISABLED":
      throw refused(
        error,
        `Topic ${name} was not deleted: deleting topics is turned off on this cluster (delete.topic.enable).`,
      );
    case "REQUEST_TIMED_OUT":
      throw refused(error, `The cluster has not finished deleting topic ${name}: refresh in a moment.`, message);
  }
  throw brokerError(error, `Topic ${name} was not deleted`, message);
}

/** The topic's error and leaders as the brokers see them, asked until they are as they should be or the time is up. */
async function settled(
  cluster: Cluster,
  name: string,
  signal: AbortSignal | undefined,
  done: (error: number, leaders: number[]) => boolean,
): Promise<void> {
  const deadline = Date.now() + SPREAD;
  for (let wait = 10; Date.now() < deadline; wait = Math.min(wait * 2, 500)) {
    const { topics } = await cluster.request("any", metadata, { topics: [name] }, { signal });
    const topic = topics[0];
    if (
      topic &&
      done(
        topic.error,
        topic.partitions.map((p) => p.leader),
      )
    )
      return;
    await pause(wait, signal);
  }
}

function refused(code: number, sentence: string, message: string | null = null): UserError {
  const { name } = kafkaError(code);
  return new UserError(sentence, {
    code: name.toLowerCase().replaceAll("_", "-"),
    detail: [message, `${name} (${code})`].filter(Boolean).join(" · "),
  });
}

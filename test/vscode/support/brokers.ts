import kafkajs from "kafkajs";

/** Messages and groups on a real broker, by another client than the one under test. */
async function withKafka<T>(
  bootstrap: string,
  use: (kafka: InstanceType<typeof kafkajs.Kafka>) => Promise<T>,
): Promise<T> {
  return use(new kafkajs.Kafka({ brokers: [bootstrap], clientId: "in-host-test", logLevel: kafkajs.logLevel.NOTHING }));
}

/** Creates topics with messages without keys in each partition, and gives what deletes them. */
export async function makeTopics(
  bootstrap: string,
  topics: Record<string, { partitions: number; messagesEach: number }>,
): Promise<() => Promise<void>> {
  await withKafka(bootstrap, async (kafka) => {
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({
      waitForLeaders: true,
      topics: Object.entries(topics).map(([topic, { partitions }]) => ({ topic, numPartitions: partitions })),
    });
    await admin.disconnect();
    const producer = kafka.producer();
    await producer.connect();
    for (const [topic, { partitions, messagesEach }] of Object.entries(topics)) {
      const messages = Array.from({ length: partitions * messagesEach }, (_, i) => ({
        partition: i % partitions,
        value: `message ${i}`,
      }));
      if (messages.length > 0) await producer.send({ topic, messages });
    }
    await producer.disconnect();
  });
  return () =>
    withKafka(bootstrap, async (kafka) => {
      const admin = kafka.admin();
      await admin.connect();
      await admin.deleteTopics({ topics: Object.keys(topics) });
      await admin.disconnect();
    });
}

export interface SentMessage {
  partition: number;
  key: string | Buffer | null;
  value: string | Buffer | null;
  headers?: Record<string, string | Buffer>;
}

/** Writes messages, compressed, and waits until all in-sync replicas have them. */
export async function sendMessages(bootstrap: string, messages: Record<string, SentMessage[]>): Promise<void> {
  await withKafka(bootstrap, async (kafka) => {
    const producer = kafka.producer();
    await producer.connect();
    await producer.sendBatch({
      compression: kafkajs.CompressionTypes.GZIP,
      topicMessages: Object.entries(messages).map(([topic, list]) => ({ topic, messages: list })),
    });
    await producer.disconnect();
  });
}

/** A group that has committed the given offset in every partition of a topic, and has no members. */
export async function commitOffsets(
  bootstrap: string,
  group: string,
  topic: string,
  offsets: readonly number[],
): Promise<() => Promise<void>> {
  await withKafka(bootstrap, async (kafka) => {
    const admin = kafka.admin();
    await admin.connect();
    await admin.setOffsets({
      groupId: group,
      topic,
      partitions: offsets.map((offset, partition) => ({ partition, offset: String(offset) })),
    });
    await admin.disconnect();
  });
  return () =>
    withKafka(bootstrap, async (kafka) => {
      const admin = kafka.admin();
      await admin.connect();
      await admin.deleteGroups([group]);
      await admin.disconnect();
    });
}

/** A consumer that is a member of a group and has its partitions. What comes back makes it leave, and deletes the group. */
export async function joinGroup(bootstrap: string, group: string, topic: string): Promise<() => Promise<void>> {
  return withKafka(bootstrap, async (kafka) => {
    const consumer = kafka.consumer({ groupId: group });
    const joined = new Promise<void>((resolve) => consumer.on(consumer.events.GROUP_JOIN, () => resolve()));
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({ autoCommit: false, eachMessage: async () => {} });
    await joined;
    return async () => {
      await consumer.disconnect();
      const admin = kafka.admin();
      await admin.connect();
      await admin.deleteGroups([group]);
      await admin.disconnect();
    };
  });
}

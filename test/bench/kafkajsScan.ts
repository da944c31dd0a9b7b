import { zstdDecompressSync } from "node:zlib";
import kafkajs, { type Consumer } from "kafkajs";
import { decompress } from "../../src/kafka/log/codecs.ts";
import { within } from "./measure.ts";

/** decompression only: nothing is produced with these */
const codec = (run: (bytes: Buffer) => Buffer) => () => ({
  compress: () => Promise.reject(new Error("not needed here")),
  decompress: async (bytes: Buffer) => run(bytes),
});
const UNLIMITED = 2 ** 31 - 1;
const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = kafkajs;
CompressionCodecs[CompressionTypes.Snappy] = codec((bytes) => decompress("snappy", bytes, UNLIMITED));
CompressionCodecs[CompressionTypes.LZ4] = codec((bytes) => decompress("lz4", bytes, UNLIMITED));
CompressionCodecs[CompressionTypes.ZSTD] = codec((bytes) => zstdDecompressSync(bytes));

/**
 * Reads `count` messages with a kafkajs consumer (eachBatch), its fetch sizes raised to ours, with our codecs for those that it lacks. Gives
 * seconds from the moment it has joined its group, which is to its favour, to the last message.
 */
export async function scanWithKafkajs(broker: string, topic: string, count: number): Promise<number> {
  const kafka = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING });
  const groupId = `kw-bench-${process.pid}-${Date.now()}`;
  const consumer = kafka.consumer({
    groupId,
    allowAutoTopicCreation: false,
    maxBytesPerPartition: 4 * 1024 * 1024,
    maxBytes: 16 * 1024 * 1024,
    maxWaitTimeInMs: 100,
  });
  try {
    return await consumed(consumer, topic, count);
  } finally {
    await consumer.disconnect();
    await deleteGroup(broker, groupId);
  }
}

async function consumed(consumer: Consumer, topic: string, count: number): Promise<number> {
  let joined = 0;
  let seen = 0;
  consumer.on(consumer.events.GROUP_JOIN, () => {
    // a second time, after a crash, it begins anew: nothing is committed
    joined = performance.now();
    seen = 0;
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const seconds = new Promise<number>((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      // it goes on by itself after what passes: a coordinator that is still being chosen
      if (!payload.restart) reject(payload.error);
    });
    consumer
      .run({
        autoCommit: false,
        partitionsConsumedConcurrently: 6,
        eachBatchAutoResolve: true,
        eachBatch: async ({ batch }) => {
          seen += batch.messages.length;
          if (seen >= count) resolve((performance.now() - joined) / 1000);
        },
      })
      .catch(reject);
  });
  return within(15 * 60_000, `reading ${topic} with kafkajs`, seconds);
}

/** Deletes a group that a peer had to make to read; one that it never came to make is fine. */
export async function deleteGroup(broker: string, groupId: string): Promise<void> {
  const admin = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING }).admin();
  try {
    await admin.connect();
    const { groups } = await admin.listGroups();
    if (groups.some((group) => group.groupId === groupId)) await admin.deleteGroups([groupId]);
  } finally {
    await admin.disconnect();
  }
}

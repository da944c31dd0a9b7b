import { zstdDecompressSync } from "node:zlib";
import kafkajs from "kafkajs";
import { decompress } from "../../src/kafka/log/codecs.ts";

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
  let joined = 0;
  let seen = 0;
  consumer.on(consumer.events.GROUP_JOIN, () => (joined = performance.now()));
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const seconds = await new Promise<number>((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
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
  await consumer.disconnect();
  const admin = kafka.admin();
  await admin.connect();
  await admin.deleteGroups([groupId]);
  await admin.disconnect();
  return seconds;
}

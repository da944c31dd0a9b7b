import avsc from "avsc";
import kafkajs from "kafkajs";
import type { Stack } from "../../harness/stack.ts";

/** Topics of one test file, written by another client than ours, and removed at the end. */
export class Topics {
  readonly prefix = `e2e-${process.pid}`;
  private readonly kafka: kafkajs.Kafka;
  private readonly registry: string;
  private readonly producer: kafkajs.Producer;
  private readonly made: string[] = [];
  private readonly subjects: string[] = [];

  constructor(stack: Stack) {
    this.kafka = new kafkajs.Kafka({ brokers: [stack.zk.bootstrap], logLevel: kafkajs.logLevel.NOTHING });
    this.registry = stack.registry.url;
    this.producer = this.kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  }

  async connect(): Promise<void> {
    await this.producer.connect();
  }

  async create(name: string, partitions: number, config: Record<string, string> = {}): Promise<string> {
    const topic = `${this.prefix}-${name}`;
    const admin = this.kafka.admin();
    await admin.connect();
    try {
      const configEntries = Object.entries(config).map(([entry, value]) => ({ name: entry, value }));
      await admin.createTopics({ topics: [{ topic, numPartitions: partitions, configEntries }], waitForLeaders: true });
    } finally {
      await admin.disconnect();
    }
    this.made.push(topic);
    return topic;
  }

  async send(topic: string, messages: kafkajs.Message[]): Promise<void> {
    for (let at = 0; at < messages.length; at += 2000)
      await this.producer.send({ topic, messages: messages.slice(at, at + 2000) });
  }

  /** Registers an Avro schema under a subject; gives what writes values in Confluent's wire format. */
  async avro(subject: string, schema: avsc.Schema): Promise<{ id: number; encode(value: unknown): Buffer }> {
    const answer = await fetch(`${this.registry}/subjects/${encodeURIComponent(subject)}/versions`, {
      method: "POST",
      headers: { "content-type": "application/vnd.schemaregistry.v1+json" },
      body: JSON.stringify({ schema: JSON.stringify(schema) }),
    });
    if (!answer.ok) throw new Error(`The registry refused ${subject}: ${answer.status} ${await answer.text()}`);
    const { id } = (await answer.json()) as { id: number };
    this.subjects.push(subject);
    const type = avsc.Type.forSchema(schema);
    const head = Buffer.alloc(5);
    head.writeInt32BE(id, 1);
    return { id, encode: (value) => Buffer.concat([head, type.toBuffer(value)]) };
  }

  /** What stands in a partition at an offset, read by another client. */
  async read(topic: string, partition: number, offset: string): Promise<kafkajs.KafkaMessage> {
    const groupId = `${this.prefix}-check`;
    const consumer = this.kafka.consumer({ groupId });
    await consumer.connect();
    try {
      await consumer.subscribe({ topic });
      return await new Promise<kafkajs.KafkaMessage>((resolve, reject) => {
        consumer
          .run({
            autoCommit: false,
            eachMessage: async (m) => {
              if (m.partition === partition && m.message.offset === offset) resolve(m.message);
            },
          })
          .then(() => consumer.seek({ topic, partition, offset }))
          .catch(reject);
      });
    } finally {
      await consumer.disconnect();
      const admin = this.kafka.admin();
      await admin.connect();
      await admin.deleteGroups([groupId]);
      await admin.disconnect();
    }
  }

  async remove(): Promise<void> {
    await this.producer.disconnect();
    const admin = this.kafka.admin();
    await admin.connect();
    await admin.deleteTopics({ topics: this.made });
    await admin.disconnect();
    for (const subject of this.subjects)
      await fetch(`${this.registry}/subjects/${encodeURIComponent(subject)}`, { method: "DELETE" });
  }
}

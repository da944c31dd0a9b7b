import type { Ctx } from "../context.ts";
import type { Cluster } from "../kafka/cluster.ts";
import { MessageProducer } from "../kafka/produce/producer.ts";
import type { RegisteredSchema } from "../schema/api.ts";
import { encodeField, exampleFor } from "../schema/draft.ts";
import type {
  DraftField,
  DraftProblem,
  ProduceContext,
  ProduceDraft,
  ProduceOutcome,
  SubjectInfo,
} from "../shared/protocol.ts";
import { isCancelled, messageOf, UserError } from "../shared/userError.ts";
import { subjectsFor } from "./subjects.ts";

/** A subject's latest version is taken as known for so long while the user types, ms; sending asks again. */
const fresh = 30_000;

/** Writes to one topic: what the form offers, what is wrong with a draft, and sending it. */
export class TopicProducer {
  private readonly ctx: Ctx;
  private readonly connectionId: string;
  private readonly topic: string;
  private readonly latest = new Map<string, { at: number; schema: Promise<RegisteredSchema> }>();
  private producer: { cluster: Cluster; producer: MessageProducer } | null = null;

  constructor(ctx: Ctx, connectionId: string, topic: string) {
    this.ctx = ctx;
    this.connectionId = connectionId;
    this.topic = topic;
  }

  /** Numbers of the topic's partitions. */
  async partitions(signal?: AbortSignal): Promise<number[]> {
    const cluster = await this.ctx.clusters.get(this.connectionId);
    const [topic] = await cluster.topics([this.topic], signal);
    return (topic?.partitions ?? []).map((p) => p.partition).sort((a, b) => a - b);
  }

  async context(signal?: AbortSignal): Promise<ProduceContext> {
    const [partitions, subjects] = await Promise.all([this.partitions(signal), this.subjects(signal)]);
    return { partitions, ...subjects };
  }

  private async subjects(signal?: AbortSignal): Promise<Pick<ProduceContext, "subjects" | "registryProblem">> {
    const none = { key: [], value: [] };
    try {
      const registry = await this.ctx.registries.get(this.connectionId);
      if (!registry) return { subjects: none, registryProblem: null };
      const offered = subjectsFor(this.topic, await registry.subjects(signal));
      const [key, value] = await Promise.all([this.infos(offered.key), this.infos(offered.value)]);
      return { subjects: { key, value }, registryProblem: null };
    } catch (error) {
      if (isCancelled(error)) throw error;
      return { subjects: none, registryProblem: messageOf(error) };
    }
  }

  /** Subjects that cannot be asked for or written with are left out: the form offers what works. */
  private async infos(subjects: readonly string[]): Promise<SubjectInfo[]> {
    const found = await Promise.allSettled(subjects.map((subject) => this.schema(subject, 0)));
    const infos: SubjectInfo[] = [];
    for (const [i, result] of found.entries()) {
      if (result.status === "rejected") {
        this.ctx.log.warn(`${subjects[i]}: ${messageOf(result.reason)}`);
        continue;
      }
      const { id, type, version } = result.value;
      if (type !== "AVRO" && type !== "JSON" && type !== "PROTOBUF") continue;
      const example = await exampleFor(result.value);
      infos.push({ subject: subjects[i] as string, version: version ?? 0, id, type, example });
    }
    return infos;
  }

  /** The latest version of a subject, at most `age` ms old. */
  private schema(subject: string, age: number): Promise<RegisteredSchema> {
    const known = this.latest.get(subject);
    if (known && Date.now() - known.at < age) return known.schema;
    const schema = this.ask(subject);
    this.latest.set(subject, { at: Date.now(), schema });
    schema.catch(() => {
      if (this.latest.get(subject)?.schema === schema) this.latest.delete(subject);
    });
    return schema;
  }

  private async ask(subject: string): Promise<RegisteredSchema> {
    const registry = await this.ctx.registries.get(this.connectionId);
    if (!registry) throw new UserError("The connection has no schema registry: edit it to add one.");
    return registry.latest(subject);
  }

  /** What is wrong with the draft, by field. Nothing is sent. */
  async validate(draft: ProduceDraft): Promise<DraftProblem[]> {
    return (await this.encode(draft, fresh)).problems;
  }

  /** Sends the draft, acknowledged by all in-sync replicas. What is wrong with it, or with sending it, is the outcome. */
  async produce(draft: ProduceDraft, signal?: AbortSignal): Promise<ProduceOutcome> {
    const { key, value, headers, problems } = await this.encode(draft, 0);
    if (problems.length > 0) return { ok: false, message: "Not sent: see what is wrong above.", problems };
    try {
      const cluster = await this.ctx.clusters.get(this.connectionId);
      if (this.producer?.cluster !== cluster) {
        this.producer?.producer.close();
        this.producer = { cluster, producer: new MessageProducer(cluster) };
      }
      const message = { topic: this.topic, partition: draft.partition, key, value, headers };
      const sent = await this.producer.producer.send(message, signal);
      return { ok: true, partition: sent.partition, offset: String(sent.offset), timestamp: String(sent.timestamp) };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return { ok: false, message: error.message, problems: [] };
    }
  }

  dispose(): void {
    this.producer?.producer.close();
    this.latest.clear();
  }

  private async encode(draft: ProduceDraft, age: number) {
    const [key, value] = await Promise.all([this.field("key", draft.key, age), this.field("value", draft.value, age)]);
    const problems = [...key.problems, ...value.problems];
    for (const [index, header] of draft.headers.entries())
      if (header.key === "") problems.push({ field: "headers", index, message: "A header needs a key." });
    const headers = draft.headers.map((h) => ({ key: h.key, value: h.isNull ? null : Buffer.from(h.value, "utf8") }));
    return { key: key.bytes, value: value.bytes, headers, problems };
  }

  private async field(
    name: "key" | "value",
    field: DraftField,
    age: number,
  ): Promise<{ bytes: Uint8Array | null; problems: DraftProblem[] }> {
    let schema: RegisteredSchema | null = null;
    if (field.encoding === "schema" && field.subject) {
      try {
        schema = await this.schema(field.subject, age);
      } catch (error) {
        return { bytes: null, problems: [{ field: name, message: messageOf(error) }] };
      }
    }
    const encoded = await encodeField(field, schema);
    if ("bytes" in encoded) return { bytes: encoded.bytes, problems: [] };
    return { bytes: null, problems: encoded.problems.map((p) => ({ field: name, ...p })) };
  }
}

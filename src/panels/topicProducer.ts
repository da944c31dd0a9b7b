import { Uri } from "vscode";
import type { Ctx } from "../context.ts";
import type { Cluster } from "../kafka/cluster.ts";
import { MessageProducer } from "../kafka/produce/producer.ts";
import { encodeField, helpFor } from "../schema/draft.ts";
import { bytesOfHex } from "../schema/plain/bytesText.ts";
import type {
  DraftField,
  DraftFormat,
  DraftHeader,
  DraftHelp,
  DraftProblem,
  ProduceContext,
  ProduceDraft,
  ProduceOutcome,
  SubjectInfo,
} from "../shared/draft.ts";
import { isCancelled, messageOf, UserError } from "../shared/userError.ts";
import { formatLike } from "./draftFormat.ts";
import { DraftSchemas } from "./draftSchemas.ts";
import { draftOfRow } from "./editedDraft.ts";
import type { FormatStore } from "./formatStore.ts";
import type { RegistrySource } from "./registrySource.ts";
import { schemaFileOf } from "./schemaFiles.ts";
import { subjectsFor } from "./subjects.ts";
import type { TopicDecodings } from "./topicDecodings.ts";
import type { TopicReader } from "./topicReader.ts";

/** A subject's latest version is taken as known for so long while the user types, ms; sending asks again. */
const fresh = 30_000;

type Part = "key" | "value";
type Header = { key: string; value: Uint8Array | null };

/** What a producer works with. */
export interface ProducerParts {
  ctx: Ctx;
  connectionId: string;
  topic: string;
  formats: FormatStore;
  decodings: TopicDecodings;
  registry: RegistrySource;
}

/** Writes to one topic: what the form offers, what is wrong with a draft, and sending it. */
export class TopicProducer {
  private readonly parts: ProducerParts;
  private readonly schemas: DraftSchemas;
  private producer: { cluster: Cluster; producer: MessageProducer } | null = null;

  constructor(parts: ProducerParts) {
    this.parts = parts;
    this.schemas = new DraftSchemas(parts.ctx, parts.connectionId, parts.topic, parts.registry);
  }

  /** Numbers of the topic's partitions. */
  private async partitions(signal?: AbortSignal): Promise<number[]> {
    const { ctx, connectionId, topic: name } = this.parts;
    const cluster = await ctx.clusters.get(connectionId);
    const [topic] = await cluster.topics([name], signal);
    return (topic?.partitions ?? []).map((p) => p.partition).sort((a, b) => a - b);
  }

  async context(signal?: AbortSignal): Promise<ProduceContext> {
    const [partitions, subjects] = await Promise.all([this.partitions(signal), this.subjects(signal)]);
    return { partitions, ...subjects, formats: { key: this.format("key"), value: this.format("value") } };
  }

  /** What was chosen the last time, or else what fits how the topic is read by the user's own choice. */
  private format(part: Part): DraftFormat | null {
    const { connectionId, topic, formats, decodings } = this.parts;
    const kept = formats.get(connectionId, topic)[part];
    if (kept) return kept;
    const read = decodings.kept(topic)[part];
    if (read.kind === "format") return formatLike(read.format);
    if (read.kind !== "file") return null;
    const file = schemaFileOf(Uri.parse(read.uri));
    return { encoding: "file", file, ...(read.message === null ? {} : { message: read.message }) };
  }

  /** Remembers how a part is written. */
  async keepFormat(part: Part, format: DraftFormat): Promise<void> {
    const { connectionId, topic, formats } = this.parts;
    await formats.set(connectionId, topic, part, format);
  }

  private async subjects(
    signal?: AbortSignal,
  ): Promise<Pick<ProduceContext, "subjects" | "registry" | "registryProblem">> {
    const { ctx, connectionId, topic } = this.parts;
    const none = { subjects: { key: [], value: [] }, registry: null };
    try {
      const registry = await ctx.registries.get(connectionId);
      if (!registry) return { ...none, registryProblem: null };
      const offered = subjectsFor(topic, await registry.subjects(signal));
      const [key, value] = await Promise.all([this.infos(offered.key), this.infos(offered.value)]);
      return { subjects: { key, value }, registry: registry.kind, registryProblem: null };
    } catch (error) {
      if (isCancelled(error)) throw error;
      return { ...none, registryProblem: messageOf(error) };
    }
  }

  /** Subjects that cannot be asked for or written with are left out: the form offers what works. */
  private async infos(subjects: readonly string[]): Promise<SubjectInfo[]> {
    const found = await Promise.allSettled(subjects.map((subject) => this.schemas.latest(subject, 0)));
    const infos: SubjectInfo[] = [];
    for (const [i, result] of found.entries()) {
      if (result.status === "rejected") {
        this.parts.ctx.log.warn(`${subjects[i]}: ${messageOf(result.reason)}`);
        continue;
      }
      const { id, type, version } = result.value;
      if (type !== "AVRO" && type !== "JSON" && type !== "PROTOBUF") continue;
      infos.push({ subject: subjects[i] as string, version: version ?? 0, id, type });
    }
    return infos;
  }

  /** What a field's schema offers. Rejects with a UserError when it cannot be had. */
  async help(field: DraftField, part: Part): Promise<DraftHelp> {
    const schema = await this.schemas.of(field, part, fresh);
    return schema ? helpFor(schema, field) : { example: "", messages: null };
  }

  /** A kept record as a draft. Rejects with a UserError when it is too large to edit, or not kept any more. */
  async draftOf(reader: TopicReader, seq: number, signal?: AbortSignal): Promise<ProduceDraft> {
    const { ctx, topic, decodings } = this.parts;
    let schemas = null;
    try {
      schemas = await this.parts.registry.get();
    } catch (error) {
      // its rows say the same; what needs the registry is edited as bytes
      ctx.log.warn(messageOf(error));
    }
    return draftOfRow(reader, seq, { ctx, topic, decodings, schemas }, signal);
  }

  /** What is wrong with the draft, by field. Nothing is sent. */
  async validate(draft: ProduceDraft): Promise<DraftProblem[]> {
    return (await this.encode(draft, fresh)).problems;
  }

  /** Sends the draft, acknowledged by all in-sync replicas. What is wrong with it, or with sending it, is the outcome. */
  async produce(draft: ProduceDraft, signal?: AbortSignal): Promise<ProduceOutcome> {
    const { ctx, connectionId, topic } = this.parts;
    const { key, value, headers, problems } = await this.encode(draft, 0);
    if (problems.length > 0) return { ok: false, message: "Not sent: see what is wrong above.", problems };
    try {
      const cluster = await ctx.clusters.get(connectionId);
      if (this.producer?.cluster !== cluster) {
        this.producer?.producer.close();
        this.producer = { cluster, producer: new MessageProducer(cluster) };
      }
      const message = { topic, partition: draft.partition, key, value, headers };
      const sent = await this.producer.producer.send(message, signal);
      return { ok: true, partition: sent.partition, offset: String(sent.offset), timestamp: String(sent.timestamp) };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return { ok: false, message: error.message, problems: [] };
    }
  }

  dispose(): void {
    this.producer?.producer.close();
    this.schemas.clear();
  }

  private async encode(draft: ProduceDraft, age: number) {
    const [key, value] = await Promise.all([this.field("key", draft.key, age), this.field("value", draft.value, age)]);
    const problems = [...key.problems, ...value.problems];
    const given: Header[] = draft.headers.map((header, index) => {
      const { bytes, why } = headerValue(header);
      if (header.key === "") problems.push({ field: "headers", index, message: "A header needs a key." });
      if (why !== null) problems.push({ field: "headers", index, message: why });
      return { key: header.key, value: bytes };
    });
    const headers = withHeaders(given, [...key.headers, ...value.headers]);
    return { key: key.bytes, value: value.bytes, headers, problems };
  }

  private async field(
    name: Part,
    field: DraftField,
    age: number,
  ): Promise<{ bytes: Uint8Array | null; headers: Header[]; problems: DraftProblem[] }> {
    const failed = (problems: DraftProblem[]) => ({ bytes: null, headers: [], problems });
    // what is sent as it came needs no schema
    const same = field.original?.text === field.text;
    try {
      const encoded = await encodeField(field, same ? null : await this.schemas.of(field, name, age), name);
      if ("problems" in encoded) return failed(encoded.problems.map((p) => ({ field: name, ...p })));
      return { bytes: encoded.bytes, headers: encoded.headers ?? [], problems: [] };
    } catch (error) {
      return failed([{ field: name, message: messageOf(error) }]);
    }
  }
}

function headerValue({ value, kind }: DraftHeader): { bytes: Uint8Array | null; why: string | null } {
  if (kind === "null") return { bytes: null, why: null };
  if (kind === "text") return { bytes: Buffer.from(value, "utf8"), why: null };
  try {
    return { bytes: bytesOfHex(value), why: null };
  } catch (error) {
    return { bytes: null, why: `This is not hex: ${messageOf(error)}.` };
  }
}

/** What names a schema takes the place of the header of that name, so that a message that is edited has it where it was. */
function withHeaders(given: readonly Header[], naming: readonly Header[]): Header[] {
  const headers = [...given];
  for (const header of naming) {
    const at = headers.findLastIndex(({ key }) => key === header.key);
    if (at >= 0) headers[at] = header;
    else headers.push(header);
  }
  return headers;
}

import { Uri } from "vscode";
import type { Ctx } from "../context.ts";
import type { RegisteredSchema } from "../schema/api.ts";
import type { DraftSchema } from "../schema/draft.ts";
import type { DraftFormat } from "../shared/draft.ts";
import { UserError } from "../shared/userError.ts";
import type { RegistrySource } from "./registrySource.ts";
import { fileSchema } from "./schemaFiles.ts";
import { isKey } from "./topicSchemas.ts";

/** The schemas that a topic's messages are written with: a registry's by subject or by id, and files of the workspace. */
export class DraftSchemas {
  private readonly ctx: Ctx;
  private readonly connectionId: string;
  private readonly topic: string;
  private readonly registry: RegistrySource;
  private readonly kept = new Map<string, { at: number; schema: Promise<RegisteredSchema> }>();

  constructor(ctx: Ctx, connectionId: string, topic: string, registry: RegistrySource) {
    this.ctx = ctx;
    this.connectionId = connectionId;
    this.topic = topic;
    this.registry = registry;
  }

  /** null: the format needs none. Rejects with a UserError. @param age of a subject's latest version at most, ms */
  async of(format: DraftFormat, part: "key" | "value", age: number): Promise<DraftSchema | null> {
    if (format.encoding === "file" && format.file)
      return fileSchema(Uri.parse(format.file.uri), format.message ?? null);
    if (format.encoding !== "schema") return null;
    if (format.pinned) {
      const { key } = format.pinned;
      if (!isKey(key)) throw new UserError("No schema is named like that.", { code: "unknown-schema" });
      const source = await this.registry.get();
      if (!source) throw noRegistry();
      return { ...(source.cached(key, this.topic, part) ?? (await source.byId(key, this.topic, part))), key };
    }
    return format.subject === undefined ? null : this.latest(format.subject, age);
  }

  /** The latest version of a subject, at most `age` ms old. */
  latest(subject: string, age: number): Promise<RegisteredSchema> {
    const known = this.kept.get(subject);
    if (known && Date.now() - known.at < age) return known.schema;
    const schema = this.ask(subject);
    this.kept.set(subject, { at: Date.now(), schema });
    schema.catch(() => {
      if (this.kept.get(subject)?.schema === schema) this.kept.delete(subject);
    });
    return schema;
  }

  clear(): void {
    this.kept.clear();
  }

  private async ask(subject: string): Promise<RegisteredSchema> {
    const registry = await this.ctx.registries.get(this.connectionId);
    if (!registry) throw noRegistry();
    return registry.latest(subject);
  }
}

const noRegistry = (): UserError => new UserError("The connection has no schema registry: edit it to add one.");

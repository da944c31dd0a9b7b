import type { TextDocuments } from "../platform/textDocuments.ts";
import type { RegisteredSchema, SchemaKey } from "../schema/api.ts";
import { schemaDifferences } from "../schema/differences.ts";
import { scanJson } from "../schema/json.ts";
import { layOutJson } from "../schema/jsonLayout.ts";
import type { SchemaRef } from "../shared/messages.ts";
import { isSchemaKey, type NamedSchema, type SchemaDifferences } from "../shared/schemaUse.ts";
import { messageOf, UserError } from "../shared/userError.ts";
import { languageOf } from "../subjects/languages.ts";
import type { RegistrySource } from "./registrySource.ts";

/** The schemas that a panel's messages name, as the registry has them: compared, and opened to be read. */
export class TopicSchemas {
  private readonly registry: RegistrySource;
  private readonly documents: TextDocuments;

  constructor(registry: RegistrySource, documents: TextDocuments) {
    this.registry = registry;
    this.documents = documents;
  }

  /** What changed between two schemas, in words. Rejects with a UserError when one cannot be had or used. */
  async changes(older: NamedSchema, newer: NamedSchema): Promise<SchemaDifferences> {
    const [before, after] = await Promise.all([this.schema(older), this.schema(newer)]);
    try {
      return await schemaDifferences(before, after);
    } catch (error) {
      throw new UserError(`${nameOf(before)} and ${nameOf(after)} cannot be compared: ${messageOf(error)}.`, {
        code: "schema-compare",
        cause: error,
      });
    }
  }

  /** Opens a schema as a read-only document. */
  async open(named: NamedSchema): Promise<void> {
    const schema = await this.schema(named);
    const title = `${nameOf(schema).replaceAll(/[/\\]/g, "_")}.${extensions[schema.type] ?? "txt"}`;
    await this.documents.open({ text: textOf(schema), languageId: await languageOf(schema.type), title });
  }

  /** What the registry knows of a schema. Rejects with a UserError when it does not answer, or does not know it. */
  async about(named: NamedSchema): Promise<SchemaRef> {
    const { id, type, subject, version } = await this.schema(named);
    return { id, type, subject, version };
  }

  private async schema({ topic, part, key }: NamedSchema): Promise<RegisteredSchema> {
    if (!isKey(key)) throw new UserError("No schema is named like that.", { code: "unknown-schema" });
    const source = await this.registry.get();
    if (!source) throw new UserError("No schema registry is configured for this connection.", { code: "no-registry" });
    return source.cached(key, topic, part) ?? source.byId(key, topic, part);
  }
}

/** "orders-value version 3", or "schema id 12" where it is registered nowhere that is known */
const nameOf = ({ subject, version, id }: RegisteredSchema): string =>
  subject === null ? `schema id ${id}` : `${subject} version ${version ?? "unknown"}`;

/** laid out, from its own characters, where it is JSON */
function textOf({ schema }: RegisteredSchema): string {
  return scanJson(Buffer.from(schema)).ok ? layOutJson(schema) : schema;
}

/** Whether it may be what a payload names a schema by. */
export const isKey = (key: number | string): key is SchemaKey => isSchemaKey(key);

const extensions: Record<string, string> = { AVRO: "avsc", JSON: "json", PROTOBUF: "proto" };

import { UserError } from "../../shared/userError.ts";
import type { RegisteredSchema, SchemaKey } from "../api.ts";
import type {
  Compatibility,
  Deletion,
  Registry,
  SchemaDraft,
  SchemaReference,
  SchemaText,
  Setting,
  SubjectVersion,
  Version,
} from "./api.ts";
import { isLoopback } from "./host.ts";
import { type Ask, type Refusal, type RegistryEndpoint, RegistryHttp } from "./http.ts";
import { isUnanswered } from "./httpProblem.ts";
import { isObject } from "./jsonObject.ts";
import { collectReferences } from "./references.ts";

const TYPE = "application/vnd.schemaregistry.v1+json";

type Answer = Record<string, unknown>;

/**
 * A schema registry with Confluent's REST API: Confluent's own, Karapace, Redpanda, Apicurio's ccompat. A subject in another context than
 * the default one is written ":.context:subject"; a whole client in a context has "/contexts/.context" at the end of its URL.
 * Source: Confluent Schema Registry API reference, version 8.
 */
export class ConfluentRegistry implements Registry {
  readonly kind = "confluent";
  readonly features = {
    softDelete: true,
    modes: true,
    globalCompatibility: true,
    compatibilityCheck: true,
    contexts: true,
  };
  readonly identity: string;
  readonly shortLived: boolean;
  readonly #http: RegistryHttp;

  /** Throws a UserError "bad-url" when a URL cannot be one. */
  constructor(endpoint: RegistryEndpoint) {
    this.#http = new RegistryHttp(endpoint, refusalOf);
    this.identity = `confluent ${this.#http.urls.toSorted().join(" ")}`;
    this.shortLived = this.#http.urls.some(isLoopback);
  }

  get url(): string {
    return this.#http.url;
  }

  close(): void {
    this.#http.close();
  }

  async test(signal?: AbortSignal): Promise<{ subjects: number }> {
    return { subjects: (await this.subjects(signal)).length };
  }

  async subjects(
    signal?: AbortSignal,
    { deleted = false, prefix = "" }: { deleted?: boolean; prefix?: string } = {},
  ): Promise<string[]> {
    const query = queryOf({ deleted: deleted ? "true" : "", subjectPrefix: prefix });
    return this.#list(`/subjects${query}`, isText, { signal });
  }

  async versions(
    subject: string,
    signal?: AbortSignal,
    { deleted = false }: { deleted?: boolean } = {},
  ): Promise<number[]> {
    const path = `${pathOf(subject)}/versions${queryOf({ deleted: deleted ? "true" : "" })}`;
    return this.#list(path, isNumber, { signal, missing: noSubject(subject) });
  }

  latest(subject: string, signal?: AbortSignal): Promise<RegisteredSchema> {
    return this.version(subject, "latest", signal);
  }

  async version(
    subject: string,
    version: Version | "latest",
    signal?: AbortSignal,
    { deleted = false }: { deleted?: boolean } = {},
  ): Promise<RegisteredSchema> {
    const path = `${pathOf(subject)}/versions/${encodeURIComponent(version)}${queryOf({ deleted: deleted ? "true" : "" })}`;
    const answer = await this.#object({ path, missing: noSubject(subject), signal });
    const { id } = answer;
    if (typeof id !== "number") throw this.#http.unexpected({ path });
    const found = typeof answer["version"] === "number" ? answer["version"] : null;
    return { ...(await this.#schema(id, answer, path, signal)), subject, version: found };
  }

  async schema(key: SchemaKey, signal?: AbortSignal): Promise<SchemaText> {
    const wanted = wantedOf(key);
    const missing = { message: `schema ${wanted.words} is unknown to the registry`, code: "unknown-schema" };
    const [answer, id] = await Promise.all([
      this.#object({ path: wanted.path, missing, signal }),
      wanted.id ?? this.#idOf(wanted.path, signal),
    ]);
    const schema = await this.#schema(id ?? wanted.name, answer, wanted.path, signal);
    return typeof key === "number" ? schema : { ...schema, key };
  }

  async versionsOf(key: SchemaKey, signal?: AbortSignal): Promise<SubjectVersion[]> {
    try {
      const wanted = wantedOf(key);
      const id = wanted.id ?? (await this.#idOf(wanted.path, signal));
      if (id === null) return [];
      const answer = await this.#http.json({ path: `/schemas/ids/${id}/versions`, headers, signal });
      return Array.isArray(answer) ? answer.filter(isSubjectVersion) : [];
    } catch (error) {
      // the schema itself is what decoding needs: only its name is missing then
      if (error instanceof UserError && !isUnanswered(error)) return [];
      throw error;
    }
  }

  async contexts(signal?: AbortSignal): Promise<string[]> {
    return this.#list("/contexts", isText, { signal });
  }

  async register(subject: string, draft: SchemaDraft, signal?: AbortSignal): Promise<RegisteredSchema> {
    const body = { type: TYPE, text: draftOf(draft) };
    // the same text again is the same version: asking twice does no harm
    const repeatable = { repeatable: true, signal };
    await this.#object({ method: "POST", path: `${pathOf(subject)}/versions`, body, ...repeatable });
    // older registries answer with the id only
    const found = await this.#object({
      method: "POST",
      path: pathOf(subject),
      body,
      missing: noSubject(subject),
      ...repeatable,
    });
    const { id, version } = found;
    if (typeof id !== "number" || typeof version !== "number") throw this.#http.unexpected({ path: pathOf(subject) });
    return this.version(subject, version, signal);
  }

  async checkCompatibility(
    subject: string,
    draft: SchemaDraft,
    version: Version | "latest",
    signal?: AbortSignal,
  ): Promise<Compatibility> {
    const path = `/compatibility/subjects/${encodeURIComponent(subject)}/versions/${encodeURIComponent(version)}?verbose=true`;
    const missing = { message: `${subject} has no version ${version}`, code: "unknown-subject" };
    try {
      const body = { type: TYPE, text: draftOf(draft) };
      const answer = await this.#object({ method: "POST", path, body, missing, repeatable: true, signal });
      const { is_compatible: compatible, messages } = answer;
      if (typeof compatible !== "boolean") throw this.#http.unexpected({ method: "POST", path });
      return { compatible, messages: Array.isArray(messages) ? messages.filter(isText) : [] };
    } catch (error) {
      if (version === "latest" && error instanceof UserError && error.code === "unknown-subject")
        return { compatible: true, messages: [] };
      throw error;
    }
  }

  compatibility(subject: string | null, signal?: AbortSignal): Promise<Setting> {
    return this.#setting("/config", "compatibilityLevel", subject, signal);
  }

  async setCompatibility(subject: string | null, level: string, signal?: AbortSignal): Promise<void> {
    await this.#set("/config", subject, { compatibility: level }, signal);
  }

  async clearCompatibility(subject: string, signal?: AbortSignal): Promise<void> {
    await this.#clear("/config", subject, signal);
  }

  mode(subject: string | null, signal?: AbortSignal): Promise<Setting> {
    return this.#setting("/mode", "mode", subject, signal);
  }

  async setMode(subject: string | null, mode: string, signal?: AbortSignal): Promise<void> {
    await this.#set("/mode", subject, { mode }, signal);
  }

  async clearMode(subject: string, signal?: AbortSignal): Promise<void> {
    await this.#clear("/mode", subject, signal);
  }

  async deleteVersion(subject: string, version: Version, deletion: Deletion, signal?: AbortSignal): Promise<void> {
    const missing = { message: `${subject} has no version ${version}`, code: "unknown-subject" };
    await this.#delete(`${pathOf(subject)}/versions/${encodeURIComponent(version)}`, deletion, missing, signal);
  }

  async deleteSubject(subject: string, deletion: Deletion, signal?: AbortSignal): Promise<void> {
    await this.#delete(pathOf(subject), deletion, noSubject(subject), signal);
  }

  /** What is deleted for good has to be deleted before: it may be so already. */
  async #delete(path: string, deletion: Deletion, missing: Missing, signal: AbortSignal | undefined): Promise<void> {
    let already: UserError | null = null;
    try {
      await this.#http.text({ method: "DELETE", path, headers, missing, signal });
    } catch (error) {
      // Apicurio calls it a conflict that a version is deleted already
      const isAlready = error instanceof UserError && (error.code === missing.code || error.code === "incompatible");
      if (deletion === "soft" || !isAlready) throw error;
      already = error;
    }
    if (deletion === "soft") return;
    try {
      await this.#http.text({ method: "DELETE", path: `${path}?permanent=true`, headers, missing, signal });
    } catch (error) {
      // a registry that keeps nothing of what is deleted is done with the first request
      if (already === null && error instanceof UserError && error.code === missing.code) return;
      throw error;
    }
  }

  async #setting(
    path: string,
    field: string,
    subject: string | null,
    signal: AbortSignal | undefined,
  ): Promise<Setting> {
    if (subject !== null) {
      try {
        const own = `${path}/${encodeURIComponent(subject)}`;
        const answer = await this.#object({ path: own, missing: noSetting(subject), signal });
        if (typeof answer[field] === "string") return { value: answer[field], inherited: false };
        throw this.#http.unexpected({ path: own });
      } catch (error) {
        if (!(error instanceof UserError && error.code === "no-setting")) throw error;
      }
    }
    const answer = await this.#object({ path, signal });
    if (typeof answer[field] !== "string") throw this.#http.unexpected({ path });
    return { value: answer[field], inherited: subject !== null };
  }

  async #set(path: string, subject: string | null, body: object, signal: AbortSignal | undefined): Promise<void> {
    await this.#http.text({
      method: "PUT",
      path: subject === null ? path : `${path}/${encodeURIComponent(subject)}`,
      headers,
      body: { type: TYPE, text: JSON.stringify(body) },
      repeatable: true,
      signal,
    });
  }

  async #clear(path: string, subject: string, signal: AbortSignal | undefined): Promise<void> {
    try {
      const own = `${path}/${encodeURIComponent(subject)}`;
      await this.#http.text({
        method: "DELETE",
        path: own,
        headers,
        missing: noSetting(subject),
        repeatable: true,
        signal,
      });
    } catch (error) {
      // it has none: as asked
      if (!(error instanceof UserError && error.code === "no-setting")) throw error;
    }
  }

  /** The id of a GUID, in the default context where it is in several; null where the registry does not tell. */
  async #idOf(path: string, signal: AbortSignal | undefined): Promise<number | null> {
    try {
      const answer = await this.#http.json({ path: `${path}/ids`, headers, signal });
      const ids = (Array.isArray(answer) ? answer : []).filter(isContextId);
      return (ids.find(({ context }) => context === ".") ?? ids[0])?.id ?? null;
    } catch (error) {
      if (error instanceof UserError && !isUnanswered(error)) return null;
      throw error;
    }
  }

  async #schema(
    id: number | string,
    answer: Answer,
    path: string,
    signal: AbortSignal | undefined,
  ): Promise<SchemaText> {
    const { schema, schemaType, references } = answer;
    if (typeof schema !== "string") throw this.#http.unexpected({ path });
    return {
      id,
      // left out by registries when it is Avro
      type: typeof schemaType === "string" ? schemaType : "AVRO",
      schema,
      references: await collectReferences(referencesOf(references), async ({ subject, version }) => {
        // a version that others refer to may be deleted, softly
        const where = `${pathOf(subject)}/versions/${encodeURIComponent(version)}?deleted=true`;
        const message = `the schema refers to ${subject} version ${version}, which is unknown to the registry`;
        const found = await this.#object({ path: where, missing: { message, code: "unknown-reference" }, signal });
        if (typeof found["schema"] !== "string") throw this.#http.unexpected({ path: where });
        return { schema: found["schema"], references: referencesOf(found["references"]) };
      }),
    };
  }

  #object(ask: Ask): Promise<Answer> {
    return this.#http.object({ ...ask, headers });
  }

  async #list<T>(path: string, is: (entry: unknown) => entry is T, ask: Omit<Ask, "path">): Promise<T[]> {
    const answer = await this.#http.json({ ...ask, path, headers });
    if (!Array.isArray(answer) || !answer.every(is)) throw this.#http.unexpected({ path });
    return answer;
  }
}

const headers = { accept: `${TYPE}, application/json` };

type Missing = NonNullable<Ask["missing"]>;

const noSubject = (subject: string): Missing => ({
  message: `the subject ${subject} is unknown to the registry`,
  code: "unknown-subject",
});

const noSetting = (subject: string): Missing => ({
  message: `${subject} has no setting of its own`,
  code: "no-setting",
});

const pathOf = (subject: string): string => `/subjects/${encodeURIComponent(subject)}`;

function queryOf(fields: Record<string, string>): string {
  const given = Object.entries(fields).filter(([, value]) => value !== "");
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
}

const draftOf = ({ type, schema, references }: SchemaDraft): string =>
  JSON.stringify({
    schema,
    // older registries know Avro only, and no such field
    ...(type === "AVRO" ? {} : { schemaType: type }),
    ...(references.length === 0 ? {} : { references }),
  });

/** 404 with a five-digit code is the registry's own answer; otherwise there is nothing at this path. */
function refusalOf(body: unknown): Refusal {
  const { error_code: code, message } = isObject(body) ? body : {};
  return {
    code: typeof code === "number" ? code : null,
    words: typeof message === "string" ? message : null,
    own: typeof code === "number" && code >= 40400 && code < 40500,
  };
}

function wantedOf(key: SchemaKey): { path: string; id: number | null; name: number | string; words: string } {
  if (typeof key === "number") return { path: `/schemas/ids/${key}`, id: key, name: key, words: `id ${key}` };
  if (key.startsWith("guid:")) {
    const guid = key.slice(5);
    return { path: `/schemas/guids/${guid}`, id: null, name: guid, words: guid };
  }
  throw new UserError(
    `the payload names its schema as ${key.startsWith("glue:") ? "AWS Glue" : "Apicurio"} does, but the connection's registry is of another type`,
    { code: "other-registry" },
  );
}

const isText = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => typeof value === "number";

const isSubjectVersion = (entry: unknown): entry is { subject: string; version: number } =>
  isObject(entry) && typeof entry["subject"] === "string" && typeof entry["version"] === "number";

const isContextId = (entry: unknown): entry is { context: string; id: number } =>
  isObject(entry) && typeof entry["context"] === "string" && typeof entry["id"] === "number";

function referencesOf(given: unknown): SchemaReference[] {
  if (!Array.isArray(given)) return [];
  return given.filter(
    (entry): entry is SchemaReference & { version: number } =>
      isSubjectVersion(entry) && "name" in entry && typeof entry.name === "string",
  );
}

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
import {
  type ApicurioApi,
  apicurio2,
  apicurio3,
  artifactOf,
  type Place,
  refusalOf,
  subjectName,
  typeOfText,
  type VersionMeta,
  versionOf,
} from "./apicurioApi.ts";
import { isLoopback } from "./host.ts";
import { type Ask, type RegistryEndpoint, RegistryHttp, RegistryRefusal } from "./http.ts";
import { isUnanswered } from "./httpProblem.ts";
import { isObject } from "./jsonObject.ts";
import { collectReferences } from "./references.ts";
import { unsupported } from "./unsupported.ts";

/** Entries of one page of a list, and pages at most. */
const PAGE = 500;
const MAX_PAGES = 100;

/**
 * Apicurio Registry by its own API, version 2 or 3: whichever the server has, or the URL names ("https://host/apis/registry/v2").
 * A subject is an artifact: its id, or "group/id" where the group is not the default one.
 * Source: Apicurio Registry's openapi.json of both versions.
 */
export class ApicurioRegistry implements Registry {
  readonly kind = "apicurio";
  readonly features = {
    softDelete: false,
    modes: false,
    globalCompatibility: true,
    compatibilityCheck: true,
    contexts: false,
  };
  readonly identity: string;
  readonly shortLived: boolean;
  readonly #http: RegistryHttp;
  #api: Promise<ApicurioApi> | null = null;
  readonly #named: 2 | 3 | null;

  /** Throws a UserError "bad-url" when a URL cannot be one. */
  constructor(endpoint: RegistryEndpoint) {
    const suffix = /\/apis\/registry\/v([23])\/?$/;
    const named = endpoint.urls.map((url) => suffix.exec(url.trim())?.[1]).find((version) => version !== undefined);
    this.#named = named === undefined ? null : named === "2" ? 2 : 3;
    const urls = endpoint.urls.map((url) => url.trim().replace(suffix, ""));
    this.#http = new RegistryHttp({ ...endpoint, urls }, refusalOf);
    this.identity = `apicurio ${this.#http.urls.toSorted().join(" ")}`;
    this.shortLived = this.#http.urls.some(isLoopback);
  }

  get url(): string {
    return this.#http.url;
  }

  close(): void {
    this.#http.close();
  }

  async test(signal?: AbortSignal): Promise<{ subjects: number }> {
    const api = await this.#apiOf(signal);
    const path = `${api.base}/search/artifacts?limit=1`;
    const { count } = await this.#http.object({ path, signal });
    if (typeof count !== "number") throw this.#http.unexpected({ path });
    return { subjects: count };
  }

  async subjects(signal?: AbortSignal, { prefix = "" }: { prefix?: string } = {}): Promise<string[]> {
    const api = await this.#apiOf(signal);
    const found = await this.#pages(`${api.base}/search/artifacts?orderby=name&order=asc`, "artifacts", signal);
    const places = found.map(artifactOf).filter((place) => place !== null);
    return places.map(subjectName).filter((subject) => subject.startsWith(prefix));
  }

  async versions(subject: string, signal?: AbortSignal): Promise<Version[]> {
    return (await this.#versions(subject, signal)).map(({ version }) => version);
  }

  latest(subject: string, signal?: AbortSignal): Promise<RegisteredSchema> {
    return this.version(subject, "latest", signal);
  }

  async version(subject: string, version: Version | "latest", signal?: AbortSignal): Promise<RegisteredSchema> {
    const api = await this.#apiOf(signal);
    const missing =
      version === "latest"
        ? noSubject(subject)
        : { message: `${subject} has no version ${version}`, code: "unknown-subject" };
    const path = api.meta(subject, version);
    const meta = versionOf(await this.#http.object({ path, missing, signal }));
    if (!meta) throw this.#http.unexpected({ path });
    const key = api.key(meta);
    const schema = await this.#schema(api, key, api.content(subject, meta.version), meta.type, missing, signal);
    return { ...schema, subject, version: meta.version };
  }

  async schema(key: SchemaKey, signal?: AbortSignal): Promise<SchemaText> {
    const { path, words } = pathOf(key);
    const api = await this.#apiOf(signal);
    const missing = { message: `schema ${words} is unknown to the registry`, code: "unknown-schema" };
    return this.#schema(api, key, `${api.base}${path}`, await this.#typeOf(api, key, signal), missing, signal);
  }

  async versionsOf(key: SchemaKey, signal?: AbortSignal): Promise<SubjectVersion[]> {
    try {
      const api = await this.#apiOf(signal);
      const found = await this.#find(api, key, signal);
      const versions = await Promise.all(
        found.map(async ({ place, version }) => {
          const subject = subjectName(place);
          if (version !== null) return [{ subject, version }];
          const all = await this.#versions(subject, signal);
          return all.filter((meta) => keysOf(meta).includes(key)).map((meta) => ({ subject, version: meta.version }));
        }),
      );
      return versions.flat();
    } catch (error) {
      // the schema itself is what decoding needs: only its name is missing then
      if (error instanceof UserError && !isUnanswered(error)) return [];
      throw error;
    }
  }

  contexts(): Promise<string[]> {
    return unsupported("Apicurio has no contexts by its own API: groups are part of a subject's name");
  }

  async register(subject: string, draft: SchemaDraft, signal?: AbortSignal): Promise<RegisteredSchema> {
    const api = await this.#apiOf(signal);
    // the same text again is the same version: asking twice does no harm
    const ask = { ...api.register(subject, draft), method: "POST", repeatable: true, signal } as const;
    const meta = versionOf(await this.#http.object(ask));
    if (!meta) throw this.#http.unexpected(ask);
    return this.version(subject, meta.version, signal);
  }

  /** Always against what the registry's own rule for the subject asks for: the latest version, or all of them. */
  async checkCompatibility(
    subject: string,
    draft: SchemaDraft,
    _version: Version | "latest",
    signal?: AbortSignal,
  ): Promise<Compatibility> {
    const api = await this.#apiOf(signal);
    const ask = api.check(subject, draft);
    try {
      await this.#http.text({ ...ask, missing: noSubject(subject), repeatable: true, signal });
      return { compatible: true, messages: [] };
    } catch (error) {
      if (!(error instanceof RegistryRefusal)) throw error;
      if (error.code === "unknown-subject") return { compatible: true, messages: [] };
      if (error.code !== "incompatible" && error.code !== "invalid-schema") throw error;
      return { compatible: false, messages: [error.words ?? error.message] };
    }
  }

  async compatibility(subject: string | null, signal?: AbortSignal): Promise<Setting> {
    const own = subject === null ? null : await this.#rule(subject, signal);
    if (own !== null) return { value: own, inherited: false };
    return { value: (await this.#rule(null, signal)) ?? "NONE", inherited: subject !== null };
  }

  async setCompatibility(subject: string | null, level: string, signal?: AbortSignal): Promise<void> {
    const api = await this.#apiOf(signal);
    const body = { type: "application/json", text: JSON.stringify({ [api.ruleField]: RULE, config: level }) };
    const path = api.rules(subject);
    try {
      await this.#http.text({
        method: "PUT",
        path: `${path}/${RULE}`,
        body,
        missing: noRule,
        repeatable: true,
        signal,
      });
    } catch (error) {
      if (!(error instanceof UserError && error.code === noRule.code)) throw error;
      const missing = subject === null ? noRule : noSubject(subject);
      await this.#http.text({ method: "POST", path, body, missing, signal });
    }
  }

  async clearCompatibility(subject: string, signal?: AbortSignal): Promise<void> {
    const api = await this.#apiOf(signal);
    const path = `${api.rules(subject)}/${RULE}`;
    try {
      await this.#http.text({ method: "DELETE", path, missing: noRule, repeatable: true, signal });
    } catch (error) {
      // it has none: as asked
      if (!(error instanceof UserError && error.code === noRule.code)) throw error;
    }
  }

  mode(): Promise<Setting> {
    return unsupported("Apicurio has no modes");
  }

  setMode(): Promise<void> {
    return unsupported("Apicurio has no modes");
  }

  clearMode(): Promise<void> {
    return unsupported("Apicurio has no modes");
  }

  async deleteVersion(subject: string, version: Version, deletion: Deletion, signal?: AbortSignal): Promise<void> {
    if (deletion === "soft") return unsupported("Apicurio deletes for good only");
    const api = await this.#apiOf(signal);
    const missing = { message: `${subject} has no version ${version}`, code: "unknown-subject" };
    await this.#http.text({ method: "DELETE", path: api.version(subject, version), missing, signal });
  }

  async deleteSubject(subject: string, deletion: Deletion, signal?: AbortSignal): Promise<void> {
    if (deletion === "soft") return unsupported("Apicurio deletes for good only");
    const api = await this.#apiOf(signal);
    await this.#http.text({ method: "DELETE", path: api.artifact(subject), missing: noSubject(subject), signal });
  }

  async #rule(subject: string | null, signal: AbortSignal | undefined): Promise<string | null> {
    const api = await this.#apiOf(signal);
    const path = `${api.rules(subject)}/${RULE}`;
    try {
      const { config } = await this.#http.object({ path, missing: noRule, signal });
      if (typeof config !== "string") throw this.#http.unexpected({ path });
      return config;
    } catch (error) {
      if (error instanceof UserError && error.code === noRule.code) return null;
      throw error;
    }
  }

  /** @param type null: told by the text */
  async #schema(
    api: ApicurioApi,
    key: SchemaKey,
    path: string,
    type: string | null,
    missing: Missing,
    signal: AbortSignal | undefined,
  ): Promise<SchemaText> {
    const named = pathOf(key);
    const [{ text }, references] = await Promise.all([
      this.#http.text({ path, missing, signal }),
      this.#http.json({ path: `${api.base}${named.path}/references`, missing, signal }),
    ]);
    return {
      id: named.id,
      key,
      type: type ?? typeOfText(text),
      schema: text,
      references: await collectReferences(referencesOf(references), async ({ subject, version }) => {
        const where = { path: api.content(subject, version) };
        const message = `the schema refers to ${subject} version ${version}, which is unknown to the registry`;
        const unknown = { message, code: "unknown-reference" };
        const [content, further] = await Promise.all([
          this.#http.text({ ...where, missing: unknown, signal }),
          this.#http.json({ path: `${api.version(subject, version)}/references`, missing: unknown, signal }),
        ]);
        return { schema: content.text, references: referencesOf(further) };
      }),
    };
  }

  async #typeOf(api: ApicurioApi, key: SchemaKey, signal: AbortSignal | undefined): Promise<string | null> {
    try {
      return (await this.#find(api, key, signal))[0]?.type ?? null;
    } catch (error) {
      if (error instanceof UserError && !isUnanswered(error)) return null;
      throw error;
    }
  }

  /** The artifacts that have a schema; with the version where the API says it. */
  async #find(
    api: ApicurioApi,
    key: SchemaKey,
    signal: AbortSignal | undefined,
  ): Promise<{ place: Place; type: string | null; version: Version | null }[]> {
    const { kind, id } = pathOf(key);
    const answer = await this.#http.object({ path: `${api.search}?${kind}=${id}&limit=${PAGE}`, signal });
    const list = answer["versions"] ?? answer["artifacts"];
    if (!Array.isArray(list)) throw this.#http.unexpected({ path: api.search });
    return list.flatMap((entry) => {
      const place = artifactOf(entry);
      if (!place) return [];
      const meta = versionOf(entry);
      const type = typeof entry.type === "string" ? entry.type : (meta?.type ?? null);
      return [{ place, type, version: meta?.version ?? null }];
    });
  }

  async #versions(subject: string, signal: AbortSignal | undefined): Promise<VersionMeta[]> {
    const api = await this.#apiOf(signal);
    const found = await this.#pages(`${api.artifact(subject)}/versions?`, "versions", signal, noSubject(subject));
    return found
      .map(versionOf)
      .filter((meta) => meta !== null)
      .sort((a, b) => a.globalId - b.globalId);
  }

  async #pages(path: string, field: string, signal: AbortSignal | undefined, missing?: Missing): Promise<unknown[]> {
    const all: unknown[] = [];
    for (let page = 0; page < MAX_PAGES; page++) {
      const where = `${path}&limit=${PAGE}&offset=${all.length}`.replace("?&", "?");
      const answer = await this.#http.object({ path: where, signal, ...(missing ? { missing } : {}) });
      const list = answer[field];
      if (!Array.isArray(list)) throw this.#http.unexpected({ path: where });
      all.push(...list);
      if (list.length < PAGE) break;
    }
    return all;
  }

  #apiOf(signal: AbortSignal | undefined): Promise<ApicurioApi> {
    this.#api ??= this.#probe(signal).catch((error) => {
      this.#api = null;
      throw error;
    });
    return this.#api;
  }

  async #probe(signal: AbortSignal | undefined): Promise<ApicurioApi> {
    if (this.#named !== null) return this.#named === 2 ? apicurio2 : apicurio3;
    const missing = { message: "no version 3", code: "not-a-registry" };
    for (const api of [apicurio3, apicurio2]) {
      try {
        await this.#http.object({ path: `${api.base}/system/info`, missing, signal });
        return api;
      } catch (error) {
        const other = error instanceof UserError && error.code === "not-a-registry";
        if (!other || api === apicurio2) throw error;
      }
    }
    throw new Error("unreachable");
  }
}

const RULE = "COMPATIBILITY";

type Missing = NonNullable<Ask["missing"]>;

const noRule: Missing = { message: "there is no such rule", code: "no-setting" };

const noSubject = (subject: string): Missing => ({
  message: `the subject ${subject} is unknown to the registry`,
  code: "unknown-subject",
});

function pathOf(key: SchemaKey): { path: string; kind: string; id: number; words: string } {
  if (typeof key === "string" && (key.startsWith("globalId:") || key.startsWith("contentId:"))) {
    const kind = key.slice(0, key.indexOf(":"));
    const id = Number(key.slice(kind.length + 1));
    const words = `${kind === "globalId" ? "global id" : "content id"} ${id}`;
    return { path: `/ids/${kind}s/${id}`, kind, id, words };
  }
  const maker = typeof key === "string" && key.startsWith("glue:") ? "AWS Glue" : "Confluent";
  throw new UserError(
    `the payload names its schema as ${maker} does, but the connection's registry is of the type Apicurio`,
    { code: "other-registry" },
  );
}

const keysOf = ({ globalId, contentId }: VersionMeta): SchemaKey[] => [
  `globalId:${globalId}`,
  `contentId:${contentId}`,
];

function referencesOf(given: unknown): SchemaReference[] {
  if (!Array.isArray(given)) return [];
  return given.filter(isObject).flatMap((entry) => {
    const place = artifactOf(entry);
    const { name, version } = entry;
    if (!place || typeof name !== "string" || typeof version !== "string") return [];
    return [{ name, subject: subjectName(place), version }];
  });
}

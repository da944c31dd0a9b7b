import { CancelledError, UserError } from "../shared/userError.ts";
import type { RegisteredSchema } from "./api.ts";
import { explainRequest } from "./httpProblem.ts";

export interface RegistryOptions {
  /** with a base path where the registry has one: "https://host/apis/ccompat/v7" */
  url: string;
  username: string | null;
  password: string | null;
  /** for one request, milliseconds */
  timeoutMs: number;
  /** the global fetch unless given; in the extension host that one knows the user's proxy and certificates */
  fetch?: typeof fetch;
}

export interface SubjectVersion {
  subject: string;
  version: number;
}

type SchemaText = Pick<RegisteredSchema, "id" | "type" | "schema" | "references">;

interface Reference {
  name: string;
  subject: string;
  version: number;
}

/** References of references, all together: more is nonsense or a cycle that changes its names. */
const MAX_REFERENCES = 500;

/** No answer of a registry is near this; a server that never stops sending is cut off here. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/**
 * A schema registry with Confluent's REST API: Confluent's own, Karapace, Redpanda, Apicurio's ccompat.
 * Every method rejects with a UserError (codes: "unknown-schema", "unknown-subject", "unauthorized", "forbidden", "not-a-registry",
 * "registry-failed", and those of a request that got no answer), or a CancelledError once `signal` is aborted. Nothing is cached
 * here: see source.ts.
 * Source: Confluent Schema Registry API reference, version 7.
 */
export class RegistryClient {
  /** without credentials and without a slash at its end */
  readonly url: string;
  readonly #headers: Record<string, string>;
  readonly #timeoutMs: number;
  readonly #fetch: typeof fetch;

  /** Throws a UserError when the URL cannot be one. */
  constructor(options: RegistryOptions) {
    const { url, username, password } = parseUrl(options.url);
    this.url = url;
    this.#timeoutMs = options.timeoutMs;
    this.#fetch = options.fetch ?? fetch;
    const user = options.username ?? username;
    this.#headers = { accept: "application/vnd.schemaregistry.v1+json, application/json" };
    if (user !== null) {
      const secret = options.username === null ? password : options.password;
      this.#headers["authorization"] = `Basic ${Buffer.from(`${user}:${secret ?? ""}`).toString("base64")}`;
    }
  }

  /** Asks for the subjects, the one thing that every registry can answer, to see that this is one and lets us in. */
  async test(signal?: AbortSignal): Promise<{ subjects: number }> {
    return { subjects: (await this.subjects(signal)).length };
  }

  /** Names of all subjects, in the registry's order. */
  async subjects(signal?: AbortSignal): Promise<string[]> {
    const answer = await this.#get("/subjects", signal);
    if (!Array.isArray(answer) || !answer.every((name) => typeof name === "string"))
      throw this.#notARegistry("/subjects");
    return answer;
  }

  /** The newest version of a subject, with the schemas that it refers to. */
  async latest(subject: string, signal?: AbortSignal): Promise<RegisteredSchema> {
    return this.version(subject, "latest", signal);
  }

  /** One version of a subject, with the schemas that it refers to. */
  async version(subject: string, version: number | "latest", signal?: AbortSignal): Promise<RegisteredSchema> {
    const path = `/subjects/${encodeURIComponent(subject)}/versions/${version}`;
    const answer = await this.#object(
      path,
      signal,
      `the subject ${subject} is unknown to the registry`,
      "unknown-subject",
    );
    const { id } = answer;
    if (typeof id !== "number") throw this.#notARegistry(path);
    const found = typeof answer["version"] === "number" ? answer["version"] : null;
    return { ...(await this.#schema(id, answer, path, signal)), subject, version: found };
  }

  /** The schema of an id, with the schemas that it refers to and the first subject that it is registered under. */
  async byId(id: number, signal?: AbortSignal): Promise<RegisteredSchema> {
    const [schema, versions] = await Promise.all([this.schema(id, signal), this.versionsOf(id, signal)]);
    return { ...schema, subject: versions[0]?.subject ?? null, version: versions[0]?.version ?? null };
  }

  /** The schema of an id, with the schemas that it refers to. */
  async schema(id: number, signal?: AbortSignal): Promise<SchemaText> {
    const path = `/schemas/ids/${id}`;
    const answer = await this.#object(path, signal, `schema id ${id} is unknown to the registry`, "unknown-schema");
    return this.#schema(id, answer, path, signal);
  }

  /** Where an id is registered; empty where the registry does not tell (older ones cannot). */
  async versionsOf(id: number, signal?: AbortSignal): Promise<SubjectVersion[]> {
    try {
      const answer = await this.#get(`/schemas/ids/${id}/versions`, signal);
      return Array.isArray(answer) ? answer.filter(isSubjectVersion) : [];
    } catch (error) {
      // the schema itself is what decoding needs: only its name is missing then
      if (error instanceof UserError && UNANSWERED.has(error.code)) throw error;
      if (error instanceof UserError) return [];
      throw error;
    }
  }

  async #schema(id: number, answer: Answer, path: string, signal: AbortSignal | undefined): Promise<SchemaText> {
    const { schema, schemaType, references } = answer;
    if (typeof schema !== "string") throw this.#notARegistry(path);
    return {
      id,
      // left out by registries when it is Avro
      type: typeof schemaType === "string" ? schemaType : "AVRO",
      schema,
      references: await this.#references(references, signal),
    };
  }

  /** All schemas referred to, directly or not, each once. */
  async #references(given: unknown, signal: AbortSignal | undefined): Promise<RegisteredSchema["references"]> {
    const found = new Map<string, RegisteredSchema["references"][number]>();
    const pending = referencesOf(given);
    for (let next = pending.pop(); next; next = pending.pop()) {
      const { name, subject, version } = next;
      const key = JSON.stringify([name, subject, version]);
      if (found.has(key)) continue;
      if (found.size === MAX_REFERENCES) {
        throw new UserError(`a schema refers to more than ${MAX_REFERENCES} others`, { code: "registry-failed" });
      }
      const path = `/subjects/${encodeURIComponent(subject)}/versions/${version}`;
      const missing = `the schema refers to ${subject} version ${version}, which is unknown to the registry`;
      const answer = await this.#object(path, signal, missing, "unknown-reference");
      if (typeof answer["schema"] !== "string") throw this.#notARegistry(path);
      found.set(key, { name, subject, version, schema: answer["schema"] });
      pending.push(...referencesOf(answer["references"]));
    }
    return [...found.values()];
  }

  async #object(path: string, signal: AbortSignal | undefined, missing: string, code: string): Promise<Answer> {
    const answer = await this.#get(path, signal, { message: missing, code });
    if (typeof answer !== "object" || answer === null || Array.isArray(answer)) throw this.#notARegistry(path);
    return answer as Answer;
  }

  async #get(path: string, signal?: AbortSignal, missing?: { message: string; code: string }): Promise<unknown> {
    if (signal?.aborted) throw new CancelledError();
    const timeout = AbortSignal.timeout(this.#timeoutMs);
    let response: Response;
    let text: string;
    try {
      response = await this.#fetch(this.url + path, {
        headers: this.#headers,
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      text = await readText(response);
    } catch (error) {
      if (signal?.aborted) throw new CancelledError();
      if (error instanceof UserError) throw error;
      const { code, reason } = explainRequest(timeout.aborted ? timeout.reason : error, new URL(this.url).host);
      const waited = code === "timed-out" ? ` (waited ${this.#timeoutMs / 1000} s)` : "";
      throw new UserError(`the schema registry could not be asked: ${reason}${waited}`, { code, cause: error });
    }
    const body = parseBody(text);
    if (response.ok) {
      if (body === undefined) throw this.#notARegistry(path);
      return body;
    }
    throw this.#refusal(response.status, path, body, missing);
  }

  #refusal(status: number, path: string, body: unknown, missing?: { message: string; code: string }): UserError {
    const { error_code, message } = (typeof body === "object" && body !== null ? body : {}) as Answer;
    const words = typeof message === "string" && message !== "" ? message.slice(0, 500) : null;
    const detail = `GET ${this.url}${path} answered ${status}${words === null ? "" : `: ${words}`}`;
    switch (status) {
      case 401:
        return new UserError(
          "authorization" in this.#headers
            ? "the schema registry does not accept the user name and password (401)"
            : "the schema registry asks for a user name and password (401)",
          { code: "unauthorized", detail },
        );
      case 403:
        return new UserError("the schema registry does not allow this user to read it (403)", {
          code: "forbidden",
          detail,
        });
      case 404:
        // 404 with a five-digit code is the registry's own answer; otherwise there is nothing at this path
        if (typeof error_code === "number" && error_code >= 40400 && error_code < 40500 && missing) {
          return new UserError(`${missing.message} (404)`, { code: missing.code, detail });
        }
        return this.#notARegistry(path, 404);
      default:
        if (body === undefined && status < 500) return this.#notARegistry(path, status);
        return new UserError(`the schema registry failed with ${status}${words === null ? "" : `: ${words}`}`, {
          code: "registry-failed",
          detail,
        });
    }
  }

  #notARegistry(path: string, status = 200): UserError {
    return new UserError(
      `${this.url} does not answer like a schema registry${status === 200 ? "" : ` (${status})`}: check the URL and its base path`,
      { code: "not-a-registry", detail: `GET ${this.url}${path} answered ${status}` },
    );
  }
}

type Answer = Record<string, unknown>;

/** Codes of requests that got no answer: asking the same registry for something else would end the same. */
const UNANSWERED = new Set([
  "name-not-found",
  "refused",
  "reset",
  "unreachable",
  "timed-out",
  "tls",
  "not-http",
  "failed",
]);

/** True when the failure is the registry's, whatever was asked: there is no use in asking it for another id now. */
export const isRegistryDown = (error: unknown): boolean =>
  error instanceof UserError &&
  (UNANSWERED.has(error.code) ||
    error.code === "unauthorized" ||
    error.code === "not-a-registry" ||
    error.code === "registry-failed");

function parseUrl(text: string): { url: string; username: string | null; password: string | null } {
  const url = URL.parse(text.trim());
  if (!url || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw new UserError(`"${text}" is not a URL of a schema registry: it begins with http:// or https://`, {
      code: "bad-url",
    });
  }
  const { username, password } = url;
  url.username = url.password = url.hash = url.search = "";
  return {
    url: url.href.replace(/\/+$/, ""),
    username: username === "" ? null : decodeURIComponent(username),
    password: password === "" ? null : decodeURIComponent(password),
  };
}

async function readText(response: Response): Promise<string> {
  if (!response.body) return "";
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    if (size > MAX_ANSWER_BYTES) {
      throw new UserError(`the schema registry sent more than ${MAX_ANSWER_BYTES / 1024 / 1024} MB`, {
        code: "registry-failed",
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** undefined when it is not JSON */
function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isSubjectVersion = (entry: unknown): entry is SubjectVersion =>
  typeof entry === "object" &&
  entry !== null &&
  "subject" in entry &&
  typeof entry.subject === "string" &&
  "version" in entry &&
  typeof entry.version === "number";

function referencesOf(given: unknown): Reference[] {
  if (!Array.isArray(given)) return [];
  return given.filter(
    (entry): entry is Reference => isSubjectVersion(entry) && "name" in entry && typeof entry.name === "string",
  );
}

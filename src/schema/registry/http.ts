import { CancelledError, isCancelled, messageOf, UserError } from "../../shared/userError.ts";
import { type Authorizer, authorizer, type RegistryAuth } from "./auth.ts";
import { isUnanswered } from "./httpProblem.ts";
import { isObject } from "./jsonObject.ts";
import { type HttpAnswer, type HttpRequest, type HttpTls, HttpTransport } from "./transport.ts";

/** Where a registry is and how to get in. */
export interface RegistryEndpoint {
  /**
   * At least one, all of the same registry, each with a base path where there is one: "https://host/apis/ccompat/v7". The first that
   * answers is kept to.
   */
  urls: readonly string[];
  auth: RegistryAuth;
  tls: HttpTls | null;
  /** for one request that reads, to one URL, milliseconds; what writes or checks a schema is given four times as long */
  timeoutMs: number;
}

export interface Ask {
  method?: "GET" | "POST" | "PUT" | "DELETE";
  /** after the base path: "/subjects" */
  path: string;
  body?: { type: string; text: string };
  headers?: Record<string, string>;
  /** may be sent twice without harm; of itself only of GET */
  repeatable?: boolean;
  /** what a 404 of the registry itself means */
  missing?: { message: string; code: string };
  signal?: AbortSignal | undefined;
}

export interface Refusal {
  /** the registry's own error code, where it has one */
  code: number | null;
  words: string | null;
  /** whether this body is the registry's own, and not that of a proxy or another server */
  own: boolean;
  /** the status that HTTP has for what is meant, where the registry answers with another */
  status?: number;
}

/** What the registry itself said, beside the sentence. */
export class RegistryRefusal extends UserError {
  readonly words: string | null;

  constructor(message: string, code: string, detail: string, words: string | null) {
    super(message, { code, detail });
    this.words = words;
  }
}

/** A URL that did not answer is not asked again for so long while another one answers, milliseconds. */
const PAUSE = 30_000;

/** so many times as long as reading */
const WRITING = 4;

/** Codes of requests that cannot have reached a server: another URL may be asked even where asking twice would harm. */
const UNSENT = new Set(["name-not-found", "refused", "unreachable", "tls"]);

/**
 * Requests to a registry: one of its URLs at a time, signed in, and failures in words. Every method rejects with a UserError (codes: that
 * of `missing`, "unauthorized", "forbidden", "not-a-registry", "registry-failed", "incompatible", "invalid-schema", "unsupported",
 * "too-long", and those of a request that got no answer), or a CancelledError once `signal` is aborted.
 */
export class RegistryHttp {
  readonly #bases: { url: string; downUntil: number }[];
  readonly #transport: HttpTransport;
  readonly #authorizer: Authorizer;
  readonly #timeoutMs: number;
  readonly #refusalOf: (body: unknown) => Refusal;
  #current = 0;

  /**
   * Throws a UserError ("bad-url") when a URL cannot be one. A user and password in a URL are used where `auth` says nothing.
   *
   * @param refusalOf reads the registry's own errors: `body` is JSON, or undefined
   */
  constructor(endpoint: RegistryEndpoint, refusalOf: (body: unknown) => Refusal) {
    if (endpoint.urls.length === 0) throw new UserError("The schema registry has no URL.", { code: "bad-url" });
    const parsed = endpoint.urls.map(parseUrl);
    const { username, password } = parsed.find((url) => url.username !== null) ?? { username: null, password: null };
    const auth: RegistryAuth =
      endpoint.auth.kind === "none" && username !== null
        ? { kind: "basic", username, password: password ?? "" }
        : endpoint.auth;
    this.#bases = parsed.map(({ url }) => ({ url, downUntil: 0 }));
    this.#transport = new HttpTransport(endpoint.tls);
    this.#authorizer = authorizer(auth, endpoint.tls, endpoint.timeoutMs);
    this.#timeoutMs = endpoint.timeoutMs;
    this.#refusalOf = refusalOf;
  }

  /** The URL that answers, or else the first; without credentials and without a slash at its end. */
  get url(): string {
    return this.#bases[this.#current]!.url;
  }

  /** All URLs, in the order given. */
  get urls(): string[] {
    return this.#bases.map(({ url }) => url);
  }

  close(): void {
    this.#transport.close();
    this.#authorizer.close();
  }

  /** The JSON that the registry answers. */
  async json(ask: Ask): Promise<unknown> {
    const { text, url } = await this.text(ask);
    const body = parseBody(text);
    if (body === undefined) throw notARegistry(url, ask);
    return body;
  }

  /** The JSON object that the registry answers. */
  async object(ask: Ask): Promise<Record<string, unknown>> {
    const body = await this.json(ask);
    if (!isObject(body)) throw this.unexpected(ask);
    return body;
  }

  /** The text that the registry answers, of whatever type, and the base URL that did. */
  async text(ask: Ask): Promise<{ text: string; url: string }> {
    const { answer, url } = await this.#answer(ask);
    if (answer.status >= 200 && answer.status < 300) return { text: answer.text, url };
    throw this.#refusal(answer, url, ask);
  }

  /** For an answer that has not the form it should have. */
  unexpected(ask: Pick<Ask, "method" | "path">): UserError {
    return notARegistry(this.url, ask);
  }

  async #answer(ask: Ask): Promise<{ answer: HttpAnswer; url: string }> {
    const repeatable = ask.repeatable ?? (ask.method ?? "GET") === "GET";
    let failure: unknown;
    for (const index of this.#order()) {
      const base = this.#bases[index]!;
      try {
        const answer = await this.#authorized(base.url, ask, repeatable);
        const unavailable = answer.status === 502 || answer.status === 503 || answer.status === 504;
        if (!unavailable || this.#bases.length === 1) {
          base.downUntil = 0;
          this.#current = index;
          return { answer, url: base.url };
        }
        failure = this.#refusal(answer, base.url, ask);
        base.downUntil = Date.now() + PAUSE;
        if (!repeatable) break;
      } catch (error) {
        if (isCancelled(error) || !isUnanswered(error)) throw error;
        failure = error;
        base.downUntil = Date.now() + PAUSE;
        if (!repeatable && error instanceof UserError && !UNSENT.has(error.code)) break;
      }
    }
    throw failure;
  }

  /** Places of the URLs to ask: the one that answered last, then the others; of those that are all down only the one that was so longest. */
  #order(): number[] {
    const all = this.#bases.map((_, i) => (this.#current + i) % this.#bases.length);
    const now = Date.now();
    const up = all.filter((i) => this.#bases[i]!.downUntil <= now);
    if (up.length > 0) return up;
    return all.sort((a, b) => this.#bases[a]!.downUntil - this.#bases[b]!.downUntil).slice(0, 1);
  }

  async #authorized(base: string, ask: Ask, repeatable: boolean): Promise<HttpAnswer> {
    for (let again = false; ; again = true) {
      if (ask.signal?.aborted) throw new CancelledError();
      const method = ask.method ?? "GET";
      const url = new URL(base + ask.path);
      const headers = { ...ask.headers, ...(ask.body ? { "content-type": ask.body.type } : {}) };
      const credentials = await this.#authorizer.headers({ method, url, headers, body: ask.body?.text ?? "" });
      const answer = await this.#send({
        method,
        url,
        headers: { ...headers, ...credentials },
        ...(ask.body ? { body: ask.body.text } : {}),
        // a registry parses, compares and stores what it is given: that is no sign of one that is down
        timeoutMs: method === "GET" ? this.#timeoutMs : WRITING * this.#timeoutMs,
        repeatable,
        signal: ask.signal,
      });
      if (answer.status !== 401 || again || !this.#authorizer.refused(credentials)) return answer;
    }
  }

  async #send(request: HttpRequest): Promise<HttpAnswer> {
    try {
      return await this.#transport.send(request);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const what = error.code === "too-long" ? "the schema registry" : "the schema registry could not be asked:";
      throw new UserError(`${what} ${messageOf(error)}`, {
        code: error.code,
        cause: error,
      });
    }
  }

  #refusal({ status: answered, text }: HttpAnswer, url: string, ask: Ask): UserError {
    const body = parseBody(text);
    const { code, words: own, own: isOwn, status = answered } = this.#refusalOf(body);
    const words = own === null || own === "" ? null : own.slice(0, 1000);
    const said = words === null ? "" : `: ${words}`;
    const method = ask.method ?? "GET";
    const detail = `${method} ${url}${ask.path} answered ${answered}${said}`;
    const refused = (message: string, kind: string) => new RegistryRefusal(message, kind, detail, words);
    switch (status) {
      case 401:
        return refused(
          this.#authorizer.words === null
            ? "the schema registry asks for a user name and password (401)"
            : `the schema registry does not accept ${this.#authorizer.words} (401)${status === answered ? "" : said}`,
          "unauthorized",
        );
      case 403:
        return refused(
          `the schema registry does not allow this user to ${method === "GET" ? "read" : "change"} it (403)`,
          "forbidden",
        );
      case 404:
        // a proxy or another server says 404 too: only the registry's own means that the thing is not there
        if (isOwn && ask.missing) return refused(`${ask.missing.message} (404)`, ask.missing.code);
        if (isOwn && code !== null && words !== null)
          return refused(`the schema registry says: ${words} (404)`, "missing");
        return notARegistry(url, ask, 404);
      case 409:
        return refused(`the schema registry refuses the schema (409)${said}`, "incompatible");
      case 422:
        return refused(`the schema registry does not take this (422)${said}`, "invalid-schema");
      case 405:
      case 501:
        return refused(`the schema registry cannot do this, or is not allowed to (${status})${said}`, "unsupported");
      default:
        if (body === undefined && status < 500) return notARegistry(url, ask, status);
        return refused(`the schema registry failed with ${status}${said}`, "registry-failed");
    }
  }
}

function notARegistry(url: string, { method = "GET", path }: Pick<Ask, "method" | "path">, status = 200): UserError {
  return new UserError(
    `${url} does not answer like a schema registry${status === 200 ? "" : ` (${status})`}: check the URL and its base path`,
    { code: "not-a-registry", detail: `${method} ${url}${path} answered ${status}` },
  );
}

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

/** undefined when it is not JSON */
function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { createRequire } from "node:module";
import { CancelledError, UserError } from "../../shared/userError.ts";
import { explainRequest } from "./httpProblem.ts";

// VS Code's host hands out its own http and https, which know the user's proxy and certificates, to `require` by just these names: an import
// would get Node's
const load = createRequire(import.meta.url);
const http = load("http") as typeof import("node:http");
const https = load("https") as typeof import("node:https");

/** How an https server is to be trusted, and what it is shown. All texts are PEM. */
export interface HttpTls {
  /** null: the authorities that the system and Node trust */
  ca: string | null;
  cert: string | null;
  key: string | null;
  passphrase: string | null;
  /** false: any certificate is accepted */
  verify: boolean;
}

export interface HttpRequest {
  method: "GET" | "POST" | "PUT" | "DELETE";
  url: URL;
  headers: Record<string, string>;
  body?: string;
  /** for all of it, answer included, milliseconds */
  timeoutMs: number;
  /** may be sent twice without harm: it is repeated when a kept connection turns out to be closed */
  repeatable: boolean;
  signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** No answer of a registry is near this; a server that never stops sending is cut off here. */
const MAX_ANSWER_BYTES = 30 * 1024 * 1024;

const MAX_REDIRECTS = 5;

/**
 * HTTP and HTTPS by Node's own modules. Connections are kept and shared. Redirects are followed within one origin only, so that no credentials leave it, and for GET only.
 * Rejects with a UserError (codes of explainRequest, "redirected", "too-long") whose message is half a sentence on what failed, or with a
 * CancelledError once the signal is aborted.
 */
export class HttpTransport {
  readonly #tls: HttpTls | null;
  readonly #agents = {
    http: new http.Agent({ keepAlive: true, maxSockets: 8 }),
    https: new https.Agent({ keepAlive: true, maxSockets: 8 }),
  };

  constructor(tls: HttpTls | null) {
    this.#tls = tls;
  }

  async send(request: HttpRequest): Promise<HttpAnswer> {
    if (request.signal?.aborted) throw new CancelledError();
    const timeout = AbortSignal.timeout(request.timeoutMs);
    const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout;
    try {
      let { url } = request;
      for (let redirects = 0; ; redirects++) {
        const answer = await this.#once({ ...request, url }, signal);
        const next = redirectOf(answer, url);
        if (next === null) return answer;
        if (request.method !== "GET" || next.origin !== url.origin) {
          throw new UserError(
            `${url.host} sends us on to ${next.origin}${next.pathname}: enter that URL if it is the right one`,
            {
              code: "redirected",
            },
          );
        }
        if (redirects === MAX_REDIRECTS)
          throw new UserError(`${url.host} sends us from one page to the next without end`, { code: "redirected" });
        url = next;
      }
    } catch (error) {
      if (request.signal?.aborted) throw new CancelledError();
      if (error instanceof UserError) throw error;
      const { code, reason } = explainRequest(timeout.aborted ? timeout.reason : error, request.url.host);
      const waited = code === "timed-out" ? ` (waited ${request.timeoutMs / 1000} s)` : "";
      throw new UserError(`${reason}${waited}`, { code, cause: error });
    }
  }

  /** Closes the connections that are kept, those in use when they have done their work. */
  close(): void {
    for (const agent of Object.values(this.#agents)) {
      agent.maxFreeSockets = 0;
      for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
    }
  }

  async #once(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    try {
      return await this.#exchange(request, signal, true);
    } catch (error) {
      // the server closed a kept connection just as we used it: nothing was answered, a new one will do
      if (!(error instanceof KeptConnectionClosed) || signal.aborted) throw error;
      if (!request.repeatable) throw error.cause;
      return this.#exchange(request, signal, false);
    }
  }

  #exchange(request: HttpRequest, signal: AbortSignal, kept: boolean): Promise<HttpAnswer> {
    const { url, method, body } = request;
    const secure = url.protocol === "https:";
    return new Promise((resolve, reject) => {
      const options = {
        method,
        signal,
        headers: {
          ...request.headers,
          ...(body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }),
        },
        ...(secure ? tlsOptions(this.#tls) : {}),
      };
      const sent = secure
        ? https.request(url, { ...options, agent: kept ? this.#agents.https : false })
        : http.request(url, { ...options, agent: kept ? this.#agents.http : false });
      sent.once("error", (error: NodeJS.ErrnoException) => {
        const closed = sent.reusedSocket && (error.code === "ECONNRESET" || error.code === "EPIPE");
        reject(closed ? new KeptConnectionClosed("closed", { cause: error }) : error);
      });
      sent.once("response", (response) => {
        readText(response).then(
          (text) => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
          (error) => {
            sent.destroy();
            reject(error);
          },
        );
      });
      sent.end(body);
    });
  }
}

class KeptConnectionClosed extends Error {}

/** Given with each request, not to the agent: VS Code adds the system's certificates where a request names none. */
function tlsOptions(tls: HttpTls | null) {
  if (!tls) return {};
  return {
    ...(tls.ca === null ? {} : { ca: tls.ca }),
    ...(tls.cert === null ? {} : { cert: tls.cert }),
    ...(tls.key === null ? {} : { key: tls.key }),
    ...(tls.passphrase === null ? {} : { passphrase: tls.passphrase }),
    rejectUnauthorized: tls.verify,
  };
}

function redirectOf({ status, headers }: HttpAnswer, from: URL): URL | null {
  if (![301, 302, 303, 307, 308].includes(status) || headers.location === undefined) return null;
  const next = URL.parse(headers.location, from.href);
  if (next?.protocol !== "http:" && next?.protocol !== "https:") {
    throw new UserError(`${from.host} sends us on to something that is not a web address`, { code: "redirected" });
  }
  return next;
}

async function readText(response: IncomingMessage): Promise<string> {
  const tooLong = (): UserError =>
    new UserError("answers with more than 30 MB, which no schema is", { code: "too-long" });
  if (Number(response.headers["content-length"]) > MAX_ANSWER_BYTES) throw tooLong();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw tooLong();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

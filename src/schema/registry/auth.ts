import { messageOf, UserError } from "../../shared/userError.ts";
import { type HttpTls, HttpTransport } from "./transport.ts";

/** How a registry knows us. Client certificates are part of TLS, and go along with any of these. */
export type RegistryAuth =
  | { kind: "none" }
  | { kind: "basic"; username: string; password: string }
  | { kind: "bearer"; token: string }
  | { kind: "oauth"; tokenUrl: string; clientId: string; clientSecret: string; scope: string | null }
  /** every request has a signature of its own; `words` say what the signature is made with: "the access key" */
  | { kind: "signed"; words: string; sign(request: Unsigned): Record<string, string> };

/** What a signature is made of. */
export interface Unsigned {
  method: string;
  url: URL;
  /** names in lower case */
  headers: Record<string, string>;
  body: string;
}

/** The headers that let a request in. */
export interface Authorizer {
  /** Rejects with a UserError when a token cannot be had. */
  headers(request: Unsigned): Promise<Record<string, string>>;
  /** A request with these headers was refused: whether asking for new ones is worth another try. */
  refused(headers: Record<string, string>): boolean;
  /** what a person would check when the registry lets us not in: "the user name and password" */
  readonly words: string | null;
  close(): void;
}

export function authorizer(auth: RegistryAuth, tls: HttpTls | null, timeoutMs: number): Authorizer {
  switch (auth.kind) {
    case "none":
      return fixed({}, null);
    case "basic":
      return fixed({ authorization: basic(auth.username, auth.password) }, "the user name and password");
    case "bearer":
      return fixed({ authorization: `Bearer ${auth.token}` }, "the token");
    case "signed":
      return { ...fixed({}, auth.words), headers: (request) => Promise.resolve(auth.sign(request)) };
    case "oauth":
      return new OAuth(auth, tls, timeoutMs);
  }
}

const fixed = (headers: Record<string, string>, words: string | null): Authorizer => ({
  headers: () => Promise.resolve(headers),
  refused: () => false,
  words,
  close() {},
});

const basic = (user: string, secret: string): string => `Basic ${Buffer.from(`${user}:${secret}`).toString("base64")}`;

/** A token is renewed so long before it ends, milliseconds: it has to survive the request's way. */
const SLACK = 30_000;

/** Where a server does not say how long its token lasts, milliseconds. */
const UNSAID = 5 * 60_000;

/**
 * OAuth client credentials: one token for all requests, asked for when it is needed, until it ends or is refused.
 * The client's id and secret go in the Authorization header; to servers that do not want that, in the body.
 * Source: RFC 6749, sections 2.3.1 and 4.4.
 */
class OAuth implements Authorizer {
  readonly words = "the token";
  readonly #auth: Extract<RegistryAuth, { kind: "oauth" }>;
  readonly #transport: HttpTransport;
  readonly #timeoutMs: number;
  #inBody = false;
  #token: { value: string; until: number } | null = null;
  #asking: Promise<string> | null = null;

  constructor(auth: Extract<RegistryAuth, { kind: "oauth" }>, tls: HttpTls | null, timeoutMs: number) {
    this.#auth = auth;
    // the client certificate is for the registry
    this.#transport = new HttpTransport(tls && { ...tls, cert: null, key: null, passphrase: null });
    this.#timeoutMs = timeoutMs;
  }

  async headers(): Promise<Record<string, string>> {
    const known = this.#token;
    if (known && Date.now() < known.until) return { authorization: `Bearer ${known.value}` };
    // shared by parallel requests: not ended by the one of them that is cancelled, but by its time
    this.#asking ??= this.#ask().finally(() => (this.#asking = null));
    return { authorization: `Bearer ${await this.#asking}` };
  }

  refused({ authorization }: Record<string, string>): boolean {
    // another request may have renewed it in the meantime
    if (this.#token && authorization === `Bearer ${this.#token.value}`) this.#token = null;
    return true;
  }

  close(): void {
    this.#transport.close();
  }

  async #ask(): Promise<string> {
    let answer = await this.#post(this.#inBody);
    if (!this.#inBody && (answer.status === 400 || answer.status === 401)) {
      const other = await this.#post(true);
      if (other.status === 200) {
        this.#inBody = true;
        answer = other;
      }
    }
    const { host } = new URL(this.#auth.tokenUrl);
    const body = objectOf(answer.text);
    if (answer.status !== 200) {
      const words = [body["error"], body["error_description"]].filter((word) => typeof word === "string").join(": ");
      throw new UserError(
        `the token server ${host} gives no token (${answer.status}${words === "" ? "" : `, ${words.slice(0, 300)}`})`,
        { code: "unauthorized" },
      );
    }
    const { access_token: token, expires_in: seconds } = body;
    if (typeof token !== "string" || !/^[\x21-\x7e]+$/.test(token))
      throw new UserError(`the token server ${host} does not answer with a token: check its URL`, {
        code: "unauthorized",
      });
    const lasts = Number(seconds) > 0 ? Number(seconds) * 1000 : UNSAID;
    // a token that lasts only moments is used for half of them
    this.#token = { value: token, until: Date.now() + Math.max(lasts - SLACK, lasts / 2) };
    return token;
  }

  async #post(inBody: boolean): Promise<{ status: number; text: string }> {
    const { tokenUrl, clientId, clientSecret, scope } = this.#auth;
    const form = new URLSearchParams({ grant_type: "client_credentials" });
    if (scope !== null) form.set("scope", scope);
    if (inBody) {
      form.set("client_id", clientId);
      form.set("client_secret", clientSecret);
    }
    try {
      return await this.#transport.send({
        method: "POST",
        url: new URL(tokenUrl),
        headers: {
          accept: "application/json",
          "content-type": "application/x-www-form-urlencoded",
          ...(inBody ? {} : { authorization: basic(formEncoded(clientId), formEncoded(clientSecret)) }),
        },
        body: form.toString(),
        timeoutMs: this.#timeoutMs,
        repeatable: true,
      });
    } catch (error) {
      throw new UserError(`the token server could not be asked: ${messageOf(error)}`, {
        code: error instanceof UserError ? error.code : "failed",
        cause: error,
      });
    }
  }
}

const formEncoded = (text: string): string => new URLSearchParams({ x: text }).toString().slice(2);

function objectOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    // no JSON at all: the status says what there is to say
    return {};
  }
}

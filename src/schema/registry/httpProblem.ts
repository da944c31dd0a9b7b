import { messageOf, UserError } from "../../shared/userError.ts";

/** Codes of Node's sockets and of undici (Node's fetch), as a person says them. The address goes where the sentence has {}. */
const CODES: [RegExp, string, string][] = [
  [/^(ENOTFOUND|EAI_AGAIN|EAI_FAIL|EAI_NONAME)$/, "name-not-found", "the name {} could not be found"],
  [/^ECONNREFUSED$/, "refused", "{} refused the connection: nothing listens there"],
  [/^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/, "reset", "{} closed the connection"],
  [/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/, "unreachable", "{} cannot be reached from here"],
  [/^(ETIMEDOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT)$/, "timed-out", "{} did not answer in time"],
  [/^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN)$/, "tls", "the certificate of {} is self-signed"],
  [
    /^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|CERT_UNTRUSTED)$/,
    "tls",
    "the certificate of {} is signed by an authority that is not trusted here",
  ],
  [/^CERT_HAS_EXPIRED$/, "tls", "the certificate of {} has expired"],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, "tls", "the certificate of {} is for another name"],
  [
    /^(ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH_TOO_LONG)$/,
    "tls",
    "{} does not speak TLS there: try http://",
  ],
  [/^(EPROTO|ERR_SSL_.*|ERR_TLS_.*|CERT_.*)$/, "tls", "TLS with {} failed"],
  [/^HPE_/, "not-http", "{} does not speak HTTP there (does it expect https://, or is it another kind of server?)"],
];

/** Why a request failed before there was an answer: a stable code and half a sentence. */
export function explainRequest(error: unknown, address: string): { code: string; reason: string } {
  for (const cause of causes(error)) {
    const code = "code" in cause && typeof cause.code === "string" ? cause.code : "";
    for (const [pattern, name, reason] of CODES)
      if (pattern.test(code)) return { code: name, reason: reason.replace("{}", address) };
    if (cause.name === "TimeoutError") return { code: "timed-out", reason: `${address} did not answer in time` };
  }
  const last = [...causes(error)].at(-1);
  return { code: "failed", reason: `the request to ${address} failed: ${last ? last.message : messageOf(error)}` };
}

/** The error and what caused it; of several attempts (IPv6, then IPv4) the last. */
function* causes(error: unknown): Generator<Error> {
  let next = error;
  for (let i = 0; i < 10 && next instanceof Error; i++) {
    yield next;
    next = next instanceof AggregateError && next.errors.length > 0 ? next.errors.at(-1) : next.cause;
  }
}

/** Codes of requests that got no answer: asking the same registry for something else would end the same. */
const UNANSWERED = new Set([
  "name-not-found",
  "refused",
  "reset",
  "unreachable",
  "timed-out",
  "tls",
  "not-http",
  "redirected",
  "failed",
]);

/** True when nothing came back: the registry itself may be in order. */
export const isUnanswered = (error: unknown): boolean => error instanceof UserError && UNANSWERED.has(error.code);

/** True when the failure is the registry's, whatever was asked: there is no use in asking it for another id now. */
export const isRegistryDown = (error: unknown): boolean =>
  error instanceof UserError &&
  (UNANSWERED.has(error.code) ||
    error.code === "unauthorized" ||
    error.code === "not-a-registry" ||
    error.code === "registry-failed");

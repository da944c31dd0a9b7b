import { isIP } from "node:net";
import { UserError } from "../shared/userError.ts";

/** How far a connection had come when it failed. */
export type ConnectStage = "socket" | "versions" | "authentication";

export interface ConnectFailure {
  /** host:port */
  address: string;
  tls: boolean;
  sasl: { mechanism: string } | null;
  stage: ConnectStage;
  /** what Node or kafkajs threw; null: the time ran out */
  cause: (Error & { code?: string }) | null;
  /** ms that were allowed */
  timeoutMs: number;
  /** what came back that was no answer of Kafka's, at most the first few bytes */
  firstBytes: Buffer;
  /** the mechanisms that the broker offered, once it said so */
  mechanisms: readonly string[] | null;
}

/** The sentence for a connection that could not be made; its code names the kind. */
export function connectError(failure: ConnectFailure): UserError {
  const [code, message] = explain(failure);
  return new UserError(message, { code, detail: failure.cause?.message, cause: failure.cause ?? undefined });
}

/** For a connection without SASL that the broker ends at the first request: this is how Kafka treats clients that do not sign in. */
export const signInWanted = (address: string): UserError =>
  new UserError(
    `${address} closed the connection at the first request: it probably wants a sign-in. Turn on SASL for this connection, with user name and password.`,
    { code: "authentication" },
  );

function explain(failure: ConnectFailure): [code: string, message: string] {
  const { address, cause, stage, tls, firstBytes } = failure;
  const host = address.slice(0, address.lastIndexOf(":"));
  const foreign = notKafka(firstBytes) ?? (cause?.name === "MalformedError" ? "other" : null);
  if (foreign === "tls" && !tls) {
    return ["tls", `${address} expects TLS: turn on TLS for this connection.`];
  }
  if (foreign !== null) {
    return [
      "not-kafka",
      `${address} is not a Kafka broker: ${foreign === "http" ? "it answers like a web server" : "its answer is not Kafka's"}.`,
    ];
  }
  if (!cause) {
    const seconds = (failure.timeoutMs / 1000).toLocaleString("en", { maximumFractionDigits: 1 });
    if (stage === "socket") return ["timed-out", `${address} does not answer: no connection within ${seconds} s.`];
    return [
      "timed-out",
      `${address} accepts connections but does not answer as Kafka does within ${seconds} s${tls ? "" : " (is it a TLS port, or something else?)"}.`,
    ];
  }
  switch (cause.code) {
    case "ENOTFOUND":
    case "EAI_NONAME":
    case "EAI_NODATA":
      return ["name-not-found", `The name ${host} is not found: check the address ${address}.`];
    case "EAI_AGAIN":
      return [
        "name-not-found",
        `The name ${host} cannot be looked up right now: check the address ${address} and the network.`,
      ];
    case "ECONNREFUSED":
      return [
        "refused",
        `Nothing listens on ${address}: the connection was refused. Is the broker running, and is the port right?`,
      ];
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return ["unreachable", `${address} cannot be reached: there is no route to it from this machine.`];
    case "ETIMEDOUT":
      return ["timed-out", `${address} does not answer: the connection timed out.`];
    case "EACCES":
    case "EPERM":
      return ["unreachable", `The connection to ${address} was not permitted by this machine (firewall or policy).`];
  }
  if (stage === "authentication") return explainAuthentication(failure, cause);
  if (tls && stage === "socket") return explainTls(address, host, cause);
  if (tls && /alert|certificate required|handshake failure/i.test(cause.message))
    return explainTls(address, host, cause);
  if (stage === "versions") {
    if (address.endsWith(":2181")) {
      return [
        "not-kafka",
        `${address} is no Kafka broker: 2181 is ZooKeeper's port. Kafka itself is usually on port 9092.`,
      ];
    }
    const guess = tls
      ? "it may want a client certificate, or is not a Kafka broker"
      : "it may be a TLS port, or not a Kafka broker";
    return [tls ? "closed" : "not-kafka", `${address} closed the connection instead of answering: ${guess}.`];
  }
  return ["unreachable", `No connection to ${address}: ${cause.message}.`];
}

function explainTls(address: string, host: string, cause: Error & { code?: string }): [string, string] {
  const { code = "", message } = cause;
  const text = `${code} ${message}`;
  if (/CERT_HAS_EXPIRED/.test(code))
    return ["tls", `The certificate of ${address} has expired: it has to be renewed on the broker.`];
  if (/CERT_NOT_YET_VALID/.test(code)) {
    return ["tls", `The certificate of ${address} is not valid yet: check the clocks of both machines.`];
  }
  if (/ALTNAME_INVALID/.test(code)) {
    return [
      "tls",
      `The certificate of ${address} is not made for ${isIP(host) ? "the address" : "the name"} ${host}: use a name that it is made for.`,
    ];
  }
  if (/SELF_SIGNED|UNABLE_TO_|ISSUER|UNTRUSTED|CERT_SIGNATURE|CERT_CHAIN/.test(code)) {
    return [
      "tls",
      `The certificate of ${address} is not trusted (${message}): give the connection the CA certificate that signed it.`,
    ];
  }
  if (
    /CERTIFICATE_REQUIRED|certificate required|HANDSHAKE_FAILURE|BAD_CERTIFICATE|bad certificate|CERTIFICATE_UNKNOWN|certificate unknown|UNKNOWN_CA|unknown ca/.test(
      text,
    )
  ) {
    return [
      "tls",
      `${address} refuses this client in the TLS handshake: it wants a client certificate that it trusts (certificate and key files of the connection).`,
    ];
  }
  if (/KEY_VALUES_MISMATCH|PEM|BAD_DECRYPT|bad decrypt|MAC verify|NO_START_LINE|passphrase|DECODER/i.test(text)) {
    return ["tls", `The certificate or key files of this connection cannot be used: ${message}.`];
  }
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH|ECONNRESET|EPIPE|socket hang up|disconnected before secure/i.test(text)) {
    return [
      "tls",
      `${address} does not speak TLS: it ended the TLS handshake. Use the broker's TLS port, or turn TLS off for this connection.`,
    ];
  }
  return ["tls", `No TLS connection to ${address}: ${message}.`];
}

function explainAuthentication(failure: ConnectFailure, cause: Error): [string, string] {
  const { address, sasl, mechanisms } = failure;
  const mechanism = sasl?.mechanism.toUpperCase() ?? "";
  if (mechanisms && !mechanisms.includes(mechanism)) {
    return mechanisms.length === 0
      ? [
          "authentication",
          `${address} has no sign-in by user name and password on this port: turn SASL off, or use another port.`,
        ]
      : [
          "authentication",
          `${address} does not offer ${mechanism}: it offers ${mechanisms.join(", ")}. Choose one of these for the connection.`,
        ];
  }
  // kafkajs puts its own words in front of the broker's
  const said = cause.message
    .replace(/^SASL [\w-]+ authentication failed: /, "")
    .replace(/^Authentication failed: /, "");
  return ["authentication", `${address} refuses the sign-in (${mechanism}): ${said.replace(/[.\s]+$/, "")}.`];
}

/** Kafka's answers begin with a size; what else begins like this? */
function notKafka(bytes: Buffer): "tls" | "http" | "other" | null {
  if (bytes.length < 4) return null;
  if ((bytes[0] === 0x15 || bytes[0] === 0x16) && bytes[1] === 0x03) return "tls";
  if (bytes.toString("latin1", 0, 4) === "HTTP") return "http";
  return "other";
}

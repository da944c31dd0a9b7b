import assert from "node:assert/strict";
import { test } from "node:test";
import { type ConnectFailure, connectError } from "../../../src/kafka/connectError.ts";

const failure: ConnectFailure = {
  address: "broker:9092",
  tls: false,
  sasl: null,
  stage: "socket",
  cause: null,
  timeoutMs: 3000,
  firstBytes: Buffer.alloc(0),
  mechanisms: null,
};
const node = (code: string, message = code) => Object.assign(new Error(message), { code });

const cases: [what: string, change: Partial<ConnectFailure>, code: string, says: RegExp][] = [
  ["a name that is not found", { cause: node("ENOTFOUND") }, "name-not-found", /^The name broker is not found/],
  ["a name server that does not answer", { cause: node("EAI_AGAIN") }, "name-not-found", /right now/],
  ["a refused connection", { cause: node("ECONNREFUSED") }, "refused", /^Nothing listens on broker:9092/],
  ["no route", { cause: node("EHOSTUNREACH") }, "unreachable", /no route/],
  ["no connection in time", {}, "timed-out", /no connection within 3 s/],
  [
    "no answer in time",
    { stage: "versions" },
    "timed-out",
    /does not answer as Kafka does within 3 s \(is it a TLS port/,
  ],
  [
    "a TLS alert to a plain client",
    { stage: "versions", cause: node(""), firstBytes: Buffer.from([0x15, 3, 3, 0]) },
    "tls",
    /expects TLS/,
  ],
  [
    "a web server",
    { stage: "versions", cause: node(""), firstBytes: Buffer.from("HTTP/1.1") },
    "not-kafka",
    /like a web server/,
  ],
  [
    "something else",
    { stage: "versions", cause: node(""), firstBytes: Buffer.from("SSH-2.0") },
    "not-kafka",
    /not Kafka's/,
  ],
  [
    "ZooKeeper's port",
    { address: "zk:2181", stage: "versions", cause: node("") },
    "not-kafka",
    /2181 is ZooKeeper's port/,
  ],
  ["an expired certificate", { tls: true, cause: node("CERT_HAS_EXPIRED") }, "tls", /has expired/],
  ["a certificate of the future", { tls: true, cause: node("CERT_NOT_YET_VALID") }, "tls", /not valid yet/],
  [
    "a certificate for another name",
    { tls: true, cause: node("ERR_TLS_CERT_ALTNAME_INVALID") },
    "tls",
    /not made for the name broker/,
  ],
  ["a self-signed certificate", { tls: true, cause: node("DEPTH_ZERO_SELF_SIGNED_CERT") }, "tls", /not trusted/],
  [
    "an unknown authority",
    { tls: true, cause: node("UNABLE_TO_VERIFY_LEAF_SIGNATURE") },
    "tls",
    /give the connection the CA certificate/,
  ],
  ["a plain port", { tls: true, cause: node("ERR_SSL_WRONG_VERSION_NUMBER") }, "tls", /does not speak TLS/],
  [
    "a wrong key passphrase",
    { tls: true, cause: node("ERR_OSSL_BAD_DECRYPT", "bad decrypt") },
    "tls",
    /key files .* cannot be used/,
  ],
  [
    "a client certificate that is asked for",
    {
      tls: true,
      stage: "versions",
      cause: node("ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "tlsv13 alert certificate required"),
    },
    "tls",
    /wants a client certificate/,
  ],
  [
    "a mechanism that is not offered",
    { stage: "authentication", sasl: { mechanism: "plain" }, mechanisms: ["SCRAM-SHA-512"], cause: node("") },
    "authentication",
    /does not offer PLAIN: it offers SCRAM-SHA-512/,
  ],
  [
    "a wrong password",
    {
      stage: "authentication",
      sasl: { mechanism: "plain" },
      mechanisms: ["PLAIN"],
      cause: new Error("SASL PLAIN authentication failed: Authentication failed: Invalid username or password"),
    },
    "authentication",
    /refuses the sign-in \(PLAIN\): Invalid username or password\.$/,
  ],
];
for (const [what, change, code, says] of cases) {
  test(`${what} is said`, () => {
    const error = connectError({ ...failure, ...change });
    assert.equal(error.code, code);
    assert.match(error.message, says);
    assert.match(error.message, /[.?]$/);
  });
}

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fromDraft, toDraft } from "../../../src/connections/draft.ts";
import type { Connection, ConnectionSecrets } from "../../../src/connections/model.ts";

const full: Connection = {
  id: "1",
  name: "full",
  bootstrapServers: ["a:1", "b:2"],
  tls: { caFile: "/ca.pem", certFile: "/c.pem", keyFile: "/k.pem", verify: false },
  sasl: { mechanism: "plain", username: "me" },
  registry: { kind: "confluent", urls: ["http://r"], signIn: { kind: "basic", username: "you" }, tls: null },
};
const secrets: ConnectionSecrets = { saslPassword: "s", keyPassphrase: "k", registryPassword: "r" };

describe("a connection that is asked for", () => {
  it("comes back as it was when nothing is changed", () => {
    assert.deepEqual(fromDraft(full, toDraft(full, secrets)), { connection: full, secrets });
  });

  it("drops what a simpler protocol does not use, secrets too", () => {
    const draft = toDraft(full, secrets);
    const { connection, secrets: kept } = fromDraft(full, {
      ...draft,
      protocol: "PLAINTEXT",
      registry: { ...draft.registry, kind: "none" },
    });
    assert.deepEqual(
      { tls: connection.tls, sasl: connection.sasl, registry: connection.registry, kept },
      {
        tls: null,
        sasl: null,
        registry: null,
        kept: {},
      },
    );
  });

  it("keeps a registry without sign-in without a password", () => {
    const draft = toDraft(full, secrets);
    const registry = { ...draft.registry, urls: "http://r/", signIn: "none" as const };
    const { connection, secrets: kept } = fromDraft(full, { ...draft, registry });
    assert.deepEqual(connection.registry, {
      kind: "confluent",
      urls: ["http://r"],
      signIn: { kind: "none" },
      tls: null,
    });
    assert.equal(kept.registryPassword, undefined);
  });

  it("comes back with every kind of registry, with only the secrets of that kind", () => {
    const all: ConnectionSecrets = {
      registryPassword: "p",
      registryToken: "t",
      registryClientSecret: "c",
      registryKeyPassphrase: "k",
      awsSecretAccessKey: "a",
      awsSessionToken: "s",
    };
    const tls = { caFile: "/ca.pem", certFile: null, keyFile: null, verify: true };
    const urls = ["https://a", "https://b/base"];
    const oauth = { kind: "oauth", tokenUrl: "https://t/token", clientId: "me", scope: "read" } as const;
    const registries: [Connection["registry"], ConnectionSecrets][] = [
      [{ kind: "confluent", urls, signIn: { kind: "bearer" }, tls: null }, { registryToken: "t" }],
      [{ kind: "apicurio", urls, signIn: oauth, tls }, { registryClientSecret: "c" }],
      [
        { kind: "confluent", urls, signIn: { kind: "none" }, tls: { ...tls, keyFile: "/k", certFile: "/c" } },
        { registryKeyPassphrase: "k" },
      ],
      [
        { kind: "glue", region: "eu-west-1", accessKeyId: "AK", registryName: "r", endpoint: null },
        { awsSecretAccessKey: "a", awsSessionToken: "s" },
      ],
    ];
    for (const [registry, kept] of registries) {
      const connection = { ...full, sasl: null, tls: null, registry };
      assert.deepEqual(fromDraft(connection, toDraft(connection, all)), { connection, secrets: kept });
    }
  });

  it("keeps no certificates for a registry without TLS", () => {
    const draft = toDraft(full, secrets);
    const registry = { ...draft.registry, urls: "http://a, http://b", verify: false, keyFile: "/k" };
    const read = fromDraft(full, { ...draft, registry }).connection.registry;
    assert.deepEqual(read?.kind === "confluent" && [read.urls, read.tls], [["http://a", "http://b"], null]);
  });
});

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
  registry: { url: "http://r", username: "you" },
};
const secrets: ConnectionSecrets = { saslPassword: "s", keyPassphrase: "k", registryPassword: "r" };

describe("a connection that is asked for", () => {
  it("comes back as it was when nothing is changed", () => {
    assert.deepEqual(fromDraft(full, toDraft(full, secrets)), { connection: full, secrets });
  });

  it("drops what a simpler protocol does not use, secrets too", () => {
    const { connection, secrets: kept } = fromDraft(full, {
      ...toDraft(full, secrets),
      protocol: "PLAINTEXT",
      registryUrl: "  ",
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
    const { connection, secrets: kept } = fromDraft(full, {
      ...toDraft(full, secrets),
      registryUrl: "http://r/",
      registryUsername: "",
    });
    assert.deepEqual(connection.registry, { url: "http://r", username: null });
    assert.equal(kept.registryPassword, undefined);
  });
});

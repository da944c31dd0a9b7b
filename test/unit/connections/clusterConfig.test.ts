import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { clusterConfig } from "../../../src/connections/clusterConfig.ts";
import type { Connection } from "../../../src/connections/model.ts";

const folder = mkdtempSync(join(tmpdir(), "config-"));
after(() => rmSync(folder, { recursive: true }));
const ca = join(folder, "ca.pem");
writeFileSync(ca, "-----BEGIN CERTIFICATE-----");

const plain: Connection = { id: "1", name: "c", bootstrapServers: ["a:1"], tls: null, sasl: null, registry: null };

describe("what a cluster needs of a connection", () => {
  it("has certificates as texts, and the password", async () => {
    const connection: Connection = {
      ...plain,
      tls: { caFile: ca, certFile: null, keyFile: null, verify: true },
      sasl: { mechanism: "plain", username: "me" },
    };
    assert.deepEqual(await clusterConfig(connection, { saslPassword: "s" }, 3000), {
      bootstrap: ["a:1"],
      tls: {
        ca: ["-----BEGIN CERTIFICATE-----"],
        cert: null,
        key: null,
        passphrase: null,
        verify: true,
        files: { ca, cert: null, key: null },
      },
      sasl: { mechanism: "plain", username: "me", password: "s" },
      connectTimeout: 3000,
      requestTimeout: 10_000,
    });
  });

  it("names a file that cannot be read", async () => {
    const missing = join(folder, "missing.pem");
    const connection = { ...plain, tls: { caFile: missing, certFile: null, keyFile: null, verify: true } };
    await assert.rejects(clusterConfig(connection, {}, 3000), (error: Error & { code?: string }) => {
      assert.equal(error.code, "certificate-file");
      assert.ok(error.message.includes(missing), error.message);
      return true;
    });
  });

  it("says that a password is missing", async () => {
    const connection: Connection = { ...plain, sasl: { mechanism: "plain", username: "me" } };
    await assert.rejects(clusterConfig(connection, {}, 3000), { code: "no-password" });
  });
});

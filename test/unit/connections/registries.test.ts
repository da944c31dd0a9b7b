import assert from "node:assert/strict";
import { it } from "node:test";
import type { Connection, ConnectionSecrets } from "../../../src/connections/model.ts";
import { registryClient } from "../../../src/connections/registries.ts";
import { UserError } from "../../../src/shared/userError.ts";

const open = (registry: Connection["registry"], secrets: ConnectionSecrets = {}) =>
  registryClient({ name: "team", registry }, secrets, 1000);

const problem = async (promise: Promise<unknown>): Promise<string> => {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof UserError, String(error));
  return error.message;
};

const urls = ["https://registry.example"];
const glue = { kind: "glue", region: "eu-west-1", accessKeyId: "AK", registryName: null, endpoint: null } as const;

it("a connection's registry is opened by its type", async () => {
  const kinds = await Promise.all([
    open(null),
    open({ kind: "confluent", urls, signIn: { kind: "none" }, tls: null }),
    open({ kind: "apicurio", urls, signIn: { kind: "bearer" }, tls: null }, { registryToken: "t" }),
    open(glue, { awsSecretAccessKey: "s" }),
  ]);
  assert.deepEqual(
    kinds.map((registry) => registry?.kind ?? null),
    [null, "confluent", "apicurio", "glue"],
  );
});

it("a secret that is not on this machine is said to be missing", async () => {
  const missing = (what: string) =>
    `No ${what} of the schema registry is stored on this machine: edit the connection team and enter it.`;
  const oauth = { kind: "oauth", tokenUrl: "https://t", clientId: "me", scope: null } as const;
  const http = { kind: "confluent", urls, tls: null } as const;
  assert.equal(await problem(open({ ...http, signIn: { kind: "bearer" } })), missing("token"));
  assert.equal(await problem(open({ ...http, signIn: oauth })), missing("client secret"));
  assert.equal(await problem(open(glue)), missing("secret access key"));
});

it("a certificate that cannot be read is named", async () => {
  const tls = { caFile: "/nowhere/ca.pem", certFile: null, keyFile: null, verify: true };
  const registry = { kind: "confluent", urls, signIn: { kind: "none" }, tls } as const;
  assert.match(
    await problem(open({ ...registry, urls: [...urls] })),
    /^The registry’s CA certificate \/nowhere\/ca\.pem could not be read/,
  );
});

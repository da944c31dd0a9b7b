import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createTopic } from "../../src/kafka/admin/topics.ts";
import type { ClusterConfig } from "../../src/kafka/api.ts";
import { commandTarget } from "../../src/reader/export/commandTarget.ts";
import { copyAs } from "../../src/reader/export/copy.ts";
import { createDecoder } from "../../src/schema/decoder.ts";
import type { CopyFormat } from "../../src/shared/messages.ts";
import { type Broker, startKafka39 } from "../harness/kafka.ts";
import { type Payloads, recordOf } from "../unit/reader/export/records.ts";
import { open } from "./support/clusters.ts";
import { withConsoleProducer } from "./support/consoleProducer.ts";
import { keptPayloads } from "./support/payloads.ts";
import { feed } from "./support/reading.ts";
import { addScramUser, type SecuredBroker, startSecuredBroker, users } from "./support/securedBroker.ts";

const record: Payloads = {
  key: Buffer.from('it\'s "k"'),
  value: Buffer.from("größe $(id) \\ %s"),
  headers: [{ key: "h", value: Buffer.from("x") }],
};

type Security = Pick<ClusterConfig, "tls" | "sasl">;

describe("a copied command of a connection with TLS or a sign-in", () => {
  let broker: SecuredBroker;
  let older: Broker;
  let tool: Awaited<ReturnType<typeof withConsoleProducer>>;
  let folder: string;
  let tls: NonNullable<ClusterConfig["tls"]>;
  let mutual: NonNullable<ClusterConfig["tls"]>;
  let topics = 0;
  const silent = createServer();
  const [plainUser, plainPassword] = users.plain;
  const [scramUser, scramPassword] = users.scram;

  before(async () => {
    await new Promise<void>((done) => silent.listen(0, "127.0.0.1", done));
    const address = silent.address();
    broker = await startSecuredBroker(typeof address === "object" && address ? address.port : 1);
    tool = await withConsoleProducer();
    // librdkafka before 2.6.1, which Debian has, fails in SCRAM with brokers of Kafka 4
    const { store } = await broker.authority.sign("older", "DNS:localhost,IP:127.0.0.1");
    older = await startKafka39({
      java: ["-Xmx512m"],
      listeners: { SECURE: "SASL_SSL" },
      properties: {
        "listener.name.secure.ssl.keystore.type": "PEM",
        "listener.name.secure.ssl.keystore.location": store,
        "listener.name.secure.sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "listener.name.secure.scram-sha-512.sasl.jaas.config":
          "org.apache.kafka.common.security.scram.ScramLoginModule required;",
      },
    });
    await addScramUser(older.bootstrap, "SCRAM-SHA-512", users.scram);
    folder = mkdtempSync(join(tmpdir(), "it's größe-"));
    const file = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const files = { ca: file("ca.pem", broker.authority.pem), cert: null, key: null };
    tls = { ca: [broker.authority.pem], cert: null, key: null, passphrase: null, verify: true, files };
    const { cert, key } = broker.client;
    mutual = { ...tls, cert, key, files: { ...files, cert: file("c.pem", cert), key: file("k.pem", key) } };
  });
  after(async () => {
    await broker?.stop();
    await older?.stop();
    silent.close();
    tool?.remove();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  /** Pasted into a shell in which the password is set as the note says; what arrived then, read without any sign-in. */
  async function pasted(
    format: CopyFormat,
    at: Broker,
    listener: string,
    security: Security,
    shell = "sh",
  ): Promise<{ text: string; arrived: Payloads[]; stderr: string }> {
    const topic = `copy-${++topics}`;
    await createTopic(open(at.bootstrap), { name: topic, partitions: 1, replicationFactor: 1, configs: {} });
    const config: ClusterConfig = {
      bootstrap: [at.addresses[listener]!],
      ...security,
      connectTimeout: 3000,
      requestTimeout: 10_000,
    };
    const text = await copyAs([{ topic, partition: 0, record: recordOf(record) }], format, {
      decoder: createDecoder(),
      schemas: null,
      target: commandTarget(config),
    });
    const password = security.sasl?.password;
    // of the shell alone, not exported: as `read` leaves it
    const { stderr } = await feed(shell, [], `${password ? `KAFKA_PASSWORD='${password}'\n` : ""}${text}\n`, {
      env: tool.env,
    });
    if (password) {
      assert.ok(!text.includes(password), "no secret is copied");
      assert.match(text, /^# Secrets are not copied\. Put the password of .* in KAFKA_PASSWORD first/);
    }
    return { text, arrived: await keptPayloads(at.bootstrap, topic, 0), stderr };
  }

  const tlsOnly = (): Security => ({ tls, sasl: null });
  const certificate = (): Security => ({ tls: mutual, sasl: null });
  const plain = (): Security => ({
    tls: null,
    sasl: { mechanism: "plain", username: plainUser, password: plainPassword },
  });
  const scram = (): Security => ({
    tls,
    sasl: { mechanism: "scram-sha-512", username: scramUser, password: scramPassword },
  });
  async function arrives(copied: Promise<{ text: string; arrived: Payloads[]; stderr: string }>): Promise<void> {
    const { arrived, text, stderr } = await copied;
    assert.deepEqual(arrived, [record], `${text}\n${stderr}`);
  }

  test("for kcat arrives by TLS, with its authority's certificate", () =>
    arrives(pasted("kcat", broker, "TLS", tlsOnly())));
  test("for kcat arrives with a client certificate", () => arrives(pasted("kcat", broker, "MTLS", certificate())));
  test("for kcat arrives by SASL PLAIN", () => arrives(pasted("kcat", broker, "LOGIN", plain())));
  test("for kcat arrives by SCRAM over TLS, from bash", () =>
    arrives(pasted("kcat", older, "SECURE", scram(), "bash")));
  test("for kafka-console-producer arrives with a client certificate", () =>
    arrives(pasted("console-producer", broker, "MTLS", certificate())));
  test("for kafka-console-producer arrives by SASL PLAIN", () =>
    arrives(pasted("console-producer", broker, "LOGIN", plain())));
  test("for kafka-console-producer arrives by SCRAM over TLS, from bash", () =>
    arrives(pasted("console-producer", broker, "SECURE", scram(), "bash")));

  test("for kcat takes any certificate where the connection does", async () => {
    const any = { ...tls, ca: null, verify: false, files: { ca: null, cert: null, key: null } };
    await arrives(pasted("kcat", broker, "OTHER", { tls: any, sasl: null }));
  });
});

import { join } from "node:path";
import { kafkaJars, kafkaVersions } from "../../harness/jars.ts";
import { type Broker, startKafka41 } from "../../harness/kafka.ts";
import { temporaryFolder } from "../../harness/process.ts";
import { runCommand } from "../../harness/run.ts";
import { javaCommand } from "../../harness/tools.ts";
import { Authority, type Certificate } from "./certificates.ts";

export interface SecuredBroker extends Broker {
  authority: Authority;
  /** signs the client certificates that listener MTLS takes */
  client: Certificate;
  stop(): Promise<void>;
}

/** after this the broker wants a new sign-in on listener LOGIN, with PLAIN; ms */
export const reauthMs = 2000;

/** users of listeners LOGIN (PLAIN, SCRAM-SHA-256) and SECURE (TLS, SCRAM-SHA-512) */
export const users = { plain: ["alice", "alice=secret,1"], scram: ["bob,=", "bob secret ü"] } as const;

/**
 * One broker with a listener for every way to get it wrong: TLS, EXPIRED, OTHER (a certificate for another name), MTLS (wants a client
 * certificate), LOGIN, SECURE, and FAR, DEAD and SILENT, which advertise addresses that do not work: a name that is not found, a port where
 * nobody listens, and `silentPort`. Deleting topics is turned off.
 */
export async function startSecuredBroker(silentPort: number): Promise<SecuredBroker> {
  const place = temporaryFolder("secured");
  const authority = await Authority.create(place.path, "test");
  const here = "DNS:localhost,IP:127.0.0.1";
  const [good, expired, other, client] = await Promise.all([
    authority.sign("good", here),
    authority.sign("expired", here, -1),
    authority.sign("other", "DNS:other.example"),
    authority.sign("client", "DNS:client.example"),
  ]);
  const keys = (listener: string, { store }: Certificate) => ({
    [`listener.name.${listener}.ssl.keystore.type`]: "PEM",
    [`listener.name.${listener}.ssl.keystore.location`]: store,
  });
  const [plainUser, plainPassword] = users.plain;
  const plainLogin = `org.apache.kafka.common.security.plain.PlainLoginModule required user_${plainUser}="${plainPassword}";`;
  const scramLogin = "org.apache.kafka.common.security.scram.ScramLoginModule required;";
  const elsewhere: Record<string, string> = {
    FAR: "kafka.invalid:19092",
    DEAD: "127.0.0.1:1",
    SILENT: `127.0.0.1:${silentPort}`,
  };
  const broker = await startKafka41({
    java: ["-Xmx512m"],
    listeners: {
      TLS: "SSL",
      EXPIRED: "SSL",
      OTHER: "SSL",
      MTLS: "SSL",
      LOGIN: "SASL_PLAINTEXT",
      SECURE: "SASL_SSL",
      FAR: "PLAINTEXT",
      DEAD: "PLAINTEXT",
      SILENT: "PLAINTEXT",
    },
    properties: (addresses) => ({
      "advertised.listeners": Object.entries({ ...addresses, ...elsewhere })
        .map(([name, address]) => `${name}://${address}`)
        .join(","),
      "delete.topic.enable": false,
      ...keys("tls", good),
      ...keys("expired", expired),
      ...keys("other", other),
      ...keys("mtls", good),
      ...keys("secure", good),
      "listener.name.mtls.ssl.client.auth": "required",
      "listener.name.mtls.ssl.truststore.type": "PEM",
      "listener.name.mtls.ssl.truststore.location": authority.path,
      "listener.name.login.sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256",
      "listener.name.login.plain.sasl.jaas.config": plainLogin,
      "listener.name.login.plain.connections.max.reauth.ms": reauthMs,
      "listener.name.login.scram-sha-256.sasl.jaas.config": scramLogin,
      "listener.name.secure.sasl.enabled.mechanisms": "SCRAM-SHA-512",
      "listener.name.secure.scram-sha-512.sasl.jaas.config": scramLogin,
    }),
  });
  const stop = async (): Promise<void> => {
    await broker.stop();
    place.remove();
  };
  try {
    await addScramUser(broker.bootstrap, "SCRAM-SHA-256", users.scram);
    // a user's credentials cannot be changed twice in one request
    await addScramUser(broker.bootstrap, "SCRAM-SHA-512", users.scram);
  } catch (error) {
    await stop();
    throw error;
  }
  return { ...broker, authority, client, stop };
}

/** by Kafka's own tool, so that nothing of ours decides what the password is */
export async function addScramUser(
  bootstrap: string,
  mechanism: string,
  [name, password]: readonly [name: string, password: string],
): Promise<void> {
  const jars = await kafkaJars(kafkaVersions.kraft);
  await runCommand(
    javaCommand(),
    [
      ...["-Xmx128m", "-Dfile.encoding=UTF-8", "-Dsun.jnu.encoding=UTF-8", "-XX:TieredStopAtLevel=1"],
      ...["-cp", join(jars, "*"), "kafka.admin.ConfigCommand", "--bootstrap-server", bootstrap, "--alter"],
      ...["--add-config", `${mechanism}=[password=${password}]`, "--entity-type", "users", "--entity-name", name],
    ],
    { timeoutMs: 60_000, env: { ...process.env, LC_ALL: "C.UTF-8" } },
  );
}

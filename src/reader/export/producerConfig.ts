import { basename, dirname } from "node:path";
import { type CommandTarget, KEY_PASSPHRASE, PASSWORD, securityProtocol } from "./commandTarget.ts";

/** What a Java client needs to connect, beside the addresses. */
export interface ProducerConfig {
  /** lines of a properties file, in visible characters of ASCII; empty: nothing is needed */
  lines: string[];
  /** assignments that stand in front of the command, and hand secrets to it */
  environment: string[];
  /** what the tool does in another way than this connection; a sentence */
  note: string | null;
}

const LOGIN_MODULES = {
  PLAIN: "org.apache.kafka.common.security.plain.PlainLoginModule",
  "SCRAM-SHA-256": "org.apache.kafka.common.security.scram.ScramLoginModule",
  "SCRAM-SHA-512": "org.apache.kafka.common.security.scram.ScramLoginModule",
};
const PROVIDERS = "org.apache.kafka.common.config.provider";

/**
 * The properties of a Java client for a connection. Secrets and the client's key are not in them: the client reads them from its environment and
 * their files (EnvVarConfigProvider of KIP-887, from Kafka 3.5 on, and DirectoryConfigProvider of KIP-675). A string says why there can be none.
 */
export function producerConfig(target: CommandTarget): ProducerConfig | string {
  const { tls, sasl } = target;
  const protocol = securityProtocol(target);
  if (protocol === null) return { lines: [], environment: [], note: null };
  const given = [tls?.ca, tls?.cert, tls?.key, sasl?.username].filter((text) => typeof text === "string");
  // whatever looks like a reference is taken for one, and there is no way to write it otherwise
  if (given.some((text) => text.includes("${"))) return "a dollar sign and a brace stand in the name or a path";

  const properties: [name: string, value: string][] = [["security.protocol", protocol]];
  const environment: string[] = [];
  const providers: string[] = [];
  const fromEnvironment = (variable: string, escaped: boolean): string => {
    if (!providers.includes("env")) providers.push("env");
    const value = `"\${${variable}:?}"`;
    // quoted as in a string of Java's, since that is what a password in sasl.jaas.config is
    environment.push(`${variable}=${escaped ? `"$(printf %s ${value} | sed 's/["\\\\]/\\\\&/g')"` : value}`);
    return `\${env:${variable}}`;
  };
  if (sasl) {
    const password = fromEnvironment(PASSWORD, true);
    properties.push(
      ["sasl.mechanism", sasl.mechanism],
      [
        "sasl.jaas.config",
        `${LOGIN_MODULES[sasl.mechanism]} required username=${javaString(sasl.username)} password="${password}";`,
      ],
    );
  }
  if (tls?.ca) properties.push(["ssl.truststore.type", "PEM"], ["ssl.truststore.location", tls.ca]);
  if (tls?.cert && tls.key) {
    const paths = [tls.cert, tls.key];
    if (paths.some((path) => /[:}]/.test(path))) return "a path of the client certificate has a colon or a brace";
    providers.push("dir");
    const content = (path: string): string => `\${dir:${dirname(path)}:${basename(path)}}`;
    properties.push(
      ["ssl.keystore.type", "PEM"],
      ["ssl.keystore.certificate.chain", content(tls.cert)],
      ["ssl.keystore.key", content(tls.key)],
    );
    if (tls.passphrase) properties.push(["ssl.key.password", fromEnvironment(KEY_PASSPHRASE, false)]);
  }
  if (tls && !tls.verify) properties.push(["ssl.endpoint.identification.algorithm", ""]);
  if (providers.length > 0) properties.push(["config.providers", providers.join(",")]);
  if (providers.includes("env")) properties.push(["config.providers.env.class", `${PROVIDERS}.EnvVarConfigProvider`]);
  if (providers.includes("dir"))
    properties.push(["config.providers.dir.class", `${PROVIDERS}.DirectoryConfigProvider`]);
  return {
    lines: properties.map(([name, value]) => `${name}=${propertyValue(value)}`),
    environment,
    note:
      tls && !tls.verify
        ? "Java checks certificates, which this connection does not: without a CA file it takes those of authorities that it knows."
        : null,
  };
}

/** A string as Kafka's reader of JAAS texts takes it. */
const javaString = (text: string): string => `"${text.replace(/["\\]/g, "\\$&")}"`;

/** As java.util.Properties reads it, which takes bytes for ISO 8859-1. */
const propertyValue = (text: string): string =>
  text
    .replaceAll("\\", "\\\\")
    .replace(/^ /, "\\ ")
    .replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

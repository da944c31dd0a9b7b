import type { ClusterConfig } from "../../kafka/api.ts";
import { shellComment } from "./shell.ts";

/** Where commands that are copied connect to, and how. No secret is in it, so that none gets into a clipboard. */
export interface CommandTarget {
  /** host:port each */
  bootstrap: readonly string[];
  tls: {
    /** paths of PEM files; null: none is configured */
    ca: string | null;
    cert: string | null;
    key: string | null;
    /** the key has a passphrase */
    passphrase: boolean;
    verify: boolean;
  } | null;
  sasl: { mechanism: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512"; username: string } | null;
}

/** Variables of the shell that stand for what is not copied. */
export const PASSWORD = "KAFKA_PASSWORD";
export const KEY_PASSPHRASE = "KAFKA_KEY_PASSPHRASE";

const mechanisms = {
  plain: "PLAIN",
  "scram-sha-256": "SCRAM-SHA-256",
  "scram-sha-512": "SCRAM-SHA-512",
} as const;

/** What commands may know of a cluster's configuration. */
export function commandTarget({ bootstrap, tls, sasl }: ClusterConfig): CommandTarget {
  return {
    bootstrap,
    tls: tls && {
      ca: tls.files?.ca ?? null,
      cert: tls.files?.cert ?? null,
      key: tls.files?.key ?? null,
      passphrase: tls.passphrase !== null && tls.key !== null,
      verify: tls.verify,
    },
    sasl: sasl && { mechanism: mechanisms[sasl.mechanism], username: sasl.username },
  };
}

/** SSL, SASL_PLAINTEXT …; null: neither TLS nor a sign-in */
export function securityProtocol({ tls, sasl }: CommandTarget): string | null {
  if (sasl) return tls ? "SASL_SSL" : "SASL_PLAINTEXT";
  return tls ? "SSL" : null;
}

/** Comments that say which secrets the commands want, and how they get them; none when they want none. */
export function secretsNotes({ tls, sasl }: CommandTarget, tool: "kcat" | "console-producer"): string[] {
  const wanted = [
    sasl && `the password of ${sasl.username} in ${PASSWORD}`,
    tls?.passphrase && `the passphrase of the client key in ${KEY_PASSPHRASE}`,
  ].filter((one) => typeof one === "string");
  const names = [sasl && PASSWORD, tls?.passphrase && KEY_PASSPHRASE].filter((one) => typeof one === "string");
  if (wanted.length === 0) return [];
  const secrets = shellComment(
    `Secrets are not copied. Put ${wanted.join(" and ")} first, for example with: ${names.map((name) => `read -rs ${name}`).join(", ")}`,
  );
  // librdkafka sent a wrong nonce (its pull request 4895), and brokers take it no longer
  const old = tool === "kcat" && sasl !== null && sasl.mechanism !== "PLAIN";
  return old ? [secrets, shellComment("Kafka 4 takes SCRAM of kcat only with librdkafka 2.6.1 or later.")] : [secrets];
}

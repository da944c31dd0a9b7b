import { parseAddresses } from "./addresses.ts";
import type { Connection, ConnectionSecrets, SaslMechanism } from "./model.ts";
import { fromRegistryDraft, type RegistryDraft, toRegistryDraft } from "./registryDraft.ts";

/** Kafka's security protocols, by its own names. */
export type Protocol = "PLAINTEXT" | "SSL" | "SASL_PLAINTEXT" | "SASL_SSL";

/** A connection while it is asked for: every question has its field, and an answer survives going back and forth. */
export interface ConnectionDraft {
  name: string;
  servers: string;
  protocol: Protocol;
  caFile: string | null;
  certFile: string | null;
  keyFile: string | null;
  keyPassphrase: string;
  verify: boolean;
  mechanism: SaslMechanism;
  username: string;
  saslPassword: string;
  registry: RegistryDraft;
}

export const usesTls = ({ protocol }: Pick<ConnectionDraft, "protocol">): boolean =>
  protocol === "SSL" || protocol === "SASL_SSL";
export const usesSasl = ({ protocol }: Pick<ConnectionDraft, "protocol">): boolean => protocol.startsWith("SASL");

export function toDraft(connection: Connection, secrets: ConnectionSecrets): ConnectionDraft {
  const { tls, sasl, registry } = connection;
  return {
    name: connection.name,
    servers: connection.bootstrapServers.join(", "),
    protocol: sasl ? (tls ? "SASL_SSL" : "SASL_PLAINTEXT") : tls ? "SSL" : "PLAINTEXT",
    caFile: tls?.caFile ?? null,
    certFile: tls?.certFile ?? null,
    keyFile: tls?.keyFile ?? null,
    keyPassphrase: secrets.keyPassphrase ?? "",
    verify: tls?.verify ?? true,
    mechanism: sasl?.mechanism ?? "scram-sha-512",
    username: sasl?.username ?? "",
    saslPassword: secrets.saslPassword ?? "",
    registry: toRegistryDraft(registry, secrets),
  };
}

/** @param base what the draft does not hold: the id, the local project */
export function fromDraft(
  base: Connection,
  draft: ConnectionDraft,
): { connection: Connection; secrets: ConnectionSecrets } {
  const tls = usesTls(draft);
  const sasl = usesSasl(draft);
  const { registry, secrets: registrySecrets } = fromRegistryDraft(draft.registry);
  const connection: Connection = {
    ...base,
    name: draft.name.trim(),
    bootstrapServers: parseAddresses(draft.servers).servers ?? [],
    tls: tls ? { caFile: draft.caFile, certFile: draft.certFile, keyFile: draft.keyFile, verify: draft.verify } : null,
    sasl: sasl ? { mechanism: draft.mechanism, username: draft.username.trim() } : null,
    registry,
  };
  const secrets: ConnectionSecrets = {
    ...(sasl ? { saslPassword: draft.saslPassword } : {}),
    ...(tls && draft.keyFile ? { keyPassphrase: draft.keyPassphrase } : {}),
    ...registrySecrets,
  };
  return { connection, secrets };
}

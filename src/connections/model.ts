/**
 * A connection as it is stored: metadata only. Secrets (passwords, key passphrases, registry credentials) are kept apart, in
 * SecretStorage, under the connection's id.
 */
export interface Connection {
  /** made once, never shown */
  id: string;
  name: string;
  /** host:port, at least one */
  bootstrapServers: string[];
  tls: TlsOptions | null;
  sasl: SaslOptions | null;
  registry: RegistryOptions | null;
  /** set for a cluster that the local-cluster commands made: its compose project */
  localProject?: string;
  /** comes from the setting `kafkaWorkbench.connections`: changed there, not by the extension */
  fromSetting?: true;
}

export interface TlsOptions {
  /** paths of PEM files */
  caFile: string | null;
  certFile: string | null;
  keyFile: string | null;
  /** false: any certificate is accepted (said so wherever it is set) */
  verify: boolean;
}

export type SaslMechanism = "plain" | "scram-sha-256" | "scram-sha-512";

interface SaslOptions {
  mechanism: SaslMechanism;
  username: string;
}

export type RegistryOptions = HttpRegistry | GlueOptions;

export interface HttpRegistry {
  kind: "confluent" | "apicurio";
  /** at least one, all of the same registry */
  urls: string[];
  signIn: RegistrySignIn;
  /** null: nothing differs from the usual */
  tls: TlsOptions | null;
}

export type RegistrySignIn =
  | { kind: "none" }
  | { kind: "basic"; username: string }
  | { kind: "bearer" }
  /** client credentials */
  | { kind: "oauth"; tokenUrl: string; clientId: string; scope: string | null };

interface GlueOptions {
  kind: "glue";
  region: string;
  accessKeyId: string;
  /** null: "default-registry" */
  registryName: string | null;
  /** null: AWS's own for the region */
  endpoint: string | null;
}

export interface ConnectionSecrets {
  saslPassword?: string;
  keyPassphrase?: string;
  registryPassword?: string;
  registryToken?: string;
  registryClientSecret?: string;
  registryKeyPassphrase?: string;
  awsSecretAccessKey?: string;
  awsSessionToken?: string;
}

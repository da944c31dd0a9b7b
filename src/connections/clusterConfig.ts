import { readFile } from "node:fs/promises";
import type { ClusterConfig } from "../kafka/api.ts";
import { messageOf, UserError } from "../shared/userError.ts";
import type { Connection, ConnectionSecrets } from "./model.ts";

/**
 * Everything that a Cluster needs of a connection: certificates read from their files, the password put in.
 * @param timeoutMs for connecting
 * @throws UserError when a file cannot be read ("certificate-file") or no password is stored ("no-password")
 */
export async function clusterConfig(
  connection: Connection,
  secrets: ConnectionSecrets,
  timeoutMs: number,
): Promise<ClusterConfig> {
  const { tls, sasl } = connection;
  const [ca, cert, key] = await Promise.all([
    readPem(tls?.caFile, "CA certificate"),
    readPem(tls?.certFile, "client certificate"),
    readPem(tls?.keyFile, "client key"),
  ]);
  if (sasl && !secrets.saslPassword)
    throw new UserError(
      `No password for ${sasl.username} is stored on this machine: edit the connection ${connection.name} and enter it.`,
      { code: "no-password" },
    );
  return {
    bootstrap: connection.bootstrapServers,
    tls: tls && {
      ca: ca === null ? null : [ca],
      cert,
      key,
      passphrase: secrets.keyPassphrase ?? null,
      verify: tls.verify,
      files: { ca: tls.caFile, cert: tls.certFile, key: tls.keyFile },
    },
    sasl: sasl && { mechanism: sasl.mechanism, username: sasl.username, password: secrets.saslPassword ?? "" },
    connectTimeout: timeoutMs,
    // a broker that accepted the connection may be busy: it gets longer for its answers
    requestTimeout: Math.max(10_000, timeoutMs * 3),
  };
}

/** Null where no file is named. Rejects with a UserError ("certificate-file"). */
export async function readPem(file: string | null | undefined, what: string): Promise<string | null> {
  if (!file) return null;
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new UserError(`The ${what} ${file} could not be read: ${messageOf(cause)}.`, {
      code: "certificate-file",
      cause,
    });
  }
}

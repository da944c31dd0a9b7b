import tls, { type ConnectionOptions } from "node:tls";
import type { ClusterConfig } from "./api.ts";

/**
 * The options for Node's TLS. Certificate authorities are always given explicitly: VS Code adds the system's to the extension host but not to
 * a worker thread, and both must trust the same. What the connection configures comes on top.
 */
export function tlsOptions(config: NonNullable<ClusterConfig["tls"]>): ConnectionOptions {
  return {
    ca: [...(config.ca ?? []), ...trustedAuthorities()],
    rejectUnauthorized: config.verify,
    ...(config.cert === null ? {} : { cert: config.cert }),
    ...(config.key === null ? {} : { key: config.key }),
    ...(config.passphrase === null ? {} : { passphrase: config.passphrase }),
    // without verification the name is not to be checked either
    ...(config.verify ? {} : { checkServerIdentity: () => undefined }),
  };
}

/** read once: on some systems the store of the system takes a while */
let authorities: string[] | undefined;
function trustedAuthorities(): string[] {
  // asked for by name at run time: a runtime without it must not fail to load this file
  const read = tls.getCACertificates as typeof tls.getCACertificates | undefined;
  authorities ??= read ? [...new Set([...read("default"), ...read("system")])] : [...tls.rootCertificates];
  return authorities;
}

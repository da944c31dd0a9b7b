import { type ConnectionOptions, getCACertificates } from "node:tls";
import type { ClusterConfig } from "./api.ts";

/**
 * The options for Node's TLS. Certificate authorities are always given explicitly: VS Code adds the system's to the extension host but not to
 * a worker thread, and both must trust the same. What the connection configures comes on top.
 */
export function tlsOptions(tls: NonNullable<ClusterConfig["tls"]>): ConnectionOptions {
  return {
    ca: [...(tls.ca ?? []), ...trustedAuthorities()],
    rejectUnauthorized: tls.verify,
    ...(tls.cert === null ? {} : { cert: tls.cert }),
    ...(tls.key === null ? {} : { key: tls.key }),
    ...(tls.passphrase === null ? {} : { passphrase: tls.passphrase }),
    // without verification the name is not to be checked either
    ...(tls.verify ? {} : { checkServerIdentity: () => undefined }),
  };
}

/** read once: on some systems the store of the system takes a while */
let authorities: string[] | undefined;
function trustedAuthorities(): string[] {
  authorities ??= [...new Set([...getCACertificates("default"), ...getCACertificates("system")])];
  return authorities;
}

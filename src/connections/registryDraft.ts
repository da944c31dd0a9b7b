import { registryUrls } from "./addresses.ts";
import type { ConnectionSecrets, RegistryOptions, RegistrySignIn } from "./model.ts";
import type { TlsDraft } from "./tlsMenu.ts";

/** The registry of a connection while it is asked for: every question has its field. */
export interface RegistryDraft extends TlsDraft {
  kind: RegistryOptions["kind"] | "none";
  urls: string;
  signIn: RegistrySignIn["kind"];
  username: string;
  password: string;
  token: string;
  tokenUrl: string;
  clientId: string;
  clientSecret: string;
  scope: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  registryName: string;
  endpoint: string;
}

export function toRegistryDraft(registry: RegistryOptions | null, secrets: ConnectionSecrets): RegistryDraft {
  const http = registry && registry.kind !== "glue" ? registry : null;
  const glue = registry?.kind === "glue" ? registry : null;
  const basic = http?.signIn.kind === "basic" ? http.signIn : null;
  const oauth = http?.signIn.kind === "oauth" ? http.signIn : null;
  return {
    kind: registry?.kind ?? "none",
    urls: http?.urls.join(", ") ?? "",
    signIn: http?.signIn.kind ?? "none",
    username: basic?.username ?? "",
    password: secrets.registryPassword ?? "",
    token: secrets.registryToken ?? "",
    tokenUrl: oauth?.tokenUrl ?? "",
    clientId: oauth?.clientId ?? "",
    clientSecret: secrets.registryClientSecret ?? "",
    scope: oauth?.scope ?? "",
    caFile: http?.tls?.caFile ?? null,
    certFile: http?.tls?.certFile ?? null,
    keyFile: http?.tls?.keyFile ?? null,
    keyPassphrase: secrets.registryKeyPassphrase ?? "",
    verify: http?.tls?.verify ?? true,
    region: glue?.region ?? "",
    accessKeyId: glue?.accessKeyId ?? "",
    secretAccessKey: secrets.awsSecretAccessKey ?? "",
    sessionToken: secrets.awsSessionToken ?? "",
    registryName: glue?.registryName ?? "",
    endpoint: glue?.endpoint ?? "",
  };
}

export function fromRegistryDraft(draft: RegistryDraft): {
  registry: RegistryOptions | null;
  secrets: ConnectionSecrets;
} {
  const registry = optionsOf(draft);
  const all: ConnectionSecrets = {
    registryPassword: draft.password,
    registryToken: draft.token,
    registryClientSecret: draft.clientSecret,
    registryKeyPassphrase: draft.keyPassphrase,
    awsSecretAccessKey: draft.secretAccessKey,
    awsSessionToken: draft.sessionToken,
  };
  return { registry, secrets: registrySecrets(registry, all) };
}

/** Those secrets that the registry uses, empty ones too: they say that there is none any more. */
export function registrySecrets(registry: RegistryOptions | null, all: ConnectionSecrets): ConnectionSecrets {
  const { registryPassword, registryToken, registryClientSecret, registryKeyPassphrase } = all;
  if (registry === null) return {};
  if (registry.kind === "glue") {
    const { awsSecretAccessKey, awsSessionToken } = all;
    return defined({ awsSecretAccessKey, awsSessionToken });
  }
  const { kind } = registry.signIn;
  return defined({
    registryPassword: kind === "basic" ? registryPassword : undefined,
    registryToken: kind === "bearer" ? registryToken : undefined,
    registryClientSecret: kind === "oauth" ? registryClientSecret : undefined,
    registryKeyPassphrase: registry.tls?.keyFile ? registryKeyPassphrase : undefined,
  });
}

const defined = (secrets: { [K in keyof ConnectionSecrets]: string | undefined }): ConnectionSecrets =>
  Object.fromEntries(Object.entries(secrets).filter(([, value]) => value !== undefined));

function optionsOf(draft: RegistryDraft): RegistryOptions | null {
  switch (draft.kind) {
    case "none":
      return null;
    case "glue":
      return {
        kind: "glue",
        region: draft.region.trim(),
        accessKeyId: draft.accessKeyId.trim(),
        registryName: draft.registryName.trim() || null,
        endpoint: draft.endpoint.trim() || null,
      };
    default: {
      const urls = registryUrls(draft.urls);
      const { caFile, certFile, keyFile, verify } = draft;
      const usual = caFile === null && certFile === null && keyFile === null && verify;
      const tls = usual || !usesHttps(draft) ? null : { caFile, certFile, keyFile, verify };
      return { kind: draft.kind, urls, signIn: signInOf(draft), tls };
    }
  }
}

function signInOf(draft: RegistryDraft): RegistrySignIn {
  switch (draft.signIn) {
    case "basic":
      return { kind: "basic", username: draft.username.trim() };
    case "oauth": {
      const scope = draft.scope.trim() || null;
      return { kind: "oauth", tokenUrl: draft.tokenUrl.trim(), clientId: draft.clientId.trim(), scope };
    }
    default:
      return { kind: draft.signIn };
  }
}

/** Whether a certificate is shown or checked at all. */
export const usesHttps = ({ urls }: Pick<RegistryDraft, "urls">): boolean =>
  registryUrls(urls).some((url) => url.toLowerCase().startsWith("https:"));

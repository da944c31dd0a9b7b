/** What a list of broker addresses says, or what is wrong with it, in a sentence. */
export type Addresses = { servers: string[]; problem: null } | { servers: null; problem: string };

const wrong = (problem: string): Addresses => ({ servers: null, problem });

/**
 * Reads "host:port" addresses, separated by commas or blanks. IPv6 hosts stand in brackets, as in a URL: `[::1]:9092`.
 * Duplicates are refused: they are a slip of copying, and a second broker is then missing.
 */
export function parseAddresses(text: string): Addresses {
  const servers: string[] = [];
  const seen = new Set<string>();
  for (const address of text.split(/[\s,;]+/).filter((part) => part !== "")) {
    const problem = addressProblem(address);
    if (problem) return wrong(problem);
    const key = address.toLowerCase();
    if (seen.has(key)) return wrong(`${address} is written twice.`);
    seen.add(key);
    servers.push(address);
  }
  return servers.length > 0 ? { servers, problem: null } : wrong("Enter at least one broker as host:port.");
}

function addressProblem(address: string): string | null {
  const scheme = /^[a-z_0-9]+:\/\//i.exec(address);
  if (scheme) return `Leave out ${scheme[0]}: an address is host:port.`;
  const match = /^(?<host>\[[^\]]*\]|[^:[\]]*):(?<port>[^:]*)$/.exec(address);
  const host = match?.groups?.["host"];
  const port = match?.groups?.["port"];
  if (host === undefined || port === undefined) {
    if ((address.match(/:/g)?.length ?? 0) > 1 && !address.startsWith("["))
      return `Write an IPv6 address in brackets: [${address}]:9092.`;
    return address.includes(":") && !address.endsWith("]")
      ? `${address} is not host:port.`
      : `Add the port: ${address}:9092.`;
  }
  if (host === "" || host === "[]") return `Add the host before ${address}.`;
  if (host.startsWith("[")) {
    if (!/^\[[0-9a-f:.]*:[0-9a-f:.]*(%[\w.-]+)?\]$/i.test(host)) return `${host} is not an IPv6 address.`;
  } else if (!/^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?$/i.test(host))
    return `${host} is not a host name.`;
  if (port === "") return `Add the port: ${host}:9092.`;
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65535)
    return `${port} is not a port: ports go from 1 to 65535.`;
  return null;
}

/** URLs of a schema registry, separated by commas or blanks, without slashes at their ends. */
export const registryUrls = (text: string): string[] =>
  text
    .split(/[\s,]+/)
    .map((url) => url.replace(/\/+$/, ""))
    .filter((url) => url !== "");

/** A sentence on what is wrong with a list of a schema registry's URLs, or null. */
export function registryUrlsProblem(text: string): string | null {
  const urls = registryUrls(text);
  if (urls.length === 0) return "Enter a URL such as http://localhost:8081.";
  return urls.map(registryUrlProblem).find((problem) => problem !== null) ?? null;
}

/** A sentence on what is wrong with one URL, or null. */
export function registryUrlProblem(text: string): string | null {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return "Enter a URL such as http://localhost:8081.";
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") return "The URL starts with http:// or https://.";
  if (url.username || url.password) return "Leave user and password out of the URL: they are asked for next.";
  if (url.search || url.hash) return "Leave out everything from ? or # on.";
  return null;
}

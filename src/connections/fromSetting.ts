import { parseAddresses, registryUrls, registryUrlsProblem } from "./addresses.ts";
import type { Connection } from "./model.ts";

/**
 * The connections of the setting `kafkaWorkbench.connections`, `{ name, bootstrapServers, registryUrl?, registryType? }[]`, and a sentence for each entry
 * that cannot be one. Their id is made of their name, so that it survives a reload and a change of address.
 */
export function connectionsFromSetting(value: unknown): { connections: Connection[]; problems: string[] } {
  if (value === undefined || value === null) return { connections: [], problems: [] };
  if (!Array.isArray(value))
    return { connections: [], problems: ["The setting kafkaWorkbench.connections is not a list."] };
  const connections: Connection[] = [];
  const problems: string[] = [];
  const names = new Set<string>();
  value.forEach((entry: unknown, index) => {
    const read = readEntry(entry);
    if (typeof read === "string") problems.push(`${nameIn(entry) ?? `Entry ${index + 1}`} (settings): ${read}`);
    else if (names.has(read.name)) problems.push(`${read.name} (settings): the name is used twice.`);
    else {
      names.add(read.name);
      connections.push(read);
    }
  });
  return { connections, problems };
}

function nameIn(entry: unknown): string | null {
  const name = (entry as { name?: unknown } | null)?.name;
  return typeof name === "string" && name.trim() !== "" ? name.trim() : null;
}

function readEntry(entry: unknown): Connection | string {
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) return "it is not an object.";
  const { bootstrapServers, registryUrl, registryType = "confluent" } = entry as Record<string, unknown>;
  const name = nameIn(entry);
  if (name === null) return 'it has no "name".';
  const written = Array.isArray(bootstrapServers) ? bootstrapServers.join(",") : bootstrapServers;
  if (typeof written !== "string") return 'it has no "bootstrapServers".';
  const { servers, problem } = parseAddresses(written);
  if (servers === null) return problem;
  if (registryUrl !== undefined && typeof registryUrl !== "string") return '"registryUrl" is not a text.';
  const url = registryUrl?.trim() ?? "";
  const urlProblem = url === "" ? null : registryUrlsProblem(url);
  if (urlProblem) return `"registryUrl": ${urlProblem}`;
  if (registryType !== "confluent" && registryType !== "apicurio")
    return '"registryType" is neither "confluent" nor "apicurio".';
  return {
    id: `setting:${name}`,
    name,
    bootstrapServers: servers,
    tls: null,
    sasl: null,
    registry: url === "" ? null : { kind: registryType, urls: registryUrls(url), signIn: { kind: "none" }, tls: null },
    fromSetting: true,
  };
}

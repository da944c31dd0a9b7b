import type { Docker } from "./docker.ts";
import type { Tool } from "./run.ts";

/** A container of the local cluster's Compose project. */
export interface Container {
  name: string;
  /** its service in the Compose file: zookeeper, kafka */
  service: string;
  state: "created" | "running" | "paused" | "restarting" | "removing" | "exited" | "dead";
  /** null: no health check, or it does not run */
  health: "starting" | "healthy" | "unhealthy" | null;
  /** of one that exited */
  exitCode: number | null;
  /** ports published on this machine */
  ports: number[];
}

/**
 * The project's containers, from Docker itself: cheaper than Compose, the same for both of its major versions, and it works
 * when the Compose file is gone.
 */
export const listContainers = ({ client }: Pick<Docker, "client">, project: string): Tool<Container[]> => ({
  command: client,
  args: [
    "ps",
    "--all",
    "--no-trunc",
    "--filter",
    `label=com.docker.compose.project=${project}`,
    "--format",
    "{{json .}}",
  ],
  parse: parseContainers,
});

/** The project's volumes, by name. */
export const listVolumes = ({ client }: Pick<Docker, "client">, project: string): Tool<string[]> => ({
  command: client,
  args: ["volume", "ls", "--quiet", "--filter", `label=com.docker.compose.project=${project}`],
  parse: (out) => out.split(/\r?\n/).filter(Boolean),
});

/**
 * Reads what `docker ps --format '{{json .}}'` or `docker compose ps --format json` prints: one object on each line, or, by some
 * versions, one array.
 */
export function parseContainers(out: string): Container[] {
  const text = out.trim();
  const objects: unknown[] = text.startsWith("[")
    ? (JSON.parse(text) as unknown[])
    : text
        .split(/\r?\n/)
        .filter(Boolean)
        .map((line) => JSON.parse(line) as unknown);
  return objects.map((object) => container(object as Record<string, unknown>));
}

function container(object: Record<string, unknown>): Container {
  const status = text(object["Status"]);
  const health = text(object["Health"]) || /\((?:health: )?(starting|healthy|unhealthy)\)/.exec(status)?.[1] || "";
  const state = text(object["State"]).toLowerCase();
  const exit = object["ExitCode"] ?? /^Exited \((\d+)\)/.exec(status)?.[1];
  return {
    name: text(object["Names"]) || text(object["Name"]),
    service: text(object["Service"]) || labelOf(object["Labels"], "com.docker.compose.service"),
    state: states.find((known) => known === state) ?? "dead",
    health: healths.find((known) => known === health) ?? null,
    exitCode: exit === undefined || state === "running" ? null : Number(exit),
    ports: portsOf(object),
  };
}

const states = ["created", "running", "paused", "restarting", "removing", "exited", "dead"] as const;
const healths = ["starting", "healthy", "unhealthy"] as const;

function portsOf(object: Record<string, unknown>): number[] {
  const publishers = object["Publishers"];
  const ports = Array.isArray(publishers)
    ? publishers.map((publisher: { PublishedPort?: number } | null) => publisher?.PublishedPort ?? 0)
    : [...text(object["Ports"]).matchAll(/:(\d+)->/g)].map((match) => Number(match[1]));
  return [...new Set(ports.filter((port) => port > 0))];
}

/** Docker prints labels as "a=1,b=2". */
function labelOf(labels: unknown, name: string): string {
  if (typeof labels === "object" && labels !== null) return text((labels as Record<string, unknown>)[name]);
  const found = text(labels)
    .split(",")
    .find((label) => label.startsWith(`${name}=`));
  return found?.slice(name.length + 1) ?? "";
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

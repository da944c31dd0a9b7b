import type { Container } from "./containers.ts";

/** How the local cluster is, as the status bar shows it. */
export interface LocalState {
  kind: "absent" | "stopped" | "starting" | "running" | "unhealthy";
  /** where Kafka answers on this machine, once its container has a port */
  port: number | null;
  /** what is wrong, in words; null: nothing, or nothing that is known */
  problem: string | null;
}

/** The state of the cluster from its containers, all of them or none. */
export function stateOf(containers: readonly Container[]): LocalState {
  const port = containers.find(({ service }) => service === "kafka")?.ports[0] ?? null;
  const state = (kind: LocalState["kind"], problem: string | null = null): LocalState => ({ kind, port, problem });
  if (containers.length === 0) return state("absent");
  const running = containers.filter((container) => container.state === "running" || container.state === "restarting");
  if (running.length === 0) return state("stopped");
  const ill = containers.find((container) => problemOf(container) !== null);
  if (ill) return state("unhealthy", problemOf(ill));
  const ready = containers.every(({ state, health }) => state === "running" && health !== "starting");
  return state(ready ? "running" : "starting");
}

/** While others run: what is wrong with this container, or null. */
function problemOf({ name, state, health, exitCode }: Container): string | null {
  if (state === "exited" || state === "dead") return `${name} ended with exit code ${exitCode ?? "unknown"}`;
  if (state === "paused") return `${name} is paused`;
  if (health === "unhealthy") return `${name} is unhealthy`;
  return null;
}

import { after } from "node:test";
import type { ClusterConfig } from "../../../src/kafka/api.ts";
import { Cluster } from "../../../src/kafka/cluster.ts";

/** A configuration for a test: 3 s to connect, 10 s for a request. */
export const config = (bootstrap: string | string[], more: Partial<ClusterConfig> = {}): ClusterConfig => ({
  bootstrap: [bootstrap].flat(),
  tls: null,
  sasl: null,
  connectTimeout: 3000,
  requestTimeout: 10_000,
  ...more,
});

const opened: Cluster[] = [];
after(() => Promise.all(opened.map((cluster) => cluster.close())));

/** A cluster that is closed when the test file ends. */
export function open(bootstrap: string | string[], more: Partial<ClusterConfig> = {}): Cluster {
  const cluster = new Cluster(config(bootstrap, more));
  opened.push(cluster);
  return cluster;
}

/** A name that no other test uses. */
export const unique = (what: string): string => `test-kafka-${what}-${Math.random().toString(36).slice(2, 10)}`;

/** Waits until something is so, or fails after `ms`. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, ms = 15_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Not within ${ms / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

// Opens a cluster, reads some of it, closes it. Ends by itself only when no socket and no timer is left; prints nothing, warnings included.
import { isMainThread, Worker } from "node:worker_threads";
import { listGroups } from "../../../src/kafka/admin/groups.ts";
import { Cluster } from "../../../src/kafka/cluster.ts";

const [bootstrap = "", mode] = process.argv.slice(2);
if (mode === "--worker" && isMainThread) {
  new Worker(new URL(import.meta.url), { argv: [bootstrap] });
} else {
  const cluster = new Cluster({
    bootstrap: [bootstrap],
    tls: null,
    sasl: null,
    connectTimeout: 3000,
    requestTimeout: 60_000,
  });
  await cluster.describe();
  await cluster.topics(null);
  await listGroups(cluster);
  await cluster.close();
}

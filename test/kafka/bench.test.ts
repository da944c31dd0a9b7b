import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { listGroups } from "../../src/kafka/admin/groups.ts";
import { deleteTopic } from "../../src/kafka/admin/topics.ts";
import { withCluster } from "../bench/topics.ts";
import { temporaryFolder } from "../harness/process.ts";
import { runCommand } from "../harness/run.ts";
import { useStack } from "../harness/stack.ts";

const stack = await useStack();
const folder = temporaryFolder("bench-test");
after(async () => {
  folder.remove();
  await withCluster(stack.zk.bootstrap, async (cluster) => {
    for (const { name } of await cluster.topics(null)) {
      if (name.startsWith("kw-bench-")) await deleteTopic(cluster, name);
    }
  });
});

interface Report {
  budgets: { what: string; measured: number; verdict: string }[];
  results: Record<string, { tables: { rows: string[][] }[]; failed?: string }>;
}

test("a quick bench measures what it is asked to, writes its figures, and leaves no group behind", async () => {
  const file = join(folder.path, "stack.json");
  const json = join(folder.path, "figures.json");
  writeFileSync(file, JSON.stringify(stack));
  const only = ["dead", "first", "scan", "needle"];
  const bench = join(import.meta.dirname, "..", "bench", "bench.ts");
  const args = ["--quick", "--codec", "lz4", "--only", only.join(","), "--json", json];
  const output = await runCommand(process.execPath, [bench, ...args], {
    timeoutMs: 180_000,
    env: { ...process.env, KW_STACK: file },
  });
  const { budgets, results } = JSON.parse(readFileSync(json, "utf8")) as Report;
  assert.deepEqual(Object.keys(results), only, output);
  assert.equal(Object.values(results).find(({ failed }) => failed)?.failed, undefined);
  // 4 of dead addresses, 2 of first rows, 2 of the scan, 1 of the needle
  assert.equal(budgets.length, 9, JSON.stringify(budgets));
  for (const { what, measured } of budgets) {
    assert.ok(Number.isFinite(measured), `${what}: ${measured}`);
    assert.ok(output.includes(what), `${what} is not in the table`);
  }
  const groups = await withCluster(stack.zk.bootstrap, (cluster) => listGroups(cluster));
  assert.deepEqual(
    groups.filter(({ groupId }) => groupId.startsWith("kw-bench")),
    [],
  );
});

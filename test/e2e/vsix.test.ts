/** The package that users install: made, installed into a VS Code that has never seen the sources, and used. */
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { runCommand } from "../harness/run.ts";
import { useStack } from "../harness/stack.ts";
import { openVSCode, projectFolder } from "../harness/vscode.ts";

it("The VSIX installs, and its Kafka view lists a cluster's topics", { timeout: 180_000 }, async () => {
  const vsix = "out/e2e.vsix";
  const script = join(projectFolder, "scripts", "package.mjs");
  await runCommand(process.execPath, [script, vsix], { cwd: projectFolder, timeoutMs: 120_000 });
  assert.ok(statSync(join(projectFolder, vsix)).size < 2_000_000);

  const { zk, registry } = await useStack();
  const connection = { name: "Packaged", bootstrapServers: zk.bootstrap, registryUrl: registry.url };
  const code = await openVSCode({
    vsix: join(projectFolder, vsix),
    settings: { "kafkaWorkbench.connections": [connection] },
  });
  try {
    await code.openView("Kafka");
    await code.page.getByRole("treeitem", { name: /Packaged/ }).click();
    await code.page.getByRole("treeitem", { name: /Topics|topics?,/ }).waitFor();
    await code.screenshot("vsix");
    assert.deepEqual(code.problems, []);
  } finally {
    await code.dispose();
  }
});

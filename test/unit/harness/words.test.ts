import assert from "node:assert/strict";
import { it } from "node:test";
import { add, closingLine, none } from "../../harness/counts.ts";
import { progress } from "../../harness/demo/progress.ts";
import { sentence } from "../../harness/tools.ts";

it("A run closes with what passed and failed, and what was skipped if anything was", () => {
  assert.equal(closingLine(none), "0 passed, 0 failed");
  assert.equal(
    closingLine(add({ passed: 3, failed: 0, skipped: 1 }, { passed: 2, failed: 1, skipped: 0 })),
    "5 passed, 1 failed, 1 skipped",
  );
});

it("One sentence lists what to install", () => {
  assert.equal(sentence(["kcat"]), "Install kcat, put it on the PATH, and run the command again.");
  assert.match(
    sentence(["java", "maven", "chromium"]),
    /^Install a JDK, version 17 or newer, Maven and Chromium or Chrome, put them/,
  );
});

it("A step is shown when it begins and, with its time, when it has ended", async () => {
  const lines: string[] = [];
  const steps = progress((line) => lines.push(line));
  assert.equal(await steps.run("Building", async () => 42), 42);
  await assert.rejects(steps.run("Failing", () => Promise.reject(new Error("why"))));
  assert.match(lines.join("\n"), /^… Building\n✔ Building \(\d\.\d s\)\n… Failing$/);
});

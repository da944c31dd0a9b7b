// node test/harness/hostTestsCli.ts RESULTS vscode|desktop TIMEOUT_MS [PART OF A FILE NAME …]: runs test/vscode inside VS Code and writes
// the counts to the file RESULTS.
import { writeFileSync } from "node:fs";
import { runDesktopTests, runHostTests } from "./hostTests.ts";

const [results, kind, timeout, ...files] = process.argv.slice(2);
const options = { files, timeoutMs: Number(timeout) };
try {
  const counts = await (kind === "desktop" ? runDesktopTests(options) : runHostTests(options));
  writeFileSync(results!, JSON.stringify(counts));
  process.exitCode = counts.failed > 0 ? 1 : 0;
} catch (error) {
  console.log(`✖ ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

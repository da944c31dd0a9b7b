// npm test: installs, lints, checks types, builds, runs every suite, and closes with the line "N passed, N failed".
//   node scripts/test.mjs [unit|kafka|vscode|e2e|desktop] [PART OF A FILE NAME …]     one suite only, or some of its files
import { inProject } from "./lib/project.mjs";

if (await inProject(import.meta.url)) {
  const { runTests } = await import("../test/harness/testRun.ts");
  process.exitCode = await runTests(process.argv.slice(2));
  // whatever still holds the process: everything has been counted and said
  setTimeout(() => process.exit(), 10_000).unref();
}

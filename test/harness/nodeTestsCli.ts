// node test/harness/nodeTestsCli.ts RESULTS CONCURRENCY TIMEOUT_MS FILE…: runs test files with node:test, each in a process of its own,
// shows them as they go, and keeps the counts in the file RESULTS. A file in which no test ran counts as a failure.
import { writeFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { type Counts, none } from "./counts.ts";

const [results, concurrency, timeout, ...names] = process.argv.slice(2);
// absolute, as the events name them
const files = names.map((name) => resolve(name));
const counts: Counts = { ...none };
/** file → tests that ran, or were skipped on purpose */
const seen = new Map(files.map((file) => [file, 0]));

// forceExit: a handle that a test left open must not hold up the whole run
const stream = run({ files, concurrency: Number(concurrency), timeout: Number(timeout), forceExit: true });
interface Ended {
  name: string;
  file?: string;
  details: { type?: string | undefined; error?: { failureType?: string } };
  skip?: string | boolean;
  todo?: string | boolean;
}
function note(test: Ended, passed: boolean) {
  // a file that itself fails (it does not load, it was killed) is reported as a test of the file's name, as is one without tests
  const isFile = seen.has(test.name);
  if (isFile && passed) return;
  // a suite counts only for what is its own: a failed hook
  if (test.details.type === "suite" && (passed || test.details.error?.failureType === "subtestsFailed")) return;
  const file = isFile ? test.name : test.file;
  if (file) seen.set(file, (seen.get(file) ?? 0) + 1);
  if (test.skip !== undefined || test.todo !== undefined) counts.skipped++;
  else if (passed) counts.passed++;
  else counts.failed++;
  save();
}
const save = () => writeFileSync(results!, JSON.stringify(counts));
stream.on("test:pass", (test: Ended) => note(test, true));
stream.on("test:fail", (test: Ended) => note(test, false));
stream.compose(spec).pipe(process.stdout);
stream.on("end", () => {
  for (const [file, tests] of seen) {
    if (tests > 0) continue;
    counts.failed++;
    process.stdout.write(`✖ ${relative(process.cwd(), file)}: no test ran in this file\n`);
  }
  save();
  process.exitCode = counts.failed > 0 ? 1 : 0;
});

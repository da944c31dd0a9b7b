/**
 * Runs the suites of this folder inside VS Code's extension host: VS Code calls `run`. What happens goes, a JSON object a line, to the
 * file that KW_RESULTS names, where the harness reads it (test/harness/hostTests.ts).
 */
import { appendFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import Mocha from "mocha";
import type { HostTestEvent } from "../harness/hostTestEvents.ts";

export async function run(): Promise<void> {
  const results = process.env["KW_RESULTS"];
  if (!results) throw new Error("KW_RESULTS must name the file for the results");
  const tell = (event: HostTestEvent) => appendFileSync(results, `${JSON.stringify(event)}\n`);
  try {
    const wanted = JSON.parse(process.env["KW_TEST_FILES"] ?? "[]") as string[];
    const mocha = new Mocha({ ui: "bdd", timeout: 30_000, reporter: Silent });
    for (const file of readdirSync(__dirname).sort()) {
      if (!file.endsWith(".test.cjs")) continue;
      if (wanted.length === 0 || wanted.some((part) => file.includes(part))) mocha.addFile(join(__dirname, file));
    }
    await new Promise<void>((done) => {
      const runner = mocha.run(() => done());
      runner.on("suite", (suite) => tell({ type: "suite", title: suite.title, depth: depth(suite) }));
      runner.on("pass", (test) => tell({ type: "pass", ...about(test) }));
      runner.on("pending", (test) => tell({ type: "skip", ...about(test) }));
      runner.on("fail", (test, error: Error) =>
        tell({ type: "fail", ...about(test), error: error.stack ?? String(error) }),
      );
    });
    tell({ type: "end" });
  } catch (error) {
    tell({ type: "crash", error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    throw error;
  }
}

/** The harness shows what happens; the extension host's log needs none of it. */
class Silent extends Mocha.reporters.Base {}

const about = (test: Mocha.Runnable) => ({
  title: test.title,
  depth: depth(test),
  file: test.file ?? "",
  ms: test.duration ?? 0,
});

function depth(of: { parent?: Mocha.Suite | undefined }): number {
  let steps = 0;
  for (let suite = of.parent; suite; suite = suite.parent) steps++;
  return steps;
}

import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { build } from "esbuild";
import { cacheFolder } from "./cache.ts";
import { type Counts, none } from "./counts.ts";
import type { HostTestEvent } from "./hostTestEvents.ts";
import { temporaryFolder } from "./process.ts";
import { launchBrowser, projectFolder } from "./vscode.ts";
import { startVSCodeServer } from "./vscodeServer.ts";

const source = join(projectFolder, "test", "vscode");
const bundled = join(projectFolder, "out", "test", "vscode");

export interface HostTestOptions {
  /** parts of file names; none: all files */
  files: readonly string[];
  timeoutMs: number;
}

/**
 * Bundles test/vscode and gives the module that VS Code runs. CommonJS, since that is what every VS Code loads for tests; packages stay
 * outside, so that the suites and the runner share one mocha.
 */
async function bundleHostTests(): Promise<string> {
  rmSync(bundled, { recursive: true, force: true });
  const files = readdirSync(source).filter((file) => file === "index.ts" || file.endsWith(".test.ts"));
  await build({
    entryPoints: files.map((file) => join(source, file)),
    outdir: bundled,
    outExtension: { ".js": ".cjs" },
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node22",
    packages: "external",
    external: ["vscode"],
    sourcemap: "inline",
    logLevel: "warning",
    // the spellings of an ES module's own place that tests and sources use; each bundle lies where this says
    banner: { js: 'const __fileUrl = require("node:url").pathToFileURL(__filename).href;' },
    define: { "import.meta.dirname": "__dirname", "import.meta.url": "__fileUrl" },
  });
  return join(bundled, "index.cjs");
}

/** Runs the in-host suite in a real VS Code server, shows it as it goes, and counts. */
export async function runHostTests(options: HostTestOptions): Promise<Counts> {
  const testsPath = await bundleHostTests();
  const folder = temporaryFolder("host-tests");
  const workspace = temporaryFolder("workspace");
  const results = join(folder.path, "results.jsonl");
  const server = await startVSCodeServer({ env: hostTestEnv(results, options.files) });
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    await page.goto(server.url(workspace.path, { extensionPath: projectFolder, testsPath }));
    return await follow(results, options, () => null);
  } finally {
    await browser.close();
    await server.stop();
    workspace.remove();
    folder.remove();
  }
}

/** Runs the same suite in a desktop VS Code, which @vscode/test-electron downloads. Rejects with a sentence where it cannot. */
export async function runDesktopTests(options: HostTestOptions): Promise<Counts> {
  const { downloadAndUnzipVSCode, runTests } = await import("@vscode/test-electron");
  const testsPath = await bundleHostTests();
  const folder = temporaryFolder("desktop-tests");
  const results = join(folder.path, "results.jsonl");
  let vscodeExecutablePath: string;
  try {
    vscodeExecutablePath = await downloadAndUnzipVSCode({
      version: "stable",
      timeout: 60_000,
      cachePath: join(cacheFolder(), "vscode-desktop"),
    });
  } catch (error) {
    throw new Error(
      `VS Code for the desktop cannot be downloaded here (${(error as Error).message}): 'npm run test:vscode' runs the same suite in a VS Code server.`,
    );
  }
  if (process.platform === "linux" && !process.env["DISPLAY"] && !process.env["WAYLAND_DISPLAY"]) {
    throw new Error("VS Code for the desktop needs a display: run this under xvfb-run, or use 'npm run test:vscode'.");
  }
  let ended: Error | null = null;
  const running = runTests({
    vscodeExecutablePath,
    extensionDevelopmentPath: projectFolder,
    extensionTestsPath: testsPath,
    extensionTestsEnv: hostTestEnv(results, options.files),
    launchArgs: [
      "--user-data-dir",
      join(folder.path, "user"),
      "--disable-workspace-trust",
      "--no-sandbox",
      "--disable-gpu",
    ],
  }).catch((error: Error) => {
    ended = error;
  });
  const counts = await follow(results, options, () => ended);
  await running;
  folder.remove();
  return counts;
}

function hostTestEnv(results: string, files: readonly string[]): Record<string, string> {
  return { KW_RESULTS: results, KW_TEST_FILES: JSON.stringify(files) };
}

/** Shows the events of a run as they are written and counts them, until its end, its crash, or the time limit. */
async function follow(results: string, options: HostTestOptions, died: () => Error | null): Promise<Counts> {
  const counts: Counts = { ...none };
  const filesWithTests = new Set<string>();
  const expected = bundledTestFiles(options.files);
  const until = Date.now() + options.timeoutMs;
  let read = 0;
  const fail = (sentence: string) => {
    counts.failed++;
    console.log(`✖ ${sentence}`);
    return counts;
  };
  for (;;) {
    const lines = existsSync(results) ? readFileSync(results, "utf8").split("\n").slice(0, -1) : [];
    for (const line of lines.slice(read)) {
      const event = JSON.parse(line) as HostTestEvent;
      if (event.type === "crash") return fail(`The suite broke off: ${event.error}`);
      if (event.type === "end") {
        for (const file of expected) {
          if (!filesWithTests.has(file)) fail(`test/vscode/${file.replace(/cjs$/, "ts")}: no test ran in this file`);
        }
        return counts;
      }
      show(event);
      if (event.type === "suite") continue;
      filesWithTests.add(basename(event.file));
      counts[event.type === "pass" ? "passed" : event.type === "skip" ? "skipped" : "failed"]++;
    }
    read = lines.length;
    const problem = died();
    if (problem) return fail(`VS Code ended before the suite did: ${problem.message}`);
    if (Date.now() > until) return fail(`The suite did not end within ${options.timeoutMs / 1000} s`);
    await delay(100);
  }
}

const bundledTestFiles = (parts: readonly string[]) =>
  readdirSync(bundled).filter(
    (file) => file.endsWith(".test.cjs") && (parts.length === 0 || parts.some((part) => file.includes(part))),
  );

function show(event: Exclude<HostTestEvent, { type: "end" | "crash" }>): void {
  const indent = "  ".repeat(Math.max(0, event.depth - 1));
  if (event.type === "suite") {
    if (event.title) console.log(`${indent}▶ ${event.title}`);
    return;
  }
  const mark = { pass: "✔", skip: "﹣", fail: "✖" }[event.type];
  console.log(`${indent}${mark} ${event.title}${event.type === "skip" ? "" : ` (${event.ms}ms)`}`);
  if (event.type === "fail") console.log(event.error.replace(/^/gm, `${indent}    `));
}

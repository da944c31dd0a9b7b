import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { add, type Counts, closingLine, none } from "./counts.ts";
import { useDockerEngine } from "./docker/engine.ts";
import { temporaryFolder } from "./process.ts";
import { runLive } from "./run.ts";
import { startStack } from "./stack.ts";
import { ensureBrowser, ensureTestTools } from "./tools.ts";
import { projectFolder } from "./vscode.ts";
import { serverFolder } from "./vscodeServer.ts";

const minute = 60_000;
type Suite = "unit" | "kafka" | "vscode" | "e2e" | "desktop";

/** What runs without a suite: checks of the source, then the build that the suites use. */
const checks = {
  lint: { title: "Lint and format (biome)", script: "node_modules/@biomejs/biome/bin/biome", args: ["check", "."] },
  deadCode: { title: "Dead code (knip)", script: "node_modules/knip/bin/knip.js", args: [] },
  types: { title: "Types", script: "node_modules/typescript/bin/tsc", args: ["--noEmit"] },
  webviewTypes: {
    title: "Types of the webview",
    script: "node_modules/typescript/bin/tsc",
    args: ["--noEmit", "-p", "webview"],
  },
  build: { title: "Build", script: "esbuild.mjs", args: [] },
} as const;

interface NodeSuite {
  title: string;
  /** files at a time */
  concurrency: number;
  /** for one test */
  testMs: number;
  limitMs: number;
}

const nodeSuites: Record<"unit" | "kafka" | "e2e", NodeSuite> = {
  unit: { title: "Unit tests", concurrency: 2, testMs: minute, limitMs: 3 * minute },
  kafka: {
    title: "Tests on real brokers",
    concurrency: 2,
    testMs: 4 * minute,
    limitMs: 14 * minute,
  },
  e2e: {
    title: "End-to-end tests in a browser",
    concurrency: 1,
    testMs: 4 * minute,
    limitMs: 12 * minute,
  },
};

/**
 * Runs everything (no arguments), or one suite with what it needs; further arguments choose files by parts of their names. The last
 * line that it prints is `N passed, N failed`; resolves to the exit code.
 */
export async function runTests(args: readonly string[]): Promise<number> {
  const [suite, ...files] = args;
  const started = Date.now();
  let counts: Counts;
  try {
    if (suite === undefined) counts = await runAll();
    else if (isSuite(suite)) counts = await runOne(suite, files);
    else throw new Error(`There is no suite "${suite}": unit, kafka, vscode, e2e or desktop.`);
  } catch (error) {
    console.log(`✖ ${error instanceof Error ? error.message : String(error)}`);
    counts = { ...none, failed: 1 };
  }
  console.log(`\nTook ${Math.round((Date.now() - started) / 1000)} s.`);
  console.log(closingLine(counts));
  return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
}

const isSuite = (word: string): word is Suite => ["unit", "kafka", "vscode", "e2e", "desktop"].includes(word);

async function runAll(): Promise<Counts> {
  await ensureTestTools(true);
  // downloads and brokers come up while the source is checked
  const surroundings = settled(prepare(true));
  const server = settled(Promise.all([serverFolder(), ensureBrowser()]));
  let counts = none;
  try {
    for (const check of Object.values(checks)) counts = add(counts, await runCheck(check));
    counts = add(counts, await runNodeSuite("unit", [], {}));
    const around = await surroundings();
    counts = add(counts, await runNodeSuite("kafka", [], around.env));
    await server();
    counts = add(counts, await runHostSuite("vscode", [], around.env));
    return add(counts, await runNodeSuite("e2e", [], around.env));
  } finally {
    await surroundings().then(
      (around) => around.stop(),
      () => {},
    );
  }
}

async function runOne(suite: Suite, files: readonly string[]): Promise<Counts> {
  if (suite === "unit") return runNodeSuite("unit", files, {});
  let counts = none;
  if (suite !== "kafka") counts = await runCheck(checks.build);
  if (counts.failed > 0) return counts;
  await ensureTestTools(suite !== "kafka");
  const [around] = await Promise.all([
    prepare(filesOf(suite, files).some(usesDocker)),
    suite === "vscode" || suite === "e2e" ? serverFolder() : null,
  ]);
  try {
    // the build is a means here, not a test that was asked for
    if (suite === "vscode" || suite === "desktop") return await runHostSuite(suite, files, around.env);
    return await runNodeSuite(suite, files, around.env);
  } finally {
    await around.stop();
  }
}

interface Surroundings {
  env: Record<string, string>;
  stop(): Promise<void>;
}

const patterns: Record<Suite, string> = {
  unit: "test/unit/**/*.test.ts",
  kafka: "test/kafka/**/*.test.ts",
  vscode: "test/vscode/*.test.ts",
  e2e: "test/e2e/**/*.test.ts",
  desktop: "test/vscode/*.test.ts",
};

function filesOf(suite: Suite, parts: readonly string[]): string[] {
  return globSync(patterns[suite], { cwd: projectFolder })
    .sort()
    .filter((file) => parts.length === 0 || parts.some((part) => file.includes(part)))
    .map((file) => join(projectFolder, file));
}

/** An engine takes minutes to make the first time: not to be counted against the time of a test. */
const usesDocker = (file: string) => /docker(\/engine|Cli)\.ts/.test(readFileSync(file, "utf8"));

/** The brokers and the registry (or those that KW_STACK names already), and a Docker engine where a suite uses one. */
async function prepare(docker: boolean): Promise<Surroundings> {
  const env: Record<string, string> = {};
  const ends: (() => Promise<void> | void)[] = [];
  if (process.env["KW_STACK"]) env["KW_STACK"] = process.env["KW_STACK"];
  else {
    console.error("Starting Kafka 3.9 on ZooKeeper, Kafka 4.1 and a schema registry …");
    const { stop, ...stack } = await startStack();
    const folder = temporaryFolder("stack");
    env["KW_STACK"] = join(folder.path, "stack.json");
    writeFileSync(env["KW_STACK"], JSON.stringify(stack));
    ends.push(stop, () => folder.remove());
  }
  if (docker) {
    const engine = await useDockerEngine();
    if ("skipped" in engine) console.error(`No Docker engine: ${engine.skipped}`);
    else {
      // held for the whole run, so that the files that use it do not start it one after another
      ends.push(() => engine.dispose());
    }
  }
  return {
    env,
    stop: async () => {
      for (const end of ends) await end();
    },
  };
}

async function runCheck({ title, script, args }: (typeof checks)[keyof typeof checks]): Promise<Counts> {
  heading(title);
  const start = Date.now();
  const { code, problem } = await runLive(process.execPath, [script, ...args], {
    cwd: projectFolder,
    timeoutMs: 5 * minute,
  });
  if (problem) console.log(problem);
  console.log(`${code === 0 ? "✔" : "✖"} ${title} (${Date.now() - start}ms)`);
  return code === 0 ? { ...none, passed: 1 } : { ...none, failed: 1 };
}

async function runNodeSuite(
  name: keyof typeof nodeSuites,
  parts: readonly string[],
  env: Record<string, string>,
): Promise<Counts> {
  const suite = nodeSuites[name];
  heading(suite.title);
  const files = filesOf(name, parts);
  if (files.length === 0) {
    console.log(`✖ No file matches ${patterns[name]}${parts.length > 0 ? ` and ${parts.join(" or ")}` : ""}`);
    return { ...none, failed: 1 };
  }
  return runSuiteChild(
    "nodeTestsCli.ts",
    [String(suite.concurrency), String(suite.testMs), ...files],
    suite.limitMs,
    env,
  );
}

async function runHostSuite(
  name: "vscode" | "desktop",
  parts: readonly string[],
  env: Record<string, string>,
): Promise<Counts> {
  heading(name === "vscode" ? "Tests inside a VS Code server" : "Tests inside a desktop VS Code");
  return runSuiteChild("hostTestsCli.ts", [name, String(6 * minute), ...parts], 8 * minute, env);
}

/** A suite is a process of its own with a time limit; what it had counted by then counts. */
async function runSuiteChild(
  script: string,
  args: readonly string[],
  limitMs: number,
  env: Record<string, string>,
): Promise<Counts> {
  const folder = temporaryFolder("results");
  const results = join(folder.path, "counts.json");
  writeFileSync(results, JSON.stringify(none));
  const { code, problem } = await runLive(process.execPath, [join(import.meta.dirname, script), results, ...args], {
    cwd: projectFolder,
    env: { ...process.env, ...env },
    timeoutMs: limitMs,
  });
  const counts = JSON.parse(readFileSync(results, "utf8")) as Counts;
  folder.remove();
  if (problem) console.log(`✖ ${problem}`);
  // it broke off, or says that something failed that no test stands for
  if (problem || (code !== 0 && counts.failed === 0)) return { ...counts, failed: counts.failed + 1 };
  return counts;
}

function heading(title: string): void {
  console.log(`\n── ${title} ${"─".repeat(Math.max(0, 90 - title.length))}`);
}

/** Lets a promise run without an unhandled rejection: whoever asks later gets its result or its error. */
function settled<T>(work: Promise<T>): () => Promise<T> {
  work.catch(() => {});
  return () => work;
}

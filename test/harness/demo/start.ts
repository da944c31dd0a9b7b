import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../cache.ts";
import { withLock } from "../lock.ts";
import { isFree } from "../ports.ts";
import { temporaryFolder } from "../process.ts";
import { runLive } from "../run.ts";
import { onPath } from "../tools.ts";
import { projectFolder } from "../vscode.ts";
import { serverFolder, startVSCodeServer } from "../vscodeServer.ts";
import { startDemoCluster } from "./cluster.ts";
import { type Progress, progress } from "./progress.ts";
import { demoPython, fillDemo, startLiveDemo } from "./python.ts";

/** Where the VS Code server listens if it can: the address in the browser's history stays the same. */
const serverPort = 8421;

/**
 * `npm start`: builds, brings up the demo cluster with its data, opens VS Code on it, and runs until Ctrl-C, which stops what it started.
 * Resolves to the exit code.
 *
 * Arguments: `--server` opens the VS Code server even where `code` is on the PATH; KW_DEMO_FOLDER keeps the demo's data elsewhere.
 */
export async function start(args: readonly string[]): Promise<number> {
  const abort = new AbortController();
  const ends: { title: string; end(): Promise<void> }[] = [];
  const steps = progress();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (abort.signal.aborted && signal === "SIGINT") process.exit(130); // a second Ctrl-C: at once; the watchdog ends the rest
      abort.abort();
    });
  }
  try {
    await bringUp(args, abort.signal, steps, (title, end) => ends.push({ title, end }));
    await aborted(abort.signal);
  } catch (error) {
    if (!abort.signal.aborted) {
      steps.failed(error);
      return 1;
    }
  } finally {
    if (ends.length > 0) console.error("");
    for (const { title, end } of ends.toReversed()) await steps.run(`Stopping ${title}`, end);
  }
  return 0;
}

async function bringUp(
  args: readonly string[],
  signal: AbortSignal,
  steps: Progress,
  onEnd: (title: string, end: () => Promise<void>) => void,
): Promise<void> {
  const folder = process.env["KW_DEMO_FOLDER"] ?? join(cacheFolder(), "demo");
  mkdirSync(folder, { recursive: true });
  const code = args.includes("--server") ? null : onPath("code");
  await steps.run("Building the extension", async () => {
    const { code: status } = await runLive(process.execPath, ["esbuild.mjs", "--dev"], {
      cwd: projectFolder,
      timeoutMs: 120_000,
    });
    if (status !== 0) throw new Error("The build failed: see above.");
  });
  // the rest of what has to be downloaded comes in while the cluster starts; who needs it waits for it, and reports its failure
  const python = demoPython();
  const server = code ? null : serverFolder();
  for (const download of [python, server]) download?.catch(() => {});
  // one start at a time brings the cluster up; a second one finds it running
  const cluster = await withLock(join(folder, "start.lock"), async () => {
    const started = await steps.run("Starting ZooKeeper, Kafka and a schema registry", () =>
      startDemoCluster(folder, signal, steps.say),
    );
    onEnd("ZooKeeper, Kafka and the schema registry", started.stop);
    steps.say(`Kafka at ${started.bootstrap}, schema registry at ${started.registry} (${started.words})`);
    signal.throwIfAborted();
    await withoutPythonAlso(steps, async () => {
      await steps.run("Getting what writes the demo data", () => python);
      const lines = await steps.run("Writing the demo data", () => fillDemo(started.bootstrap, started.registry));
      for (const line of lines) steps.say(line);
      const live = await startLiveDemo(started.bootstrap, started.registry, join(folder, `live-${process.pid}.log`));
      onEnd("the live orders", live.stop);
      steps.say("orders: one more every second, followed by the consumer group dashboard");
    });
    return started;
  });
  signal.throwIfAborted();
  const workspace = writeWorkspace(folder, cluster.bootstrap, cluster.registry);
  if (code) {
    await steps.run("Opening VS Code", () => openDesktop(code, workspace));
    console.error(
      "\nVS Code opens with the extension; the connection appears in its Kafka view once you trust the folder. Ctrl-C stops the cluster.",
    );
    return;
  }
  await steps.run("Getting the VS Code server", () => server!);
  const url = await steps.run("Starting the VS Code server", async () => {
    const free = await isFree(serverPort);
    // a second start beside this one gets an address and settings of its own
    const place = free
      ? { port: serverPort, folder: join(folder, "vscode") }
      : { folder: temporaryFolder("vscode").path };
    const vscode = await startVSCodeServer(place);
    onEnd("the VS Code server", vscode.stop);
    return vscode.url(workspace, { extensionPath: projectFolder });
  });
  console.error(
    "\nOpen this in a browser: VS Code with the extension, its Kafka view in the activity bar. Ctrl-C stops everything.\n",
  );
  console.log(url);
}

/** The demo is worth seeing without its data too: says what is missing and goes on. */
async function withoutPythonAlso(steps: Progress, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    // the last line of what Python printed is its reason
    steps.say(`No demo data: ${(error as Error).message.trimEnd().split("\n").at(-1)}`);
  }
}

/** The folder that VS Code opens: its settings hold the connection. */
function writeWorkspace(folder: string, bootstrap: string, registry: string): string {
  const workspace = join(folder, "workspace");
  mkdirSync(join(workspace, ".vscode"), { recursive: true });
  const connection = { name: "Demo shop", bootstrapServers: bootstrap, registryUrl: registry };
  const settings = { "kafkaWorkbench.connections": [connection] };
  writeFileSync(join(workspace, ".vscode", "settings.json"), `${JSON.stringify(settings, null, 2)}\n`);
  return workspace;
}

/** `code` hands the window over to a VS Code that runs on its own, and ends. */
function openDesktop(code: string, workspace: string): Promise<void> {
  const args = ["--new-window", `--extensionDevelopmentPath=${projectFolder}`, workspace];
  return new Promise((done, fail) => {
    const windows = process.platform === "win32";
    // code is a batch file on Windows, and paths may have spaces in them
    const child = windows
      ? spawn("cmd.exe", ["/d", "/s", "/c", `"${[code, ...args].map((word) => `"${word}"`).join(" ")}"`], {
          stdio: "ignore",
          windowsVerbatimArguments: true,
        })
      : spawn(code, args, { stdio: "ignore" });
    child.on("error", fail);
    child.on("exit", (status) => (status === 0 ? done() : fail(new Error(`${code} ended with ${status}`))));
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((done) => {
    const alive = setInterval(() => {}, 60_000);
    signal.addEventListener("abort", () => {
      clearInterval(alive);
      done();
    });
  });
}

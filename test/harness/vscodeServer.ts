import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { cached } from "./cache.ts";
import { withPorts } from "./ports.ts";
import { type Started, startProcess, temporaryFolder } from "./process.ts";
import { runCommand } from "./run.ts";
import { npmCommand } from "./tools.ts";

export interface ServerOptions {
  /** VSIX files to install before it starts */
  vsix?: readonly string[];
  /** user settings beside the harness's own, which only quieten VS Code */
  settings?: Record<string, unknown>;
  /** more environment for the server and so for its extension hosts */
  env?: Record<string, string>;
  /** Where to keep user data and extensions; default a temporary folder that goes with the run. */
  folder?: string;
  port?: number;
}

export interface VSCodeServer {
  /** http://127.0.0.1:PORT, without a path */
  readonly origin: string;
  /** the URL that opens a folder, with an extension under development and with tests to run in it, if given */
  url(folder: string, development?: { extensionPath: string; testsPath?: string | undefined }): string;
  readonly folder: string;
  readonly process: Started;
  stop(): Promise<void>;
}

const quiet = {
  "workbench.startupEditor": "none",
  "workbench.welcomePage.walkthroughs.openOnInstall": false,
  "workbench.tips.enabled": false,
  "workbench.enableExperiments": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "security.workspace.trust.enabled": false,
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "extensions.autoUpdate": false,
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "chat.disableAIFeatures": true,
  "json.schemaDownload.enable": false,
  "git.enabled": false,
};

/** Starts a real VS Code server with its own user data and extensions, on 127.0.0.1. Ready in about 2 s, once installed. */
export async function startVSCodeServer(options: ServerOptions = {}): Promise<VSCodeServer> {
  const program = await serverFolder();
  const place = options.folder === undefined ? temporaryFolder("vscode") : { path: options.folder, remove() {} };
  const folder = place.path;
  const settings = JSON.stringify({ ...quiet, ...options.settings }, null, 2);
  for (const scope of ["User", "Machine"]) {
    const file = join(folder, "data", scope, "settings.json");
    mkdirSync(dirname(file), { recursive: true });
    // in a folder that is kept they belong to the user after the first time
    if (!existsSync(file)) writeFileSync(file, settings);
  }
  const env = serverEnvironment(options.env);
  const common = [
    "--accept-server-license-terms",
    "--server-data-dir",
    folder,
    "--extensions-dir",
    join(folder, "extensions"),
  ];
  const main = join(program, "out", "server-main.js");
  for (const file of options.vsix ?? []) {
    await runCommand(process.execPath, [main, ...common, "--install-extension", file], { env, timeoutMs: 120_000 });
  }
  const start = async (port: number): Promise<VSCodeServer> => {
    const started = startProcess({
      name: "The VS Code server",
      command: process.execPath,
      // without the smoke-test driver the page ignores the extension under development that its address names
      args: [
        main,
        ...common,
        "--host",
        "127.0.0.1",
        "--port",
        String(port),
        "--without-connection-token",
        "--enable-smoke-test-driver",
      ],
      cwd: program,
      env,
      logFile: join(folder, `server-${port}.log`),
    });
    await started.printed(/Extension host agent listening on/, 60_000);
    const authority = `127.0.0.1:${port}`;
    return {
      origin: `http://${authority}`,
      url: (opened, development) => {
        const remote = (path: string) => `vscode-remote://${authority}${asUriPath(path)}`;
        const payload: string[][] = [];
        if (development) payload.push(["extensionDevelopmentPath", remote(development.extensionPath)]);
        if (development?.testsPath) payload.push(["extensionTestsPath", remote(development.testsPath)]);
        const query = new URLSearchParams({ folder: asUriPath(opened) });
        if (payload.length > 0) query.set("payload", JSON.stringify(payload));
        return `http://${authority}/?${query}`;
      },
      folder,
      process: started,
      stop: async () => {
        await started.stop();
        place.remove();
      },
    };
  };
  return options.port === undefined ? withPorts(1, ([port]) => start(port!)) : start(options.port);
}

/** The unpacked server, installed into the user's cache folder from the lock file beside this one: 25 s, 600 MB, once. */
export async function serverFolder(): Promise<string> {
  const source = join(import.meta.dirname, "vscode-server");
  const lock = readFileSync(join(source, "package-lock.json"));
  const id = createHash("sha256").update(lock).digest("hex").slice(0, 12);
  const inside = join("node_modules", "code-server", "lib", "vscode");
  const folder = await cached(`vscode-server-${id}`, async (making) => {
    console.error("Installing the VS Code server (npm's code-server, 600 MB) …");
    for (const file of ["package.json", "package-lock.json", ".npmrc"])
      copyFileSync(join(source, file), join(making, file));
    // scripts would compile native modules for code-server's own front door, which is not used here
    await npm(["ci", "--ignore-scripts"], making);
    await npm(["install", "--ignore-scripts", "--omit=dev"], join(making, inside));
  });
  return join(folder, inside);
}

function npm(args: string[], cwd: string): Promise<string> {
  const [command, ...before] = npmCommand();
  // what an outer `npm test` says about its own project must not speak for this one
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(config_local_prefix|package_|lifecycle)/.test(name)),
  );
  return runCommand(command, [...before, ...args, "--no-audit", "--no-fund"], { cwd, env, timeoutMs: 15 * 60_000 });
}

/** This process's environment without what belongs to it alone: the test runner's, npm's and another VS Code's variables. */
function serverEnvironment(more: Record<string, string> = {}): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(NODE_OPTIONS|NODE_TEST_CONTEXT|npm_.*|VSCODE_.*|ELECTRON_.*)$/.test(name),
  );
  return { ...Object.fromEntries(own), ...more };
}

/** A path as it stands in a file or vscode-remote URI: `C:\a` is `/C:/a`. */
const asUriPath = (path: string) => (path.startsWith("/") ? path : `/${path.replaceAll("\\", "/")}`);

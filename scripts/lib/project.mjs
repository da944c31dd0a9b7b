// The first step of every command: the project's own packages and its own Node. Runs on the system's Node (20 or newer) with nothing
// installed, so it uses Node alone.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const windows = process.platform === "win32";
// .bin/node would be a batch file on Windows
const projectNode = join(root, "node_modules", "node", "bin", windows ? "node.exe" : "node");

/**
 * Installs what package-lock.json asks for, when that is not what is installed. Resolves to true in the project's Node; anywhere else
 * runs the script again in it, takes over its exit code, and resolves to false when it has ended.
 * @param {string} script the calling script's import.meta.url
 * @returns {Promise<boolean>}
 */
export async function inProject(script) {
  if (!installed()) install();
  if (isProjectNode()) {
    endWithParent();
    return true;
  }
  const child = spawn(projectNode, [fileURLToPath(script), ...process.argv.slice(2)], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, PATH: [join(root, "node_modules", ".bin"), process.env.PATH].join(windows ? ";" : ":") },
  });
  // Ctrl-C reaches the child by itself, which decides what to do about it; other signals are sent to this process only
  process.on("SIGINT", () => {});
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  process.exitCode = await new Promise((done) => {
    child.on("error", (error) => {
      console.error(`${projectNode} does not start (${error.message}): remove node_modules and run the command again.`);
      done(1);
    });
    child.on("exit", (code, signal) => done(code ?? (signal === "SIGINT" ? 130 : 1)));
  });
  return false;
}

/** When the process that started this one is killed, this one must not go on alone. */
function endWithParent() {
  if (!process.channel) return;
  process.on("disconnect", () => process.exit(1));
  process.channel.unref();
}

function isProjectNode() {
  return existsSync(projectNode) && realpathSync(process.execPath) === realpathSync(projectNode);
}

/** Whether every package is installed in the version that package-lock.json names. */
function installed() {
  const found = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(found) || !existsSync(projectNode)) return false;
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const there = JSON.parse(readFileSync(found, "utf8")).packages;
  return Object.entries(wanted).every(([path, { version, optional, peer, devOptional }]) => {
    if (path === "") return true;
    if (!there[path]) return Boolean(optional || peer || devOptional);
    return there[path].version === version;
  });
}

function install() {
  // npm ci removes all of node_modules first, which Windows refuses while this very process runs from there
  const command = windows && isProjectNode() ? "install" : "ci";
  console.error(`Installing the project's packages (npm ${command}) …`);
  // without node_modules/.bin: npm must not run on the Node that it is about to replace
  const path = (process.env.PATH ?? "").split(windows ? ";" : ":").filter((folder) => !folder.includes("node_modules"));
  const { status, error } = spawnSync("npm", [command, "--no-audit", "--no-fund"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, PATH: path.join(windows ? ";" : ":") },
    shell: windows,
    timeout: 15 * 60_000,
  });
  if (status === 0) return;
  console.error(
    error
      ? `npm cannot be started (${error.message}): install Node.js 20 or newer with npm.`
      : "npm could not install the project's packages: see above.",
  );
  process.exit(1);
}

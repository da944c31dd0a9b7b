// Ends what a run started, whatever became of the run. Its standard input is a pipe that only the run holds open: when the run
// ends, crashes or is killed, the pipe closes, and this process ends the run's process groups by id and removes its folders.
//
// Lines on standard input: {"add": pid, "signal": "SIGKILL" | "SIGTERM"} · {"remove": pid} · {"folder": path} · {"keep": path}
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { createInterface } from "node:readline";

const patienceMs = 20_000;
/** @type {Map<number, string>} process group → signal that asks it to end */
const groups = new Map();
/** @type {Set<string>} */
const folders = new Set();

// the run's own signals (Ctrl-C, a closed terminal) must not end the one who cleans up after it
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const message = JSON.parse(line);
    if (message.add) groups.set(message.add, message.signal);
    if (message.remove) groups.delete(message.remove);
    if (message.folder) folders.add(message.folder);
    if (message.keep) folders.delete(message.keep);
  })
  .on("close", cleanUp);

async function cleanUp() {
  for (const [group, signal] of groups) end(group, signal);
  const until = Date.now() + patienceMs;
  while ([...groups.keys()].some(alive) && Date.now() < until) await new Promise((done) => setTimeout(done, 50));
  for (const group of groups.keys()) if (alive(group)) end(group, "SIGKILL");
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}

function end(group, signal) {
  if (process.platform === "win32") {
    spawnSync("taskkill", ["/T", "/F", "/PID", String(group)], { windowsHide: true });
    return;
  }
  try {
    process.kill(-group, signal);
  } catch {
    // it has ended already
  }
}

function alive(group) {
  try {
    process.kill(process.platform === "win32" ? group : -group, 0);
    return true;
  } catch {
    return false;
  }
}

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cached } from "../cache.ts";
import { type Started, startProcess } from "../process.ts";
import { runCommand } from "../run.ts";
import { ensureTools, pythonCommand } from "../tools.ts";

const script = join(import.meta.dirname, "demo.py");
// no __pycache__ in the project
const env = { ...process.env, PYTHONDONTWRITEBYTECODE: "1", PYTHONUNBUFFERED: "1", PYTHONUTF8: "1" };

/** A Python with what writes the demo data, in the user's cache folder: 20 s and 120 MB, once. */
export const demoPython = (): Promise<string> =>
  pythonWith(
    join(import.meta.dirname, "requirements.txt"),
    "what writes the demo data (Python's confluent-kafka, 120 MB)",
  );

/** A Python with the packages that a requirements file names, in the user's cache folder. */
export async function pythonWith(requirements: string, what: string): Promise<string> {
  const id = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12);
  const folder = await cached(`python-${id}`, async (making) => {
    await ensureTools(["python"]);
    console.error(`Installing ${what} …`);
    await runCommand(pythonCommand, ["-m", "venv", making], { timeoutMs: 120_000 });
    const install = ["-m", "pip", "install", "--quiet", "--only-binary", ":all:", "-r", requirements];
    await runCommand(inside(making), install, { timeoutMs: 15 * 60_000 });
  });
  return inside(folder);
}

/** Writes the demo data, unless they are there; gives the lines it printed. */
export async function fillDemo(bootstrap: string, registry: string): Promise<string[]> {
  const output = await runCommand(await demoPython(), [script, "fill", bootstrap, registry], {
    env,
    timeoutMs: 180_000,
  });
  return output.trim().split(/\r?\n/);
}

/** One order a second and a consumer that follows, until it is stopped. */
export async function startLiveDemo(bootstrap: string, registry: string, logFile: string): Promise<Started> {
  return startProcess({
    name: "The live demo",
    command: await demoPython(),
    args: [script, "live", bootstrap, registry],
    env,
    logFile,
    signal: "SIGTERM",
  });
}

const inside = (venv: string) =>
  process.platform === "win32" ? join(venv, "Scripts", "python.exe") : join(venv, "bin", "python");

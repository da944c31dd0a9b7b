import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";

/** An input that a decoder should have coped with. */
export interface Finding {
  seed: number;
  index: number;
  target: string;
  problem: string;
  hex: string;
  about: string;
}

export interface FuzzOptions {
  seed: number;
  seconds: number;
  /** the first case; cases are numbered, and the same for the same seed */
  from?: number;
  /** cases at most */
  count?: number;
}

/** A case that goes on for longer, on the clock: the process hangs. A slow one is found by its processor time. */
const HANGS = 30_000;

/**
 * Decodes damaged payloads with everything that decodes, in a process of its own with 512 MB of heap: what throws anything but a sentence, hangs,
 * dies, or takes seconds or hundreds of megabytes for one small input is a finding.
 */
export async function fuzz(options: FuzzOptions): Promise<{ cases: number; findings: Finding[] }> {
  const folder = mkdtempSync(join(tmpdir(), "kw-fuzz-"));
  const note = join(folder, "case");
  const ends = Date.now() + options.seconds * 1000;
  const findings: Finding[] = [];
  const first = options.from ?? 0;
  let from = first;
  try {
    for (;;) {
      const count = options.count === undefined ? undefined : options.count - (from - first);
      const left = (ends - Date.now()) / 1000;
      if (left <= 0 || (count ?? 1) <= 0) break;
      const done = await runChild(
        { ...options, seconds: left, from, ...(count === undefined ? {} : { count }) },
        note,
        findings,
      );
      if (done.ended) {
        from = done.next;
        break;
      }
      findings.push(done.finding);
      from = done.finding.index + 1;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { cases: from - first, findings };
}

type Ended = { ended: true; next: number } | { ended: false; finding: Finding };

async function runChild(options: FuzzOptions, note: string, findings: Finding[]): Promise<Ended> {
  writeFileSync(note, "");
  const { seed, from = 0, seconds, count } = options;
  const args = [seed, from, seconds, note, ...(count === undefined ? [] : [count])].map(String);
  const child = spawn(process.execPath, ["--max-old-space-size=512", join(import.meta.dirname, "child.ts"), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let next: number | null = null;
  let hangs = false;
  let words = "";
  child.stderr.on("data", (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-4000);
  });
  let before = "";
  let since = Date.now();
  const watch = setInterval(() => {
    const now = caseIn(note)?.index.toString() ?? "";
    if (now !== before) [before, since] = [now, Date.now()];
    else if (Date.now() - since > HANGS) {
      hangs = true;
      child.kill("SIGKILL");
    }
  }, 500);
  const exit = new Promise<void>((resolve, reject) => child.once("close", () => resolve()).once("error", reject));
  for await (const line of createInterface(child.stdout)) {
    const said = JSON.parse(line) as Finding | { done: number };
    if ("done" in said) next = said.done;
    else findings.push(said);
  }
  await exit;
  clearInterval(watch);
  if (next !== null) return { ended: true, next };
  const last = caseIn(note);
  if (!last) throw new Error(`The fuzzer cannot start: ${words}`);
  const problem = hangs ? `it goes on for more than ${HANGS / 1000} s` : `the process died: ${words.trim()}`;
  return { ended: false, finding: { seed, index: last.index, ...last.about, problem } };
}

function caseIn(note: string): { index: number; about: { target: string; hex: string; about: string } } | null {
  const bytes = readFileSync(note);
  if (bytes.length < 4) return null;
  const line = bytes.subarray(4, 4 + bytes.readUInt32LE()).toString("utf8");
  try {
    const { index, what } = JSON.parse(line) as { index: number; what: string };
    const about = what === "" ? { target: "making the case", hex: "", about: "" } : JSON.parse(what);
    return { index, about };
  } catch {
    // read while it was written
    return null;
  }
}

const USAGE = `npm run fuzz -- [--minutes N] [--seed N] [--case N]
Decodes damaged payloads with every decoder for so long (1 minute without it). Whatever is found is printed, and written to
test/fuzz/found/ as hex with its seed and case; --seed and --case do one again.`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      minutes: { type: "string", default: "1" },
      seed: { type: "string" },
      case: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return void console.log(USAGE);
  const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9));
  const one = values.case === undefined ? {} : { from: Number(values.case), count: 1 };
  const seconds = 60 * Number(values.minutes);
  if (![seed, seconds, one.from ?? 0].every((n) => Number.isFinite(n) && n >= 0)) throw new Error(USAGE);
  console.log(`Seed ${seed}`);
  const { cases, findings } = await fuzz({ seed, seconds, ...one });
  const folder = join(import.meta.dirname, "found");
  for (const finding of findings) {
    mkdirSync(folder, { recursive: true });
    const file = join(folder, `${finding.seed}-${finding.index}.json`);
    writeFileSync(file, `${JSON.stringify(finding, null, 2)}\n`);
    console.log(`\n${finding.target}, case ${finding.index}: ${finding.problem.slice(0, 1500)}\n  ${file}`);
  }
  console.log(`\n${cases} cases, ${findings.length} findings.`);
  if (findings.length > 0) process.exitCode = 1;
}

if (import.meta.main) await main();

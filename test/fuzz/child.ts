import { closeSync, openSync, writeSync } from "node:fs";
import { seeded } from "../unit/schema/support.ts";
import { Broken, type Case, type Target } from "./check.ts";
import { leaves } from "./leaves.ts";
import { whole } from "./whole.ts";

// One process of the fuzzer: fuzz.ts starts it, watches it, and takes its findings from standard output, a line of JSON each.
//   child.ts SEED FROM SECONDS NOTE [COUNT]     NOTE: the file that says which case is being run
const [seedText, fromText, seconds, note, count] = process.argv.slice(2);
const seed = Number(seedText);

/** Processor time that one small input may take, milliseconds */
const SLOW = 2000;
/** bytes that the process may grow by over one small input */
const LARGE = 300 * 1024 * 1024;

/** the whole decoder as often as all the others together */
const targets: readonly Target[] = [...leaves, ...leaves.map(() => whole)];

/** Case number `index` of a seed: always the same. */
function caseOf(index: number): Case & { target: string } {
  const random = seeded(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b));
  random();
  const target = targets[Math.floor(random() * targets.length)]!;
  return { target: target.name, ...target.make(random) };
}

const file = openSync(note!, "w");

/** Which case is run, where whoever watches can read it even if this process never says anything again. */
function noteDown(index: number, what: string): void {
  const line = Buffer.from(`${JSON.stringify({ index, what })}\n`);
  const head = Buffer.alloc(4);
  head.writeUInt32LE(line.length);
  writeSync(file, Buffer.concat([head, line]), 0, line.length + 4, 0);
}

function report(index: number, { target, input, about }: Case & { target: string }, problem: string): void {
  writeSync(1, `${JSON.stringify({ seed, index, target, problem, hex: input.toString("hex"), about })}\n`);
}

const ends = Date.now() + Number(seconds) * 1000;
let index = Number(fromText);
const last = count === undefined ? Number.POSITIVE_INFINITY : index + Number(count);
for (; index < last && Date.now() < ends; index++) {
  noteDown(index, "");
  const one = caseOf(index);
  noteDown(index, JSON.stringify({ target: one.target, hex: one.input.toString("hex"), about: one.about }));
  const { maxRSS } = process.resourceUsage();
  const began = process.cpuUsage();
  try {
    await one.run();
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? String(error)) : String(error);
    report(index, one, error instanceof Broken ? error.message : text);
  }
  const { user, system } = process.cpuUsage(began);
  if (user + system > SLOW * 1000) report(index, one, `it takes ${Math.round((user + system) / 1000)} ms`);
  const grown = 1024 * (process.resourceUsage().maxRSS - maxRSS);
  if (grown > LARGE) report(index, one, `it takes ${Math.round(grown / 1024 / 1024)} MB of memory`);
}
closeSync(file);
writeSync(1, `${JSON.stringify({ done: index })}\n`);

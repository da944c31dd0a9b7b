import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { demoPython } from "../harness/demo/python.ts";
import { temporaryFolder } from "../harness/process.ts";
import { runCommand } from "../harness/run.ts";
import type { Registered } from "./decodeData.ts";
import type { TimeOptions } from "./decodeTime.ts";

/**
 * Seconds per message of Confluent's Python deserializers over the same payloads, by the name of the case and the round. The cases must be those of all
 * schemas, in the order of their ids. Rejects when Python or its packages cannot be had.
 */
export async function timePython(
  cases: readonly { name: string; data: Registered }[],
  { rounds, seconds }: TimeOptions,
): Promise<Record<string, number[]>> {
  const folder = temporaryFolder("bench-python");
  try {
    const file = join(folder.path, "cases.json");
    const given = cases.map(({ name, data: { type, schema, payloads } }) => ({
      name,
      type,
      schema,
      payloads: payloads.map((payload) => payload.toString("hex")),
    }));
    writeFileSync(file, JSON.stringify({ seconds, rounds, cases: given }));
    const env = { ...process.env, PYTHONDONTWRITEBYTECODE: "1", PYTHONUTF8: "1" };
    const script = join(import.meta.dirname, "decodePython.py");
    const output = await runCommand(await demoPython(), [script, file], { env, timeoutMs: 120_000 });
    const line = output.split(/\r?\n/).find((text) => text.startsWith("TIMES "));
    if (line === undefined) throw new Error(`Python gave no times:\n${output.slice(-1000)}`);
    return JSON.parse(line.slice("TIMES ".length)) as Record<string, number[]>;
  } finally {
    folder.remove();
  }
}

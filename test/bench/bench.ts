import { mkdir, writeFile } from "node:fs/promises";
import { cpus, loadavg, totalmem } from "node:os";
import { dirname } from "node:path";
import { messageOf } from "../../src/shared/userError.ts";
import { kafkaJars, kafkaVersions } from "../harness/jars.ts";
import { startKafka39, startKafka41 } from "../harness/kafka.ts";
import { temporaryFolder } from "../harness/process.ts";
import { useStack } from "../harness/stack.ts";
import { ensureTools } from "../harness/tools.ts";
import { type Budget, budgetRows, check, verdictOf } from "./budget.ts";
import { dead } from "./deadSection.ts";
import { cel, needle } from "./filterSections.ts";
import { first } from "./firstSection.ts";
import { growth, sizes } from "./growthSections.ts";
import { loop, memory } from "./hostSection.ts";
import { live } from "./liveSection.ts";
import { type BenchOptions, parseBenchOptions } from "./options.ts";
import { hasGrep, kcatVersion } from "./peers.ts";
import { bundleWorker } from "./readerScan.ts";
import { scan } from "./scanSection.ts";
import type { Bench, Outcome, Section } from "./section.ts";
import { table } from "./table.ts";
import { prepare } from "./topics.ts";

const sections: readonly Section[] = [dead, first, live, scan, needle, cel, loop, growth, sizes, memory];

const USAGE = `npm run bench: measures reading beside kcat, a kafkajs consumer and Kafka's ConsumerPerformance, on one broker, in one run.
Contenders run in turn, several rounds; the median of the rounds counts.

  --only NAME,…    some sections: ${sections.map(({ name }) => name).join(", ")}
  --check          exit code 1 when a budget is missed; names each that is, and each that could not be checked
  --quick          few messages, one round: shows that everything works, its figures mean nothing
  --long           growth up to ten million messages (1.7 GB on disk)
  --rounds N       default 3
  --codec NAME,…   codecs of the scan: none, gzip, snappy, lz4, zstd
  --only-reader    no peers
  --kraft          Kafka ${kafkaVersions.kraft} on KRaft instead of ${kafkaVersions.zk} on ZooKeeper
  --json FILE      writes every run's figures

Without KW_STACK it starts a broker and stops it. On a broker of KW_STACK its topics (kw-bench-…) stay, and are used again.`;

/** Gives the exit code: 1 when a section failed, or with --check when a budget is missed. */
async function main(options: BenchOptions): Promise<number> {
  const chosen = sections.filter(({ name }) => options.only.includes(name));
  const folder = temporaryFolder("bench");
  const ends: (() => Promise<void>)[] = [async () => folder.remove()];
  try {
    const kcat = options.alone ? null : await kcatHere();
    const around = await (chosen.some(({ needsBroker }) => needsBroker) ? brokerFor(options.kraft, ends) : null);
    const bench: Bench = {
      broker: around?.broker ?? "",
      jars: around?.jars ?? null,
      workerFile: await bundleWorker(folder.path),
      rounds: options.rounds,
      quick: options.quick,
      long: options.long,
      codecs: options.codecs,
      peers: { kcat: kcat !== null, grep: hasGrep(), others: !options.alone },
      topic: (data) => prepare(data, { broker: bench.broker, jars: bench.jars, kcat: kcat !== null, say }),
      say,
    };
    const machine = {
      cpu: `${cpus().length} × ${cpus()[0]?.model ?? "unknown"}`,
      memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
      load: loadavg()[0]!.toFixed(1),
      node: process.versions.node,
      kafka: around === null ? "not used" : options.kraft ? kafkaVersions.kraft : kafkaVersions.zk,
      kcat: kcat ?? (options.alone ? "not used" : "not on this machine"),
    };
    console.log(
      Object.entries(machine)
        .map(([name, text]) => `${name}: ${text}`)
        .join("\n"),
    );
    console.log(`\nContenders in turn, median of ${options.rounds}.`);
    if (options.quick) console.log("A quick run: it shows that everything works, its figures mean nothing.");
    return await measure(chosen, bench, options, machine);
  } finally {
    for (const end of ends) await end();
  }
}

async function measure(
  chosen: readonly Section[],
  bench: Bench,
  { check: checked, json, ...options }: BenchOptions,
  machine: object,
): Promise<number> {
  const budgets: Budget[] = [];
  const results: Record<string, Outcome | { failed: string }> = {};
  let failed = false;
  for (const section of chosen) {
    try {
      const outcome = await section.run(bench);
      results[section.name] = outcome;
      budgets.push(...outcome.budgets);
      for (const { title, rows, notes = [] } of outcome.tables)
        console.log(["", title, table(rows), ...notes].join("\n"));
    } catch (error) {
      // one section that cannot be measured must not cost the others
      failed = true;
      results[section.name] = { failed: messageOf(error) };
      console.log(`\n${section.name} failed: ${error instanceof Error ? error.stack : String(error)}`);
    }
  }
  if (budgets.length > 0) console.log(`\nBudgets\n${table(budgetRows(budgets))}`);
  const { ok, lines } = check(budgets);
  if (checked) console.log(`\n${lines.join("\n")}`);
  if (json !== null) {
    const verdicts = budgets.map((budget) => ({ ...budget, verdict: verdictOf(budget) }));
    await mkdir(dirname(json), { recursive: true });
    await writeFile(json, `${JSON.stringify({ machine, options, budgets: verdicts, results }, null, 2)}\n`);
  }
  return failed || (checked && !ok) ? 1 : 0;
}

/** kcat's version; null where it neither is nor can be installed, which is said and is no failure. */
async function kcatHere(): Promise<string | null> {
  try {
    await ensureTools(["kcat"]);
  } catch (error) {
    say(`No kcat: ${messageOf(error)}`);
  }
  return kcatVersion();
}

async function brokerFor(
  kraft: boolean,
  ends: (() => Promise<void>)[],
): Promise<{ broker: string; jars: string | null }> {
  const version = kraft ? kafkaVersions.kraft : kafkaVersions.zk;
  if (process.env["KW_STACK"]) {
    const stack = await useStack();
    const jars = await kafkaJars(version).catch((error: unknown) => {
      say(`No ConsumerPerformance: ${messageOf(error)}`);
      return null;
    });
    return { broker: (kraft ? stack.kraft : stack.zk).bootstrap, jars };
  }
  say(`starting Kafka ${version} …`);
  const started = await (kraft ? startKafka41() : startKafka39());
  ends.unshift(() => started.stop());
  return { broker: started.bootstrap, jars: await kafkaJars(version) };
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

let options: BenchOptions | null = null;
try {
  options = parseBenchOptions(
    process.argv.slice(2),
    sections.map(({ name }) => name),
  );
} catch (error) {
  say(`${messageOf(error)} See --help.`);
  process.exitCode = 2;
}
if (options?.help) console.log(USAGE);
else if (options) process.exitCode = await main(options);

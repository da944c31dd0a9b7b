import { join } from "node:path";
import { runCommand } from "../harness/run.ts";
import type { Budget } from "./budget.ts";
import { MESSAGES } from "./data.ts";
import { show } from "./measure.ts";
import { RING } from "./readerScan.ts";
import type { Bench, Section } from "./section.ts";
import { median } from "./table.ts";
import { orders, sized } from "./topics.ts";

const LOOP_P99 = 10;
const BESIDE_RING = 150;
const MB = 1024 * 1024;

/** What hostProbe.ts is to do: read topics to their end. */
export interface HostTask {
  workerFile: string;
  broker: string;
  topics: string[];
  /** messages in them */
  scanned: number;
  ringMegabytes: number;
  /** the worker tells of its memory, which costs it a little time */
  sampled: boolean;
}

/** ms */
export interface LoopDelay {
  p50: number;
  p99: number;
  max: number;
}

export interface HostReport {
  seconds: number;
  dropped: number;
  /** rows that were asked for and passed on meanwhile */
  relayed: number;
  idle: LoopDelay;
  reading: LoopDelay;
  /** bytes; null: they were not asked for. process: from before the worker was started to the highest. thread: the worker's own account */
  memory: { process: number; thread: number } | null;
}

async function probe(
  { workerFile, broker }: Bench,
  task: Omit<HostTask, "workerFile" | "broker">,
): Promise<HostReport> {
  const whole: HostTask = { workerFile: workerFile.href, broker, ...task };
  const output = await runCommand(
    process.execPath,
    [join(import.meta.dirname, "hostProbe.ts"), JSON.stringify(whole)],
    {
      timeoutMs: 15 * 60_000,
    },
  );
  const line = output.split("\n").findLast((text) => text.startsWith("{"));
  if (!line) throw new Error(`The probe reported nothing: ${output}`);
  return JSON.parse(line) as HostReport;
}

/** How late the extension host's event loop is while its worker reads a million messages. */
export const loop: Section = {
  name: "loop",
  needsBroker: true,
  async run(bench) {
    const count = bench.quick ? 20_000 : MESSAGES;
    const topics = [await bench.topic(orders(count, "none"))];
    const reports: HostReport[] = [];
    for (let round = 0; round < bench.rounds; round++) {
      const report = await probe(bench, { topics, scanned: count, ringMegabytes: RING.megabytes, sampled: false });
      bench.say(
        `event loop: p99 ${report.reading.p99.toFixed(1)} ms late in ${report.seconds.toFixed(3)} s of reading`,
      );
      reports.push(report);
    }
    const line = (name: string, when: "idle" | "reading"): string[] => [
      name,
      ...(["p50", "p99", "max"] as const).map((part) => show.ms(median(reports.map((report) => report[when][part])))),
    ];
    const p99 = median(reports.map(({ reading }) => reading.p99));
    return {
      tables: [
        {
          title: `Delay of the extension host's event loop while ${show.count(count)} messages are scanned`,
          rows: [["ms", "p50", "p99", "longest"], line("nothing to do", "idle"), line("scan", "reading")],
          notes: ["In a process of its own, which asks for the visible rows at each status, as for a webview."],
        },
      ],
      budgets: [{ what: "event-loop delay, p99", unit: "ms", bound: "at most", limit: LOOP_P99, measured: p99 }],
      figures: { reports },
    };
  },
};

/** How much memory a reader takes that is given far more than its ring holds. */
export const memory: Section = {
  name: "memory",
  needsBroker: true,
  async run(bench) {
    const count = bench.quick ? 20_000 : MESSAGES;
    const bytes = bench.quick ? 20_000_000 : 150_000_000;
    const small = [orders(count, "none")];
    const many = [...small, orders(count, "lz4"), ...[100, 1000, 10_000, 1_000_000].map((size) => sized(size, bytes))];
    const cases: [ring: number, data: typeof small][] = [
      [bench.quick ? 1 : 32, small],
      [bench.quick ? 16 : 64, many],
      [bench.quick ? 32 : RING.megabytes, many],
    ];
    const rows = [["ring", "messages", "dropped", "seconds", "thread, MB", "process, MB", "beside the ring, MB"]];
    const budgets: Budget[] = [];
    const figures: Record<string, HostReport[]> = {};
    for (const [ringMegabytes, data] of cases) {
      const topics: string[] = [];
      for (const each of data) topics.push(await bench.topic(each));
      const scanned = data.reduce((sum, each) => sum + each.count, 0);
      const name = `${ringMegabytes} MB`;
      const reports: HostReport[] = [];
      for (let round = 0; round < bench.rounds; round++) {
        const report = await probe(bench, { topics, scanned, ringMegabytes, sampled: true });
        if (report.dropped === 0) throw new Error(`A ring of ${name} was not filled`);
        bench.say(`memory: ring of ${name}, ${Math.round(report.memory!.process / MB)} MB`);
        reports.push(report);
      }
      figures[name] = reports;
      const middle = (of: (report: HostReport) => number): number => median(reports.map(of));
      const grown = middle((report) => report.memory!.process / MB);
      rows.push([
        name,
        show.count(scanned),
        show.count(middle((report) => report.dropped)),
        show.seconds(middle((report) => report.seconds)),
        show.count(middle((report) => report.memory!.thread / MB)),
        show.count(grown),
        show.count(grown - ringMegabytes),
      ]);
      budgets.push({
        what: `memory beside a ring of ${name}`,
        unit: "MB",
        bound: "at most",
        limit: BESIDE_RING,
        measured: grown - ringMegabytes,
      });
    }
    return {
      tables: [
        {
          title: "Memory of a reader that reads more than its ring holds",
          rows,
          notes: [
            "thread: the most that the worker's heap and buffers held, by its own account, garbage included.",
            "process: highest resident memory of a process of its own, less what it had before its worker was started.",
          ],
        },
      ],
      budgets,
      figures,
    };
  },
};

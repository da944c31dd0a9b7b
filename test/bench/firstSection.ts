import type { Reader } from "../../src/reader/host.ts";
import { MESSAGES } from "./data.ts";
import { show, within } from "./measure.ts";
import { lastThenLive, openAndLook, withReader } from "./readerScan.ts";
import type { Section } from "./section.ts";
import { median } from "./table.ts";
import { orders } from "./topics.ts";

const FIRST_ROW = 300;
const WAIT = 30_000;

/** From opening a topic to its first row, decoded, in the extension host. */
export const first: Section = {
  name: "first",
  needsBroker: true,
  async run({ workerFile, broker, quick, topic: make, say }) {
    const topic = await make(orders(quick ? 20_000 : MESSAGES, "none"));
    const runs = quick ? 3 : 20;
    const warm: number[] = [];
    const fresh: number[] = [];
    await withReader({ workerFile, broker }, async (reader) => {
      await openAndLook(reader, topic);
      for (let i = 0; i < runs; i++) {
        warm.push(await firstRow(reader, topic, performance.now()));
        const started = performance.now();
        fresh.push(await withReader({ workerFile, broker }, (another) => firstRow(another, topic, started)));
      }
    });
    say(`first row: ${show.ms(median(warm))} ms in a warm worker, ${show.ms(median(fresh))} ms in a new one`);
    const line = (name: string, all: number[]) => [name, ...[median(all), Math.max(...all)].map(show.ms)];
    const budget = { unit: "ms", bound: "at most", limit: FIRST_ROW } as const;
    return {
      tables: [
        {
          title: "First row after opening a topic (last 200 of all partitions, then live)",
          rows: [
            ["ms", "median", "longest"],
            line("in a warm worker", warm),
            line("with a worker that has yet to start", fresh),
          ],
          notes: [`${runs} times each, in turn: from the command to the first rows, decoded, in the host's thread.`],
        },
      ],
      budgets: [
        { ...budget, what: "first row, warm worker, median", measured: median(warm) },
        { ...budget, what: "first row, new worker, median", measured: median(fresh) },
      ],
      figures: { warm, fresh },
    };
  },
};

async function firstRow(reader: Reader, topic: string, started: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  promise.catch(() => {});
  let run = -1;
  const stop = reader.onStatus((status) => {
    if (status.state === "failed") reject(new Error(status.problem ?? "The reader failed"));
    if (status.view.next === 0 || status.run === run) return;
    const from = Math.max(status.view.first, status.view.next - 50);
    reader.call("rows", [from, status.view.next]).then((window) => {
      // rows of the run before this one may still be on their way
      if (window.rows.length > 0 && run >= 0 && window.run > run) resolve(performance.now() - started);
    }, reject);
  });
  try {
    run = (await reader.call("rows", [0, 0])).run;
    await reader.call("start", [lastThenLive(topic)]);
    return await within(WAIT, `the first row of ${topic}`, promise);
  } finally {
    stop();
  }
}

import { wholeTopic } from "../../src/shared/messages.ts";
import { MESSAGES } from "./data.ts";
import { interleaved, show, type Times, timesAsFast } from "./measure.ts";
import { scanWithKcat } from "./peers.ts";
import { scanWithWorker } from "./readerScan.ts";
import type { Bench, Section } from "./section.ts";
import { median } from "./table.ts";
import { type Dataset, orders, sized } from "./topics.ts";

async function readBy({ topic: make, workerFile, broker, peers, rounds, say }: Bench, data: Dataset): Promise<Times> {
  const topic = await make(data);
  const { count } = data;
  const contenders = {
    reader: () => scanWithWorker(workerFile, broker, wholeTopic(topic), { scanned: count, matched: count }),
    kcat: peers.kcat ? () => scanWithKcat(broker, topic) : null,
  };
  return interleaved(topic, contenders, rounds, say);
}

/** Ten thousand to a million messages, ten with --long. */
export const growth: Section = {
  name: "growth",
  needsBroker: true,
  async run(bench) {
    const counts = bench.quick ? [1000, 20_000] : [10_000, 100_000, MESSAGES, ...(bench.long ? [10 * MESSAGES] : [])];
    const rows = [["messages", "reader, s", "kcat, s", "reader, msg/s", "kcat, msg/s", "× kcat"]];
    const figures: Record<string, Times> = {};
    for (const count of counts) {
      const times = await readBy(bench, orders(count, "none"));
      figures[count] = times;
      const seconds = [median(times["reader"]!), median(times["kcat"]!)];
      const rates = seconds.map((each) => show.count(count / each));
      const ratio = show.ratio(timesAsFast(times, "reader", "kcat"));
      rows.push([show.count(count), ...seconds.map(show.seconds), ...rates, ratio]);
    }
    return { tables: [{ title: "Messages of 165 bytes, more and more of them", rows }], budgets: [], figures };
  },
};

/** The same bytes in values of different sizes. */
export const sizes: Section = {
  name: "sizes",
  needsBroker: true,
  async run(bench) {
    const bytes = bench.quick ? 20_000_000 : 150_000_000;
    const rows = [["bytes of a value", "messages", "reader, s", "kcat, s", "reader, MB/s", "kcat, MB/s", "× kcat"]];
    const figures: Record<string, Times> = {};
    for (const size of [100, 1000, 10_000, 1_000_000]) {
      const data = sized(size, bytes);
      const times = await readBy(bench, data);
      figures[size] = times;
      const seconds = [median(times["reader"]!), median(times["kcat"]!)];
      const rates = seconds.map((each) => show.count(bytes / 1e6 / each));
      const ratio = show.ratio(timesAsFast(times, "reader", "kcat"));
      rows.push([show.count(size), show.count(data.count), ...seconds.map(show.seconds), ...rates, ratio]);
    }
    return { tables: [{ title: `${bytes / 1e6} MB in values of different sizes`, rows }], budgets: [], figures };
  },
};

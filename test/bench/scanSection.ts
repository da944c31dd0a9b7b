import { wholeTopic } from "../../src/shared/messages.ts";
import type { Budget } from "./budget.ts";
import { MESSAGES } from "./data.ts";
import { scanWithKafkajs } from "./kafkajsScan.ts";
import { type Contenders, interleaved, show, type Times, timesAsFast } from "./measure.ts";
import { scanWithConsumerPerformance, scanWithKcat } from "./peers.ts";
import { scanInProcess, scanWithWorker } from "./readerScan.ts";
import type { Bench, Section } from "./section.ts";
import { median } from "./table.ts";
import { orders, PARTITIONS } from "./topics.ts";

const KCAT_RATIO = 3;
const KAFKAJS_RATIO = 5;

/** A million messages in each codec, to an indexed, scrollable view, beside those who only read them. */
export const scan: Section = {
  name: "scan",
  needsBroker: true,
  async run(bench) {
    const count = bench.quick ? 20_000 : MESSAGES;
    const peers = ["kcat", "kafkajs", "ConsumerPerformance"];
    const rows = [["seconds", "reader", "in process", ...peers, ...peers.map((peer) => `× ${peer}`)]];
    const budgets: Budget[] = [];
    const figures: Record<string, Times> = {};
    for (const codec of bench.codecs) {
      const topic = await bench.topic(orders(count, codec));
      // once untimed: the broker's and the disk's caches are warm for all
      await scanWithWorker(bench.workerFile, bench.broker, wholeTopic(topic), { scanned: count, matched: count });
      const times = await interleaved(`scan ${codec}`, contenders(bench, topic, count), bench.rounds, bench.say);
      figures[codec] = times;
      const ratios = peers.map((peer) => timesAsFast(times, "reader", peer));
      rows.push([codec, ...Object.values(times).map((all) => show.seconds(median(all))), ...ratios.map(show.ratio)]);
      const ratio = { unit: "×", bound: "at least" } as const;
      budgets.push(
        { ...ratio, what: `scan ${codec}, of kcat's rate`, limit: KCAT_RATIO, measured: ratios[0]! },
        { ...ratio, what: `scan ${codec}, of a kafkajs consumer's rate`, limit: KAFKAJS_RATIO, measured: ratios[1]! },
      );
    }
    const title = `Scan of ${show.count(count)} JSON messages of 165 bytes in ${PARTITIONS} partitions`;
    return { tables: [{ title, rows, notes }], budgets, figures };
  },
};

const notes = [
  "The reader is timed from the command to read from the beginning to the last message, connecting included, in the thread of a panel",
  "that was opened a moment before; kcat as a whole process; kafkajs and ConsumerPerformance from joining their group.",
];

const contenders = ({ workerFile, broker, jars, peers }: Bench, topic: string, count: number): Contenders => ({
  reader: () => scanWithWorker(workerFile, broker, wholeTopic(topic), { scanned: count, matched: count }),
  "in process": () => scanInProcess(broker, topic, count),
  kcat: peers.kcat ? () => scanWithKcat(broker, topic) : null,
  kafkajs: peers.others ? () => scanWithKafkajs(broker, topic, count) : null,
  ConsumerPerformance:
    peers.others && jars !== null ? () => scanWithConsumerPerformance(broker, jars, topic, count) : null,
});

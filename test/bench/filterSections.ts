import { type Filter, type ReadQuery, wholeTopic } from "../../src/shared/messages.ts";
import { MESSAGES } from "./data.ts";
import { interleaved, show, timesAsFast } from "./measure.ts";
import { grepWithKcat } from "./peers.ts";
import { scanWithWorker } from "./readerScan.ts";
import type { Section } from "./section.ts";
import { median } from "./table.ts";
import { orders } from "./topics.ts";

const GREP_RATIO = 3;
const CEL_RATE = 400_000;
const LITERAL_FACTOR = 2;

const filtered = (topic: string, filter: Filter): ReadQuery => ({ ...wholeTopic(topic), filter });
const countOf = (quick: boolean): number => (quick ? 20_000 : MESSAGES);
/** the id of an order that is there once, near the end of what is read */
const needleIn = (count: number): string => `O-${String(count - Math.ceil(count / 9)).padStart(7, "0")}`;

/** One message among a million, by a text that it contains. */
export const needle: Section = {
  name: "needle",
  needsBroker: true,
  async run({ workerFile, broker, peers, rounds, quick, topic: make, say }) {
    const count = countOf(quick);
    const topic = await make(orders(count, "none"));
    const text = needleIn(count);
    const query = filtered(topic, { kind: "contains", text, caseSensitive: true, parts: ["key", "value"] });
    const times = await interleaved(
      "needle",
      {
        reader: () => scanWithWorker(workerFile, broker, query, { scanned: count, matched: 1 }),
        "kcat | grep": peers.kcat && peers.grep ? () => grepWithKcat(broker, topic, text, 1) : null,
      },
      rounds,
      say,
    );
    const ratio = timesAsFast(times, "reader", "kcat | grep");
    const rows = [
      ["seconds", ...Object.keys(times), "× kcat | grep"],
      ["contains", ...Object.values(times).map((all) => show.seconds(median(all))), show.ratio(ratio)],
    ];
    const what = "one needle, of the rate of kcat | grep";
    return {
      tables: [{ title: `One needle in ${show.count(count)} messages`, rows }],
      budgets: [{ what, unit: "×", bound: "at least", limit: GREP_RATIO, measured: ratio }],
      figures: times,
    };
  },
};

/** CEL over JSON values: one expression that every value has to be parsed for, and one whose literal is looked for in the bytes first. */
export const cel: Section = {
  name: "cel",
  needsBroker: true,
  async run({ workerFile, broker, rounds, quick, topic: make, say }) {
    const count = countOf(quick);
    const topic = await make(orders(count, "none"));
    const expressions = {
      "without a literal": { expression: "value.total > 999.0 && value.items > 8", matched: null },
      "with a literal": { expression: `value.orderId == "${needleIn(count)}" && value.total >= 0.0`, matched: 1 },
    };
    const times = await interleaved(
      "cel",
      {
        "plain scan": () => scanWithWorker(workerFile, broker, wholeTopic(topic), { scanned: count, matched: count }),
        ...Object.fromEntries(
          Object.entries(expressions).map(([name, { expression, matched }]) => {
            const query = filtered(topic, { kind: "cel", expression });
            return [name, () => scanWithWorker(workerFile, broker, query, { scanned: count, matched })];
          }),
        ),
      },
      rounds,
      say,
    );
    const plain = median(times["plain scan"]!);
    const rows = Object.entries(times).map(([name, all]) => {
      const seconds = median(all);
      return [name, show.seconds(seconds), show.count(count / seconds), show.ratio(seconds / plain)];
    });
    const secondsOf = (name: keyof typeof expressions): number => median(times[name]!);
    return {
      tables: [
        {
          title: `CEL over the JSON values of ${show.count(count)} messages`,
          rows: [["filter", "seconds", "msg/s", "× the plain scan's time"], ...rows],
          notes: Object.entries(expressions).map(([name, { expression }]) => `${name}: ${expression}`),
        },
      ],
      budgets: [
        {
          what: "CEL without a literal, one thread",
          unit: "msg/s",
          bound: "at least",
          limit: CEL_RATE,
          measured: count / secondsOf("without a literal"),
        },
        {
          what: "CEL with a literal, of the plain scan's time",
          unit: "×",
          bound: "at most",
          limit: LITERAL_FACTOR,
          measured: secondsOf("with a literal") / plain,
        },
      ],
      figures: { expressions, times },
    };
  },
};

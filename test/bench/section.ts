import type { Codec } from "../../src/shared/messages.ts";
import type { Budget } from "./budget.ts";
import type { Dataset } from "./topics.ts";

/** What a section measures with. */
export interface Bench {
  /** host:port; of a section that asks for a broker */
  broker: string;
  /** the folder of the jars of the broker's Kafka; null where they cannot be had */
  jars: string | null;
  /** the reader worker's bundle */
  workerFile: URL;
  /** runs of each contender; the median counts */
  rounds: number;
  /** few messages, one round: to see that everything works; figures mean nothing */
  quick: boolean;
  /** ten million messages too */
  long: boolean;
  codecs: readonly Codec[];
  peers: { kcat: boolean; grep: boolean; others: boolean };
  /** the topic, made with its messages where it is not there yet */
  topic(data: Dataset): Promise<string>;
  /** progress, to standard error */
  say(text: string): void;
}

/** What a section found. */
export interface Outcome {
  /** rows with a heading, and what a reader of them has to know */
  tables: { title: string; rows: string[][]; notes?: string[] }[];
  budgets: Budget[];
  /** every run's figures, for --json */
  figures: object;
}

export interface Section {
  /** for --only */
  name: string;
  needsBroker: boolean;
  run(bench: Bench): Promise<Outcome>;
}

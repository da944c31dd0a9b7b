import { parseArgs } from "node:util";
import type { Codec } from "../../src/shared/messages.ts";

const CODECS: readonly Codec[] = ["none", "gzip", "snappy", "lz4", "zstd"];

export interface BenchOptions {
  help: boolean;
  check: boolean;
  quick: boolean;
  long: boolean;
  kraft: boolean;
  /** measures only the reader */
  alone: boolean;
  /** names of sections, in the order in which they run */
  only: string[];
  codecs: Codec[];
  rounds: number;
  json: string | null;
}

/** Rejects what it does not know with one sentence. */
export function parseBenchOptions(args: readonly string[], sections: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: "boolean", default: false },
      check: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      long: { type: "boolean", default: false },
      kraft: { type: "boolean", default: false },
      "only-reader": { type: "boolean", default: false },
      only: { type: "string" },
      codec: { type: "string" },
      rounds: { type: "string" },
      json: { type: "string" },
    },
  });
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 99) {
    throw new Error(`--rounds takes a number from 1 to 99, not "${values.rounds}".`);
  }
  return {
    help: values.help,
    check: values.check,
    quick: values.quick,
    long: values.long,
    kraft: values.kraft,
    alone: values["only-reader"],
    only: chosen("--only", values.only, sections),
    codecs: chosen("--codec", values.codec, CODECS),
    rounds,
    json: values.json ?? null,
  };
}

function chosen<T extends string>(option: string, text: string | undefined, known: readonly T[]): T[] {
  if (text === undefined) return [...known];
  const words = text.split(",").map((word) => word.trim());
  const stranger = words.find((word) => !known.some((name) => name === word));
  if (stranger !== undefined) throw new Error(`${option} knows ${known.join(", ")}, but not "${stranger}".`);
  return known.filter((name) => words.includes(name));
}

import { parseArgs } from "node:util";
import { parseAddress } from "../kafka/address.ts";
import type { Isolation, ReadFrom, ReadQuery, ReadTo } from "../shared/messages.ts";
import { messageOf, UserError } from "../shared/userError.ts";

export interface ReadOptions {
  brokers: string[];
  query: ReadQuery;
  registry: string | null;
  /** adds the raw bytes, in base64 */
  bytes: boolean;
  format: "json" | "count";
}

export const USAGE = `npm run read -- --brokers HOST:PORT[,…] --topic TOPIC
  [--registry URL]
  [--from beginning|latest|last:N|offset:N|time:ISO]   latest without it
  [--to end|count:N]                                   goes on until Ctrl-C without it
  [--partitions 0,2]
  [--isolation read_committed|read_uncommitted]        read_committed without it
  [--bytes]                                            adds key, value and headers in base64
  [--format json|count]                                one JSON object per message, or just their number
Messages go to stdout, the summary to stderr.`;

/** Reads the command line; throws a UserError whose sentence names what is wrong. null: --help. */
export function parseOptions(args: string[]): ReadOptions | null {
  const values = rawOptions(args);
  if (values.help) return null;
  const brokers = split(values.brokers ?? "");
  if (brokers.length === 0) throw bad("--brokers is missing: name at least one, as host:port.");
  for (const broker of brokers) parseAddress(broker);
  if (!values.topic) throw bad("--topic is missing: name the topic to read.");
  return {
    brokers,
    query: {
      topic: values.topic,
      from: parseFrom(values.from),
      to: parseTo(values.to),
      partitions: values.partitions === undefined ? null : parsePartitions(values.partitions),
      isolation: parseIsolation(values.isolation),
    },
    registry: values.registry ?? null,
    bytes: values.bytes,
    format: parseFormat(values.format),
  };
}

function rawOptions(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        brokers: { type: "string" },
        topic: { type: "string" },
        registry: { type: "string" },
        from: { type: "string", default: "latest" },
        to: { type: "string" },
        partitions: { type: "string" },
        isolation: { type: "string", default: "read_committed" },
        bytes: { type: "boolean", default: false },
        format: { type: "string", default: "json" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    return values;
  } catch (error) {
    // parseArgs adds advice on positional arguments in further sentences
    throw bad(`${messageOf(error).split(/\.\s/)[0]!.replace(/\.$/, "")}. See --help.`);
  }
}

const bad = (message: string): UserError => new UserError(message, { code: "bad-option" });

const split = (text: string): string[] =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");

function parseFrom(text: string): ReadFrom {
  if (text === "beginning" || text === "latest") return { kind: text };
  const [kind, argument] = cut(text);
  if (kind === "last") return { kind, count: whole(argument, "--from last:N") };
  if (kind === "offset") {
    whole(argument, "--from offset:N");
    return { kind, offset: BigInt(argument).toString() };
  }
  if (kind === "time") {
    const time = /^\d{1,16}$/.test(argument) ? Number(argument) : Date.parse(argument);
    if (Number.isNaN(time)) {
      throw bad(`"${argument}" is not a time: write it as in --from time:2025-03-01T12:00:00Z.`);
    }
    return { kind, timestamp: String(time) };
  }
  throw bad(`--from ${text} is unknown: write beginning, latest, last:N, offset:N or time:ISO.`);
}

function parseTo(text: string | undefined): ReadTo {
  if (text === undefined) return { kind: "live" };
  if (text === "end") return { kind: "end" };
  const [kind, argument] = cut(text);
  if (kind === "count") return { kind, count: whole(argument, "--to count:N") };
  throw bad(`--to ${text} is unknown: write end or count:N.`);
}

function parsePartitions(text: string): number[] {
  const parts = split(text);
  if (parts.length === 0) throw bad("--partitions names none: write their numbers, as in --partitions 0,2.");
  return [...new Set(parts.map((part) => whole(part, "--partitions 0,2")))];
}

function parseIsolation(text: string): Isolation {
  if (text === "read_committed" || text === "read_uncommitted") return text;
  throw bad(`--isolation ${text} is unknown: write read_committed or read_uncommitted.`);
}

function parseFormat(text: string): "json" | "count" {
  if (text === "json" || text === "count") return text;
  throw bad(`--format ${text} is unknown: write json or count.`);
}

function cut(text: string): [kind: string, argument: string] {
  const colon = text.indexOf(":");
  return colon < 0 ? [text, ""] : [text.slice(0, colon), text.slice(colon + 1)];
}

function whole(text: string, shape: string): number {
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(Number(text))) {
    throw bad(`"${text}" is not a whole number, as ${shape} needs one.`);
  }
  return Number(text);
}

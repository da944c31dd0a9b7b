import { parseArgs } from "node:util";
import { parseAddress } from "../kafka/address.ts";
import type { Filter, FilterPart, Isolation, ReadFrom, ReadQuery, ReadTo } from "../shared/messages.ts";
import { messageOf, UserError } from "../shared/userError.ts";
import { DECODE_USAGE, type Decodings, parseDecodings, usesRegistry } from "./decoding.ts";

export interface ReadOptions {
  brokers: string[];
  query: ReadQuery;
  registry: { url: string; kind: "confluent" | "apicurio" } | null;
  decode: Decodings;
  /** adds the raw bytes, in base64 */
  bytes: boolean;
  format: "json" | "csv" | "count";
}

export const USAGE = `npm run read -- --brokers HOST:PORT[,…] --topic TOPIC[,…] | --topics-matching REGEX
  [--registry URL] [--registry-type confluent|apicurio]
                                                       confluent without it: Confluent's API, as most registries have it
  [--decode key=FORMAT] [--decode value=FORMAT]        automatically without it; the formats are below
  [--from beginning|latest|last:N|offset:N|time:ISO|group:NAME]
                                                       latest without it; group: where its committed offsets are
  [--to end|count:N|offset:N|time:ISO]                 goes on until Ctrl-C without it; offset and time are the last ones read
  [--partitions 0,2]
  [--isolation read_committed|read_uncommitted]        read_committed without it
  [--filter CEL | --contains TEXT | --regex REGEX]     only messages that match: an expression over key, value, headers, topic,
                                                       partition, offset and timestamp, or a text or pattern in the bytes
  [--ignore-case] [--in key,value,headers]             for --contains and --regex; in key and value without --in
  [--control]                                          transaction markers and aborted messages too
  [--bytes]                                            adds key, value and headers in base64
  [--format json|csv|count]                            one JSON object or line of CSV per message, or just their number
Messages go to stdout, the summary to stderr.
${DECODE_USAGE}`;

/** Reads the command line; throws a UserError whose sentence names what is wrong. null: --help. */
export function parseOptions(args: string[]): ReadOptions | null {
  const values = rawOptions(args);
  if (values.help) return null;
  const brokers = split(values.brokers ?? "");
  if (brokers.length === 0) throw bad("--brokers is missing: name at least one, as host:port.");
  for (const broker of brokers) parseAddress(broker);
  const topics = [...new Set((values.topic ?? []).flatMap(split))];
  const pattern = values["topics-matching"] ?? null;
  if (topics.length === 0 && pattern === null) throw bad("--topic is missing: name the topic to read.");
  const registry = parseRegistry(values.registry, values["registry-type"]);
  const decode = parseDecodings(values.decode ?? []);
  if (!registry && usesRegistry(decode)) throw bad("--registry is missing: the reader's schema is asked for there.");
  return {
    brokers,
    query: {
      topics,
      pattern,
      filter: parseFilter(values),
      schema: null,
      control: values.control,
      from: parseFrom(values.from),
      to: parseTo(values.to),
      partitions: values.partitions === undefined ? null : parsePartitions(values.partitions),
      isolation: parseIsolation(values.isolation),
    },
    registry,
    decode,
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
        topic: { type: "string", multiple: true },
        "topics-matching": { type: "string" },
        registry: { type: "string" },
        "registry-type": { type: "string" },
        decode: { type: "string", multiple: true },
        from: { type: "string", default: "latest" },
        to: { type: "string" },
        partitions: { type: "string" },
        isolation: { type: "string", default: "read_committed" },
        filter: { type: "string" },
        contains: { type: "string" },
        regex: { type: "string" },
        "ignore-case": { type: "boolean", default: false },
        in: { type: "string" },
        control: { type: "boolean", default: false },
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
  if (kind === "time") return { kind, timestamp: timeOf(argument, "--from") };
  if (kind === "group" && argument !== "") return { kind, group: argument };
  throw bad(`--from ${text} is unknown: write beginning, latest, last:N, offset:N, time:ISO or group:NAME.`);
}

function timeOf(text: string, option: string): string {
  const time = /^\d{1,16}$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(time)) throw bad(`"${text}" is not a time: write it as in ${option} time:2025-03-01T12:00:00Z.`);
  return String(time);
}

function parseTo(text: string | undefined): ReadTo {
  if (text === undefined) return { kind: "live" };
  if (text === "end") return { kind: "end" };
  const [kind, argument] = cut(text);
  if (kind === "count") return { kind, count: whole(argument, "--to count:N") };
  if (kind === "offset") return { kind, offset: String(whole(argument, "--to offset:N")) };
  if (kind === "time") return { kind, timestamp: timeOf(argument, "--to") };
  throw bad(`--to ${text} is unknown: write end, count:N, offset:N or time:ISO.`);
}

function parseFilter(values: ReturnType<typeof rawOptions>): Filter | null {
  const { filter, contains, regex } = values;
  const given = [filter, contains, regex].filter((one) => one !== undefined);
  if (given.length > 1) throw bad("--filter, --contains and --regex cannot be combined: choose one.");
  if (contains === undefined && regex === undefined && (values.in !== undefined || values["ignore-case"])) {
    throw bad("--in and --ignore-case belong to --contains or --regex.");
  }
  if (filter !== undefined) return { kind: "cel", expression: filter };
  const look = { caseSensitive: !values["ignore-case"], parts: parseParts(values.in) };
  if (contains !== undefined) return { kind: "contains", text: contains, ...look };
  if (regex !== undefined) return { kind: "regex", pattern: regex, ...look };
  return null;
}

function parseParts(text: string | undefined): FilterPart[] {
  if (text === undefined) return ["key", "value"];
  const known = new Set<string>(["key", "value", "headers"]);
  const parts = split(text);
  if (parts.length === 0 || parts.some((part) => !known.has(part))) {
    throw bad(`--in ${text} is unknown: write key, value, headers or several of them.`);
  }
  return [...new Set(parts)] as FilterPart[];
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

function parseRegistry(url: string | undefined, kind = "confluent"): ReadOptions["registry"] {
  if (kind !== "confluent" && kind !== "apicurio") {
    throw bad(`--registry-type ${kind} is unknown: write confluent or apicurio.`);
  }
  return url === undefined ? null : { url, kind };
}

function parseFormat(text: string): "json" | "csv" | "count" {
  if (text === "json" || text === "csv" || text === "count") return text;
  throw bad(`--format ${text} is unknown: write json, csv or count.`);
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

import { type RecordFields, readHeaders, type Span } from "../../kafka/log/records.ts";
import type { CommandTarget } from "./commandTarget.ts";
import type { PlacedRecord } from "./lines.ts";
import { producerConfig } from "./producerConfig.ts";
import { printf, shellComment, shellVariable, shellWord } from "./shell.ts";

/**
 * A shell command that produces the record again with Kafka's kafka-console-producer.sh: `headers<delimiter>key<separator>value` on one line of
 * input. What it needs to connect is a properties file that it reads from a here-document. What that cannot say (line ends, bytes that are not text) makes it a comment line; the partition, which cannot be chosen, is one in
 * front.
 *
 * Source: Apache Kafka's LineMessageReader and its properties (parse.key, parse.headers, the separators, null.marker).
 */
export function consoleProducerCommand({ topic, partition, record }: PlacedRecord, target: CommandTarget): string {
  const place = `${topic} partition ${partition} offset ${record.offset}`;
  const cannot = (why: string): string =>
    shellComment(`kafka-console-producer.sh cannot send ${place}: ${why}. Copy it for kcat instead.`);
  const config = producerConfig(target);
  if (typeof config === "string") return cannot(config);
  const { headers: found, problem } = readHeaders(record, Number.POSITIVE_INFINITY);
  if (problem !== null) return cannot("its headers are damaged");
  const key = textOf(record, record.key);
  const value = textOf(record, record.value);
  const headers = found.map((header) => ({ key: header.key, value: textOf(record, header.value) }));
  const parts = [key, value, ...headers.flatMap((header) => [header.key, header.value])];
  if (parts.includes(undefined)) return cannot("it has bytes that are not text in UTF-8");
  const texts = parts.filter((part): part is string => typeof part === "string");
  if (texts.some((text) => /[\r\n]/.test(text))) return cannot("it has line ends");
  if (headers.some((header) => header.key === "")) return cannot("a header has no name");

  const properties: string[] = [];
  const marker =
    texts.length < parts.length && (value === null || headers.some((header) => header.value === null))
      ? free(texts, NULLS)
      : null;
  const shown = (text: string | null | undefined): string => text ?? marker ?? "";
  let line = shown(value);
  if (typeof key === "string") {
    const separator = free([key], SEPARATORS);
    properties.push("parse.key=true", `key.separator=${separator}`);
    line = `${key}${separator}${line}`;
  }
  if (headers.length > 0) {
    const inKey = free(
      headers.map((header) => header.key),
      [":", ...SEPARATORS],
    );
    const pairs = headers.map((header) => `${header.key}${inKey}${shown(header.value)}`);
    const between = free([...pairs, inKey], [",", ...SEPARATORS]);
    const after = free([...pairs, inKey, between], SEPARATORS);
    properties.push(
      "parse.headers=true",
      `headers.delimiter=${after}`,
      `headers.separator=${between}`,
      `headers.key.separator=${inKey}`,
    );
    line = `${pairs.join(between)}${after}${line}`;
  }
  if (marker !== null) properties.push(`null.marker=${marker}`);

  const assignments: string[] = [];
  const word = (text: string): string => {
    const quoted = shellWord(text);
    if (quoted !== null) return quoted;
    const variable = shellVariable(`kw${assignments.length + 1}`, Buffer.from(text));
    assignments.push(`${variable.assignment}; `);
    return variable.word;
  };
  const command = [
    "kafka-console-producer.sh",
    `--bootstrap-server ${word(target.bootstrap.join(","))}`,
    `--topic ${word(topic)}`,
    ...properties.map((property) => `--property ${word(property)}`),
    ...(config.lines.length > 0 ? ["--producer.config /dev/fd/3"] : []),
  ].join(" ");
  // quoted, the shell leaves all of it as it is
  const configText = config.lines.length > 0 ? ` 3<<'END'\n${config.lines.join("\n")}\nEND` : "";
  const note = shellComment(
    `The partition, ${partition} for offset ${record.offset}, cannot be chosen: it follows from the key.`,
  );
  const notes = [note, ...(config.note === null ? [] : [shellComment(config.note)])].join("\n");
  const environment = config.environment.map((assignment) => `${assignment} `).join("");
  return `${notes}\n${assignments.join("")}${printf(Buffer.from(`${line}\n`))} | ${environment}${command}${configText}`;
}

/** none of which means something in a regular expression, which headers.separator is */
const SEPARATORS = [";", "~", "#", "@"];
const NULLS = ["NULL", "<null>"];

/** The first of the candidates that is in none of the texts, or a longer one that is not. */
function free(texts: readonly string[], candidates: readonly string[]): string {
  const found = candidates.find((candidate) => !texts.some((text) => text.includes(candidate)));
  if (found !== undefined) return found;
  // no part of it is both its start and its end, so that what stands in front of it cannot be taken for a part of it
  for (let n = 1; ; n++) {
    const longer = `<kw${n}>`;
    if (!texts.some((text) => text.includes(longer))) return longer;
  }
}

/** undefined: it is not text */
function textOf({ data }: RecordFields, span: Span): string | null | undefined {
  if (!span) return null;
  const bytes = data.subarray(span.start, span.end);
  const text = bytes.toString("utf8");
  return Buffer.from(text).equals(bytes) ? text : undefined;
}

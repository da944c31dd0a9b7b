import { JSON_FORMATS } from "../shared/decoding.ts";
import type { HeaderView, PayloadPart, PayloadView, RecordDetail } from "../shared/messages.ts";

type RecordPlace = Pick<RecordDetail, "topic" | "partition" | "offset">;

export const placeOf = ({ topic, partition, offset }: RecordPlace): string => `${topic}-${partition}@${offset}`;

/**
 * A record as JSON text with its value first, for comparing. What is JSON, or is decoded to it, stands in it with its own characters: no digit
 * of it passes through a number. The rest is a JSON string; bytes are hex.
 */
export function recordText(detail: RecordDetail): string {
  const { topic, partition, offset, timestamp, timestampType, batch } = detail;
  const metadata = {
    topic,
    partition,
    offset,
    timestamp: Number(timestamp) >= 0 ? new Date(Number(timestamp)).toISOString() : null,
    timestampType,
    keySchema: schemaOf(detail.key),
    valueSchema: schemaOf(detail.value),
    batch,
  };
  const members = [
    ["value", payloadJson(detail.value)],
    ["key", payloadJson(detail.key)],
    ["headers", headersJson(detail.headers)],
    ["metadata", JSON.stringify(metadata, null, 2)],
  ];
  return `{\n${members.map(([name, json]) => `  "${name}": ${indented(json!)}`).join(",\n")}\n}\n`;
}

/** The payload that is meant; null where the record has none. */
export function partOf({ key, value, headers }: RecordDetail, part: PayloadPart): PayloadView | null {
  if (part === "key") return key;
  if (part === "value") return value;
  return headers[part.header]?.value ?? null;
}

/** Of which language a payload's text is, as VS Code names it, and the extension of a file of it. */
export function languageOf({ format, text }: Pick<PayloadView, "format" | "text">): { id: string; extension: string } {
  if (JSON_FORMATS.has(format)) return { id: "json", extension: "json" };
  switch (format) {
    case "xml":
      return { id: "xml", extension: "xml" };
    case "text":
    case "extension":
      return /^\s*<(\?xml|!DOCTYPE|[A-Za-z_][\w.:-]*[\s/>])/.test(text.slice(0, 1000))
        ? { id: "xml", extension: "xml" }
        : { id: "plaintext", extension: "txt" };
    default:
      return { id: "plaintext", extension: "txt" };
  }
}

function payloadJson(payload: PayloadView | null): string {
  if (!payload) return "null";
  const { textCut, text } = payload;
  if (textCut > 0) return JSON.stringify(`${text}… (${restOf(payload)})`);
  return languageOf(payload).id === "json" ? text : JSON.stringify(text);
}

function restOf({ textCut, shownBytes, size }: PayloadView): string {
  const count = (n: number): string => n.toLocaleString("en");
  if (shownBytes === undefined) return `${count(textCut)} more characters`;
  return shownBytes === 0 ? `the beginning of ${count(size)} bytes` : `${count(size - shownBytes)} more bytes`;
}

/** As a list: a name may stand there several times, in an order. */
function headersJson(headers: readonly HeaderView[]): string {
  if (headers.length === 0) return "[]";
  const lines = headers.map(({ key, value }) => `  { ${JSON.stringify(key)}: ${indented(payloadJson(value))} }`);
  return `[\n${lines.join(",\n")}\n]`;
}

function schemaOf(payload: PayloadView | null): string | null {
  const schema = payload?.schema;
  if (!schema) return null;
  return schema.subject === null ? `id ${schema.id}` : `${schema.subject} version ${schema.version} (id ${schema.id})`;
}

/** JSON texts have no line ends inside their strings. */
const indented = (json: string): string => json.replaceAll("\n", "\n  ");

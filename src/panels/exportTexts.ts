import type { ExportColumn, ExportFormat, ExportProgress, TopicChoice } from "../shared/messages.ts";
import { onlyTopic } from "./subject.ts";

/** Name of a file or folder for an export, without extension: "orders-2026-01-31-17-05-09". */
export function exportName(choice: TopicChoice, now: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  const date = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())];
  const time = [two(now.getHours()), two(now.getMinutes()), two(now.getSeconds())];
  const name = (onlyTopic(choice) ?? choice.topics[0] ?? "messages").replace(/[^A-Za-z0-9._-]/g, "_").slice(0, 150);
  return [name, ...date, ...time].join("-");
}

/** The columns of an export that nobody chose columns for: all of a message, then the fields that are shown. */
export const exportColumns = (fields: readonly string[]): ExportColumn[] => [
  "topic",
  "partition",
  "offset",
  "timestamp",
  "key",
  "value",
  "headers",
  ...fields.map((field) => ({ field })),
];

/** What was written, in words, and what was not. */
export function written(
  { rows, bytes, gone = 0, tombstones = 0, unreadable = 0 }: ExportProgress,
  target: string,
  format: ExportFormat,
): string {
  const made = format === "raw" ? counted(rows, "value") : counted(rows, "message");
  const left = [
    gone > 0 && `${counted(gone, "message")} no longer kept when their turn came`,
    tombstones > 0 && `${counted(tombstones, "tombstone")} without a value`,
    unreadable > 0 && `${counted(unreadable, "batch", "batches")} that could not be read`,
  ].filter((part) => part !== false);
  const sentence = `Wrote ${made} (${size(bytes)}) to ${target}.`;
  return left.length > 0 ? `${sentence} Not in it: ${left.join(", ")}.` : sentence;
}

const counted = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString("en")} ${n === 1 ? one : many}`;

function size(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let unit = 0;
  let value = bytes;
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
  return `${value.toLocaleString("en", { maximumFractionDigits: unit === 0 ? 0 : 1 })} ${units[unit]}`;
}

import { ThemeColor, ThemeIcon } from "vscode";
import type { Health } from "./health.ts";

const red = new ThemeColor("problemsErrorIcon.foreground");
const yellow = new ThemeColor("problemsWarningIcon.foreground");
const green = new ThemeColor("charts.green");

const icon = (id: string, color?: ThemeColor): ThemeIcon => new ThemeIcon(id, color);

/** Codicons only; shared, because ten thousand topics need not be ten thousand icons. */
export const icons = {
  connection: { idle: icon("plug"), reached: icon("plug", green), failed: icon("plug", red) },
  brokers: icon("server"),
  broker: icon("server-process"),
  controller: icon("server-process", green),
  topics: icon("inbox"),
  groups: icon("organization"),
  schemas: icon("library"),
  subject: icon("symbol-structure"),
  schemaVersion: icon("file-code"),
  deletedSchema: icon("circle-slash"),
  reference: icon("references"),
  members: icon("person"),
  info: icon("info"),
  assignment: icon("arrow-small-right"),
  problem: icon("warning", yellow),
  caughtUp: icon("pass", green),
  behind: icon("history", yellow),
  uncommitted: icon("circle-outline"),
  topic: healthIcons("list-flat"),
  internalTopic: healthIcons("lock-small"),
  partition: healthIcons("circle-small"),
  group: { busy: icon("sync", yellow), stable: icon("organization", green), idle: icon("organization") },
} as const;

/** Trouble shows as its own sign, not by colour alone. */
function healthIcons(fine: string): Record<Health, ThemeIcon> {
  return { fine: icon(fine), "under-replicated": icon("warning", yellow), offline: icon("error", red) };
}

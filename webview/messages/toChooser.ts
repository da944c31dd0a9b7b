import { html, type TemplateResult } from "lit";
import type { ReadTo } from "../../src/shared/messages.ts";
import { fullTime, int } from "../ui/format.ts";
import { choice, closePopup, popup } from "../ui/popup.ts";
import { entry, focusEntry } from "./chooserEntry.ts";
import type { Panel } from "./panel.ts";
import { timeChoice } from "./timeChoice.ts";

function describeTo(to: ReadTo): string {
  switch (to.kind) {
    case "live":
      return "live";
    case "end":
      return "end";
    case "count":
      return `${int(to.count)} messages`;
    case "offset":
      return `offset ${int(to.offset)}`;
    case "time":
      return fullTime(to.timestamp)?.local.slice(0, 19) ?? to.timestamp;
  }
}

export function toChooser(panel: Panel): TemplateResult {
  const { to } = panel.reading.query;
  const choose = (next: ReadTo) => (e: Event) => {
    closePopup(e.currentTarget);
    panel.reading.start({ to: next });
  };
  return popup({
    id: "choose-to",
    label: "To",
    value: describeTo(to),
    title: "Where reading ends",
    dialog: "Read to",
    content: html`<div role="radiogroup" aria-label="Read to">
      ${choice({
        label: "Live",
        hint: "go on with new messages",
        checked: to.kind === "live",
        onChoose: choose({ kind: "live" }),
      })}
      ${choice({
        label: "End",
        hint: "stop at what is there when reading starts",
        checked: to.kind === "end",
        onChoose: choose({ kind: "end" }),
      })}
      ${choice({
        label: "Number of messages",
        hint: "stop after so many",
        checked: to.kind === "count",
        onChoose: focusEntry,
        extra: entry({
          label: "Number of messages",
          type: "number",
          min: 1,
          value: String(to.kind === "count" ? to.count : 1000),
          take: (v) => panel.reading.start({ to: { kind: "count", count: Number(v) } }),
        }),
      })}
      ${choice({
        label: "Offset",
        hint: "of each partition; the last one that is read",
        checked: to.kind === "offset",
        onChoose: focusEntry,
        extra: entry({
          label: "To offset",
          type: "offset",
          value: to.kind === "offset" ? to.offset : "",
          take: (v) => panel.reading.start({ to: { kind: "offset", offset: v } }),
        }),
      })}
      ${timeChoice(panel, "to", {
        checked: to.kind === "time",
        hint: "the last messages that are read are not younger",
        value: to.kind === "time" ? Number(to.timestamp) : null,
        take: (ms) => panel.reading.start({ to: { kind: "time", timestamp: String(ms) } }),
      })}
    </div>`,
  });
}

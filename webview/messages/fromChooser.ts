import { html, type TemplateResult } from "lit";
import type { ReadFrom } from "../../src/shared/messages.ts";
import { fullTime, int } from "../ui/format.ts";
import { choice, closePopup, popup } from "../ui/popup.ts";
import { entry, focusEntry } from "./chooserEntry.ts";
import { groupChoice } from "./groupChoice.ts";
import { offsetsChoice } from "./offsetsChoice.ts";
import type { Panel } from "./panel.ts";
import { timeChoice } from "./timeChoice.ts";

function describeFrom(from: ReadFrom): string {
  switch (from.kind) {
    case "latest":
      return "latest";
    case "beginning":
      return "beginning";
    case "last":
      return `last ${int(from.count)}`;
    case "offset":
      return `offset ${int(from.offset)}`;
    case "offsets":
      return from.offsets.length === 1 ? `offset ${int(from.offsets[0]!.offset)}` : "by partition";
    case "group":
      return `group ${from.group}`;
    case "time":
      return fullTime(from.timestamp)?.local.slice(0, 19) ?? from.timestamp;
  }
}

export function fromChooser(panel: Panel): TemplateResult {
  const { from } = panel.reading.query;
  const choose = (next: ReadFrom) => (e: Event) => {
    closePopup(e.currentTarget);
    panel.reading.start({ from: next });
  };
  return popup({
    id: "choose-from",
    label: "From",
    value: describeFrom(from),
    title: "Where reading starts",
    dialog: "Read from",
    content: html`<div role="radiogroup" aria-label="Read from">
      ${choice({
        label: "Latest",
        hint: "only messages that arrive from now on",
        checked: from.kind === "latest",
        onChoose: choose({ kind: "latest" }),
      })}
      ${choice({
        label: "Beginning",
        hint: "everything that the topic still holds",
        checked: from.kind === "beginning",
        onChoose: choose({ kind: "beginning" }),
      })}
      ${choice({
        label: "Last messages",
        hint: "over all chosen partitions together",
        checked: from.kind === "last",
        onChoose: focusEntry,
        extra: entry({
          label: "Last messages",
          type: "number",
          min: 1,
          value: String(from.kind === "last" ? from.count : panel.init.defaultLast),
          take: (v) => panel.reading.start({ from: { kind: "last", count: Number(v) } }),
        }),
      })}
      ${choice({
        label: "Offset",
        hint: "in each chosen partition",
        checked: from.kind === "offset",
        onChoose: focusEntry,
        extra: entry({
          label: "From offset",
          type: "offset",
          value: from.kind === "offset" ? from.offset : "0",
          take: (v) => panel.reading.start({ from: { kind: "offset", offset: v } }),
        }),
      })}
      ${timeChoice(panel, "from", {
        checked: from.kind === "time",
        hint: "the first messages that are not older",
        value: from.kind === "time" ? Number(from.timestamp) : null,
        take: (ms) => panel.reading.start({ from: { kind: "time", timestamp: String(ms) } }),
      })}
      ${offsetsChoice(panel)} ${groupChoice(panel)}
    </div>`,
  });
}

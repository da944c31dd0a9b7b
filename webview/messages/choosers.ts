import { html, type TemplateResult } from "lit";
import type { ReadFrom, ReadTo } from "../../src/shared/messages.ts";
import { button } from "../ui/controls.ts";
import { fullTime, inputTime, int } from "../ui/format.ts";
import { choice, closePopup, popup } from "../ui/popup.ts";
import type { Panel } from "./panel.ts";

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
    case "time":
      return fullTime(from.timestamp)?.local.slice(0, 19) ?? from.timestamp;
  }
}

function describeTo(to: ReadTo): string {
  switch (to.kind) {
    case "live":
      return "live";
    case "end":
      return "end";
    case "count":
      return `${int(to.count)} messages`;
  }
}

/** An input beside a choice: Enter or "Read" takes it. */
function entry(o: {
  label: string;
  type: "number" | "datetime-local";
  value: string;
  min?: number;
  take(value: string): void;
}): TemplateResult {
  const take = (input: HTMLInputElement) => {
    if (input.value === "" || !input.checkValidity()) {
      input.reportValidity();
      return;
    }
    closePopup(input);
    o.take(input.value);
  };
  return html`<span class="entry">
    <input
      class="plain-input"
      type=${o.type}
      aria-label=${o.label}
      .value=${o.value}
      min=${o.min ?? ""}
      step=${o.type === "number" ? "1" : "1"}
      required
      @keydown=${(e: KeyboardEvent) => {
        if (e.key === "Enter") {
          // the focus goes back to the chooser's button, which must not take this key for a click
          e.preventDefault();
          take(e.currentTarget as HTMLInputElement);
        }
        if (e.key.startsWith("Arrow")) e.stopPropagation();
      }}
    />
    ${button({
      label: `Read ${o.label.toLowerCase()}`,
      icon: "arrow-right",
      iconOnly: true,
      onClick: () => {
        const input = document.querySelector<HTMLInputElement>(`:popover-open input[aria-label="${o.label}"]`);
        if (input) take(input);
      },
    })}
  </span>`;
}

const focusEntry = (e: Event): void =>
  (e.currentTarget as HTMLElement).closest(".choice")?.querySelector<HTMLElement>("input")?.focus();

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
          type: "number",
          min: 0,
          value: from.kind === "offset" ? from.offset : "0",
          take: (v) => panel.reading.start({ from: { kind: "offset", offset: v } }),
        }),
      })}
      ${choice({
        label: "Time",
        hint: "your local time",
        checked: from.kind === "time",
        onChoose: focusEntry,
        extra: entry({
          label: "From time",
          type: "datetime-local",
          value: inputTime(from.kind === "time" ? Number(from.timestamp) : Date.now() - 3_600_000),
          take: (v) => panel.reading.start({ from: { kind: "time", timestamp: String(new Date(v).getTime()) } }),
        }),
      })}
    </div>`,
  });
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
    </div>`,
  });
}

export function isolationChooser(panel: Panel): TemplateResult {
  const { isolation } = panel.reading.query;
  const choose = (next: typeof isolation) => (e: Event) => {
    closePopup(e.currentTarget);
    panel.reading.start({ isolation: next });
  };
  return popup({
    id: "choose-isolation",
    label: "Isolation",
    value: isolation === "read_committed" ? "committed" : "uncommitted",
    title: "Which messages of transactions are shown",
    dialog: "Isolation",
    content: html`<div role="radiogroup" aria-label="Isolation">
      ${choice({
        label: "Committed",
        hint: "without messages of open or aborted transactions",
        checked: isolation === "read_committed",
        onChoose: choose("read_committed"),
      })}
      ${choice({
        label: "Uncommitted",
        hint: "everything that is in the log",
        checked: isolation === "read_uncommitted",
        onChoose: choose("read_uncommitted"),
      })}
    </div>`,
  });
}

/** "all", "2", "0, 2", "5 of 12" */
function describePartitions(chosen: readonly number[] | null): string {
  if (!chosen) return "all";
  return chosen.length <= 4 ? chosen.join(", ") : `${chosen.length} chosen`;
}

/** What is ticked in the open popup, before it is applied. */
const ticked = new WeakMap<Panel, Set<number>>();

export function partitionsChooser(panel: Panel): TemplateResult {
  const chosen = panel.reading.query.partitions;
  const all = panel.partitions ?? panel.reading.status?.partitions.map((p) => p.partition) ?? chosen ?? [];
  const set = ticked.get(panel) ?? new Set(chosen ?? all);
  const tick = (next: Set<number>) => {
    ticked.set(panel, next);
    panel.changed();
  };
  const apply = (e: Event) => {
    ticked.delete(panel);
    closePopup(e.currentTarget);
    const list = [...set].sort((a, b) => a - b);
    const next = list.length === all.length ? null : list;
    if (next?.join() !== chosen?.join()) panel.reading.start({ partitions: next });
    panel.changed();
  };
  return popup({
    id: "choose-partitions",
    label: "Partitions",
    value: describePartitions(chosen),
    title: "Which partitions are read",
    dialog: "Partitions",
    content: html`<div class="popup-actions">
        ${button({ label: "All", onClick: () => tick(new Set(all)) })}
        ${button({ label: "None", onClick: () => tick(new Set()) })}
      </div>
      <div class="ticks" role="group" aria-label="Partitions">
        ${all.map(
          (p) => html`<button
            type="button"
            class="tick"
            role="checkbox"
            aria-checked=${set.has(p)}
            aria-label=${`Partition ${p}`}
            @click=${() => {
              const next = new Set(set);
              if (!next.delete(p)) next.add(p);
              tick(next);
            }}
          >
            <span class=${`codicon codicon-${set.has(p) ? "check" : "blank"} tick-box`} aria-hidden="true"></span>${p}
          </button>`,
        )}
      </div>
      <div class="popup-actions">
        ${button({
          label: "Read these",
          look: "primary",
          disabled: set.size === 0,
          title: set.size === 0 ? "Choose at least one partition" : "Read the chosen partitions",
          onClick: () => apply({ currentTarget: document.getElementById("choose-partitions") } as unknown as Event),
        })}
      </div>`,
  });
}

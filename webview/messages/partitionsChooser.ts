import { html, type TemplateResult } from "lit";
import { button } from "../ui/controls.ts";
import { closePopup, popup } from "../ui/popup.ts";
import type { Panel } from "./panel.ts";

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

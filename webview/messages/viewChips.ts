import { html, nothing, type TemplateResult } from "lit";
import { button } from "../ui/controls.ts";
import { gridTime } from "../ui/format.ts";
import type { Panel } from "./panel.ts";

/** What narrows the view beside the filter, each to be taken away. Below the time line, which must not move away under the pointer that narrows it. */
export function viewChips(panel: Panel): TemplateResult | typeof nothing {
  const { time, key } = panel.reading.view;
  const { schema } = panel.filtering;
  if (!time && key === null && !schema) return nothing;
  const now = new Date();
  const bound = (ms: string | null): string => (ms === null ? "…" : gridTime(ms, now));
  const chip = (label: string, what: string, remove: () => void, title?: string) =>
    html`<span class="view-chip"
      ><span class="view-chip-text" title=${title ?? nothing}>${label}</span>${button({ label: `Remove: ${what}`, icon: "close", iconOnly: true, onClick: remove })}</span
    >`;
  return html`<div class="view-chips" role="group" aria-label="The view is narrowed">
    ${
      schema
        ? chip(
            panel.schemas.label(schema),
            "only this schema",
            () => panel.filtering.showSchema(null),
            `Only messages whose ${schema.part} was written with this schema${panel.reading.query.schema ? ", of all that is read" : ""}`,
          )
        : nothing
    }
    ${time ? chip(`${bound(time.from)} – ${bound(time.to)}`, "the time range", () => panel.reading.look({ time: null })) : nothing}
    ${key === null ? nothing : chip(`key = ${panel.reading.keyText ?? key}`, "only this key", () => panel.reading.look({ key: null }))}
  </div>`;
}

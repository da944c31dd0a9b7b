import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { button } from "../ui/controls.ts";
import { fullTime, inputTime } from "../ui/format.ts";
import { choice, closePopup } from "../ui/popup.ts";
import { parseTime, writtenTime, zoneName } from "../ui/timeInput.ts";
import { focusPart } from "./chooserEntry.ts";
import type { Panel } from "./panel.ts";

const presets: readonly { label: string; text: string }[] = [
  { label: "5 min ago", text: "5 minutes ago" },
  { label: "15 min ago", text: "15 minutes ago" },
  { label: "1 h ago", text: "1 hour ago" },
  { label: "24 h ago", text: "24 hours ago" },
  { label: "today", text: "today" },
];

/** what is written in the text boxes; missing: nothing was, and the box shows what is chosen */
const written = new WeakMap<Panel, { from?: string | undefined; to?: string | undefined }>();

/**
 * A point in time as a choice: presets, a text box that takes what people write, and the platform's picker beside it. Says how the text is understood,
 * and in which zone. `value` and what `take` gets: ms since the epoch.
 */
export function timeChoice(
  panel: Panel,
  which: "from" | "to",
  o: { checked: boolean; hint: string; value: number | null; take(ms: number): void },
): TemplateResult {
  const drafts = written.get(panel) ?? {};
  const name = which === "from" ? "From time" : "To time";
  const text = drafts[which] ?? (o.value === null ? "" : writtenTime(o.value));
  const now = Date.now();
  const parsed = parseTime(text, now);
  const write = (next: string | undefined) => {
    written.set(panel, { ...written.get(panel), [which]: next });
    panel.changed();
  };
  const take = (of: string) => {
    // the text is read when it is used: "5 minutes ago" means from then
    const result = parseTime(of, Date.now());
    if (!result.ok) {
      write(of);
      document.getElementById(`${which}-time`)?.focus();
      return;
    }
    write(undefined);
    closePopup(`choose-${which}`);
    o.take(result.ms);
  };
  const keys = (e: KeyboardEvent) => {
    if (e.key.startsWith("Arrow")) e.stopPropagation();
    if (e.key !== "Enter") return;
    // the focus goes back to the chooser's button, which must not take this key for a click
    e.preventDefault();
    take(text);
  };
  const wrong = text !== "" && !parsed.ok;
  return html`<div class="chooser-part">
    ${choice({ label: "Time", hint: o.hint, checked: o.checked, onChoose: focusPart })}
    <div class="chooser-body" role="group" aria-label=${name}>
      <div class="presets">
        ${presets.map((p) => html`<button type="button" class="preset" @click=${() => take(p.text)}>${p.label}</button>`)}
      </div>
      <div class="entry">
        <input
          id=${`${which}-time`}
          class="plain-input wide"
          type="text"
          spellcheck="false"
          autocomplete="off"
          aria-label=${name}
          aria-invalid=${wrong ? "true" : nothing}
          aria-describedby=${`${which}-time-said`}
          placeholder="5 minutes ago, yesterday 14:00 …"
          .value=${live(text)}
          @input=${(e: Event) => write((e.target as HTMLInputElement).value)}
          @keydown=${keys}
        />
        <input
          class="plain-input picker"
          type="datetime-local"
          step="1"
          aria-label=${`${name}, picked`}
          .value=${live(inputTime(parsed.ok ? parsed.ms : (o.value ?? now - 3_600_000)))}
          @change=${(e: Event) => write((e.target as HTMLInputElement).value.replace("T", " "))}
          @keydown=${keys}
        />
        ${button({
          label: which === "from" ? "Read from time" : "Read to time",
          icon: "arrow-right",
          iconOnly: true,
          onClick: () => take(text),
        })}
      </div>
      <div id=${`${which}-time-said`} class=${`chooser-said ${wrong ? "error-text" : "dim"}`} role="status">
        ${
          wrong && !parsed.ok
            ? parsed.problem
            : parsed.ok
              ? `${fullTime(String(parsed.ms))?.local ?? parsed.ms} (${zoneName(parsed.ms)})${parsed.note ? ` – ${parsed.note}.` : ""}`
              : `Times are local: ${zoneName(now)}.`
        }
      </div>
    </div>
  </div>`;
}

import { html, nothing, type TemplateResult } from "lit";
import type { FieldInfo } from "../../src/shared/messages.ts";
import type { PanelLayout } from "../../src/shared/protocol.ts";
import { button } from "../ui/controls.ts";
import { choice, popup } from "../ui/popup.ts";
import { allColumns, fieldId, moveColumn, resetColumns, shownIds, toggleColumn } from "./columns.ts";
import type { Panel } from "./panel.ts";

/** fields that were seen, and what is typed to find one */
const seen = new WeakMap<Panel, { fields: FieldInfo[]; typed: string }>();

const times: readonly { value: PanelLayout["time"]; label: string; hint: string }[] = [
  { value: "local", label: "Local time", hint: Intl.DateTimeFormat().resolvedOptions().timeZone },
  { value: "utc", label: "UTC", hint: "as brokers and logs have it" },
  { value: "relative", label: "Relative", hint: "how long ago" },
  { value: "epoch", label: "Epoch", hint: "milliseconds since 1970" },
];
const densities: readonly { value: PanelLayout["density"]; label: string }[] = [
  { value: "compact", label: "Compact rows" },
  { value: "normal", label: "Normal rows" },
  { value: "comfortable", label: "Comfortable rows" },
];

/** Which columns there are and in what order, and how rows look. */
export function columnsPopup(panel: Panel): TemplateResult {
  const shown = shownIds(panel);
  const state = seen.get(panel) ?? { fields: [], typed: "" };
  const set = (change: Partial<typeof state>): void => {
    seen.set(panel, { ...state, ...change });
    panel.changed();
  };
  const load = (): void => {
    if (state.fields.length > 0) return;
    void panel.attempt(async () => set({ fields: await panel.rpc.call("fields", [300]) }));
  };
  const arrange = (change: Partial<PanelLayout>): void => {
    panel.layout = { ...panel.layout, ...change };
    panel.save();
    panel.changed();
  };
  const ordered = [
    ...shown.map((id) => allColumns(panel).find((c) => c.id === id)).filter((c) => c !== undefined),
    ...allColumns(panel).filter(({ id }) => !shown.includes(id)),
  ];
  return html`<span @focusin=${load}>${popup({
    id: "choose-columns",
    label: "Columns",
    value: "",
    icon: "split-horizontal",
    title: "Columns, and how rows look",
    dialog: "Columns",
    content: html`<div class="columns-list" role="group" aria-label="Columns">
        ${ordered.map(({ id, name }) => {
          const on = shown.includes(id);
          return html`<div class="column-line">
            <button
              type="button"
              class="tick"
              role="checkbox"
              aria-checked=${on}
              aria-label=${name}
              @click=${() => toggleColumn(panel, id)}
              @keydown=${(e: KeyboardEvent) => {
                const by = e.altKey ? { ArrowUp: -1, ArrowDown: 1 }[e.key] : undefined;
                if (by === undefined || !on) return;
                e.preventDefault();
                e.stopPropagation();
                moveColumn(panel, id, by);
              }}
            >
              <span class=${`codicon codicon-${on ? "check" : "blank"} tick-box`} aria-hidden="true"></span>${name}
            </button>
            ${
              on
                ? html`${button({ label: `Move ${name} left`, icon: "arrow-up", iconOnly: true, disabled: shown[0] === id, onClick: () => moveColumn(panel, id, -1) })}
                  ${button({ label: `Move ${name} right`, icon: "arrow-down", iconOnly: true, disabled: shown.at(-1) === id, onClick: () => moveColumn(panel, id, 1) })}`
                : nothing
            }
          </div>`;
        })}
      </div>
      ${fieldEntry(panel, state, set)}
      <h2 class="popup-title">Time</h2>
      <div role="radiogroup" aria-label="Time">
        ${times.map(({ value, label, hint }) => choice({ label, hint, checked: panel.layout.time === value, onChoose: () => arrange({ time: value }) }))}
      </div>
      <h2 class="popup-title">Rows</h2>
      <div role="radiogroup" aria-label="Rows">
        ${densities.map(({ value, label }) => choice({ label, checked: panel.layout.density === value, onChoose: () => arrange({ density: value }) }))}
      </div>
      <div class="popup-actions">${button({ label: "Reset columns", onClick: () => resetColumns(panel) })}</div>`,
  })}</span>`;
}

/** A field of the value as a column: typed as a path, or chosen among those that were seen. */
function fieldEntry(
  panel: Panel,
  state: { fields: FieldInfo[]; typed: string },
  set: (change: { typed: string }) => void,
): TemplateResult {
  const typed = state.typed.trim();
  const shown = shownIds(panel);
  const offered = state.fields
    .map(({ path, types }) => ({ path: path.replaceAll("[]", "[0]"), types }))
    .filter(({ path }) => !shown.includes(fieldId(path)) && path.toLowerCase().includes(typed.toLowerCase()))
    .slice(0, 8);
  const add = (written: string): void => {
    const text = written.trim();
    const which = text.startsWith("$") ? text : `$.${text}`;
    if (!/^\$(\.[A-Za-z_][\w-]*|\[\d+\]|\['(?:[^'\\]|\\.)*'\])+$/.test(which)) return;
    toggleColumn(panel, fieldId(which));
    set({ typed: "" });
  };
  return html`<h2 class="popup-title">Field of the value</h2>
    <div class="entry field-entry">
      <input
        class="plain-input"
        type="text"
        spellcheck="false"
        aria-label="Path of a field"
        placeholder="$.items[0].sku"
        .value=${state.typed}
        @input=${(e: Event) => set({ typed: (e.target as HTMLInputElement).value })}
        @keydown=${(e: KeyboardEvent) => {
          if (e.key !== "Enter") return;
          e.preventDefault();
          // what is typed and accepted faster than it is drawn counts too
          add((e.target as HTMLInputElement).value);
        }}
      />
      ${button({ label: "Add the field as a column", icon: "add", iconOnly: true, disabled: typed === "", onClick: () => add(typed) })}
    </div>
    <div role="group" aria-label="Fields that were seen">
      ${offered.map(
        (
          field,
        ) => html`<button type="button" class="choice-button" title=${`Add ${field.path} as a column`} @click=${() => add(field.path)}>
          <span class="choice-text">${field.path}</span><span class="choice-hint">${field.types.join(" or ")}</span>
        </button>`,
      )}
    </div>`;
}

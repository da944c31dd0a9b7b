import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { PartitionOffset, PartitionStatus } from "../../src/shared/messages.ts";
import { button } from "../ui/controls.ts";
import { int } from "../ui/format.ts";
import { choice, closePopup } from "../ui/popup.ts";
import { focusOpened } from "./chooserEntry.ts";
import type { Panel } from "./panel.ts";

/** What is written, by topic and partition, while the table is open. */
const open = new WeakMap<Panel, Map<string, string>>();

const idOf = (p: { topic: string; partition: number }): string => `${p.topic}/${p.partition}`;
/** beyond it a table would be no help, and the panel slow */
const most = 500;
const digits = /^\d{1,19}$/;

/** An offset for each partition: a small table with what each holds. Partitions without one are not read. */
export function offsetsChoice(panel: Panel): TemplateResult {
  const { from } = panel.reading.query;
  const written = open.get(panel);
  const toggle = () => {
    if (written) open.delete(panel);
    else {
      const now: PartitionOffset[] = from.kind === "offsets" ? from.offsets : [];
      open.set(panel, new Map(now.map((o) => [idOf(o), o.offset])));
      focusOpened("offsets-part");
    }
    panel.changed();
  };
  return html`<div class="chooser-part">
    ${choice({
      label: "Offset of each partition",
      hint: "partitions that are left empty are not read",
      checked: from.kind === "offsets",
      onChoose: toggle,
    })}
    ${written ? table(panel, written) : nothing}
  </div>`;
}

function table(panel: Panel, written: Map<string, string>): TemplateResult {
  const all = panel.reading.status?.partitions ?? [];
  const parts = all.slice(0, most);
  const several = new Set(parts.map((p) => p.topic)).size > 1;
  const wrong = parts.filter((p) => (written.get(idOf(p)) ?? "") !== "" && !digits.test(written.get(idOf(p)) ?? ""));
  const chosen = parts.flatMap((p): PartitionOffset[] => {
    const offset = written.get(idOf(p)) ?? "";
    return digits.test(offset) ? [{ topic: p.topic, partition: p.partition, offset }] : [];
  });
  const fill = (offset: (p: PartitionStatus) => string) => () => {
    for (const p of parts) written.set(idOf(p), offset(p));
    panel.changed();
  };
  const read = () => {
    if (chosen.length === 0 || wrong.length > 0) return;
    open.delete(panel);
    closePopup("choose-from");
    panel.reading.start({ from: { kind: "offsets", offsets: chosen } });
  };
  if (parts.length === 0)
    return html`<p class="chooser-said dim">The partitions are not known yet: read something first.</p>`;
  return html`<div id="offsets-part" class="chooser-body">
    <div class="offsets-table">
      <table>
        <thead>
          <tr>
            <th scope="col">${several ? "topic and partition" : "partition"}</th>
            <th scope="col" class="end">first</th>
            <th scope="col" class="end">next</th>
            <th scope="col">from</th>
          </tr>
        </thead>
        <tbody>
          ${parts.map((p) => {
            const id = idOf(p);
            const name = several ? `${p.topic} ${p.partition}` : String(p.partition);
            return html`<tr>
              <th scope="row">${name}</th>
              <td class="end">${int(p.logStart)}</td>
              <td class="end">${int(p.end)}</td>
              <td>
                <input
                  class="plain-input"
                  type="text"
                  inputmode="numeric"
                  autocomplete="off"
                  aria-label=${`Offset of partition ${name}`}
                  aria-invalid=${wrong.includes(p) ? "true" : nothing}
                  .value=${live(written.get(id) ?? "")}
                  @input=${(e: Event) => {
                    written.set(id, (e.target as HTMLInputElement).value.trim());
                    panel.changed();
                  }}
                  @keydown=${(e: KeyboardEvent) => {
                    if (e.key.startsWith("Arrow")) e.stopPropagation();
                    if (e.key !== "Enter") return;
                    e.preventDefault();
                    read();
                  }}
                />
              </td>
            </tr>`;
          })}
        </tbody>
      </table>
    </div>
    ${all.length > most ? html`<p class="chooser-said dim">Only the first ${most} of ${int(all.length)} partitions can be chosen here.</p>` : nothing}
    ${wrong.length > 0 ? html`<p class="chooser-said error-text" role="alert">An offset is a number without signs, such as 1024.</p>` : nothing}
    <div class="popup-actions">
      ${button({ label: "All first", onClick: fill((p) => p.logStart) })}
      ${button({ label: "All next", onClick: fill((p) => p.end) })}
      ${button({
        label: "Read from these",
        look: "primary",
        disabled: chosen.length === 0 || wrong.length > 0,
        onClick: read,
      })}
    </div>
  </div>`;
}

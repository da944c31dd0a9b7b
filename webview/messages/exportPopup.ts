import { html, nothing, type TemplateResult } from "lit";
import type { ExportFormat } from "../../src/shared/messages.ts";
import { int } from "../ui/format.ts";
import { closePopup, popup } from "../ui/popup.ts";
import type { Panel } from "./panel.ts";
import { exportRows } from "./rowMenu.ts";

const formats: readonly { format: ExportFormat; label: string; hint: string }[] = [
  { format: "jsonl", label: "JSON Lines", hint: "an object on each line" },
  { format: "json", label: "JSON", hint: "one array" },
  { format: "csv", label: "CSV", hint: "the columns that are shown" },
  { format: "raw", label: "Raw values", hint: "a file for each value, in a folder" },
];

/** Writes what is shown, or what is selected, to a file: by the reader itself, not through this page. */
export function exportPopup(panel: Panel): TemplateResult {
  const { rows } = panel.reading;
  const shown = rows.next - rows.first;
  const marked = panel.marks.all ? 0 : panel.marks.count;
  const line = (format: ExportFormat, label: string, hint: string, seqs: number[] | null) =>
    html`<button
      type="button"
      class="choice-button"
      @click=${(e: Event) => {
        closePopup(e.currentTarget);
        exportRows(panel, format, seqs);
      }}
    >
      <span class="choice-text"><span>${label}</span><span class="choice-hint">${hint}</span></span>
    </button>`;
  return popup({
    id: "export",
    label: "Export",
    value: "",
    icon: "export",
    title: "Write messages to a file",
    dialog: "Export",
    content: html`<h2 class="popup-title">All ${int(shown)} shown</h2>
      ${formats.map(({ format, label, hint }) => line(format, label, hint, null))}
      ${
        marked > 1
          ? html`<h2 class="popup-title">The ${int(marked)} selected</h2>
            ${formats.map(({ format, label, hint }) => line(format, `${label} of the selection`, hint, panel.marks.list))}`
          : nothing
      }`,
  });
}

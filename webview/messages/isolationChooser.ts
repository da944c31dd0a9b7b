import { html, type TemplateResult } from "lit";
import { checkbox } from "../ui/controls.ts";
import { choice, closePopup, popup } from "../ui/popup.ts";
import type { Panel } from "./panel.ts";

export function isolationChooser(panel: Panel): TemplateResult {
  const { isolation, control } = panel.reading.query;
  const choose = (next: typeof isolation) => (e: Event) => {
    closePopup(e.currentTarget);
    panel.reading.start({ isolation: next });
  };
  return popup({
    id: "choose-isolation",
    label: "Isolation",
    value: `${isolation === "read_committed" ? "committed" : "uncommitted"}${control ? " + markers" : ""}`,
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
    </div>
    <div class="popup-option">
      ${checkbox({
        label: "Show transaction markers and aborted messages",
        checked: control,
        onChange: (checked) => {
          closePopup("choose-isolation");
          panel.reading.start({ control: checked });
        },
      })}
    </div>`,
  });
}

import { html, nothing, type TemplateResult } from "lit";
import type { DraftHeader } from "../../src/shared/draft.ts";
import { button, dropdown, progressRing, textField } from "../ui/controls.ts";
import { int } from "../ui/format.ts";
import { icon } from "../ui/icon.ts";
import type { Panel } from "./panel.ts";
import { problemList, produceField } from "./produceField.ts";

const mac = navigator.platform.startsWith("Mac");

/** The form that writes one message. The draft stays whatever happens, until the user changes it. */
export function produceForm(panel: Panel): TemplateResult {
  const { producing } = panel;
  const { draft } = producing;
  const partitions = producing.context?.partitions ?? panel.partitions ?? [];
  const onKey = (e: KeyboardEvent) => {
    if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) {
      e.preventDefault();
      void producing.send();
    } else if (e.key === "Escape" && !e.defaultPrevented) producing.hide();
  };
  return html`<aside id="produce" class="pane" aria-label="Produce" @keydown=${onKey}>
    <div class="pane-head">
      <h2>Produce to ${panel.init.topic}</h2>
      <span class="spring"></span>
      ${button({ label: "Close the produce form", icon: "close", iconOnly: true, onClick: () => producing.hide() })}
    </div>
    <div class="pane-body form">
      ${
        producing.contextProblem
          ? html`<div class="problem-box" role="alert">
            ${icon("warning")}<span>${producing.contextProblem}</span>
            ${button({ label: "Retry", onClick: () => void producing.loadContext() })}
          </div>`
          : nothing
      }
      ${
        producing.context?.registryProblem
          ? html`<div class="problem-box mild" role="status">
            ${icon("info")}<span>Schemas cannot be offered: ${producing.context.registryProblem}</span>
          </div>`
          : nothing
      }
      ${producing.edited ? editedNote(panel, producing.edited) : nothing}
      <div class="field">
        <div class="field-head">
          <span class="field-name">Partition</span>
          ${dropdown({
            label: "Partition",
            value: draft.partition === null ? "key" : String(draft.partition),
            options: [
              { value: "key", label: "By key" },
              ...partitions.map((p) => ({ value: String(p), label: String(p) })),
            ],
            onChange: (v) => producing.edit("partition", { partition: v === "key" ? null : Number(v) }),
          })}
        </div>
        ${problemList(producing.problemsOf("partition"), "problems-partition", null)}
      </div>
      ${produceField(panel, "key")} ${produceField(panel, "value")} ${headers(panel)}
    </div>
    <div class="pane-foot">
      ${button({
        label: "Send",
        icon: "send",
        look: "primary",
        disabled: producing.sending,
        title: `Send (${mac ? "⌘" : "Ctrl+"}Enter)`,
        onClick: () => void producing.send(),
      })}
      <span class="foot-note" role="status">${result(panel)}</span>
    </div>
  </aside>`;
}

function editedNote(panel: Panel, { partition, offset, former }: NonNullable<Panel["producing"]["edited"]>) {
  return html`<p class="edited-note dim small" role="status">
    A copy of the message at partition ${partition}, offset ${int(offset)}: what you do not edit is sent byte for byte.
    ${
      former
        ? html`<button type="button" class="link" @click=${() => panel.producing.bringBack()}>
          Bring back the draft from before
        </button>`
        : nothing
    }
  </p>`;
}

function result(panel: Panel): TemplateResult {
  const { outcome, sending } = panel.producing;
  if (sending) return html`${progressRing("Sending")}<span>Sending…</span>`;
  if (!outcome) return html`<span class="dim">${mac ? "⌘" : "Ctrl+"}Enter sends</span>`;
  if (!outcome.ok) return html`${icon("error", "error")}<span class="result-text error-text">${outcome.message}</span>`;
  return html`${icon("pass", "success")}<span class="result-text"
      >Sent to partition ${outcome.partition} at offset ${int(outcome.offset)}</span
    ><button type="button" class="link" @click=${() => void panel.producing.showSent()}>Show message</button>`;
}

function headers(panel: Panel): TemplateResult {
  const { producing } = panel;
  const { headers: list } = producing.draft;
  const set = (i: number, change: Partial<(typeof list)[number]>) =>
    producing.edit("headers", { headers: list.map((h, j) => (j === i ? { ...h, ...change } : h)) });
  return html`<div class="field" role="group" aria-label="Headers">
    <div class="field-head">
      <span class="field-name">Headers</span><span class="spring"></span>
      ${button({
        label: "Add header",
        icon: "add",
        iconOnly: true,
        onClick: () => {
          producing.edit("headers", { headers: [...list, { key: "", value: "", kind: "text" }] });
          requestAnimationFrame(() =>
            document.querySelector<HTMLElement>(`#produce [aria-label="Header ${list.length + 1} key"]`)?.focus(),
          );
        },
      })}
    </div>
    ${list.length === 0 ? html`<span class="dim small">none</span>` : nothing}
    ${list.map(
      (h, i) => html`<div class="header-edit">
          ${textField({
            label: `Header ${i + 1} key`,
            value: h.key,
            placeholder: "key",
            invalid: producing.problemsOf("headers", i).length > 0,
            onInput: (key) => set(i, { key }),
          })}
          ${textField({
            label: `Header ${i + 1} value`,
            value: h.kind === "null" ? "" : h.value,
            placeholder: h.kind === "null" ? "null" : h.kind === "hex" ? "00 01 ff" : "value",
            disabled: h.kind === "null",
            onInput: (value) => set(i, { value }),
          })}
          ${dropdown<DraftHeader["kind"]>({
            label: `Header ${i + 1} format`,
            value: h.kind,
            options: [
              { value: "text", label: "Text" },
              { value: "hex", label: "Hex" },
              { value: "null", label: "Null" },
            ],
            onChange: (kind) => set(i, { kind }),
          })}
          ${button({
            label: `Remove header ${i + 1}`,
            icon: "trash",
            iconOnly: true,
            onClick: () => producing.edit("headers", { headers: list.filter((_, j) => j !== i) }),
          })}
        </div>
        ${problemList(producing.problemsOf("headers", i), `problems-header-${i}`, null)}`,
    )}
  </div>`;
}

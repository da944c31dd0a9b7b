import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { DraftEncoding, DraftProblem } from "../../src/shared/draft.ts";
import { button } from "../ui/controls.ts";
import { icon } from "../ui/icon.ts";
import { formatChooser } from "./formatChooser.ts";
import { formatOptions } from "./formatOptions.ts";
import type { Panel } from "./panel.ts";

/** Key or value of the draft: how it is written, its text, and what is wrong with it, at the field and while typing. */
export function produceField(panel: Panel, part: "key" | "value"): TemplateResult {
  const { producing } = panel;
  const field = producing.draft[part];
  const name = part === "key" ? "Key" : "Value";
  const problems = producing.problemsOf(part);
  const hasExample = field.encoding === "schema" || field.encoding === "file";
  const textarea = () => document.getElementById(`produce-${part}`) as HTMLTextAreaElement | null;
  return html`<div class="field">
    <div class="field-head">
      <label class="field-name" for=${`produce-${part}`}>${name}</label>
      ${formatChooser(panel, part)}
      <span class="spring"></span>
      ${
        hasExample
          ? button({
              label: `Insert an example ${part}`,
              icon: "lightbulb",
              iconOnly: true,
              title: "Replace the text with an example that the schema accepts",
              onClick: () => void producing.insertExample(part),
            })
          : nothing
      }
    </div>
    ${formatOptions(panel, part)}
    ${
      field.encoding === "null"
        ? html`<p class="dim small">
          ${part === "value" ? "A message without a value: in a compacted topic it deletes its key." : "A message without a key."}
        </p>`
        : html`<textarea
          id=${`produce-${part}`}
          class=${`editor ${part}`}
          rows=${part === "key" ? 2 : 10}
          spellcheck="false"
          autocomplete="off"
          aria-invalid=${problems.length > 0}
          aria-describedby=${`problems-${part}`}
          placeholder=${placeholder(field.encoding)}
          .value=${live(field.text)}
          @input=${(e: Event) => producing.editText(part, (e.target as HTMLTextAreaElement).value)}
        ></textarea>`
    }
    ${problemList(problems, `problems-${part}`, (at) => {
      const area = textarea();
      // the editor has one character where the text may have \r\n
      const shown = at - (field.text.slice(0, at).match(/\r\n/g)?.length ?? 0);
      area?.focus();
      area?.setSelectionRange(shown, shown + 1);
    })}
  </div>`;
}

function placeholder(encoding: DraftEncoding): string {
  switch (encoding) {
    case "json":
      return '{ "id": 1 }';
    case "xml":
      return '<order id="1"/>';
    case "hex":
      return "00 01 ff";
    case "base64":
      return "AAH/";
    case "schema":
    case "file":
      return "a JSON value that the schema accepts";
    case "avro-container":
      return "a JSON array of values";
    case "messagepack":
    case "cbor":
    case "smile":
      return "a JSON value";
    case "boolean":
      return "true";
    case "uuid":
      return "123e4567-e89b-12d3-a456-426614174000";
    case "text":
    case "utf-16":
    case "utf-16le":
    case "latin-1":
      return "";
    default:
      return "a number";
  }
}

/** What is wrong with a field, each with the place; `go` leads to a position in the text. */
export function problemList(
  problems: readonly DraftProblem[],
  id: string,
  go: ((at: number) => void) | null,
): TemplateResult {
  return html`<div id=${id} class="field-problems" aria-live="polite">
    ${problems.slice(0, 6).map(
      (p) => html`<div class="field-problem">
        ${icon("error")}<span
          >${p.path ? html`<code>${p.path}</code> ` : nothing}${p.message}
          ${
            p.at !== undefined && go
              ? html`<button type="button" class="link" @click=${() => go(p.at ?? 0)}>Go there</button>`
              : nothing
          }</span
        >
      </div>`,
    )}
    ${problems.length > 6 ? html`<div class="dim small">… and ${problems.length - 6} more</div>` : nothing}
  </div>`;
}

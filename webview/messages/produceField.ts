import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { type DraftProblem, PLAIN_ENCODINGS } from "../../src/shared/protocol.ts";
import { button, dropdown } from "../ui/controls.ts";
import { icon } from "../ui/icon.ts";
import type { Panel } from "./panel.ts";

const schemaTypes: Record<string, string> = { AVRO: "Avro", PROTOBUF: "Protobuf", JSON: "JSON Schema" };

/** Key or value of the draft: how it is encoded, its text, and what is wrong with it, at the field and while typing. */
export function produceField(panel: Panel, part: "key" | "value"): TemplateResult {
  const { producing } = panel;
  const field = producing.draft[part];
  const name = part === "key" ? "Key" : "Value";
  const problems = producing.problemsOf(part);
  const subjects = [...(producing.context?.subjects[part] ?? [])];
  const current = field.encoding === "schema" ? `schema:${field.subject ?? ""}` : field.encoding;
  const options = [
    { value: "text", label: "Text" },
    { value: "json", label: "JSON" },
    { value: "hex", label: "Hex bytes" },
    ...subjects.map((s) => ({
      value: `schema:${s.subject}`,
      label: `${schemaTypes[s.type] ?? s.type}: ${s.subject} v${s.version}`,
    })),
    // a draft from before a reload is shown with its subject even while the registry does not answer
    ...(field.encoding === "schema" && !subjects.some((s) => s.subject === field.subject)
      ? [{ value: current, label: `Schema: ${field.subject ?? ""}` }]
      : []),
    ...PLAIN_ENCODINGS.map(({ id, label }) => ({ value: id as string, label })),
    { value: "null", label: part === "value" ? "Null (tombstone)" : "Null (no key)" },
  ];
  const example = field.encoding === "schema" ? producing.exampleOf(part, field.subject) : null;
  const textarea = () => document.getElementById(`produce-${part}`) as HTMLTextAreaElement | null;
  return html`<div class="field">
    <div class="field-head">
      <label class="field-name" for=${`produce-${part}`}>${name}</label>
      ${dropdown({
        label: `${name} encoding`,
        value: current,
        options,
        onChange: (v) => producing.setEncoding(part, v),
      })}
      <span class="spring"></span>
      ${
        example !== null
          ? button({
              label: `Insert an example ${part}`,
              icon: "lightbulb",
              iconOnly: true,
              title: "Replace the text with an example that the schema accepts",
              onClick: () => producing.editField(part, { text: example }),
            })
          : nothing
      }
    </div>
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
          @input=${(e: Event) => producing.editField(part, { text: (e.target as HTMLTextAreaElement).value })}
        ></textarea>`
    }
    ${problemList(problems, `problems-${part}`, (at) => {
      const area = textarea();
      area?.focus();
      area?.setSelectionRange(at, at + 1);
    })}
  </div>`;
}

function placeholder(encoding: string): string {
  switch (encoding) {
    case "json":
      return '{ "id": 1 }';
    case "hex":
      return "00 01 ff";
    case "schema":
      return "a JSON value that the schema accepts";
    case "messagepack":
    case "cbor":
    case "smile":
      return "a JSON value";
    case "boolean":
      return "true";
    case "uuid":
      return "123e4567-e89b-12d3-a456-426614174000";
    case "text":
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

import { html, nothing, type TemplateResult } from "lit";
import type { DraftField, DraftFormat } from "../../src/shared/draft.ts";
import { dropdown } from "../ui/controls.ts";
import type { Panel } from "./panel.ts";

/** What a format leaves open: which message of a Protobuf file, where the schema's id stands, how an Avro value is framed. */
export function formatOptions(panel: Panel, part: "key" | "value"): TemplateResult | typeof nothing {
  const field = panel.producing.draft[part];
  if (field.encoding !== "schema" && field.encoding !== "file") return nothing;
  const { text: _text, original: _original, ...format } = field;
  const name = part === "key" ? "Key" : "Value";
  const set = (next: DraftFormat) => panel.producing.setFormat(part, next);
  const shown = [
    message(panel, part, field, name, format, set),
    field.encoding === "schema"
      ? place(panel, name, format, set)
      : field.file?.type === "AVRO"
        ? framing(name, format, set)
        : nothing,
  ].filter((each) => each !== nothing);
  return shown.length === 0 ? nothing : html`<div class="field-options">${shown}</div>`;
}

type Set = (format: DraftFormat) => void;

function message(panel: Panel, part: "key" | "value", field: DraftField, name: string, format: DraftFormat, set: Set) {
  const messages = panel.producing.helps.want(part, field)?.messages ?? null;
  if (messages === null || messages.length < 2) return nothing;
  const value = field.message ?? messages[0]!;
  const names = messages.includes(value) ? messages : [value, ...messages];
  return dropdown({
    label: `${name} message`,
    value,
    options: names.map((one) => ({ value: one, label: one })),
    onChange: (chosen) => set({ ...format, message: chosen }),
  });
}

function place(panel: Panel, name: string, { place: now, ...format }: DraftFormat, set: Set) {
  const isGlue = panel.producing.context?.registry === "glue";
  const options = isGlue
    ? ([
        { value: "payload", label: "Not compressed" },
        { value: "zlib", label: "Compressed (zlib)" },
      ] as const)
    : ([
        { value: "payload", label: "Id in the payload" },
        { value: "header", label: "Id in a header" },
      ] as const);
  return dropdown<"payload" | "header" | "zlib">({
    label: isGlue ? `${name} compression` : `${name} schema id`,
    value: now ?? "payload",
    options,
    onChange: (chosen) => set(chosen === "payload" ? format : { ...format, place: chosen }),
  });
}

function framing(name: string, { framing: now, ...format }: DraftFormat, set: Set) {
  return dropdown<"bare" | "single-object" | "container">({
    label: `${name} framing`,
    value: now ?? "bare",
    options: [
      { value: "bare", label: "Bare value" },
      { value: "single-object", label: "Single object (C3 01)" },
      { value: "container", label: "Container file" },
    ],
    onChange: (chosen) => set(chosen === "bare" ? format : { ...format, framing: chosen }),
  });
}

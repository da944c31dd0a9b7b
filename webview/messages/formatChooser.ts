import { html, nothing, type TemplateResult } from "lit";
import { canWrap, type DraftField, type DraftFormat, PLAIN_FORMATS, WRAPS } from "../../src/shared/draft.ts";
import { choice, closePopup, popup } from "../ui/popup.ts";
import type { Panel } from "./panel.ts";

type Part = "key" | "value";

const schemaTypes: Record<string, string> = { AVRO: "Avro", PROTOBUF: "Protobuf", JSON: "JSON Schema" };

const groups = [
  { id: "self-describing", label: "Self-describing" },
  { id: "plain", label: "Plain" },
  { id: "kafka", label: "Kafka’s serializers" },
] as const;

/** How a field is written: by a schema, as a format, or not at all; and what its bytes are packed into. */
export function formatChooser(panel: Panel, part: Part): TemplateResult {
  const field = panel.producing.draft[part];
  const name = part === "key" ? "Key" : "Value";
  return popup({
    id: `choose-${part}-format`,
    label: `${name} format`,
    hideLabel: true,
    value: formatLabel(panel, part),
    title: `How the ${part} is written`,
    dialog: `${name} format`,
    content: html`<div class="formats">${bySchema(panel, part, field)}
      ${groups.map(({ id, label }) => plainGroup(panel, part, field, id, label))} ${nothingGroup(panel, part, field)}
      ${canWrap(field) ? wraps(panel, part, field) : nothing}
    </div>`,
  });
}

/** "JSON in gzip", "Avro: orders-value v3" */
function formatLabel(panel: Panel, part: Part): string {
  const field = panel.producing.draft[part];
  const wrap = canWrap(field) ? WRAPS.find(({ id }) => id === field.wrap)?.label : undefined;
  const label = plainLabel(panel, part, field);
  return wrap === undefined ? label : `${label} in ${wrap}`;
}

function plainLabel(panel: Panel, part: Part, field: DraftField): string {
  const { encoding, pinned, file, subject } = field;
  switch (encoding) {
    case "schema": {
      if (pinned) return pinnedLabel(pinned);
      const info = panel.producing.context?.subjects[part].find((s) => s.subject === subject);
      // a draft from before a reload is shown with its subject even while the registry does not answer
      return info ? subjectLabel(info) : `Schema: ${subject ?? ""}`;
    }
    case "file":
      return file ? fileLabel(file) : "Schema file";
    case "avro-container":
      return "Avro container file";
    case "null":
      return nullLabel(part);
    default:
      return PLAIN_FORMATS.find(({ id }) => id === encoding)?.label ?? encoding;
  }
}

const nullLabel = (part: Part): string => (part === "value" ? "Null (tombstone)" : "Null (no key)");
const typeLabel = (type: string): string => schemaTypes[type] ?? type;
const subjectLabel = (s: { type: string; subject: string; version: number | string }): string =>
  `${typeLabel(s.type)}: ${s.subject} v${s.version}`;
const fileLabel = (file: { type: string; label: string }): string => `${typeLabel(file.type)}: ${file.label}`;
const pinnedLabel = (pinned: { type: string; label: string }): string => `${typeLabel(pinned.type)}: ${pinned.label}`;

/** A choice; what is chosen is written so from then on. */
function option(panel: Panel, part: Part, label: string, checked: boolean, format: DraftFormat, hint?: string) {
  return choice({
    label,
    ...(hint === undefined ? {} : { hint }),
    checked,
    onChoose: (e) => {
      closePopup(e.currentTarget);
      if (!checked) panel.producing.setFormat(part, format);
    },
  });
}

function bySchema(panel: Panel, part: Part, field: DraftField): TemplateResult {
  const { context } = panel.producing;
  const { encoding, pinned, file, container } = field;
  const place = field.place && encoding === "schema" ? { place: field.place } : {};
  return html`<div class="format-group wide" role="radiogroup" aria-label="By a schema">
    <h3>By a schema</h3>
    ${
      encoding === "schema" && pinned
        ? option(panel, part, pinnedLabel(pinned), true, field, "the version that the message names")
        : nothing
    }
    ${
      container
        ? option(panel, part, "Avro container file", true, field, "with the schema that the message has inside")
        : nothing
    }
    ${(context?.subjects[part] ?? []).map((s) =>
      option(panel, part, subjectLabel(s), encoding === "schema" && !pinned && field.subject === s.subject, {
        encoding: "schema",
        subject: s.subject,
        ...place,
      }),
    )}
    ${encoding === "file" && file ? option(panel, part, fileLabel(file), true, field) : nothing}
    ${choice({
      label: "A schema file of the workspace…",
      checked: false,
      onChoose: (e) => {
        closePopup(e.currentTarget);
        void panel.attempt(() => panel.producing.chooseFile(part));
      },
    })}
  </div>`;
}

function plainGroup(panel: Panel, part: Part, field: DraftField, group: string, label: string): TemplateResult {
  const wrap = canWrap(field) && field.wrap ? { wrap: field.wrap } : {};
  return html`<div class=${`format-group ${group}`} role="radiogroup" aria-label=${label}>
    <h3>${label}</h3>
    <div class="format-list">${PLAIN_FORMATS.filter((one) => one.group === group).map((one) =>
      option(panel, part, one.label, field.encoding === one.id, { encoding: one.id, ...wrap }),
    )}</div>
  </div>`;
}

function nothingGroup(panel: Panel, part: Part, field: DraftField): TemplateResult {
  return html`<div class="format-group wide" role="radiogroup" aria-label="Nothing">
    ${option(panel, part, nullLabel(part), field.encoding === "null", { encoding: "null" })}
  </div>`;
}

function wraps(panel: Panel, part: Part, field: DraftField): TemplateResult {
  const { text: _text, original: _original, wrap: _wrap, ...format } = field;
  return html`<div class="format-group wide" role="radiogroup" aria-label="Packed into">
    <h3>Packed into</h3>
    <div class="format-list">
      ${option(panel, part, "nothing", field.wrap === undefined, format)}
      ${WRAPS.map(({ id, label }) => option(panel, part, label, field.wrap === id, { ...format, wrap: id }))}
    </div>
  </div>`;
}

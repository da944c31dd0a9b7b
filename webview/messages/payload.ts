import { html, nothing, type TemplateResult } from "lit";
import { JSON_FORMATS } from "../../src/shared/decoding.ts";
import type { PayloadView } from "../../src/shared/messages.ts";
import { button } from "../ui/controls.ts";
import { int, size } from "../ui/format.ts";
import { hexView } from "../ui/hexView.ts";
import { icon } from "../ui/icon.ts";
import { countLines, textView } from "../ui/jsonView.ts";
import type { Panel } from "./panel.ts";
import { valueTree } from "./valueTree.ts";

const formatNames: Record<PayloadView["format"], string> = {
  json: "JSON",
  text: "Text",
  avro: "Avro",
  protobuf: "Protobuf",
  "json-schema": "JSON Schema",
  xml: "XML",
  messagepack: "MessagePack",
  cbor: "CBOR",
  smile: "Smile",
  java: "Java object",
  short: "Short",
  integer: "Integer",
  long: "Long",
  float: "Float",
  double: "Double",
  boolean: "Boolean",
  uuid: "UUID",
  kafka: "Kafka record",
  extension: "Decoded",
  "extension-json": "Decoded",
  binary: "Binary",
  empty: "Empty",
};

/** A key or value in full: what it is, what is wrong with it, and its text or bytes. */
export function payload(
  panel: Panel,
  part: "key" | "value",
  view: PayloadView | null,
  none: string,
  why: string,
): TemplateResult {
  if (!view)
    return html`<div class="chips"><span class="chip">${icon("circle-slash")} ${none}</span></div>
      <p class="dim">${why}</p>`;
  const json = JSON_FORMATS.has(view.format);
  return html`<div class="chips">${chips(panel, part, view)}<span class="spring"></span>${payloadTools(panel, part, view, json)}</div>
    ${problems(panel, part, view)}
    ${view.notes.map((note) => html`<p class="dim note">${note}</p>`)}
    ${
      view.format === "empty"
        ? html`<p class="dim">Zero bytes: not null, but empty.</p>`
        : json && part === "value" && panel.layout.tree && view.textCut === 0
          ? valueTree(panel, view.text, panel.tree)
          : text(panel, view, json)
    }`;
}

function chips(panel: Panel, part: "key" | "value", view: PayloadView): TemplateResult {
  const s = view.schema;
  const name = formatNames[view.format];
  return html`<button
      type="button"
      class="chip choice"
      title=${`${name}. Decode the topic's ${part}s as something else …`}
      aria-label=${`${name}: decode ${part}s as …`}
      @click=${() => void panel.selection.decodeAs(part)}
    >
      ${name}${icon("chevron-down")}</button
    >${
      s
        ? html`${
            s.subject
              ? html`<span class="chip" title="Subject and version in the schema registry">${s.subject} v${s.version ?? "?"}</span>`
              : nothing
          }<span class="chip" title="Schema id">id ${s.id}</span>`
        : nothing
    }<span class="chip" title=${`${int(view.size)} bytes`}>${size(view.size)}</span>`;
}

function payloadTools(panel: Panel, part: "key" | "value", view: PayloadView, json: boolean): TemplateResult {
  return html`${
    json && part === "value"
      ? button({
          label: "Tree",
          icon: "list-tree",
          iconOnly: true,
          pressed: panel.layout.tree,
          disabled: view.textCut > 0,
          title:
            view.textCut > 0
              ? "The tree needs the whole value: show more of it first"
              : panel.layout.tree
                ? "Show as text"
                : "Show as a tree",
          onClick: () => {
            panel.layout = { ...panel.layout, tree: !panel.layout.tree };
            panel.save();
            panel.changed();
          },
        })
      : nothing
  }${button({
    label: `Copy ${part}`,
    icon: "copy",
    iconOnly: true,
    title: view.textCut > 0 ? `Copy what is shown of the ${part}` : `Copy ${part}`,
    onClick: () => void panel.attempt(() => panel.rpc.call("copyText", [view.text])),
  })}${button({
    label: `Open ${part} in an editor`,
    icon: "go-to-file",
    iconOnly: true,
    onClick: () => {
      const { seq } = panel.selection;
      if (seq !== null) void panel.attempt(() => panel.rpc.call("openPayload", [seq, part]));
    },
  })}`;
}

/** What is wrong with it then is not that it could not be read. */
export const decodedBySchema = ({ schema, format }: PayloadView): boolean => schema !== null && format !== "binary";

/** Why it could not be decoded, with the bytes right below. */
function problems(panel: Panel, part: "key" | "value", view: PayloadView): TemplateResult | typeof nothing {
  if (view.problems.length === 0) return nothing;
  const raw = panel.selection.rawBytes.get(part);
  return html`<div class="problem-box" role="alert">
      ${icon("warning")}
      <div>${view.problems.map((p) => html`<p>${p}</p>`)}</div>
    </div>
    ${
      raw && view.format !== "binary" && !decodedBySchema(view)
        ? html`<h3>Bytes${raw.size > raw.bytes.length ? html` <span class="dim">first ${raw.bytes.length} of ${int(raw.size)}</span>` : nothing}</h3>
          ${hexView(raw.bytes, 0)}
          <h3>As text</h3>`
        : nothing
    }
    ${raw && view.format === "binary" ? hexView(raw.bytes, 0) : nothing}`;
}

function text(panel: Panel, view: PayloadView, json: boolean): TemplateResult | typeof nothing {
  const { selection } = panel;
  if (view.format === "binary") {
    if (view.problems.length > 0 && selection.rawBytes.size > 0) return moreHexHint(panel, view);
    return html`${textView(view.text, false, selection.maxLines)}${moreHexHint(panel, view)}`;
  }
  const lines = countLines(view.text, selection.maxLines);
  const linesCut = lines > selection.maxLines;
  return html`${textView(view.text, json, selection.maxLines)}
  ${
    view.textCut > 0 || linesCut
      ? html`<div class="cut">
          <span
            >${view.textCut > 0 ? cutSentence(view) : html`Shown up to line ${int(selection.maxLines)}.`}</span
          >
          ${button({ label: "Show more", onClick: () => selection.more() })}
        </div>`
      : nothing
  }`;
}

function cutSentence(view: PayloadView): string {
  if (view.shownBytes === undefined) return `${int(view.textCut)} more characters of ${size(view.size)} are not shown.`;
  if (view.shownBytes === 0) return `Only the beginning of ${size(view.size)} is shown.`;
  return `The first ${size(view.shownBytes)} of ${size(view.size)} are shown.`;
}

function moreHexHint(panel: Panel, view: PayloadView): TemplateResult | typeof nothing {
  if (view.size <= 512) return nothing;
  return html`<div class="cut">
    <span>${int(view.size)} bytes.</span>
    ${button({ label: "All bytes", onClick: () => panel.selection.chooseTab("hex") })}
  </div>`;
}

import { html, nothing, type TemplateResult } from "lit";
import { JSON_FORMATS } from "../../src/shared/decoding.ts";
import type { PayloadView } from "../../src/shared/messages.ts";
import { button } from "../ui/controls.ts";
import { int, size } from "../ui/format.ts";
import { hexView } from "../ui/hexView.ts";
import { icon } from "../ui/icon.ts";
import { hasMoreLines, textView } from "../ui/jsonView.ts";
import { bytesPerLine } from "./hexTab.ts";
import type { Panel } from "./panel.ts";
import { exportRows } from "./rowMenu.ts";
import { TREE_BYTES } from "./selection.ts";
import { valueTree } from "./valueTree.ts";

/** Lines of a text that are shown: more would be higher than a browser's pages can be. */
const MOST_LINES = 1_000_000;

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
          : text(panel, part, view, json)
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
          disabled: view.textCut > 0 && view.size > TREE_BYTES,
          title:
            view.textCut > 0 && view.size > TREE_BYTES
              ? `A tree needs the whole value, and there are trees of up to ${size(TREE_BYTES)}`
              : panel.layout.tree
                ? "Show as text"
                : "Show as a tree",
          onClick: () => {
            panel.layout = { ...panel.layout, tree: !panel.layout.tree };
            panel.selection.wholeForTree();
            panel.save();
            panel.changed();
          },
        })
      : nothing
  }${button({
    label: `Copy ${part}`,
    icon: "copy",
    iconOnly: true,
    onClick: () => void panel.selection.copy(part),
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
          ${hexView(raw.bytes, 0, bytesPerLine(panel))}
          <h3>As text</h3>`
        : nothing
    }`;
}

function text(panel: Panel, part: "key" | "value", view: PayloadView, json: boolean): TemplateResult {
  if (view.format === "binary") return binary(panel, part);
  const linesCut = hasMoreLines(view.text, MOST_LINES);
  return html`${textView(view.text, json, MOST_LINES)}
  ${
    view.textCut > 0 || linesCut
      ? html`<div class="cut">
          <span>${view.textCut > 0 ? cutSentence(view) : html`Shown up to line ${int(MOST_LINES)}.`}</span>
          ${view.textCut > 0 ? theRest(panel, part) : nothing}
        </div>`
      : nothing
  }`;
}

function theRest(panel: Panel, part: "key" | "value"): TemplateResult {
  const { selection } = panel;
  if (selection.hasMore) return button({ label: "Show more", onClick: () => selection.more() });
  if (part === "key") return html`<span>The Hex tab has all of its bytes.</span>`;
  return button({
    label: "Export the whole value…",
    icon: "export",
    onClick: () => {
      if (selection.seq !== null) exportRows(panel, "raw", [selection.seq]);
    },
  });
}

function cutSentence(view: PayloadView): string {
  if (view.shownBytes === undefined) return `${int(view.textCut)} more characters of ${size(view.size)} are not shown.`;
  if (view.shownBytes === 0) return `Only the beginning of ${size(view.size)} is shown.`;
  return `The first ${size(view.shownBytes)} of ${size(view.size)} are shown.`;
}

/** The first bytes with their characters, and the way to the others. */
function binary(panel: Panel, part: "key" | "value"): TemplateResult {
  const raw = panel.selection.rawBytes.get(part);
  if (!raw) return html`<p class="dim">Loading…</p>`;
  return html`${hexView(raw.bytes, 0, bytesPerLine(panel))}${
    raw.bytes.length < raw.size
      ? html`<div class="cut">
          <span>${int(raw.bytes.length)} of ${int(raw.size)} bytes are shown.</span>
          ${button({ label: "All bytes", onClick: () => panel.selection.showBytes(part) })}
        </div>`
      : nothing
  }`;
}

import { html, nothing, type TemplateResult } from "lit";
import type { PayloadView } from "../../src/shared/messages.ts";
import { button } from "../ui/controls.ts";
import { int } from "../ui/format.ts";
import { icon } from "../ui/icon.ts";
import { shownText } from "../ui/plainText.ts";
import { tabs } from "../ui/tabs.ts";
import { hexTab } from "./hexTab.ts";
import { historyTab } from "./historyTab.ts";
import type { Panel } from "./panel.ts";
import { decodedBySchema, payload } from "./payload.ts";
import { recordTab } from "./recordTab.ts";

/** The selected message: value, key, headers, what else the record says, and its bytes. */
export function detailPane(panel: Panel): TemplateResult {
  return html`<aside
    id="detail"
    class="pane"
    aria-label="Message"
    @keydown=${(e: KeyboardEvent) => {
      // back to the rows, from which Enter led here
      if (e.key === "Escape" && !e.defaultPrevented) panel.grid?.focusRows();
    }}
  >
    ${content(panel)}
  </aside>`;
}

function content(panel: Panel): TemplateResult {
  const { selection } = panel;
  const close = button({
    label: "Close the message pane",
    icon: "close",
    iconOnly: true,
    onClick: () => selection.close(),
  });
  if (selection.row?.kind === "problem" && !selection.detail) {
    return html`<div class="pane-head"><h2>Unreadable</h2><span class="spring"></span>${stepButtons(panel)}${close}</div>
      <div class="pane-body">
        <div class="problem-box" role="alert">${icon("error")}<span>${selection.row.problem}</span></div>
        <p class="dim">Partition ${selection.row.partition}, from offset ${int(selection.row.offset)}. Reading went on after it.</p>
      </div>`;
  }
  if (!selection.detail || (selection.seq === null && !selection.record)) {
    return html`<div class="pane-head"><h2>Message</h2><span class="spring"></span>${close}</div>
      <div class="pane-body">
        ${
          selection.problem
            ? html`<div class="problem-box" role="alert">${icon("info")}<span>${selection.problem}</span></div>
              ${
                selection.record
                  ? button({
                      label: "Read from its offset",
                      onClick: () => readFrom(panel),
                    })
                  : nothing
              }`
            : html`<p class="dim">${selection.seq === null ? "Select a message to see all of it." : "Loading…"}</p>`
        }
      </div>`;
  }
  const d = selection.detail;
  const warn = (p: PayloadView | null) =>
    p?.problems.length ? (decodedBySchema(p) ? "with problems" : "not decoded") : undefined;
  return html`<div class="pane-head">
      ${tabs(
        "detail",
        "Parts of the message",
        [
          { id: "value", title: "Value", warning: warn(d.value) },
          { id: "key", title: "Key", warning: warn(d.key) },
          { id: "headers", title: "Headers", ...(d.headers.length > 0 ? { count: d.headers.length } : {}) },
          { id: "record", title: "Record" },
          { id: "hex", title: "Hex" },
          { id: "history", title: "History" },
        ],
        selection.tab,
        (tab) => selection.chooseTab(tab),
      )}
      <span class="spring"></span>${stepButtons(panel)}${close}
    </div>
    <div
      class="pane-body"
      id="detail-panel"
      role="tabpanel"
      tabindex="0"
      aria-labelledby=${`detail-tab-${selection.tab}`}
    >
      ${tabContent(panel)}
    </div>`;
}

function readFrom(panel: Panel): void {
  const { record } = panel.selection;
  if (!record) return;
  panel.reading.start({ from: { kind: "offsets", offsets: [record] } });
}

function stepButtons(panel: Panel): TemplateResult {
  const { selection, reading } = panel;
  const at = selection.at ?? -1;
  return html`${button({
    label: "Previous message",
    icon: "arrow-up",
    iconOnly: true,
    disabled: at <= reading.rows.first,
    onClick: () => selection.step(-1),
  })}${button({
    label: "Next message",
    icon: "arrow-down",
    iconOnly: true,
    disabled: at < 0 || at >= reading.rows.next - 1,
    onClick: () => selection.step(1),
  })}`;
}

function tabContent(panel: Panel): TemplateResult {
  const { selection } = panel;
  const d = selection.detail;
  if (!d) return html``;
  switch (selection.tab) {
    case "history":
      return historyTab(panel, d);
    case "value":
      return payload(
        panel,
        "value",
        d.value,
        "null",
        "This message is a tombstone: in a compacted topic it deletes its key.",
      );
    case "key":
      return payload(panel, "key", d.key, "no key", "The message was written without a key.");
    case "headers":
      return d.headers.length === 0
        ? html`<p class="dim">The message has no headers.</p>`
        : html`<div class="headers" role="table" aria-label="Headers">
            ${d.headers.map(
              (h, i) => html`<div class="header-row" role="row">
                <span class="header-key" role="rowheader">${shownText(h.key)}</span>
                <span class="header-value" role="cell"
                  >${
                    h.value
                      ? html`<span class="header-text">${shownText(h.value.text) || html`<span class="none">empty</span>`}</span>${
                          h.value.format === "binary" ? html`<span class="tag">hex</span>` : nothing
                        }`
                      : html`<span class="none">null</span>`
                  }</span
                >
                <span class="header-tools" role="cell">
                  ${button({
                    label: `Copy header ${h.key}`,
                    icon: "copy",
                    iconOnly: true,
                    disabled: !h.value,
                    onClick: () => void panel.attempt(() => panel.rpc.call("copyText", [h.value?.text ?? ""])),
                  })}${button({
                    label: `Bytes of header ${h.key}`,
                    icon: "file-binary",
                    iconOnly: true,
                    disabled: !h.value,
                    onClick: () => selection.showBytes({ header: i }),
                  })}</span
                >
              </div>`,
            )}
          </div>`;
    case "record":
      return recordTab(panel, d);
    case "hex":
      return hexTab(panel, d);
  }
}

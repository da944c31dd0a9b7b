import { html, nothing, type TemplateResult } from "lit";
import type { PayloadPart, RecordDetail } from "../../src/shared/messages.ts";
import { button, dropdown } from "../ui/controls.ts";
import { int } from "../ui/format.ts";
import { hexView, plainHex } from "../ui/hexView.ts";
import type { Panel } from "./panel.ts";

const nameOf = (part: PayloadPart): string => (typeof part === "string" ? part : `header:${part.header}`);

const partOf = (name: string): PayloadPart =>
  name === "key" || name === "value" ? name : { header: Number(name.slice("header:".length)) };

/** Bytes to a line: offset, 16 bytes and their characters take 80 characters. */
export const bytesPerLine = (panel: Panel): 8 | 16 =>
  (document.getElementById("detail")?.clientWidth ?? 800) < 80 * (panel.grid?.charWidth ?? 7.6) + 28 ? 8 : 16;

/** The bytes of value, key or a header, page by page. */
export function hexTab(panel: Panel, d: RecordDetail): TemplateResult {
  const { selection } = panel;
  const options = [
    { value: "value", label: "Value" },
    { value: "key", label: "Key" },
    ...d.headers.map((h, i) => ({ value: `header:${i}`, label: `Header ${h.key}` })),
  ];
  const chosen = nameOf(selection.hexPart);
  const hex = selection.hex;
  return html`<div class="chips">
      ${dropdown({
        label: "Bytes of",
        value: options.some((o) => o.value === chosen) ? chosen : "value",
        options,
        onChange: (name) => void selection.loadHex(partOf(name), 4096),
      })}
      ${hex ? html`<span class="chip">${int(hex.size)} bytes</span>` : nothing}<span class="spring"></span>
      ${button({
        label: "Copy as hex",
        icon: "copy",
        iconOnly: true,
        disabled: !hex,
        onClick: () => void panel.attempt(() => panel.rpc.call("copyText", [hex ? plainHex(hex.bytes) : ""])),
      })}
    </div>
    ${
      !hex
        ? html`<p class="dim">There are no bytes: it is null.</p>`
        : hex.size === 0
          ? html`<p class="dim">Zero bytes.</p>`
          : hexView(hex.bytes, hex.from, bytesPerLine(panel))
    }
    ${
      hex && hex.bytes.length < hex.size
        ? html`<div class="cut">
          <span>${int(hex.bytes.length)} of ${int(hex.size)} bytes are shown.</span>
          ${button({ label: "Show more", onClick: () => selection.moreHex() })}
        </div>`
        : nothing
    }`;
}

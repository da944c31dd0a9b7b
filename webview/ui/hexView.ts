import { html, type TemplateResult } from "lit";

/**
 * Bytes as offset, hex and ASCII, 16 (or fewer) to a line.
 *
 * @param from position of the first byte in the payload
 */
export function hexView(bytes: Uint8Array, from: number, perLine = 16): TemplateResult {
  const lines: TemplateResult[] = [];
  for (let at = 0; at < bytes.length; at += perLine) {
    const line = bytes.subarray(at, at + perLine);
    lines.push(html`<div class="hex-line"><span class="hex-offset">${(from + at).toString(16).padStart(8, "0")}</span><span
        class="hex-bytes"
        >${hexOf(line, perLine)}</span
      ><span class="hex-ascii">${asciiOf(line)}</span></div>`);
  }
  return html`<div class="hex" role="presentation">${lines}</div>`;
}

/** Two digits a byte, a wider gap after every eighth; padded to the width of a full line. */
function hexOf(line: Uint8Array, perLine: number): string {
  let text = "";
  for (let i = 0; i < perLine; i++) {
    const byte = line[i];
    text += byte === undefined ? "  " : byte.toString(16).padStart(2, "0");
    if (i < perLine - 1) text += i % 8 === 7 ? "  " : " ";
  }
  return text;
}

/** Printable ASCII, a dot for the rest. */
function asciiOf(line: Uint8Array): string {
  let text = "";
  for (const byte of line) text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·";
  return text;
}

/** Hex digits for the clipboard. */
export function plainHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

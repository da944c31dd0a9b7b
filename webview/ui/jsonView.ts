import { html, type TemplateResult } from "lit";
import "./textLines.ts";

/** The first lines of a text, in colours with `json`: see textLines.ts. The caller offers more of it. */
export const textView = (text: string, json: boolean, maxLines: number): TemplateResult =>
  html`<kw-text class="code" role="presentation" .text=${text} .json=${json} .maxLines=${maxLines}></kw-text>`;

/** the last text that was counted: a large one is drawn again each time anything changes */
let counted = { text: "", max: 0, lines: 1 };

/** Whether a text has more lines than that. */
export function hasMoreLines(text: string, max: number): boolean {
  if (text.length < max) return false;
  if (counted.text === text && counted.max === max) return counted.lines > max;
  let lines = 1;
  for (let at = text.indexOf("\n"); at >= 0 && lines <= max; at = text.indexOf("\n", at + 1)) lines++;
  counted = { text, max, lines };
  return lines > max;
}

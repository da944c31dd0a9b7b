import { html, nothing, type TemplateResult } from "lit";
import { jsonTokens, timeHint } from "./jsonTokens.ts";

/**
 * Text by lines, wrapped under its own indentation; with `json`, coloured by its tokens. Draws at most `maxLines`, so that a big value cannot
 * freeze the panel; the caller offers more.
 */
export function textView(text: string, json: boolean, maxLines: number): TemplateResult {
  const lines = firstLines(text, maxLines);
  return html`<div class="code" role="presentation">${lines.map((line) => codeLine(line, json))}</div>`;
}

/** A line longer than this is drawn without colours: tokens of a megabyte on one line would be too many elements. */
const maxColoured = 20_000;

function codeLine(line: string, json: boolean): TemplateResult {
  const indent = Math.min(40, line.length - line.trimStart().length);
  const coloured = json && line.length <= maxColoured;
  const hint = coloured ? timeHint(line) : null;
  return html`<div class="line" .style=${`--indent: ${indent}ch`}>${
    coloured
      ? jsonTokens(line).map((t) => (t.kind === "space" ? t.text : html`<span class=${`t-${t.kind}`}>${t.text}</span>`))
      : line
  }${hint ? html`<span class="hint" aria-hidden="true" data-hint=${hint}></span>` : nothing}
</div>`;
}

function firstLines(text: string, max: number): string[] {
  const lines: string[] = [];
  let at = 0;
  while (lines.length < max) {
    const end = text.indexOf("\n", at);
    if (end < 0) {
      lines.push(text.slice(at));
      break;
    }
    lines.push(text.slice(at, end));
    at = end + 1;
  }
  return lines;
}

/** Number of lines, counted up to `max` + 1. */
export function countLines(text: string, max: number): number {
  let n = 1;
  for (let at = text.indexOf("\n"); at >= 0 && n <= max; at = text.indexOf("\n", at + 1)) n++;
  return n;
}

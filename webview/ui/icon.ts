import { html, type TemplateResult } from "lit";

/** A codicon as decoration: what it means is said by the text or the accessible name beside it. */
export const icon = (name: string, extra = ""): TemplateResult =>
  html`<span class=${`codicon codicon-${name} ${extra}`} aria-hidden="true"></span>`;

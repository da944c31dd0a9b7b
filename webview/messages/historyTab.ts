import { html, nothing, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import type { RecordDetail } from "../../src/shared/messages.ts";
import { isCancelled, messageOf } from "../../src/shared/userError.ts";
import { button, progressRing } from "../ui/controls.ts";
import { count, int, timeText } from "../ui/format.ts";
import { icon } from "../ui/icon.ts";
import { jsonTokens } from "../ui/jsonTokens.ts";
import { shownText } from "../ui/plainText.ts";
import type { Panel } from "./panel.ts";

/** messages of one key that are shown, the newest */
const MOST = 50;
const CHARS = 20_000;
const LINES = 400;

/** The kept messages with one key, each beside the one before. */
export class KeyHistory {
  /** of which message's key */
  seq: number | null = null;
  entries: RecordDetail[] | null = null;
  problem: string | null = null;
  private abort: AbortController | null = null;
  private readonly panel: Panel;

  constructor(panel: Panel) {
    this.panel = panel;
  }

  async load(seq: number): Promise<void> {
    if (this.seq === seq && (this.entries || !this.problem)) return;
    this.abort?.abort();
    const abort = new AbortController();
    this.abort = abort;
    this.seq = seq;
    this.entries = null;
    this.problem = null;
    try {
      const entries = await this.panel.rpc.call("keyHistory", [seq, MOST, CHARS], abort.signal);
      if (this.seq === seq) this.entries = entries;
    } catch (error) {
      if (isCancelled(error)) return;
      this.problem = messageOf(error);
    }
    this.panel.changed();
  }

  forget(): void {
    this.abort?.abort();
    this.seq = null;
    this.entries = null;
  }
}

/** The values that a key had, the newest first, side by side: what has changed against the one before is marked. */
export function historyTab(panel: Panel, d: RecordDetail): TemplateResult {
  const { history } = panel;
  if (d.key === null) return html`<p class="dim">The message has no key, so it has no history.</p>`;
  if (history.seq !== d.seq) void history.load(d.seq);
  if (history.problem)
    return html`<div class="problem-box" role="alert">${icon("error")}<span>${history.problem}</span></div>`;
  const { entries } = history;
  if (!entries)
    return html`<p class="dim">${progressRing("Looking for the key")} Looking for messages with this key…</p>`;
  const full = entries.length === MOST;
  return html`<p class="dim">
      ${count(entries.length, "kept message")} with this key${full ? `, the newest ${int(MOST)}` : ""}, the newest first.
    </p>
    <div class="history" role="list" aria-label="History of the key" tabindex="0">
      ${guard([entries, d.seq, panel.layout.time], () => [...entries].reverse().map((entry, i, all) => version(panel, entry, all[i + 1] ?? null, entry.seq === d.seq)))}
    </div>`;
}

function version(panel: Panel, entry: RecordDetail, before: RecordDetail | null, current: boolean): TemplateResult {
  const lines = linesOf(entry);
  const former = before && new Set(linesOf(before));
  return html`<div class=${`version ${current ? "current" : ""}`} role="listitem" aria-current=${current ? "true" : nothing}>
    <header>
      <b>${timeText(entry.timestamp, panel.layout.time, new Date())}</b>
      <span class="dim">${entry.partition}@${int(entry.offset)}</span>
      ${button({ label: `Show offset ${entry.offset}`, icon: "go-to-file", iconOnly: true, title: "Select this message", onClick: () => void panel.selection.jump(entry.seq) })}
      ${
        before
          ? button({
              label: `Compare offset ${entry.offset} with the one before`,
              icon: "diff",
              iconOnly: true,
              title: "Compare with the one before, in VS Code",
              onClick: () => void panel.attempt(() => panel.rpc.call("compare", [before.seq, entry.seq])),
            })
          : nothing
      }
    </header>
    ${
      entry.value === null
        ? html`<p class="none">${icon("circle-slash")} null (tombstone)</p>`
        : html`<div class="code">
            ${lines.map((line) => {
              const changed = former !== null && !former.has(line);
              return html`<div class=${`line ${changed ? "changed" : ""}`}>${changed ? html`<span class="sr-only">changed: </span>` : nothing}${jsonTokens(line).map((t) => html`<span class=${`t-${t.kind}`}>${shownText(t.text)}</span>`)}</div>`;
            })}
          </div>`
    }
  </div>`;
}

/** Without the comma at its end a line of JSON is the same wherever it stands. */
const linesOf = ({ value }: RecordDetail): string[] =>
  value ? value.text.split("\n", LINES).map((line) => line.replace(/,$/, "")) : [];

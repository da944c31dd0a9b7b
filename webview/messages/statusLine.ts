import { html, nothing, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { isNarrowed, type ReaderStatus } from "../../src/shared/messages.ts";
import { count, duration, int, rate, size } from "../ui/format.ts";
import { icon } from "../ui/icon.ts";
import type { Panel } from "./panel.ts";

/** What is going on, in words. */
function stateSentence(status: ReaderStatus | null, progress: number | null): string {
  switch (status?.state) {
    case undefined:
    case "connecting":
      return "Connecting…";
    case "idle":
      return "Not reading";
    case "reading":
      return progress === null ? "Reading…" : `Reading… ${Math.floor(progress * 100)} %`;
    case "live":
      return "Live";
    case "paused":
      return "Paused";
    case "done":
      return "Read to the end";
    case "failed":
      return "Failed";
  }
}

const stateIcons: Record<ReaderStatus["state"], string> = {
  idle: "circle-outline",
  connecting: "sync",
  reading: "sync",
  live: "circle-filled",
  paused: "debug-pause",
  done: "check",
  failed: "error",
};

/** "12 s left" */
const left = (ms: number): string =>
  `${duration(ms < 10_000 ? Math.ceil(ms / 1000) * 1000 : Math.round(ms / 1000) * 1000)} left`;

/** The line at the bottom, honest about what was scanned, kept, dropped and not readable. */
export function statusLine(panel: Panel): TemplateResult {
  const { status, progress, remainingMs, view, query } = panel.reading;
  const state = status?.state ?? "connecting";
  const s = status;
  const narrowed = isNarrowed(view);
  const figure = (label: string, value: string, title: string, look = "") =>
    html`<span class=${`figure ${look}`} title=${title}><span class="figure-label">${label}</span> <b>${value}</b></span>`;
  return html`<footer class="status" aria-label="Reading status">
    <span class=${`state ${state}`}>
      ${icon(stateIcons[state], state === "connecting" || state === "reading" ? "spin" : "")}<span class="state-text"
        >${stateSentence(status, progress)}</span
      >
    </span>
    ${remainingMs === null ? nothing : html`<span class="dim">${left(remainingMs)}</span>`}
    ${state === "failed" && s?.problem ? html`<span class="status-problem" title=${s.problem}>${s.problem}</span>` : nothing}
    ${panel.said ? html`<span class="said" role="status">${panel.said}</span>` : nothing}
    <span class="spring"></span>
    ${panel.marks.count > 1 ? figure("selected", int(panel.marks.count), "Messages that are selected") : nothing}
    ${
      s
        ? html`${figure("scanned", int(s.scanned), "Messages read from the log")}
          ${query.filter || query.schema ? figure("matched", int(s.matched), "Messages read that the topic's filter let through") : nothing}
          ${figure("kept", int(s.nextSeq - s.firstSeq), "Messages that this panel holds now")}
          ${narrowed ? figure("shown", int(s.view.next - s.view.first), "Kept messages that the filter, schema, time range and key leave in view") : nothing}
          ${
            s.dropped > 0
              ? figure(
                  "dropped",
                  int(s.dropped),
                  "Oldest messages let go, because the panel's limits were reached (see settings)",
                  "attention",
                )
              : figure("dropped", "0", "Messages let go because the panel's limits were reached")
          }
          ${s.behind !== "0" && (state === "live" || state === "reading" || state === "paused") ? figure("behind", int(s.behind), "Messages in the log that are not read yet") : nothing}
          ${s.rate > 0 && (state === "live" || state === "reading") ? figure("", rate(s.rate), "Messages read in the last second") : nothing}
          ${
            s.unreadable > 0
              ? html`<span class="figure attention" title="Batches that could not be read; each is a row that says why"
                >${icon("warning")}<b>${int(s.unreadable)}</b> unreadable</span
              >`
              : nothing
          }
          ${figure(
            "",
            // live, the time only says how long nothing had to be read
            state === "live" ? size(s.scannedBytes) : `${size(s.scannedBytes)} in ${duration(s.elapsedMs)}`,
            query.filter
              ? "Bytes of the keys and values that were read, and how long that took"
              : "Bytes of the batches that were read, as they are stored, and how long that took",
          )}`
        : nothing
    }
    ${announcer(panel)}
  </footer>`;
}

let lastSaid = { at: 0, text: "" };

/** For screen readers: a change of state at once, figures at most every ten seconds. */
function announcer(panel: Panel): TemplateResult {
  const { status } = panel.reading;
  const now = Date.now();
  const state = stateSentence(status, null);
  const kept = status ? status.nextSeq - status.firstSeq : 0;
  const text =
    status?.state === "failed" ? `${state}. ${status.problem ?? ""}` : `${state}. ${count(kept, "message")}.`;
  const sameState = lastSaid.text.split(".")[0] === state.split(".")[0];
  if (text !== lastSaid.text && (!sameState || now - lastSaid.at > 10_000)) lastSaid = { at: now, text };
  return html`<span class="sr-only" role="status" aria-live="polite">${guard([lastSaid.text], () => lastSaid.text)}</span>`;
}

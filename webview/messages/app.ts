import { html, nothing, type TemplateResult } from "lit";
import { ref } from "lit/directives/ref.js";
import type { PartitionStatus } from "../../src/shared/messages.ts";
import { button } from "../ui/controls.ts";
import { count, int } from "../ui/format.ts";
import { icon } from "../ui/icon.ts";
import { splitter } from "../ui/splitter.ts";
import type { VirtualGrid } from "../ui/virtualGrid.ts";
import { detailPane } from "./detail.ts";
import { filterLine } from "./filterLine.ts";
import { messagesGrid } from "./grid.ts";
import type { Panel } from "./panel.ts";
import { produceForm } from "./produceForm.ts";
import { emptyState } from "./states.ts";
import { statusLine } from "./statusLine.ts";
import { timelineBar } from "./timeline.ts";
import { toolbar } from "./toolbar.ts";
import { viewChips } from "./viewChips.ts";

/** The whole panel, from its state. */
export function app(panel: Panel): TemplateResult {
  const { producing, layout } = panel;
  const style = [
    layout.detailWidth && `--detail-width: ${layout.detailWidth}px`,
    layout.detailHeight && `--detail-height: ${layout.detailHeight}px`,
    layout.produceWidth && `--produce-width: ${layout.produceWidth}px`,
  ]
    .filter(Boolean)
    .join(";");
  const resize = (key: "detailWidth" | "detailHeight" | "produceWidth") => (size: number) => {
    panel.layout = { ...panel.layout, [key]: size };
    panel.save();
    panel.changed();
  };
  return html`<div class="app" .style=${style}>
    <header><h1 class="sr-only">Messages of ${panel.init.name}</h1>${toolbar(panel)}</header>
    ${filterLine(panel)} ${timelineBar(panel)} ${viewChips(panel)} ${progressBar(panel)} ${troubles(panel)}
    <main class="body">
      <section class="messages" aria-label="Messages">
        ${messagesGrid(
          panel,
          ref((el) => attachGrid(panel, el as VirtualGrid | undefined)),
        )} ${emptyState(panel)} ${newPill(panel)}
      </section>
      ${
        panel.detailShown
          ? html`<div class="detail-part">
            ${splitter({ label: "Width of the message pane", orientation: "vertical", controls: "detail", min: 240, onResize: resize("detailWidth") })}
            ${splitter({ label: "Height of the message pane", orientation: "horizontal", controls: "detail", min: 120, onResize: resize("detailHeight") })}
            ${detailPane(panel)}
          </div>`
          : nothing
      }
      ${
        producing.open
          ? html`<div class="produce-part">
            ${splitter({ label: "Width of the produce form", orientation: "vertical", controls: "produce", min: 300, onResize: resize("produceWidth") })}
            ${produceForm(panel)}
          </div>`
          : nothing
      }
    </main>
    ${statusLine(panel)}
  </div>`;
}

function attachGrid(panel: Panel, grid: VirtualGrid | undefined): void {
  if (!grid || panel.grid === grid) return;
  panel.grid = grid;
  panel.reading.placeGrid();
}

function progressBar(panel: Panel): TemplateResult {
  const state = panel.reading.status?.state ?? "connecting";
  const progress = panel.reading.progress;
  const waiting = state === "connecting" || (state === "reading" && progress === null);
  return html`<div
    class=${`progress ${waiting ? "waiting" : ""} ${state === "reading" || waiting ? "on" : ""}`}
    role="progressbar"
    aria-label="Reading"
    aria-hidden=${state === "reading" || waiting ? nothing : "true"}
    aria-valuenow=${progress === null ? nothing : Math.round(progress * 100)}
    .style=${`--progress: ${progress === null ? 0 : progress * 100}%`}
  ></div>`;
}

/** Sentences that ask for the user: what was rejected, partitions that cannot be read, a failure while rows are shown. */
const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, "")}.`;

/** "Partitions 0, 1, 2 and 9 more" */
function named(partitions: readonly PartitionStatus[], several: boolean): string {
  const names = partitions.map(({ topic, partition }) => (several ? `${topic}-${partition}` : String(partition)));
  const shown = names.slice(0, 5).join(", ");
  return `Partition${names.length > 1 ? "s" : ""} ${shown}${names.length > 5 ? ` and ${int(names.length - 5)} more` : ""}`;
}

function troubles(panel: Panel): TemplateResult {
  const { status } = panel.reading;
  const kept = status ? status.nextSeq - status.firstSeq : 0;
  // what all of it is about is said once
  const parts = status?.partitions.filter((p) => p.problem && !status.problem?.includes(p.problem)) ?? [];
  const several = (status?.partitions ?? []).some(({ topic }, _, [first]) => topic !== first?.topic);
  const alike = [...Map.groupBy(parts, (p) => p.problem)];
  return html`${
    panel.trouble
      ? html`<div class="notice error" role="alert">
        ${icon("error")}<span class="notice-text">${panel.trouble.message}</span>
        ${panel.trouble.retry ? button({ label: "Retry", look: "secondary", onClick: panel.trouble.retry }) : nothing}
        ${button({
          label: "Dismiss",
          icon: "close",
          iconOnly: true,
          onClick: () => {
            panel.trouble = null;
            panel.changed();
          },
        })}
      </div>`
      : nothing
  }${
    status?.registry
      ? html`<div class="notice warning" role="status">
        ${icon("warning")}<span class="notice-text">${sentence(status.registry)} Values that need their schema show their bytes until it answers.</span>
        ${button({
          label: panel.reading.askingRegistry ? "Asking …" : "Try again",
          look: "secondary",
          disabled: panel.reading.askingRegistry,
          title: "Ask the schema registry again now",
          onClick: () => panel.reading.askRegistry(),
        })}
      </div>`
      : nothing
  }${
    status?.state === "failed" && kept > 0
      ? html`<div class="notice error" role="alert">
        ${icon("error")}<span class="notice-text">${status.problem ?? "Reading failed."} What was read before is still here.</span>
        ${button({ label: "Retry", look: "secondary", onClick: () => panel.reading.restart() })}
      </div>`
      : nothing
  }${
    status && status.state !== "failed" && (status.problem || parts.length > 0)
      ? html`<div class="notice warning" role="status">
        ${icon("warning")}<span class="notice-text"
          >${status.problem ?? ""}
          ${alike.slice(0, 3).map(([problem, those]) => html`<span>${named(those, several)}: ${problem} </span>`)}${
            alike.length > 3
              ? html`<span>… and ${count(alike.slice(3).flatMap(([, those]) => those).length, "more partition")}.</span>`
              : nothing
          }</span
        >
        ${
          // a topic that was created anew: what is there now is read by starting again
          [status.problem, ...parts.map((p) => p.problem)].some((sentence) => sentence?.includes("Restart"))
            ? button({
                label: "Restart",
                look: "secondary",
                title: "Read again",
                onClick: () => panel.reading.restart(),
              })
            : nothing
        }
      </div>`
      : nothing
  }`;
}

/** While the grid does not follow, says how much has come since, and leads there. */
function newPill(panel: Panel): TemplateResult | typeof nothing {
  const { reading, grid } = panel;
  const fresh = reading.rows.next - Math.max(reading.seenUpTo, reading.rows.first);
  if (!grid || grid.position.follow || grid.position.atEnd || fresh <= 0) return nothing;
  return html`<div class="new-pill">
    ${button({
      label: `${fresh.toLocaleString()} new`,
      icon: "arrow-down",
      look: "primary",
      title: "Jump to the newest message and follow",
      onClick: () => {
        grid.toEnd();
        grid.focusRows();
      },
    })}
  </div>`;
}

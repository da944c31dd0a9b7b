import { html, nothing, type TemplateResult } from "lit";
import { isNarrowed, type PartitionStatus, type ReaderStatus, type ReadFrom } from "../../src/shared/messages.ts";
import { button, progressRing } from "../ui/controls.ts";
import { count, int } from "../ui/format.ts";
import { icon } from "../ui/icon.ts";
import type { Panel } from "./panel.ts";

/** What stands in the place of rows while there are none: what is going on, and what to do. */
export function emptyState(panel: Panel): TemplateResult | typeof nothing {
  const { status, rows, query } = panel.reading;
  if (rows.next > rows.first) return nothing;
  const state = status?.state ?? "connecting";
  const place = (
    mark: TemplateResult,
    title: string,
    text: string,
    actions: TemplateResult | typeof nothing = nothing,
  ) =>
    html`<div class="empty">
      ${mark}
      <h2>${title}</h2>
      ${text ? html`<p>${text}</p>` : nothing}
      <div class="empty-actions">${actions}</div>
    </div>`;
  const fromBeginning = button({
    label: "Read from the beginning",
    onClick: () => panel.reading.start({ from: { kind: "beginning" } }),
  });
  const produce = button({ label: "Produce a message", icon: "send", onClick: () => panel.producing.show() });

  const { view } = panel.reading;
  const kept = status ? status.nextSeq - status.firstSeq : 0;
  if (kept > 0 && isNarrowed(view) && status?.view.progress === null)
    return place(
      icon("filter", "big"),
      "No kept message matches",
      `${count(kept, "message")} kept, none of them shown.${state === "live" ? " What matches appears here as it arrives." : ""}`,
      html`${button({ label: "Show all", onClick: () => showAll(panel) })}
      ${view.filter || view.schema ? button({ label: "Search the topic", icon: "search", onClick: () => searchTopic(panel) }) : nothing}`,
    );

  switch (state) {
    case "connecting":
      return place(progressRing("Connecting"), `Connecting to ${panel.init.connectionName}…`, "");
    case "reading":
      return place(
        progressRing("Reading"),
        "Reading…",
        status && status.scanned > 0 ? `${int(status.scanned)} messages read, none of them kept yet.` : "",
      );
    case "failed":
      return place(
        icon("error", "big error"),
        `${panel.init.name} cannot be read`,
        status?.problem ?? "Reading failed.",
        html`${button({ label: "Retry", look: "primary", icon: "refresh", onClick: () => panel.reading.restart() })}
        ${button({ label: "Test connection", onClick: () => command(panel, "testConnection") })}
        ${button({ label: "Edit connection", onClick: () => command(panel, "editConnection") })}
        ${button({ label: "Show log", onClick: () => command(panel, "showLog") })}`,
      );
    case "idle":
      return place(
        icon("list-flat", "big"),
        "Nothing is being read",
        "",
        button({ label: "Read", look: "primary", onClick: () => panel.reading.restart() }),
      );
    case "live":
    case "paused":
    case "done": {
      const part = query.partitions ? "the chosen partitions" : "the topic";
      if (panel.reading.cleared)
        return place(
          icon("clear-all", "big"),
          "Cleared",
          state === "live" ? "New messages appear here as they arrive." : "",
          button({ label: "Read again", onClick: () => panel.reading.restart() }),
        );
      if ((query.filter || query.schema) && status && status.scanned > 0)
        return place(
          icon("filter", "big"),
          "Nothing found",
          `${count(status.scanned, "message")} read, none of them matches.${state === "live" ? " What matches appears here as it arrives." : ""}`,
          html`${query.filter ? button({ label: "Read without the filter", onClick: () => panel.filtering.clear() }) : nothing}
          ${query.schema ? button({ label: "Read with any schema", onClick: () => panel.filtering.showSchema(null) }) : nothing}`,
        );
      if (state === "paused") return place(icon("debug-pause", "big"), "Paused", "Resume to go on reading.", nothing);
      if (query.from.kind === "latest")
        return place(
          icon("radio-tower", "big"),
          "Waiting for new messages",
          `What arrives in ${part} from now on appears here.`,
          html`${fromBeginning} ${produce}`,
        );
      const beyond = status && beyondTheEnd(query.from, status);
      if (beyond)
        return place(
          icon("inbox", "big"),
          beyond,
          state === "live"
            ? "Reading waits for it: what comes before is not shown."
            : "Choose another range, or go live.",
          html`${fromBeginning} ${produce}`,
        );
      const holds = query.from.kind === "beginning" || query.from.kind === "last";
      return place(
        icon("inbox", "big"),
        holds ? `No messages in ${part}` : "No messages in this range",
        state === "live" ? "New messages appear here as they arrive." : "Choose another range, or go live.",
        html`${holds ? nothing : fromBeginning} ${produce}`,
      );
    }
  }
}

/** The sentence where reading is to start at offsets that no partition has reached. */
function beyondTheEnd(from: ReadFrom, { partitions }: ReaderStatus): string | null {
  if (from.kind !== "offset" && from.kind !== "offsets") return null;
  const wanted = (p: PartitionStatus): string | undefined =>
    from.kind === "offset"
      ? from.offset
      : from.offsets.find(({ topic, partition }) => topic === p.topic && partition === p.partition)?.offset;
  const all = partitions.length > 0 && partitions.every((p) => BigInt(wanted(p) ?? 0) > BigInt(p.end));
  if (!all) return null;
  return from.kind === "offset" ? `There is no offset ${int(from.offset)} yet` : "There are no such offsets yet";
}

/** Takes away whatever hides kept messages. */
function showAll(panel: Panel): void {
  const { filtering, reading } = panel;
  reading.look({ filter: null, schema: null, time: null, key: null });
  if (filtering.draft.scope === "kept") filtering.empty();
}

function searchTopic(panel: Panel): void {
  panel.filtering.change({ scope: "topic" });
  void panel.filtering.apply();
}

function command(panel: Panel, name: "showLog" | "editConnection" | "testConnection"): void {
  void panel.attempt(() => panel.rpc.call("command", [name]));
}

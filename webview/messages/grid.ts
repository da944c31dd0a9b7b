import { html, nothing, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import type { Cell, RowView } from "../../src/shared/messages.ts";
import { gridTime, int, size } from "../ui/format.ts";
import { icon } from "../ui/icon.ts";
import { jsonTokens } from "../ui/jsonTokens.ts";
import type { GridColumn, GridRow } from "../ui/virtualGrid.ts";
import "../ui/virtualGrid.ts";
import type { Panel } from "./panel.ts";

/** Widths in characters of the grid's font: what the column shows, to the last digit. */
const columns = [
  { id: "time", title: "time", name: "Time (local)", chars: 12, min: 60 },
  { id: "partition", title: "p", name: "Partition", chars: 3, min: 32, align: "end" },
  { id: "offset", title: "offset", name: "Offset", chars: 10, min: 48, align: "end" },
  { id: "key", title: "key", name: "Key", chars: 16, min: 48 },
  { id: "value", title: "value", name: "Value", chars: null, min: 180 },
  { id: "headers", title: "headers", name: "Headers", chars: 8, min: 40, align: "end", spare: true },
  { id: "size", title: "size", name: "Size of key and value", chars: 8, min: 48, align: "end", spare: true },
] as const;

type ColumnId = (typeof columns)[number]["id"];

/** Below this width of the grid, pixels, the value needs the room of the spare columns. */
const roomForSpare = 720;
/** A time with its day is longer than today's time alone. */
const dayChars = 23;
const cellPadding = 18;

function shownColumns(panel: Panel, days: boolean): GridColumn[] {
  const own = panel.layout.columns;
  const char = panel.grid?.charWidth ?? 7.6;
  const wide = (panel.grid?.clientWidth ?? 1000) >= roomForSpare;
  return columns
    .filter((c) => wide || !("spare" in c))
    .map((c) => {
      const chars = c.id === "time" && days ? dayChars : c.id === "key" && !wide ? 10 : c.chars;
      const width = chars === null ? null : (own[c.id] ?? Math.ceil(chars * char) + cellPadding);
      return { id: c.id, title: c.title, name: c.name, min: c.min, width, ...("align" in c ? { align: c.align } : {}) };
    });
}

/** The grid of messages; `attach` is the directive that gets hold of the element. */
export function messagesGrid(panel: Panel, attach: unknown): TemplateResult {
  const { rows, status } = panel.reading;
  const now = new Date();
  let days = false;
  if (panel.grid) {
    const { from, to } = panel.grid.position.range(0);
    for (let seq = from; seq < to && !days; seq++) {
      const row = rows.get(seq);
      days = row !== undefined && gridTime(row.timestamp, now).length > 12;
    }
  }
  const shown = shownColumns(panel, days);
  // so many characters fit into the grid at most; in steps, so that dragging a pane does not draw every row anew
  const chars = Math.ceil((panel.grid?.clientWidth ?? 1000) / (panel.grid?.charWidth ?? 7.6) / 40) * 40;
  return html`<kw-grid
    class=${status?.state === "failed" && rows.next === rows.first ? "hollow" : ""}
    .label=${`Messages of ${panel.init.topic}`}
    .columns=${shown}
    .selected=${panel.selection.seq}
    .version=${{}}
    .source=${{
      first: rows.first,
      next: rows.next,
      run: rows.run,
      row: (seq: number) => {
        const row = rows.get(seq);
        return row && gridRow(row, now, shown, chars);
      },
      ensure: (from: number, to: number) => rows.ensure(from, to),
    }}
    .events=${events(panel)}
    ${attach}
  ></kw-grid>`;
}

function events(panel: Panel) {
  return {
    select: (seq: number, how: "pointer" | "keyboard") => {
      if (how === "pointer") panel.selection.open = true;
      panel.selection.select(seq);
    },
    open: () => {
      panel.selection.show();
      requestAnimationFrame(() =>
        document.querySelector<HTMLElement>("#detail [role=tab][aria-selected=true]")?.focus(),
      );
    },
    leave: () => panel.selection.close(),
    copy: () => void panel.selection.copyValue(),
    resize: (column: string, width: number) => {
      panel.layout = { ...panel.layout, columns: { ...panel.layout.columns, [column]: width } };
      panel.save();
      panel.changed();
    },
    measured: () => panel.changed(),
    scrolled: (follow: boolean) => {
      const { reading, grid } = panel;
      if (!grid) return;
      // what has been on screen is not new any more
      const seen = follow ? reading.rows.next : Math.max(reading.seenUpTo, grid.position.range(0).to);
      // a scroll changes nothing but the grid, which draws itself, unless there is a count of new messages to change
      const pill = seen !== reading.seenUpTo || follow !== reading.followed;
      reading.seenUpTo = seen;
      reading.followed = follow;
      panel.save();
      if (pill) panel.changed();
    },
  };
}

function gridRow(row: RowView, now: Date, shown: readonly GridColumn[], chars: number): GridRow {
  const problem = row.kind === "problem";
  // a row never changes: it is built once, and again only when the day or the columns do
  const cells = guard([row, now.getDate(), shown.length, chars], () =>
    problem
      ? html`<div role="gridcell" aria-colindex="1" class="cell c-time">—</div>
          <div role="gridcell" aria-colindex="2" class="cell c-partition end">${row.partition}</div>
          <div role="gridcell" aria-colindex="3" class="cell c-offset end">${int(row.offset)}</div>
          <div role="gridcell" aria-colindex="4" aria-colspan=${shown.length - 3} class="cell span" title=${row.problem ?? ""}>
            ${icon("error", "mark error")}<span>${row.problem}</span>
          </div>`
      : shown.map(
          (c, i) => html`<div
            role="gridcell"
            aria-colindex=${i + 1}
            class=${`cell c-${c.id} ${c.align === "end" ? "end" : ""}`}
          >${content(row, c.id as ColumnId, now, chars)}</div>`,
        ),
  );
  return { class: problem ? "problem" : row.value === null ? "tombstone" : "", cells };
}

function content(row: RowView, column: ColumnId, now: Date, chars: number): unknown {
  switch (column) {
    case "time":
      return gridTime(row.timestamp, now);
    case "partition":
      return row.partition;
    case "offset":
      return int(row.offset);
    case "key":
      return row.key ? payload(row.key, chars) : html`<span class="none">no key</span>`;
    case "value":
      return row.value
        ? payload(row.value, chars)
        : html`${icon("circle-slash", "mark")}<span class="none">null (tombstone)</span>`;
    case "headers":
      return row.headerCount || nothing;
    case "size":
      return size(row.keySize + row.valueSize);
  }
}

const schemaNames: Partial<Record<Cell["format"], string>> = {
  avro: "Avro",
  protobuf: "Protobuf",
  "json-schema": "JSON Schema",
  binary: "hex",
};

function payload(cell: Cell, chars: number): TemplateResult {
  const problem = cell.problems.length > 0 ? cell.problems.join(" ") : null;
  const tag = schemaNames[cell.format];
  const json = !problem && cell.format !== "text" && cell.format !== "binary" && /^[[{]/.test(cell.text);
  // what no column is wide enough for is not drawn: long lines are what costs
  const text = cell.text.slice(0, chars);
  const cut = cell.cut || text.length < cell.text.length ? "…" : "";
  return html`${
    problem
      ? html`${icon("warning", "mark warning")}<span class="cell-problem" title=${problem}>${problem}</span>`
      : nothing
  }${tag && !problem ? html`<span class="tag">${tag}</span>` : nothing}${
    cell.format === "empty"
      ? html`<span class="none">empty</span>`
      : json
        ? valuesStandOut(text, cut)
        : html`<span class="text">${text}${cut}</span>`
  }`;
}

/**
 * A line of JSON whose values stand out from names and punctuation. Made without templates, in as few elements as it takes: a screen of them is
 * made anew for each jump of the scroll bar. All of it is text nodes.
 */
function valuesStandOut(text: string, cut: string): HTMLElement {
  const line = document.createElement("span");
  line.className = "text json";
  let quiet = "";
  for (const token of jsonTokens(text)) {
    if (token.kind === "string" || token.kind === "number" || token.kind === "word") {
      line.append(quiet);
      quiet = "";
      const value = document.createElement("b");
      value.textContent = token.text;
      line.append(value);
    } else quiet += token.text;
  }
  line.append(quiet + cut);
  return line;
}

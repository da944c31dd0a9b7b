import { html, nothing, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { JSON_FORMATS } from "../../src/shared/decoding.ts";
import type { Cell, RowView } from "../../src/shared/messages.ts";
import { cssName } from "../ui/cssName.ts";
import { int, size, timeText } from "../ui/format.ts";
import { icon } from "../ui/icon.ts";
import { jsonTokens } from "../ui/jsonTokens.ts";
import type { GridColumn, GridRow, Reach } from "../ui/virtualGrid.ts";
import "../ui/virtualGrid.ts";
import { fieldOf, moveColumn, shownColumns, sortBy, transactionText } from "./columns.ts";
import type { Panel } from "./panel.ts";
import { copyRows, openRowMenu, sameKey } from "./rowMenu.ts";

type TimeStyle = Panel["layout"]["time"];

const rowHeights = { compact: 18, normal: 22, comfortable: 30 } as const;
/** a marker, an unreadable batch: nothing of them changes with the columns but their place */
const NO_CELLS = 3;

/** The grid of messages; `attach` is the directive that gets hold of the element. */
export function messagesGrid(panel: Panel, attach: unknown): TemplateResult {
  const { rows, status } = panel.reading;
  const now = new Date();
  tick(panel);
  const { time } = panel.layout;
  const chars = { time: 12, offset: 6 };
  if (panel.grid) {
    const { from, to } = panel.grid.position.range(0);
    for (let place = from; place < to; place++) {
      const row = rows.get(place);
      if (!row) continue;
      chars.time = Math.max(chars.time, timeText(row.timestamp, time, now).length);
      chars.offset = Math.max(chars.offset, int(row.offset).length);
    }
  }
  const shown = shownColumns(panel, chars);
  const look = lookOf(panel, shown, now);
  return html`<kw-grid
    class=${status?.state === "failed" && rows.next === rows.first ? "hollow" : ""}
    .label=${`Messages of ${panel.init.name}`}
    .columns=${shown}
    .selected=${panel.selection.at}
    .rowHeight=${rowHeights[panel.layout.density]}
    .version=${{}}
    .source=${{
      first: rows.first,
      next: rows.next,
      run: rows.run,
      row: (place: number) => {
        const row = rows.get(place);
        return row && gridRow(panel, row, look);
      },
      ensure: (from: number, to: number) => rows.ensure(from, to),
    }}
    .events=${events(panel)}
    ${attach}
  ></kw-grid>`;
}

/** What the cells of all rows have in common. */
interface Look {
  columns: readonly GridColumn[];
  /** characters that fit into each column at most */
  chars: readonly number[];
  now: Date;
  time: TimeStyle;
  /** changes when rows have to be built anew */
  key: string;
}

function lookOf(panel: Panel, columns: readonly GridColumn[], now: Date): Look {
  const { time } = panel.layout;
  const { clientWidth = 1000, charWidth = 7.6, narrowest = 7.6 } = panel.grid ?? {};
  const rest = clientWidth - columns.reduce((sum, { width }) => sum + (width ?? 0), 0);
  // in steps, so that dragging a pane or an edge does not draw every row at each pixel
  const chars = columns.map(
    ({ width, min }) => Math.ceil(Math.max(min, width ?? rest) / Math.min(charWidth, narrowest) / 20) * 20,
  );
  // "how long ago" changes by itself
  const moment = time === "relative" ? Math.floor(now.getTime() / 1000) : now.getDate();
  const key = [moment, time, ...columns.map(({ id }, i) => `${id} ${chars[i]}`)].join("\n");
  return { columns, chars, now, time, key };
}

let ticking: ReturnType<typeof setTimeout> | undefined;

/** How long ago something was changes also when nothing else does. */
function tick(panel: Panel): void {
  clearTimeout(ticking);
  if (panel.layout.time === "relative") ticking = setTimeout(() => panel.changed(), 1000);
}

function events(panel: Panel) {
  return {
    select: (place: number, how: "pointer" | "keyboard", reach: Reach) => {
      if (how === "pointer" && reach === "one") panel.selection.open = true;
      const seq = panel.reading.rows.get(place)?.seq ?? null;
      if (reach === "range") panel.marks.extendTo(place);
      else if (reach === "toggle" && seq !== null) panel.marks.toggle(seq, place);
      else if (reach === "one") panel.marks.only(seq, place);
      panel.selection.selectAt(place, reach === "one");
    },
    selectAll: () => panel.marks.everything(),
    menu: (x: number, y: number, column: string | null) => openRowMenu(panel, x, y, column),
    key: (e: KeyboardEvent) => {
      const same =
        e.altKey && !e.ctrlKey && !e.metaKey ? { ArrowDown: 1 as const, ArrowUp: -1 as const }[e.key] : undefined;
      if (same === undefined) return;
      e.preventDefault();
      sameKey(panel, same);
    },
    sort: (column: string) => sortBy(panel, column),
    move: (column: string, by: number) => moveColumn(panel, column, by),
    fit: (column: string) => {
      const width = panel.grid?.widthOf(column);
      if (width == null) return;
      panel.layout = { ...panel.layout, columns: { ...panel.layout.columns, [column]: Math.max(40, width + 18) } };
      panel.save();
      panel.changed();
    },
    open: () => {
      panel.selection.show();
      focusMessage(performance.now() + 3000);
    },
    leave: () => {
      if (panel.marks.count > 1) {
        panel.marks.only(panel.selection.seq, panel.selection.at);
        panel.changed();
      } else panel.selection.close();
    },
    copy: () => (panel.marks.count > 1 ? copyRows(panel, "value") : void panel.selection.copy("value")),
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

function gridRow(panel: Panel, row: RowView, look: Look): GridRow {
  // a row never changes: it is built once, and again only when the day or the columns do
  const cells = guard([row, look.key], () =>
    row.kind === "record" ? recordCells(row, look) : spanningCells(row, look),
  );
  const state = row.transaction?.state === "aborted" ? "aborted" : row.value === null ? "tombstone" : "";
  return { class: row.kind === "record" ? state : row.kind, marked: panel.marks.has(row.seq), cells };
}

function recordCells(row: RowView, look: Look): TemplateResult[] {
  let field = 0;
  return look.columns.map((c, i) => {
    const chars = look.chars[i]!;
    const cell = fieldOf(c.id) === null ? content(row, c.id, look, chars) : fieldContent(row.fields[field++], chars);
    return html`<div role="gridcell" aria-colindex=${i + 1} class=${`cell c-${cssName(c.id)} ${c.align === "end" ? "end" : ""}`}>${cell}</div>`;
  });
}

/** A marker or an unreadable batch: where it is, and a sentence over the rest. */
function spanningCells(row: RowView, look: Look): TemplateResult[] {
  const shown = look.columns;
  const sentence = row.kind === "problem" ? row.problem : (row.value?.text ?? "");
  const places = new Set(["time", "topic", "partition", "offset"]);
  const last = shown.findLastIndex(({ id }, i) => places.has(id) && i < shown.length - 1 && i < NO_CELLS + 1);
  const cells = shown
    .slice(0, last + 1)
    .map(
      (c, i) =>
        html`<div role="gridcell" aria-colindex=${i + 1} class=${`cell c-${cssName(c.id)} ${c.align === "end" ? "end" : ""}`}>${places.has(c.id) ? content(row, c.id, look, 0) : nothing}</div>`,
    );
  return [
    ...cells,
    html`<div role="gridcell" aria-colindex=${last + 2} aria-colspan=${shown.length - last - 1} class="cell span" title=${sentence ?? ""}>
      ${icon(row.kind === "problem" ? "error" : "milestone", `mark ${row.kind === "problem" ? "error" : ""}`)}<span>${sentence}</span>
    </div>`,
  ];
}

function fieldContent(cell: Cell | null | undefined, chars: number): unknown {
  return cell
    ? html`<span class=${cell.format === "text" ? "text" : "text json-value"}>${cell.text.slice(0, chars)}${cell.cut ? "…" : ""}</span>`
    : nothing;
}

function content(row: RowView, column: string, { now, time }: Look, chars: number): unknown {
  switch (column) {
    case "time":
      return timeText(row.timestamp, time, now);
    case "topic":
      return row.topic;
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
    case "keySize":
      return row.key ? size(row.keySize) : nothing;
    case "valueSize":
      return row.value ? size(row.valueSize) : nothing;
    case "transaction":
      return row.transaction
        ? html`<span class=${`transaction ${row.transaction.state}`}>${transactionText(row)}</span>`
        : nothing;
    case "compression":
      return row.codec;
    case "epoch":
      return row.leaderEpoch < 0 ? nothing : row.leaderEpoch;
    case "timeType":
      return row.timestampType === "append" ? "append" : "create";
    default:
      return nothing;
  }
}

const schemaNames: Partial<Record<Cell["format"], string>> = {
  avro: "Avro",
  protobuf: "Protobuf",
  "json-schema": "JSON Schema",
  xml: "XML",
  messagepack: "MessagePack",
  cbor: "CBOR",
  smile: "Smile",
  java: "Java",
  kafka: "Kafka",
  binary: "hex",
};

function payload(cell: Cell, chars: number): TemplateResult {
  const problem = cell.problems.length > 0 ? cell.problems.join(" ") : null;
  const tag = schemaNames[cell.format];
  const json = !problem && JSON_FORMATS.has(cell.format) && /^[[{]/.test(cell.text);
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

/** Goes into the message once it is drawn, unless the user has left the rows before, or it has not come by a performance.now(). */
function focusMessage(until: number): void {
  requestAnimationFrame(() => {
    const tab = document.querySelector<HTMLElement>("#detail [role=tab][aria-selected=true]");
    if (tab) tab.focus();
    else if (performance.now() < until && document.activeElement?.closest("[role=grid]")) focusMessage(until);
  });
}

import type { ExportColumn, RowView, SortKey } from "../../src/shared/messages.ts";
import { int } from "../ui/format.ts";
import type { GridColumn } from "../ui/virtualGrid.ts";
import type { Panel } from "./panel.ts";

interface ColumnKind {
  id: string;
  title: string;
  name: string;
  /** width in characters of the grid's font: what the column shows, to the last digit; null: takes what is left */
  chars: number | null;
  min: number;
  align?: "end";
  /** shown unless the user chose otherwise */
  usual?: boolean;
  /** given up where the grid is narrower than this, pixels, and the user has not chosen */
  spare?: number;
  sort?: SortKey;
  export?: ExportColumn;
}

/** Below this width of the grid, pixels, the value needs the room of what is also in the message pane. */
const ROOM = 720;

const kinds: readonly ColumnKind[] = [
  {
    id: "time",
    title: "time",
    name: "Time",
    chars: 12,
    min: 60,
    usual: true,
    spare: 440,
    sort: "time",
    export: "timestamp",
  },
  { id: "topic", title: "topic", name: "Topic", chars: 16, min: 60, export: "topic" },
  { id: "partition", title: "p", name: "Partition", chars: 3, min: 32, align: "end", usual: true, export: "partition" },
  {
    id: "offset",
    title: "offset",
    name: "Offset",
    chars: 10,
    min: 48,
    align: "end",
    usual: true,
    sort: "offset",
    export: "offset",
  },
  { id: "key", title: "key", name: "Key", chars: 16, min: 48, usual: true, export: "key" },
  { id: "value", title: "value", name: "Value", chars: null, min: 180, usual: true, export: "value" },
  {
    id: "headers",
    title: "headers",
    name: "Headers",
    chars: 8,
    min: 40,
    align: "end",
    usual: true,
    spare: ROOM,
    export: "headers",
  },
  {
    id: "size",
    title: "size",
    name: "Size of key and value",
    chars: 8,
    min: 48,
    align: "end",
    usual: true,
    spare: ROOM,
    sort: "size",
  },
  { id: "keySize", title: "key size", name: "Size of the key", chars: 8, min: 48, align: "end", export: "keySize" },
  {
    id: "valueSize",
    title: "value size",
    name: "Size of the value",
    chars: 9,
    min: 48,
    align: "end",
    export: "valueSize",
  },
  { id: "transaction", title: "transaction", name: "Transaction", chars: 16, min: 60, export: "transaction" },
  { id: "compression", title: "codec", name: "Compression", chars: 7, min: 48, export: "compression" },
  { id: "epoch", title: "epoch", name: "Leader epoch", chars: 6, min: 40, align: "end", export: "leaderEpoch" },
  { id: "timeType", title: "time type", name: "Timestamp type", chars: 9, min: 48, export: "timestampType" },
];
const kindOf = new Map(kinds.map((kind) => [kind.id, kind]));

const cellPadding = 18;

const FIELD = "field:";
export const fieldId = (path: string): string => FIELD + path;
export const fieldOf = (id: string): string | null => (id.startsWith(FIELD) ? id.slice(FIELD.length) : null);

/** Every column that there is, those of fields that are chosen among them: id and name. */
export function allColumns(panel: Panel): { id: string; name: string }[] {
  const fields = (panel.layout.order ?? []).filter((id) => fieldOf(id) !== null);
  return [...kinds.map(({ id, name }) => ({ id, name })), ...fields.map((id) => ({ id, name: fieldOf(id)! }))];
}

/** Ids of the columns that are shown, in order. */
export function shownIds(panel: Panel): string[] {
  const { order } = panel.layout;
  if (order) return order.filter((id) => kindOf.has(id) || fieldOf(id) !== null);
  const several = panel.init.topic === null;
  const width = panel.grid?.clientWidth ?? 1000;
  return kinds.filter((c) => (c.usual && width >= (c.spare ?? 0)) || (several && c.id === "topic")).map(({ id }) => id);
}

/** Paths of the fields that are shown, in the order in which rows carry their cells. */
const shownFields = (panel: Panel): string[] => shownIds(panel).flatMap((id) => fieldOf(id) ?? []);

/** Characters of the largest offset that there is, so that a column of them has room for all and keeps its width while it is scrolled. */
function offsetChars(panel: Panel, shown: number): number {
  let largest = 0n;
  for (const { end } of panel.reading.status?.partitions ?? []) {
    const offset = BigInt(end);
    if (offset > largest) largest = offset;
  }
  return Math.max(shown, int(String(largest)).length);
}

/** @param needed characters that times and offsets take which are on screen */
export function shownColumns(panel: Panel, needed: { time: number; offset: number }): GridColumn[] {
  const { columns: own } = panel.layout;
  const { sort } = panel.reading.view;
  const char = panel.grid?.charWidth ?? 7.6;
  const narrow = (panel.grid?.clientWidth ?? 1000) < ROOM;
  const ids = shownIds(panel);
  return ids.map((id) => {
    const kind = kindOf.get(id);
    const path = fieldOf(id);
    const title = kind?.title ?? lastStep(path!);
    const chars =
      id === "time"
        ? needed.time
        : id === "offset"
          ? offsetChars(panel, needed.offset)
          : id === "key" && narrow
            ? 10
            : kind
              ? kind.chars
              : Math.max(12, title.length + 2);
    // something has to take what is left
    const rest = chars === null || (!ids.includes("value") && id === ids.at(-1));
    return {
      id,
      title,
      name: kind?.name ?? path!,
      min: kind?.min ?? 48,
      width: rest ? null : (own[id] ?? Math.ceil((chars ?? 20) * char) + cellPadding),
      ...(kind?.align ? { align: kind.align } : {}),
      ...(kind?.sort
        ? {
            sort:
              sort.by !== kind.sort
                ? ("none" as const)
                : sort.descending
                  ? ("descending" as const)
                  : ("ascending" as const),
          }
        : {}),
    };
  });
}

const lastStep = (path: string): string => /([^.[\]']+)['\]]*$/.exec(path)?.[1] ?? path;

/** Sorts by a column: up, down, then as the messages arrived. */
export function sortBy(panel: Panel, id: string): void {
  const by = kindOf.get(id)?.sort;
  if (!by) return;
  const { sort } = panel.reading.view;
  const next =
    sort.by !== by
      ? { by, descending: false }
      : sort.descending
        ? { by: "arrival" as const, descending: false }
        : { by, descending: true };
  panel.reading.look({ sort: next });
}

export function toggleColumn(panel: Panel, id: string): void {
  const shown = shownIds(panel);
  const next = shown.includes(id) ? shown.filter((one) => one !== id) : insert(shown, id);
  if (next.length > 0) arrange(panel, next);
}

/** A column comes where the list of all has it; a field's before the value. */
function insert(shown: string[], id: string): string[] {
  const rank = (one: string): number => {
    const at = kinds.findIndex((kind) => kind.id === one);
    return at < 0 ? kinds.findIndex((kind) => kind.id === "value") - 0.5 : at;
  };
  const at = shown.findIndex((one) => rank(one) > rank(id));
  return at < 0 ? [...shown, id] : [...shown.slice(0, at), id, ...shown.slice(at)];
}

/** Moves a column by so many places. */
export function moveColumn(panel: Panel, id: string, by: number): void {
  const shown = shownIds(panel);
  const from = shown.indexOf(id);
  const to = Math.min(Math.max(from + by, 0), shown.length - 1);
  if (from < 0 || from === to) return;
  const next = shown.filter((one) => one !== id);
  next.splice(to, 0, id);
  arrange(panel, next);
}

/** The panel's own choice again. */
export function resetColumns(panel: Panel): void {
  panel.layout = { ...panel.layout, order: null, columns: {} };
  fieldsChanged(panel);
}

function arrange(panel: Panel, order: string[]): void {
  panel.layout = { ...panel.layout, order };
  fieldsChanged(panel);
}

/** Rows carry the cells of just the fields that are shown. */
function fieldsChanged(panel: Panel): void {
  const fields = shownFields(panel);
  panel.save();
  panel.changed();
  if (fields.join("\n") !== panel.reading.view.fields.join("\n")) panel.reading.look({ fields });
}

/** The shown columns as an export has them. */
export const exportColumns = (panel: Panel): ExportColumn[] =>
  shownIds(panel).flatMap((id): ExportColumn[] => {
    const path = fieldOf(id);
    if (path !== null) return [{ field: path }];
    if (id === "size") return ["keySize", "valueSize"];
    const column = kindOf.get(id)?.export;
    return column ? [column] : [];
  });

export function transactionText({ transaction }: RowView): string {
  if (!transaction) return "";
  const { producerId, state } = transaction;
  return `${state.replace("marker-", "")} ${producerId}`;
}

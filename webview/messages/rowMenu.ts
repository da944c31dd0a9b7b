import type { CopyFormat } from "../../src/shared/messages.ts";
import { count } from "../ui/format.ts";
import { type MenuItem, openMenu } from "../ui/menu.ts";
import { fieldOf, shownIds } from "./columns.ts";
import { celPath } from "./filterCompletion.ts";
import type { Panel } from "./panel.ts";

/** rows that are handled one by one; more is for an export */
const MOST = 10_000;

/** What can be done with the selected rows, at a point of the window. `column`: what was clicked, if anything. */
export function openRowMenu(panel: Panel, x: number, y: number, column: string | null): void {
  openMenu("Selected messages", items(panel, column), x, y);
}

function items(panel: Panel, column: string | null): MenuItem[] {
  const { selection, marks } = panel;
  const n = marks.count;
  const one = n <= 1;
  const many = one ? "" : ` of ${count(n, "message")}`;
  const list: MenuItem[] = [
    { label: `Copy value${many}`, icon: "copy", keys: "Control+C", run: () => copyRows(panel, "value") },
    { label: `Copy key${many}`, run: () => copyRows(panel, "key") },
    { label: "Copy as JSON", run: () => copyRows(panel, "json") },
    { label: "Copy as kcat command", run: () => copyRows(panel, "kcat") },
    { label: "Copy as kafka-console-producer command", run: () => copyRows(panel, "console-producer") },
    {
      label: "Compare the two messages",
      icon: "diff",
      group: true,
      disabled: n !== 2 || marks.all,
      run: () => compareMarked(panel),
    },
    {
      label: "Export selection…",
      icon: "export",
      disabled: n === 0,
      run: () => exportRows(panel, "jsonl", marks.list),
    },
    { label: "Resend…", icon: "send", disabled: n === 0, run: () => resend(panel) },
    { label: "Edit and send…", icon: "edit", disabled: !one || panel.init.topic === null, run: () => edit(panel) },
    { label: "Only this key", icon: "key", group: true, disabled: !one, run: () => onlyThisKey(panel) },
    { label: "Next with the same key", keys: "Alt+ArrowDown", disabled: !one, run: () => sameKey(panel, 1) },
    { label: "Previous with the same key", keys: "Alt+ArrowUp", disabled: !one, run: () => sameKey(panel, -1) },
    { label: "History of the key", icon: "history", disabled: !one, run: () => selection.showTab("history") },
  ];
  const filter = column === null ? null : filterByCell(panel, column);
  if (filter) list.push(filter);
  return list;
}

/** Kept records as text, for the clipboard. */
export function copyRows(panel: Panel, format: CopyFormat): void {
  const seqs = chosen(panel);
  if (!seqs) return;
  void panel.attempt(() => panel.rpc.call("copyRows", [seqs, format]));
}

/** The marked rows one by one, or a sentence that they are too many. */
function chosen(panel: Panel): number[] | null {
  const { list, count: n } = panel.marks;
  if (list && n <= MOST) return list;
  panel.failed(new Error(`More than ${count(MOST, "message")} are selected: export them instead.`), null);
  return null;
}

export function exportRows(panel: Panel, format: "jsonl" | "json" | "csv" | "raw", seqs: number[] | null): void {
  void panel.attempt(() => panel.rpc.call("exportRows", [format, seqs, panel.exportColumns()]));
}

function resend(panel: Panel): void {
  const seqs = chosen(panel);
  if (seqs) void panel.attempt(() => panel.rpc.call("resendRows", [seqs]));
}

/** The selected message in the produce form. */
function edit(panel: Panel): void {
  const { seq } = panel.selection;
  if (seq !== null) void panel.attempt(() => panel.producing.editMessage(seq));
}

function compareMarked(panel: Panel): void {
  const [left, right] = (panel.marks.list ?? []).sort((a, b) => a - b);
  if (left !== undefined && right !== undefined) void panel.attempt(() => panel.rpc.call("compare", [left, right]));
}

/** Shows only messages with the selected one's key. */
function onlyThisKey(panel: Panel): void {
  const { seq } = panel.selection;
  if (seq === null) return;
  void panel.attempt(async () => {
    const bytes = await panel.rpc.call("bytes", [seq, "key", 0, 65_536]);
    if (!bytes) {
      panel.failed(new Error("The message has no key."), null);
      return;
    }
    panel.reading.keyText = panel.selection.detail?.key?.text.slice(0, 60) ?? null;
    await panel.reading.tryLook({ key: base64(bytes.bytes) });
  });
}

/** Goes to the next or previous kept message with the selected one's key. */
export function sameKey(panel: Panel, direction: 1 | -1): void {
  const { seq } = panel.selection;
  if (seq === null) return;
  void panel.attempt(async () => {
    const found = await panel.rpc.call("sameKey", [seq, direction]);
    if (found !== null) await panel.selection.jump(found);
    else
      panel.say(
        direction === 1 ? "No later message with this key is kept." : "No earlier message with this key is kept.",
      );
  });
}

/** The cell of a field as an expression. */
function filterByCell(panel: Panel, column: string): MenuItem | null {
  const path = fieldOf(column);
  const { at } = panel.selection;
  if (path === null || at === null) return null;
  const index = shownIds(panel)
    .filter((id) => fieldOf(id) !== null)
    .indexOf(column);
  const cell = panel.reading.rows.get(at)?.fields[index];
  if (!cell || cell.cut) return null;
  const literal = cell.format === "text" ? JSON.stringify(cell.text) : cell.text;
  if (/^[[{]/.test(literal)) return null;
  return {
    label: `Filter by this value`,
    icon: "filter",
    group: true,
    run: () => panel.filtering.use({ kind: "cel", expression: `${celPath(path)} == ${literal}` }),
  };
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

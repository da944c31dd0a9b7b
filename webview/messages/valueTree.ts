import { html, nothing, type TemplateResult } from "lit";
import { type OutlineNode, outlineSize, unescaped } from "../../src/shared/jsonOutline.ts";
import { button } from "../ui/controls.ts";
import { int } from "../ui/format.ts";
import { icon } from "../ui/icon.ts";
import type { Lines } from "../ui/lines.ts";
import "../ui/lines.ts";
import { openMenu } from "../ui/menu.ts";
import { shownText } from "../ui/plainText.ts";
import { fieldId, shownIds, toggleColumn } from "./columns.ts";
import { celPath } from "./filterCompletion.ts";
import type { Panel } from "./panel.ts";
import type { TreeLine, TreeState } from "./treeState.ts";

/** characters of a name, and of a value beside it */
const CHARS = 300;
/** From this level on lines say how deep they are: their indentation does not grow any more. */
const DEEP = 16;

/** A JSON value as a tree, with what can be done with a field: copied, shown as a column, filtered by. */
export function valueTree(panel: Panel, text: string, state: TreeState): TemplateResult {
  const lines = state.lines(text);
  if (lines.length === 0) return html`<p class="dim">This is not whole JSON: show it as text.</p>`;
  const focused = state.focused(lines);
  return html`<kw-lines
    class="tree"
    role="tree"
    aria-label="Fields of the value"
    .count=${lines.length}
    .focused=${focused}
    .line=${(index: number) => lineAt(panel, text, lines, index, state, index === focused)}
    @keydown=${(e: KeyboardEvent) => onKey(panel, text, lines, state, e)}
  ></kw-lines>`;
}

function lineAt(
  panel: Panel,
  text: string,
  lines: readonly TreeLine[],
  index: number,
  state: TreeState,
  focused: boolean,
): TemplateResult {
  const { node, level, place, of, more } = lines[index]!;
  const indent = `--level: ${Math.min(level, DEEP)}`;
  if (more)
    return html`<div class="tree-more" .style=${indent}>
      ${button({
        label: `Show more of ${node.path.length > 60 ? `…${node.path.slice(-59)}` : node.path}`,
        onClick: () => {
          state.showMore(node.path);
          // the button is gone: in its place is the first that is new
          state.setFocus(state.lines(text), index);
          panel.changed();
          focusSoon(index);
        },
      })}
    </div>`;
  const holds = node.kind === "object" || node.kind === "array";
  const open = state.isOpen(node);
  return html`<div
    role="treeitem"
    class="tree-line"
    data-line=${index}
    aria-level=${level}
    aria-posinset=${place}
    aria-setsize=${of}
    aria-expanded=${holds ? open : nothing}
    aria-selected=${focused}
    tabindex=${focused ? 0 : -1}
    .style=${indent}
    @click=${() => {
      state.setFocus(lines, index);
      if (holds) state.setOpen(node.path, !open);
      panel.changed();
    }}
    @contextmenu=${(e: MouseEvent) => {
      e.preventDefault();
      state.setFocus(lines, index);
      panel.changed();
      menuOf(panel, text, node, e.clientX, e.clientY);
    }}
  >
    ${level > DEEP ? html`<span class="tree-depth" title=${`Level ${level}`}>${level}</span>` : nothing}${icon(holds ? (open ? "chevron-down" : "chevron-right") : "blank")}${
      node.name === null
        ? nothing
        : html`<span class="t-name">${shownText(cut(String(node.name)))}</span><span class="t-punctuation">: </span>`
    }${shortValue(text, node)}
  </div>`;
}

/** Once it is drawn. */
function focusSoon(index: number): void {
  requestAnimationFrame(() => {
    const tree = document.querySelector<Lines>("kw-lines.tree");
    tree?.reveal(index);
    tree?.querySelector<HTMLElement>(`[data-line="${index}"]`)?.focus({ preventScroll: true });
  });
}

const cut = (text: string): string => (text.length > CHARS ? `${text.slice(0, CHARS)}…` : text);

function shortValue(text: string, node: OutlineNode): TemplateResult {
  if (node.kind === "object" || node.kind === "array") {
    const n = outlineSize(text, node, 999);
    const many = n > 999 ? "999+" : int(n);
    return html`<span class="dim">${node.kind === "object" ? `{${many}}` : `[${many}]`}</span>`;
  }
  return html`<span class=${`tree-value t-${node.kind}`}>${shownText(cut(text.slice(node.start, Math.min(node.end, node.start + CHARS + 1))))}</span>`;
}

function onKey(panel: Panel, text: string, lines: readonly TreeLine[], state: TreeState, e: KeyboardEvent): void {
  if (e.ctrlKey || e.metaKey || e.altKey || (e.target as HTMLElement).role !== "treeitem") return;
  const at = state.focused(lines);
  const { node, level } = lines[at]!;
  const holds = node.kind === "object" || node.kind === "array";
  const open = state.isOpen(node);
  const go = (to: number, by: 1 | -1): void => {
    // a button among the lines is reached by Tab
    while (lines[to]?.more) to += by;
    if (!lines[to]) return;
    state.setFocus(lines, to);
    panel.changed();
    focusSoon(to);
  };
  switch (e.key) {
    case "ArrowDown":
      go(at + 1, 1);
      break;
    case "ArrowUp":
      go(at - 1, -1);
      break;
    case "PageDown":
      go(Math.min(at + 20, lines.length - 1), -1);
      break;
    case "PageUp":
      go(Math.max(at - 20, 0), 1);
      break;
    case "Home":
      go(0, 1);
      break;
    case "End":
      go(lines.length - 1, -1);
      break;
    case "ArrowRight":
      if (holds && !open) {
        state.setOpen(node.path, true);
        panel.changed();
      } else if (holds) go(at + 1, 1);
      break;
    case "ArrowLeft":
      if (open) {
        state.setOpen(node.path, false);
        panel.changed();
      } else
        go(
          lines.slice(0, at).findLastIndex((line) => line.level < level && !line.more),
          -1,
        );
      break;
    case "Enter":
    case " ":
      if (!holds) return;
      state.setOpen(node.path, !open);
      panel.changed();
      break;
    case "ContextMenu":
    case "F10": {
      if (e.key === "F10" && !e.shiftKey) return;
      const box = (e.target as HTMLElement).getBoundingClientRect();
      menuOf(panel, text, node, box.left + 40, box.bottom);
      break;
    }
    default:
      return;
  }
  e.preventDefault();
  e.stopPropagation();
}
function menuOf(panel: Panel, text: string, node: OutlineNode, x: number, y: number): void {
  const own = text.slice(node.start, node.end);
  const copy = (what: string) => void panel.attempt(() => panel.rpc.call("copyText", [what]));
  const plain = node.kind === "string" || node.kind === "number" || node.kind === "word";
  const shown = shownIds(panel).includes(fieldId(node.path));
  openMenu(
    node.path,
    [
      { label: "Copy value", icon: "copy", run: () => copy(node.kind === "string" ? unescaped(own) : own) },
      { label: "Copy path", run: () => copy(node.path) },
      {
        label: shown ? "Remove the column" : "Show as a column",
        icon: "table",
        group: true,
        disabled: node.path === "$",
        run: () => toggleColumn(panel, fieldId(node.path)),
      },
      {
        label: "Filter by this value",
        icon: "filter",
        disabled: !plain || own.length > 1000 || node.path === "$",
        run: () => panel.filtering.use({ kind: "cel", expression: `${celPath(node.path)} == ${own}` }),
      },
    ],
    x,
    y,
  );
}

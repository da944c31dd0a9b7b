import { html, nothing, type TemplateResult } from "lit";
import {
  type OutlineNode,
  outlineChildren,
  outlineRoot,
  outlineSize,
  unescaped,
} from "../../src/shared/jsonOutline.ts";
import { button } from "../ui/controls.ts";
import { int } from "../ui/format.ts";
import { icon } from "../ui/icon.ts";
import { openMenu } from "../ui/menu.ts";
import { fieldId, shownIds, toggleColumn } from "./columns.ts";
import { celPath } from "./filterCompletion.ts";
import type { Panel } from "./panel.ts";

/** children of one node that are drawn at first; more come by a button */
const FIRST = 100;
/** characters of a value beside its name */
const CHARS = 300;

/** What is open, by path, and how many children of each are drawn: kept while the panel lives, so that the next message opens alike. */
export class TreeState {
  readonly open = new Set<string>(["$"]);
  readonly most = new Map<string, number>();
  /** path of the node that the keys act on */
  focus = "$";
}

/** A JSON value as a tree, with what can be done with a field: copied, shown as a column, filtered by. */
export function valueTree(panel: Panel, text: string, state: TreeState): TemplateResult {
  const root = outlineRoot(text);
  if (!root) return html`<p class="dim">This is not whole JSON: show it as text.</p>`;
  const lines: TemplateResult[] = [];
  const paths: string[] = [];
  const visit = (node: OutlineNode, level: number): void => {
    paths.push(node.path);
    lines.push(nodeLine(panel, text, node, level, state));
    if (!state.open.has(node.path)) return;
    const most = state.most.get(node.path) ?? FIRST;
    const { nodes, more } = outlineChildren(text, node, most);
    for (const child of nodes) visit(child, level + 1);
    if (more) {
      lines.push(
        html`<div class="tree-more" .style=${`--level: ${level + 1}`}>
          ${button({
            label: `Show more of ${node.path}`,
            onClick: () => {
              state.most.set(node.path, most * 10);
              panel.changed();
            },
          })}
        </div>`,
      );
    }
  };
  visit(root, 1);
  if (!paths.includes(state.focus)) state.focus = "$";
  return html`<div class="tree" role="tree" aria-label="Fields of the value" @keydown=${(e: KeyboardEvent) => onKey(panel, text, root, paths, state, e)}>
    ${lines}
  </div>`;
}

function nodeLine(panel: Panel, text: string, node: OutlineNode, level: number, state: TreeState): TemplateResult {
  const holds = node.kind === "object" || node.kind === "array";
  const open = holds && state.open.has(node.path);
  const toggle = (): void => {
    if (!state.open.delete(node.path)) state.open.add(node.path);
    panel.changed();
  };
  return html`<div
    role="treeitem"
    class="tree-line"
    data-path=${node.path}
    aria-level=${level}
    aria-expanded=${holds ? open : nothing}
    aria-selected=${state.focus === node.path}
    tabindex=${state.focus === node.path ? 0 : -1}
    .style=${`--level: ${level}`}
    @click=${() => {
      state.focus = node.path;
      if (holds) toggle();
      else panel.changed();
    }}
    @contextmenu=${(e: MouseEvent) => {
      e.preventDefault();
      state.focus = node.path;
      menuOf(panel, text, node, e.clientX, e.clientY);
    }}
  >
    ${icon(holds ? (open ? "chevron-down" : "chevron-right") : "blank")}${
      node.name === null ? nothing : html`<span class="t-name">${node.name}</span><span class="t-punctuation">: </span>`
    }${shortValue(text, node)}
  </div>`;
}

function shortValue(text: string, node: OutlineNode): TemplateResult {
  if (node.kind === "object" || node.kind === "array") {
    const n = outlineSize(text, node, 999);
    const many = n > 999 ? "999+" : int(n);
    return html`<span class="dim">${node.kind === "object" ? `{${many}}` : `[${many}]`}</span>`;
  }
  const own = text.slice(node.start, Math.min(node.end, node.start + CHARS));
  return html`<span class=${`t-${node.kind}`}>${own}${node.end - node.start > CHARS ? "…" : ""}</span>`;
}

function nodeAt(text: string, root: OutlineNode, path: string): OutlineNode | null {
  let node: OutlineNode | undefined = root;
  while (node && node.path !== path) {
    node = outlineChildren(text, node, 100_000).nodes.find(
      (child) => path === child.path || (path.startsWith(child.path) && /^[.[]/.test(path.slice(child.path.length))),
    );
  }
  return node ?? null;
}

function onKey(
  panel: Panel,
  text: string,
  root: OutlineNode,
  paths: string[],
  state: TreeState,
  e: KeyboardEvent,
): void {
  if (e.ctrlKey || e.metaKey || e.altKey) return;
  const at = paths.indexOf(state.focus);
  const node = nodeAt(text, root, state.focus);
  if (!node) return;
  const holds = node.kind === "object" || node.kind === "array";
  const open = state.open.has(node.path);
  const go = (path: string | undefined): void => {
    if (path === undefined) return;
    state.focus = path;
    panel.changed();
    requestAnimationFrame(() => {
      for (const line of document.querySelectorAll<HTMLElement>(".tree-line")) {
        if (line.dataset["path"] === path) line.focus();
      }
    });
  };
  switch (e.key) {
    case "ArrowDown":
      go(paths[at + 1]);
      break;
    case "ArrowUp":
      go(paths[at - 1]);
      break;
    case "Home":
      go(paths[0]);
      break;
    case "End":
      go(paths.at(-1));
      break;
    case "ArrowRight":
      if (holds && !open) {
        state.open.add(node.path);
        panel.changed();
      } else if (holds) go(paths[at + 1]);
      break;
    case "ArrowLeft":
      if (holds && open) {
        state.open.delete(node.path);
        panel.changed();
      } else go(paths.slice(0, at).findLast((path) => node.path.startsWith(path)));
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

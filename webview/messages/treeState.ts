import { type OutlineNode, outlineChildren, outlineRoot } from "../../src/shared/jsonOutline.ts";

/** children of one node that are there at first; more come by a button */
const FIRST = 1000;

/** A line of the tree: a node, or the way to more of one's children. */
export interface TreeLine {
  node: OutlineNode;
  /** from 1 */
  level: number;
  /** its place among the children that are there, from 1, and how many there are; -1: nobody has counted */
  place: number;
  of: number;
  /** this line offers more of the node's children */
  more: boolean;
}

/** What is open, by path, and how many children of each are there: kept while the panel lives, so that the next message opens alike. */
export class TreeState {
  private readonly open = new Set<string>(["$"]);
  private readonly most = new Map<string, number>();
  /** path of the node that the keys act on, and the line on which it was: names may be there twice */
  private focus = "$";
  private focusAt = 0;
  private text = "";
  private flat: readonly TreeLine[] | null = null;

  /** The lines of a JSON text as it is opened; empty when it is not whole JSON. Worked out again only when something of it has changed. */
  lines(text: string): readonly TreeLine[] {
    if (this.flat && text === this.text) return this.flat;
    this.text = text;
    const lines: TreeLine[] = [];
    const root = outlineRoot(text);
    if (root) this.add(lines, text, { node: root, level: 1, place: 1, of: 1, more: false });
    this.flat = lines;
    return lines;
  }

  /** Not recursive: a value may be nested as deeply as it likes. */
  private add(lines: TreeLine[], text: string, root: TreeLine): void {
    const waiting = [root];
    for (let line = waiting.pop(); line; line = waiting.pop()) {
      lines.push(line);
      const { node, level } = line;
      if (line.more || !this.open.has(node.path)) continue;
      const { nodes, more } = outlineChildren(text, node, this.most.get(node.path) ?? FIRST);
      if (more) waiting.push({ node, level: level + 1, place: 0, of: 0, more: true });
      const of = more ? -1 : nodes.length;
      for (let i = nodes.length - 1; i >= 0; i--)
        waiting.push({ node: nodes[i]!, level: level + 1, place: i + 1, of, more: false });
    }
  }

  isOpen(node: OutlineNode): boolean {
    return (node.kind === "object" || node.kind === "array") && this.open.has(node.path);
  }

  setOpen(path: string, open: boolean): void {
    if (open) this.open.add(path);
    else this.open.delete(path);
    this.flat = null;
  }

  showMore(path: string): void {
    this.most.set(path, (this.most.get(path) ?? FIRST) * 10);
    this.flat = null;
  }

  /** The line that the keys act on. */
  focused(lines: readonly TreeLine[]): number {
    const is = (line: TreeLine | undefined) => line?.node.path === this.focus && !line.more;
    if (is(lines[this.focusAt])) return this.focusAt;
    const at = lines.findIndex(is);
    this.setFocus(lines, Math.max(0, at));
    return this.focusAt;
  }

  setFocus(lines: readonly TreeLine[], at: number): void {
    this.focusAt = at;
    this.focus = lines[at]?.node.path ?? "$";
  }
}

import type { CancellationToken, TreeItem } from "vscode";
import type { Ctx } from "../context.ts";
import type { NodeKind } from "../ids.ts";
import type { ExplorerView } from "./view.ts";

/** What a node needs from outside: the services, how the tree is looked at, and a way to have itself drawn again. */
export interface NodeHost {
  readonly ctx: Ctx;
  readonly view: ExplorerView;
  /** the node's own line changed; its children are asked for again, from its cache */
  changed(node: TreeNode): void;
  /** a folder knows now how many lines it has, and would say so on its own line */
  counted(folder: TreeNode, lines: number): void;
}

/** A folder with more lines is drawn once only: VS Code draws its children again with it, which takes about a second for ten thousand. */
export const longFolder = 2000;

/**
 * One line of the tree. `id` is stable over refreshes, so that VS Code keeps what is expanded and selected.
 * Children are loaded when first asked for and kept until `forget`.
 */
export abstract class TreeNode {
  abstract readonly id: string;
  /** `contextValue` of the tree item */
  abstract readonly kind: NodeKind;
  /** what Copy Name copies; null: nothing */
  abstract readonly copyText: string | null;
  readonly connectionId: string | null = null;
  /** what it shows moves on by itself (offsets, lag): read anew when expanded after a while */
  readonly rereadOnExpand: boolean = false;
  readonly parent: TreeNode | null;
  protected readonly host: NodeHost;
  private loading: Promise<TreeNode[]> | null = null;
  private loadedAt = 0;

  constructor(host: NodeHost, parent: TreeNode | null) {
    this.host = host;
    this.parent = parent;
  }

  abstract item(): TreeItem;

  /** Reads the children; whatever is thrown is shown in their place. Nodes without children need none. */
  protected load(): Promise<TreeNode[]> {
    return Promise.resolve([]);
  }

  /** Adds what is too costly for every line (the tooltip) once the pointer rests on it. */
  resolve?(item: TreeItem, token: CancellationToken): Promise<TreeItem> | TreeItem;

  /** The children as they are shown now; a view may leave some out. */
  async children(): Promise<TreeNode[]> {
    if (!this.loading) {
      this.loadedAt = Date.now();
      this.loading = this.load();
    }
    return this.shown(await this.loading);
  }

  protected shown(all: TreeNode[]): TreeNode[] {
    return all;
  }

  /** Has the children been read, and longer ago than `ms`? */
  olderThan(ms: number): boolean {
    return this.loading !== null && Date.now() - this.loadedAt > ms;
  }

  /** The next `children` reads them anew. */
  forget(): void {
    this.loading = null;
  }
}

import {
  type CancellationToken,
  commands,
  type Disposable,
  EventEmitter,
  type TreeDataProvider,
  type TreeItem,
  type TreeView,
  window,
} from "vscode";
import type { Ctx, Explorer } from "../context.ts";
import { contextKeys, views } from "../ids.ts";
import { Owner } from "../platform/disposables.ts";
import { logError } from "../platform/errors.ts";
import { isCancelled, UserError } from "../shared/userError.ts";
import { ConnectionNode } from "./connectionNode.ts";
import { nameFilter } from "./nameFilter.ts";
import { longFolder, type NodeHost, type TreeNode } from "./node.ts";
import { ProblemNode } from "./problemNode.ts";
import { SchemasNode } from "./schemasNode.ts";
import { SettingProblemNode } from "./settingProblemNode.ts";
import { TopicsNode } from "./topicsNode.ts";
import type { ExplorerView } from "./view.ts";

const internalTopicsKey = "internalTopicsShown";
/** Offsets and lag that are older than this (ms) are read anew when their node is expanded again. */
const staleAfter = 10_000;

/**
 * The tree of the explorer. Whatever fails while a node's children are read is shown as that node's child, so that no cluster and no
 * request stands in the way of another.
 */
export class ExplorerTree implements TreeDataProvider<TreeNode>, Explorer, NodeHost, Disposable {
  readonly ctx: Ctx;
  private readonly owner = new Owner();
  private readonly redraw = this.owner.own(new EventEmitter<TreeNode | undefined>());
  readonly onDidChangeTreeData = this.redraw.event;
  private readonly treeView: TreeView<TreeNode>;
  /** kept over redraws with what they have read */
  private readonly roots = new Map<string, ConnectionNode>();
  private look: ExplorerView;

  constructor(ctx: Ctx) {
    this.ctx = ctx;
    this.look = {
      filter: "",
      internalTopics: ctx.extension.globalState.get(internalTopicsKey, false),
      deletedSchemas: false,
    };
    this.treeView = this.owner.own(
      window.createTreeView<TreeNode>(views.explorer, { treeDataProvider: this, showCollapseAll: true }),
    );
    this.owner.own(
      ctx.connections.onDidChange((id) => {
        this.roots.delete(id);
        this.setContext();
        this.redraw.fire(undefined);
      }),
    );
    this.owner.own(
      this.treeView.onDidExpandElement(({ element }) => {
        if (element.rereadOnExpand && element.olderThan(staleAfter)) this.refreshNode(element);
      }),
    );
    // costs nothing while it is closed: its line can tell what it could not before
    this.owner.own(this.treeView.onDidCollapseElement(({ element }) => this.changed(element)));
    this.setContext();
  }

  get view(): ExplorerView {
    return this.look;
  }

  getTreeItem(node: TreeNode): TreeItem {
    const item = node.item();
    item.id = node.id;
    item.contextValue = node.kind;
    // without it VS Code reads out the label only, or the tooltip instead
    item.accessibilityInformation ??= { label: spoken(item) };
    return item;
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    if (!node) return this.rootNodes();
    try {
      return await node.children();
    } catch (error) {
      if (!isCancelled(error)) logError(this.ctx, error);
      return [new ProblemNode(this, node, isCancelled(error) ? new UserError("Interrupted.") : error)];
    }
  }

  getParent(node: TreeNode): TreeNode | null {
    return node.parent;
  }

  async resolveTreeItem(item: TreeItem, node: TreeNode, token: CancellationToken): Promise<TreeItem> {
    return (await node.resolve?.(item, token)) ?? item;
  }

  changed(node: TreeNode): void {
    this.redraw.fire(node);
  }

  counted(folder: TreeNode, lines: number): void {
    if (lines <= longFolder) this.changed(folder);
  }

  refresh(connectionId?: string): void {
    for (const node of this.roots.values()) {
      if (connectionId === undefined) node.forget();
      else if (node.connectionId === connectionId) this.refreshNode(node);
    }
    if (connectionId === undefined) this.redraw.fire(undefined);
  }

  refreshNode(node: TreeNode): void {
    node.forget();
    this.redraw.fire(node);
  }

  async reveal(connectionId: string, topic?: string): Promise<void> {
    const root = this.rootNodes().find((node) => node.connectionId === connectionId);
    if (!root) return;
    await this.treeView.reveal(root, { expand: true, select: topic === undefined, focus: topic === undefined });
    if (topic === undefined) return;
    const folder = (await this.getChildren(root)).find((node) => node instanceof TopicsNode);
    const node = folder && (await this.getChildren(folder)).find((child) => child.id === folder.idOf(topic));
    // the filter may hide it
    if (node) await this.treeView.reveal(node, { select: true, focus: false });
  }

  async revealSubject(connectionId: string, subject: string): Promise<void> {
    const root = this.rootNodes().find((node) => node.connectionId === connectionId);
    if (!root) return;
    if (nameFilter(this.look.filter)(subject) === null) this.setFilter("");
    await this.treeView.reveal(root, { expand: true, select: false, focus: false });
    const folder = (await this.getChildren(root)).find((node) => node instanceof SchemasNode);
    const node = folder && (await this.getChildren(folder)).find((child) => child.id === folder.idOf(subject));
    if (node) await this.treeView.reveal(node, { select: true, focus: true, expand: true });
  }

  refreshSchemas(connectionId: string): void {
    const folder = this.roots.get(connectionId)?.schemas;
    if (folder) this.refreshNode(folder);
  }

  selected(): TreeNode | undefined {
    return this.treeView.selection[0];
  }

  setFilter(text: string): void {
    const filter = text.trim();
    if (filter === this.look.filter) return;
    this.look = { ...this.look, filter };
    this.lookedAtAnew();
  }

  async showInternalTopics(shown: boolean): Promise<void> {
    this.look = { ...this.look, internalTopics: shown };
    this.lookedAtAnew();
    await this.ctx.extension.globalState.update(internalTopicsKey, shown);
  }

  showDeletedSchemas(shown: boolean): void {
    this.look = { ...this.look, deletedSchemas: shown };
    this.setContext();
    for (const { schemas } of this.roots.values()) if (schemas) this.refreshNode(schemas);
  }

  dispose(): void {
    this.owner.dispose();
  }

  private rootNodes(): TreeNode[] {
    const nodes: TreeNode[] = this.ctx.connections.list().map((connection) => {
      let node = this.roots.get(connection.id);
      if (!node) this.roots.set(connection.id, (node = new ConnectionNode(this, connection)));
      return node;
    });
    return [
      ...nodes,
      ...this.ctx.connections.settingProblems().map((problem) => new SettingProblemNode(this, problem)),
    ];
  }

  /** The same data, seen differently: only the folders that the view bears on are drawn again. */
  private lookedAtAnew(): void {
    this.setContext();
    // the filter stands above the tree, so that nobody wonders where the rest is
    this.treeView.message = this.look.filter ? `Filter: ${this.look.filter}` : "";
    for (const { topics, groups, schemas } of this.roots.values()) {
      if (topics) this.redraw.fire(topics);
      if (groups) this.redraw.fire(groups);
      if (schemas) this.redraw.fire(schemas);
    }
  }

  private setContext(): void {
    const some = this.ctx.connections.list().length > 0 || this.ctx.connections.settingProblems().length > 0;
    const values = {
      [contextKeys.hasConnections]: some,
      [contextKeys.filtered]: this.look.filter !== "",
      [contextKeys.internalTopicsShown]: this.look.internalTopics,
      [contextKeys.deletedSchemasShown]: this.look.deletedSchemas,
    };
    for (const [key, value] of Object.entries(values)) void commands.executeCommand("setContext", key, value);
  }
}

function spoken({ label, description }: TreeItem): string {
  const text = typeof label === "string" ? label : (label?.label ?? "");
  return typeof description === "string" ? `${text}, ${description.replaceAll(" · ", ", ")}` : text;
}

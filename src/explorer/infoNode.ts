import { type Command, type ThemeIcon, TreeItem, TreeItemCollapsibleState } from "vscode";
import { nodeKinds } from "../ids.ts";
import { icons } from "./icons.ts";
import { type NodeHost, TreeNode } from "./node.ts";

/** A line that only says something: that there is nothing, for one; it may offer a command. */
export class InfoNode extends TreeNode {
  readonly id: string;
  readonly kind = nodeKinds.info;
  readonly copyText = null;
  override readonly connectionId: string | null;
  readonly label: string;
  private readonly more: { description?: string; command?: Command; icon?: ThemeIcon };

  constructor(
    host: NodeHost,
    parent: TreeNode,
    label: string,
    more: { description?: string; command?: Command; icon?: ThemeIcon } = {},
  ) {
    super(host, parent);
    this.id = `${parent.id}/info:${label}`;
    this.connectionId = parent.connectionId;
    this.label = label;
    this.more = more;
  }

  item(): TreeItem {
    const item = new TreeItem(this.label, TreeItemCollapsibleState.None);
    item.iconPath = this.more.icon ?? icons.info;
    if (this.more.description !== undefined) {
      item.description = this.more.description;
      // a narrow view cuts it
      item.tooltip = `${this.label}: ${this.more.description}`;
    }
    if (this.more.command) item.command = this.more.command;
    return item;
  }
}

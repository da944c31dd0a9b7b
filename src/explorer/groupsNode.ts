import { TreeItem, TreeItemCollapsibleState } from "vscode";
import { commands, nodeKinds } from "../ids.ts";
import { GroupNode } from "./groupNode.ts";
import { icons } from "./icons.ts";
import { InfoNode } from "./infoNode.ts";
import { nameFilter } from "./nameFilter.ts";
import { type NodeHost, TreeNode } from "./node.ts";
import { number } from "./texts.ts";

/** All groups of a cluster: one listing per broker, nothing asked about each. */
export class GroupsNode extends TreeNode {
  readonly id: string;
  readonly kind = nodeKinds.groups;
  readonly copyText = null;
  override readonly connectionId: string;
  private groups: GroupNode[] | null = null;

  constructor(host: NodeHost, parent: TreeNode, connectionId: string) {
    super(host, parent);
    this.connectionId = connectionId;
    this.id = `${parent.id}/groups`;
  }

  item(): TreeItem {
    const item = new TreeItem("Consumer Groups", TreeItemCollapsibleState.Collapsed);
    item.iconPath = icons.groups;
    if (!this.groups) return item;
    const match = nameFilter(this.host.view.filter);
    const shown = this.groups.filter((node) => match(node.group) !== null).length;
    item.description = this.host.view.filter ? `${number(shown)} of ${number(this.groups.length)}` : number(shown);
    return item;
  }

  protected override async load(): Promise<TreeNode[]> {
    const cluster = await this.host.ctx.clusters.get(this.connectionId);
    const { listGroups } = await import("../kafka/admin/groups.ts");
    const groups = await listGroups(cluster);
    const order = new Intl.Collator(undefined, { numeric: true }).compare;
    this.groups = groups
      .sort((a, b) => order(a.groupId, b.groupId))
      .map((group) => new GroupNode(this.host, this, this.connectionId, group));
    this.host.counted(this, this.groups.length);
    return this.groups;
  }

  protected override shown(all: GroupNode[]): TreeNode[] {
    const { filter } = this.host.view;
    const match = nameFilter(filter);
    const shown = all.filter((node) => {
      node.highlights = match(node.group);
      return node.highlights !== null;
    });
    if (shown.length > 0) return shown;
    if (all.length === 0) return [new InfoNode(this.host, this, "No consumer groups yet")];
    return [
      new InfoNode(this.host, this, `No group matches “${filter}”`, {
        description: "click to clear the filter",
        command: { command: commands.clearFilter, title: "Clear Filter" },
      }),
    ];
  }
}

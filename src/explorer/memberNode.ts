import { TreeItem, TreeItemCollapsibleState } from "vscode";
import { nodeKinds } from "../ids.ts";
import type { GroupMember } from "../kafka/api.ts";
import { icons } from "./icons.ts";
import { InfoNode } from "./infoNode.ts";
import { type NodeHost, TreeNode } from "./node.ts";
import { count, joined, ranges } from "./texts.ts";
import { tooltip } from "./tooltip.ts";

/** A member of a group, and the partitions that it was given. */
export class MemberNode extends TreeNode {
  readonly id: string;
  readonly kind = nodeKinds.member;
  readonly copyText: string;
  override readonly connectionId: string | null;
  private readonly member: GroupMember;

  constructor(host: NodeHost, parent: TreeNode, member: GroupMember) {
    super(host, parent);
    this.connectionId = parent.connectionId;
    this.member = member;
    this.id = `${parent.id}/member:${member.memberId}`;
    this.copyText = member.memberId;
  }

  item(): TreeItem {
    const { clientId, memberId, host, assignments } = this.member;
    const partitions = assignments.reduce((sum, { partitions }) => sum + partitions.length, 0);
    const item = new TreeItem(
      clientId || memberId,
      assignments.length > 0 ? TreeItemCollapsibleState.Collapsed : TreeItemCollapsibleState.None,
    );
    // brokers write a host as "/127.0.0.1"
    const address = host.replace(/^\//, "");
    item.description = joined(address, partitions > 0 ? count(partitions, "partition") : "no partition");
    item.iconPath = icons.members;
    item.tooltip = tooltip(clientId || memberId, [
      ["Member id", memberId],
      ["Host", address],
      ...assignments.map(({ topic, partitions }) => [topic, `partitions ${ranges(partitions)}`] as const),
    ]);
    item.accessibilityInformation = { label: `Member ${clientId || memberId}, ${item.description}` };
    return item;
  }

  protected override async load(): Promise<TreeNode[]> {
    return this.member.assignments
      .toSorted((a, b) => a.topic.localeCompare(b.topic))
      .map(
        ({ topic, partitions }) =>
          new InfoNode(this.host, this, topic, {
            description: `${partitions.length === 1 ? "partition" : "partitions"} ${ranges(partitions)}`,
            icon: icons.assignment,
          }),
      );
  }
}

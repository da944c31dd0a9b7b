import { type ThemeIcon, TreeItem, TreeItemCollapsibleState } from "vscode";
import { nodeKinds } from "../ids.ts";
import type { GroupLag } from "../kafka/api.ts";
import { icons } from "./icons.ts";
import { totalLag } from "./lag.ts";
import { type NodeHost, TreeNode } from "./node.ts";
import { count, joined, number } from "./texts.ts";
import { tooltip } from "./tooltip.ts";

/** A topic that a group reads: how far behind it is. */
export class GroupTopicNode extends TreeNode {
  readonly id: string;
  readonly kind = nodeKinds.groupTopic;
  readonly copyText: string;
  override readonly connectionId: string | null;
  readonly topic: string;
  private readonly partitions: GroupLag[];

  constructor(host: NodeHost, parent: TreeNode, topic: string, partitions: GroupLag[]) {
    super(host, parent);
    this.connectionId = parent.connectionId;
    this.topic = topic;
    this.copyText = topic;
    this.partitions = partitions;
    this.id = `${parent.id}/topic:${topic}`;
  }

  item(): TreeItem {
    const lag = totalLag(this.partitions);
    const item = new TreeItem(this.topic, TreeItemCollapsibleState.Collapsed);
    item.description = joined(lagText(lag), count(this.partitions.length, "partition"));
    item.iconPath = lagIcon(lag);
    item.accessibilityInformation = { label: `Topic ${this.topic}, ${lagText(lag)}` };
    return item;
  }

  protected override async load(): Promise<TreeNode[]> {
    return this.partitions
      .toSorted((a, b) => a.partition - b.partition)
      .map((partition) => new GroupPartitionNode(this.host, this, partition));
  }
}

class GroupPartitionNode extends TreeNode {
  readonly id: string;
  readonly kind = nodeKinds.groupPartition;
  readonly copyText = null;
  override readonly connectionId: string | null;
  private readonly at: GroupLag;

  constructor(host: NodeHost, parent: TreeNode, at: GroupLag) {
    super(host, parent);
    this.connectionId = parent.connectionId;
    this.at = at;
    this.id = `${parent.id}/${at.partition}`;
  }

  item(): TreeItem {
    const { partition, committed, end, lag } = this.at;
    const item = new TreeItem(`Partition ${partition}`, TreeItemCollapsibleState.None);
    item.description = joined(
      committed === null ? "nothing committed" : lagText(lag),
      committed !== null && `${number(committed)} of ${end < 0n ? "?" : number(end)}`,
    );
    item.iconPath = lagIcon(lag);
    item.tooltip = tooltip(`Partition ${partition}`, [
      ["Committed offset", committed === null ? "none" : number(committed)],
      ["Last offset", end < 0n ? "not known: the partition does not answer" : `${number(end)} (the next message’s)`],
      ["Lag", lag === null ? "not known" : number(lag)],
    ]);
    return item;
  }
}

const lagText = (lag: bigint | null): string =>
  lag === null ? "lag not known" : lag === 0n ? "no lag" : `lag ${number(lag)}`;

const lagIcon = (lag: bigint | null): ThemeIcon =>
  lag === null ? icons.uncommitted : lag > 0n ? icons.behind : icons.caughtUp;

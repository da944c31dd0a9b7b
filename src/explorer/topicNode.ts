import { type CancellationToken, TreeItem, TreeItemCollapsibleState } from "vscode";
import { nodeKinds } from "../ids.ts";
import type { PartitionOffsets, TopicInfo } from "../kafka/api.ts";
import { messageOf } from "../shared/userError.ts";
import { isInternal, topicHealth } from "./health.ts";
import { icons } from "./icons.ts";
import type { Highlights } from "./nameFilter.ts";
import { type NodeHost, TreeNode } from "./node.ts";
import { PartitionNode } from "./partitionNode.ts";
import { count, joined, number } from "./texts.ts";
import { tooltip } from "./tooltip.ts";

/** A topic. Its offsets are read when it is expanded or pointed at, for all partitions at once. */
export class TopicNode extends TreeNode {
  readonly id: string;
  readonly kind = nodeKinds.topic;
  override readonly connectionId: string;
  override readonly rereadOnExpand = true;
  /** where the name matches the filter */
  highlights: Highlights | null = null;
  info: TopicInfo;
  /** the metadata that came with the list of topics is as good as new until the node is refreshed */
  private stale = false;

  constructor(host: NodeHost, parent: TreeNode, id: string, connectionId: string, info: TopicInfo) {
    super(host, parent);
    this.connectionId = connectionId;
    this.info = info;
    this.id = id;
  }

  get topic(): string {
    return this.info.name;
  }

  get copyText(): string {
    return this.info.name;
  }

  item(): TreeItem {
    const { partitions } = this.info;
    const { health } = topicHealth(this.info);
    const item = new TreeItem(
      { label: this.topic, highlights: this.highlights ?? [] },
      TreeItemCollapsibleState.Collapsed,
    );
    item.description = joined(count(partitions.length, "partition"), this.trouble());
    item.iconPath = (isInternal(this.info) ? icons.internalTopic : icons.topic)[health];
    item.accessibilityInformation = { label: `Topic ${this.topic}, ${item.description}` };
    return item;
  }

  override async resolve(item: TreeItem, token: CancellationToken): Promise<TreeItem> {
    const { partitions } = this.info;
    const factors = [...new Set(partitions.map((p) => p.replicas.length))].sort((a, b) => a - b);
    const messages = await this.messageCount(token);
    item.tooltip = tooltip(this.topic, [
      ["Partitions", number(partitions.length)],
      ["Replication factor", factors.map(number).join(", ")],
      ["Messages", messages],
      this.trouble() ? ["Trouble", this.trouble()] : null,
      isInternal(this.info) ? ["", "Internal: kept by Kafka, or a tool, for itself"] : null,
    ]);
    return item;
  }

  override forget(): void {
    super.forget();
    this.stale = true;
  }

  protected override async load(): Promise<TreeNode[]> {
    const cluster = await this.host.ctx.clusters.get(this.connectionId);
    if (this.stale) {
      const [info] = await cluster.topics([this.topic]);
      if (info) this.info = info;
      this.stale = false;
      this.host.changed(this);
    }
    // partitions are worth showing even where their offsets are not to be had: a broker may be down
    const offsets = await this.offsets().catch((error: unknown) => messageOf(error));
    return this.info.partitions
      .toSorted((a, b) => a.partition - b.partition)
      .map((partition) => {
        const known = typeof offsets === "string" ? offsets : (offsets.get(partition.partition) ?? null);
        return new PartitionNode(this.host, this, this.connectionId, this.topic, partition, known);
      });
  }

  private async offsets(): Promise<Map<number, PartitionOffsets>> {
    const cluster = await this.host.ctx.clusters.get(this.connectionId);
    const { partitionOffsets } = await import("../kafka/admin/offsets.ts");
    return new Map((await partitionOffsets(cluster, this.topic)).map((o) => [o.partition, o]));
  }

  private async messageCount(token: CancellationToken): Promise<string> {
    try {
      const offsets = await this.offsets();
      if (token.isCancellationRequested) return "";
      let sum = 0n;
      for (const { first, last } of offsets.values()) sum += last - first;
      return `${number(sum)} by offsets`;
    } catch (error) {
      return `not known: ${messageOf(error)}`;
    }
  }

  private trouble(): string {
    const { offline, underReplicated } = topicHealth(this.info);
    return joined(
      offline > 0 && `${number(offline)} offline`,
      underReplicated > 0 && `${number(underReplicated)} under-replicated`,
    );
  }
}

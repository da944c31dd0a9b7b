import { TreeItem, TreeItemCollapsibleState } from "vscode";
import { nodeKinds } from "../ids.ts";
import type { PartitionInfo, PartitionOffsets } from "../kafka/api.ts";
import { laggingReplicas, partitionHealth } from "./health.ts";
import { icons } from "./icons.ts";
import { type NodeHost, TreeNode } from "./node.ts";
import { joined, number } from "./texts.ts";
import { tooltip } from "./tooltip.ts";

/** A partition: where it lives and which offsets it holds. */
export class PartitionNode extends TreeNode {
  readonly id: string;
  readonly kind = nodeKinds.partition;
  readonly copyText: string;
  override readonly connectionId: string;
  readonly topic: string;
  readonly partition: number;
  private readonly info: PartitionInfo;
  /** a text: why they are not known */
  private readonly offsets: PartitionOffsets | string | null;

  constructor(
    host: NodeHost,
    parent: TreeNode,
    connectionId: string,
    topic: string,
    info: PartitionInfo,
    offsets: PartitionOffsets | string | null,
  ) {
    super(host, parent);
    this.connectionId = connectionId;
    this.topic = topic;
    this.partition = info.partition;
    this.info = info;
    this.offsets = offsets;
    this.id = `${parent.id}/${info.partition}`;
    this.copyText = `${topic}-${info.partition}`;
  }

  item(): TreeItem {
    const { partition, leader, replicas, isr, problem } = this.info;
    const known = this.offsets !== null && typeof this.offsets !== "string" ? this.offsets : null;
    const lagging = laggingReplicas(this.info);
    const offline = leader < 0;
    const item = new TreeItem(`Partition ${partition}`, TreeItemCollapsibleState.None);
    item.description = joined(
      known ? `${number(known.first)} – ${number(known.last)}` : "offsets unknown",
      offline ? "no leader" : `leader ${leader}`,
      `replicas ${replicas.join(", ")}`,
      lagging.length > 0 ? `in sync ${isr.length > 0 ? isr.join(", ") : "none"}` : "all in sync",
    );
    item.iconPath = icons.partition[partitionHealth(this.info)];
    item.tooltip = tooltip(`Partition ${partition}`, [
      known ? ["First offset", number(known.first)] : null,
      known ? ["Last offset", `${number(known.last)} (the next message’s)`] : null,
      known ? ["Messages by offsets", number(known.last - known.first)] : null,
      known
        ? null
        : [
            "Offsets",
            typeof this.offsets === "string" ? `not known: ${this.offsets}` : "not known: no answer for this partition",
          ],
      ["Leader", offline ? "none: the partition is offline, nothing can be read or written" : `broker ${leader}`],
      ["Replicas", brokers(replicas)],
      ["In sync", brokers(isr)],
      lagging.length > 0 ? ["Not in sync", brokers(lagging)] : null,
      this.info.offlineReplicas.length > 0 ? ["On brokers that are down", brokers(this.info.offlineReplicas)] : null,
      problem === null ? null : ["Problem", problem],
    ]);
    item.accessibilityInformation = {
      label: joined(`Partition ${partition}`, partitionHealth(this.info), item.description).replaceAll(" · ", ", "),
    };
    return item;
  }
}

const brokers = (ids: readonly number[]): string =>
  ids.length === 0 ? "none" : `${ids.length === 1 ? "broker" : "brokers"} ${ids.join(", ")}`;

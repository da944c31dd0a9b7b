import { TreeItem, TreeItemCollapsibleState } from "vscode";
import { nodeKinds } from "../ids.ts";
import type { BrokerInfo } from "../kafka/api.ts";
import { icons } from "./icons.ts";
import { type NodeHost, TreeNode } from "./node.ts";
import { joined, number } from "./texts.ts";
import { tooltip } from "./tooltip.ts";

export class BrokersNode extends TreeNode {
  readonly id: string;
  readonly kind = nodeKinds.brokers;
  readonly copyText = null;
  override readonly connectionId: string;
  private brokers: BrokerInfo[] | null = null;

  constructor(host: NodeHost, parent: TreeNode, connectionId: string) {
    super(host, parent);
    this.connectionId = connectionId;
    this.id = `${parent.id}/brokers`;
  }

  item(): TreeItem {
    const item = new TreeItem("Brokers", TreeItemCollapsibleState.Collapsed);
    item.iconPath = icons.brokers;
    if (this.brokers) item.description = number(this.brokers.length);
    return item;
  }

  protected override async load(): Promise<TreeNode[]> {
    const cluster = await this.host.ctx.clusters.get(this.connectionId);
    const { brokers } = await cluster.describe();
    this.brokers = brokers.toSorted((a, b) => a.id - b.id);
    this.host.changed(this);
    return this.brokers.map((broker) => new BrokerNode(this.host, this, broker));
  }
}

class BrokerNode extends TreeNode {
  readonly id: string;
  readonly kind = nodeKinds.broker;
  readonly copyText: string;
  override readonly connectionId: string | null;
  readonly broker: BrokerInfo;

  constructor(host: NodeHost, parent: TreeNode, broker: BrokerInfo) {
    super(host, parent);
    this.connectionId = parent.connectionId;
    this.id = `${parent.id}/${broker.id}`;
    this.broker = broker;
    this.copyText = `${broker.host.includes(":") ? `[${broker.host}]` : broker.host}:${broker.port}`;
  }

  item(): TreeItem {
    const { id, rack, isController } = this.broker;
    const item = new TreeItem(`Broker ${id}`, TreeItemCollapsibleState.None);
    item.description = joined(this.copyText, isController && "controller", rack !== null && `rack ${rack}`);
    item.iconPath = isController ? icons.controller : icons.broker;
    item.tooltip = tooltip(`Broker ${id}`, [
      ["Address", this.copyText],
      rack === null ? null : ["Rack", rack],
      isController ? ["Role", "controller"] : null,
    ]);
    item.accessibilityInformation = { label: `Broker ${id}, ${item.description}` };
    return item;
  }
}

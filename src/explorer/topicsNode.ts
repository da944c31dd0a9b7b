import { TreeItem, TreeItemCollapsibleState } from "vscode";
import { commands, nodeKinds } from "../ids.ts";
import { isInternal } from "./health.ts";
import { icons } from "./icons.ts";
import { InfoNode } from "./infoNode.ts";
import { nameFilter } from "./nameFilter.ts";
import { longFolder, type NodeHost, TreeNode } from "./node.ts";
import { count, number } from "./texts.ts";
import { TopicNode } from "./topicNode.ts";

/** All topics of a cluster: one metadata request, nothing asked about each. */
export class TopicsNode extends TreeNode {
  readonly id: string;
  readonly kind = nodeKinds.topics;
  readonly copyText = null;
  override readonly connectionId: string;
  private topics: TopicNode[] | null = null;

  constructor(host: NodeHost, parent: TreeNode, connectionId: string) {
    super(host, parent);
    this.connectionId = connectionId;
    this.id = `${parent.id}/topics`;
  }

  /** the id of the node of a topic */
  idOf(topic: string): string {
    return `${this.id}/${topic}`;
  }

  item(): TreeItem {
    const item = new TreeItem("Topics", TreeItemCollapsibleState.Collapsed);
    item.iconPath = icons.topics;
    if (!this.topics) return item;
    const { visible, shown } = this.counts(this.topics);
    item.description = this.host.view.filter ? `${number(shown)} of ${number(visible)}` : number(visible);
    const hidden = this.topics.length - visible;
    if (hidden > 0) item.tooltip = `${count(visible, "topic")}, ${count(hidden, "internal topic")} hidden`;
    return item;
  }

  protected override async load(): Promise<TreeNode[]> {
    const cluster = await this.host.ctx.clusters.get(this.connectionId);
    const topics = await cluster.topics(null);
    const order = new Intl.Collator(undefined, { numeric: true }).compare;
    this.topics = topics
      .sort((a, b) => order(a.name, b.name))
      .map((topic) => new TopicNode(this.host, this, this.idOf(topic.name), this.connectionId, topic));
    this.host.counted(this, this.topics.length);
    return this.topics;
  }

  protected override shown(all: TopicNode[]): TreeNode[] {
    const { filter } = this.host.view;
    const match = nameFilter(filter);
    const visible = all.filter((node) => this.host.view.internalTopics || !isInternal(node.info));
    const shown = visible.filter((node) => {
      node.highlights = match(node.topic);
      return node.highlights !== null;
    });
    if (shown.length > longFolder) return [this.howMany(shown.length), ...shown];
    if (shown.length > 0) return shown;
    if (visible.length > 0)
      return [
        new InfoNode(this.host, this, `No topic matches “${filter}”`, {
          description: "click to clear the filter",
          command: { command: commands.clearFilter, title: "Clear Filter" },
        }),
      ];
    return [
      new InfoNode(this.host, this, "No topics yet", {
        description: all.length > 0 ? `${count(all.length, "internal topic")} hidden` : "click to create one",
        command: { command: commands.createTopic, title: "Create Topic", arguments: [this] },
      }),
    ];
  }

  private howMany(topics: number): TreeNode {
    return new InfoNode(this.host, this, count(topics, "topic"), {
      description: "filter by name",
      command: { command: commands.filter, title: "Filter by Name" },
    });
  }

  private counts(topics: TopicNode[]): { visible: number; shown: number } {
    const match = nameFilter(this.host.view.filter);
    let visible = 0;
    let shown = 0;
    for (const { info } of topics) {
      if (!this.host.view.internalTopics && isInternal(info)) continue;
      visible++;
      if (match(info.name)) shown++;
    }
    return { visible, shown };
  }
}

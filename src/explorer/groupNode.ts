import { type ThemeIcon, TreeItem, TreeItemCollapsibleState } from "vscode";
import { nodeKinds } from "../ids.ts";
import type { GroupLag, GroupListing } from "../kafka/api.ts";
import { GroupTopicNode } from "./groupTopicNode.ts";
import { icons } from "./icons.ts";
import { InfoNode } from "./infoNode.ts";
import { totalLag } from "./lag.ts";
import { MemberNode } from "./memberNode.ts";
import type { Highlights } from "./nameFilter.ts";
import { type NodeHost, TreeNode } from "./node.ts";
import { ProblemNode } from "./problemNode.ts";
import { joined, number } from "./texts.ts";
import { tooltip } from "./tooltip.ts";

/** A consumer group. Its members and its lag are read when it is expanded. */
export class GroupNode extends TreeNode {
  readonly id: string;
  readonly kind = nodeKinds.group;
  override readonly connectionId: string;
  override readonly rereadOnExpand = true;
  highlights: Highlights | null = null;
  private listing: GroupListing;
  /** once expanded */
  private lag: bigint | null = null;
  private members: number | null = null;

  constructor(host: NodeHost, parent: TreeNode, connectionId: string, listing: GroupListing) {
    super(host, parent);
    this.connectionId = connectionId;
    this.listing = listing;
    this.id = `${parent.id}/${listing.groupId}`;
  }

  get group(): string {
    return this.listing.groupId;
  }

  get copyText(): string {
    return this.listing.groupId;
  }

  item(): TreeItem {
    const { state, type } = this.listing;
    // a group may be named ""; a line without a text could not be seen
    const name = this.group === "" ? "(no name)" : this.group;
    const item = new TreeItem({ label: name, highlights: this.highlights ?? [] }, TreeItemCollapsibleState.Collapsed);
    item.description = joined(
      state,
      // nearly all are classic: only the others are worth the room
      type !== null && type.toLowerCase() !== "classic" && type.toLowerCase(),
      this.lag !== null && (this.lag === 0n ? "no lag" : `lag ${number(this.lag)}`),
    );
    item.iconPath = stateIcon(state);
    item.tooltip = tooltip(name, [
      ["State", state ?? "not told by this broker"],
      type === null ? null : ["Type", type.toLowerCase()],
      this.listing.protocolType === "" ? null : ["Protocol", this.listing.protocolType],
      this.members === null ? null : ["Members", number(this.members)],
      this.lag === null ? ["Lag", "read when expanded"] : ["Lag", number(this.lag)],
    ]);
    item.accessibilityInformation = { label: `Consumer group ${name}, ${item.description}` };
    return item;
  }

  protected override async load(): Promise<TreeNode[]> {
    const cluster = await this.host.ctx.clusters.get(this.connectionId);
    const { describeGroups, groupLag } = await import("../kafka/admin/groups.ts");
    const [described, lags] = await Promise.allSettled([
      describeGroups(cluster, [this.group]),
      groupLag(cluster, this.group),
    ]);
    const description = described.status === "fulfilled" ? described.value[0] : undefined;
    if (description) {
      this.listing = { ...this.listing, state: description.state, type: description.type ?? this.listing.type };
      this.members = description.members.length;
    }
    if (lags.status === "fulfilled") this.lag = totalLag(lags.value);
    this.host.changed(this);
    const children: TreeNode[] = [
      ...(lags.status === "fulfilled" ? this.topicsOf(lags.value) : []),
      ...(description?.members ?? []).map((member) => new MemberNode(this.host, this, member)),
    ];
    // one of the two is better than none
    const failed = [described, lags].find((result) => result.status === "rejected");
    if (failed) {
      if (children.length === 0) throw failed.reason;
      children.unshift(new ProblemNode(this.host, this, failed.reason));
    }
    if (children.length > 0) return children;
    return [new InfoNode(this.host, this, "No members and no committed offsets")];
  }

  private topicsOf(lags: readonly GroupLag[]): TreeNode[] {
    const topics = Map.groupBy(lags, ({ topic }) => topic);
    return [...topics]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([topic, partitions]) => new GroupTopicNode(this.host, this, topic, partitions));
  }
}

function stateIcon(state: string | null): ThemeIcon {
  const word = state?.toLowerCase() ?? "";
  if (word === "stable") return icons.group.stable;
  return /rebalanc|assigning|reconciling/.test(word) ? icons.group.busy : icons.group.idle;
}

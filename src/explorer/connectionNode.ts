import { TreeItem, TreeItemCollapsibleState } from "vscode";
import type { Connection, RegistryOptions } from "../connections/model.ts";
import { type NodeKind, nodeKinds } from "../ids.ts";
import { logError } from "../platform/errors.ts";
import { isCancelled } from "../shared/userError.ts";
import { BrokersNode } from "./brokersNode.ts";
import { GroupsNode } from "./groupsNode.ts";
import { icons } from "./icons.ts";
import { type NodeHost, TreeNode } from "./node.ts";
import { ProblemNode } from "./problemNode.ts";
import { SchemasNode } from "./schemasNode.ts";
import { joined } from "./texts.ts";
import { tooltip } from "./tooltip.ts";
import { TopicsNode } from "./topicsNode.ts";

/** A connection. Nothing is connected before it is expanded. */
export class ConnectionNode extends TreeNode {
  readonly id: string;
  readonly kind: NodeKind;
  override readonly connectionId: string;
  readonly connection: Connection;
  private state: "idle" | "reached" | "failed" = "idle";
  private parts: [BrokersNode, TopicsNode, GroupsNode] | null = null;
  private schemasFolder: SchemasNode | null = null;

  constructor(host: NodeHost, connection: Connection) {
    super(host, null);
    this.connection = connection;
    this.connectionId = connection.id;
    this.id = `connection:${connection.id}`;
    this.kind = connection.localProject ? nodeKinds.localConnection : nodeKinds.connection;
  }

  get copyText(): string {
    return this.connection.name;
  }

  /** the folder of topics, once the connection was expanded */
  get topics(): TopicsNode | undefined {
    return this.parts?.[1];
  }

  get groups(): GroupsNode | undefined {
    return this.parts?.[2];
  }

  /** the folder of schemas, once the connection was expanded and if it has a registry */
  get schemas(): SchemasNode | undefined {
    return this.schemasFolder ?? undefined;
  }

  item(): TreeItem {
    const { name, bootstrapServers, registry, tls, sasl, fromSetting } = this.connection;
    const item = new TreeItem(name, TreeItemCollapsibleState.Collapsed);
    const [first, ...others] = bootstrapServers;
    item.description = joined(others.length > 0 ? `${first} +${others.length}` : first, fromSetting && "settings");
    item.iconPath = icons.connection[this.state];
    const security = joined(
      tls ? (tls.verify ? "TLS" : "TLS, certificates not checked") : "no encryption",
      sasl ? `${sasl.mechanism.toUpperCase()} as ${sasl.username}` : "no sign-in",
    );
    const states = { idle: "not connected yet", reached: "connected", failed: "could not be reached" };
    item.tooltip = tooltip(name, [
      ["Brokers", bootstrapServers.join(", ")],
      ["Security", security],
      registry ? ["Schema registry", registryWords(registry)] : null,
      fromSetting ? ["Kept in", "the setting kafkaWorkbench.connections"] : null,
      ["State", states[this.state]],
    ]);
    item.accessibilityInformation = { label: `Connection ${name}, ${states[this.state]}` };
    return item;
  }

  protected override async load(): Promise<TreeNode[]> {
    this.schemasFolder = this.connection.registry ? new SchemasNode(this.host, this, this.connectionId) : null;
    try {
      await this.host.ctx.clusters.get(this.connectionId);
    } catch (error) {
      if (isCancelled(error)) throw error;
      this.become("failed");
      if (!this.schemasFolder) throw error;
      // the registry is another server, which may be up
      logError(this.host.ctx, error);
      return [new ProblemNode(this.host, this, error), this.schemasFolder];
    }
    this.become("reached");
    this.parts = [
      new BrokersNode(this.host, this, this.connectionId),
      new TopicsNode(this.host, this, this.connectionId),
      new GroupsNode(this.host, this, this.connectionId),
    ];
    return this.schemasFolder ? [...this.parts, this.schemasFolder] : this.parts;
  }

  private become(state: typeof this.state): void {
    if (this.state === state) return;
    this.state = state;
    this.host.changed(this);
  }
}

const registryWords = (registry: RegistryOptions): string =>
  registry.kind === "glue"
    ? `AWS Glue, ${registry.registryName ?? "default-registry"} in ${registry.region}`
    : `${registry.urls.join(", ")}${registry.kind === "apicurio" ? " (Apicurio)" : ""}`;

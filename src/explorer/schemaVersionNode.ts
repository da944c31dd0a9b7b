import { type CancellationToken, TreeItem, TreeItemCollapsibleState } from "vscode";
import { commands, type NodeKind, nodeKinds } from "../ids.ts";
import type { RegisteredSchema } from "../schema/api.ts";
import type { Version } from "../schema/registry/api.ts";
import { typeName } from "../shared/schemaTypes.ts";
import { messageOf } from "../shared/userError.ts";
import { icons } from "./icons.ts";
import { type NodeHost, TreeNode } from "./node.ts";
import type { SubjectNode } from "./subjectNode.ts";
import { askRegistry } from "./subjectTarget.ts";
import { count, joined } from "./texts.ts";
import { tooltip } from "./tooltip.ts";

interface VersionPlace {
  version: Version;
  isDeleted: boolean;
  isLatest: boolean;
}

/** What the line of a version says of its schema; the text itself is not kept. */
type Details = Pick<RegisteredSchema, "id" | "type"> & {
  references: Omit<RegisteredSchema["references"][number], "schema">[];
};

/** A version of a subject; a click opens it. Below it are the schemas that it refers to. */
export class SchemaVersionNode extends TreeNode {
  readonly id: string;
  readonly kind: NodeKind;
  override readonly connectionId: string;
  readonly subject: string;
  readonly version: Version;
  readonly isDeleted: boolean;
  details: Details | null = null;
  private readonly isLatest: boolean;

  constructor(host: NodeHost, parent: SubjectNode, { version, isDeleted, isLatest }: VersionPlace) {
    super(host, parent);
    this.connectionId = parent.connectionId;
    this.subject = parent.subject;
    this.version = version;
    this.isDeleted = isDeleted;
    this.isLatest = isLatest;
    this.kind = isDeleted ? nodeKinds.deletedSchemaVersion : nodeKinds.schemaVersion;
    this.id = `${parent.id}/version:${version}`;
  }

  get copyText(): string {
    return `${this.subject} v${this.version}`;
  }

  item(): TreeItem {
    const { details } = this;
    const references = details?.references.length ?? 0;
    const item = new TreeItem(
      `v${this.version}`,
      references > 0 ? TreeItemCollapsibleState.Collapsed : TreeItemCollapsibleState.None,
    );
    item.description = joined(
      details && typeName(details.type),
      details && `id ${details.id}`,
      this.isLatest && "latest",
      this.isDeleted && "deleted",
      references > 0 && count(references, "reference"),
    );
    item.iconPath = this.isDeleted ? icons.deletedSchema : icons.schemaVersion;
    item.command = { command: commands.openSchema, title: "Open Schema", arguments: [this] };
    item.accessibilityInformation = {
      label: `Version ${this.version} of ${this.subject}, ${item.description.replaceAll(" · ", ", ")}`,
    };
    return item;
  }

  override async resolve(item: TreeItem, token: CancellationToken): Promise<TreeItem> {
    let trouble: string | null = null;
    if (!this.details) {
      try {
        await this.look();
        if (!token.isCancellationRequested) this.host.changed(this);
      } catch (error) {
        trouble = messageOf(error);
      }
    }
    item.tooltip = tooltip(this.copyText, [
      this.details ? ["Type", typeName(this.details.type)] : null,
      this.details ? ["Id", String(this.details.id)] : null,
      this.isDeleted ? ["", "Deleted: still there for those who know its id, until it is deleted permanently"] : null,
      trouble === null ? null : ["", trouble],
    ]);
    return item;
  }

  /** Reads what the line says of the schema. */
  async look(): Promise<void> {
    const { subject, version, isDeleted } = this;
    const { id, type, references } = await askRegistry(this.host.ctx, this.connectionId, (registry) =>
      registry.version(subject, version, undefined, isDeleted ? { deleted: true } : {}),
    );
    this.details = { id, type, references: references.map(({ schema: _, ...reference }) => reference) };
  }

  protected override async load(): Promise<TreeNode[]> {
    return (this.details?.references ?? []).map((reference) => new ReferenceNode(this.host, this, reference));
  }
}

/** A schema that a version refers to, by the name that its text has for it. A click opens it. */
class ReferenceNode extends TreeNode {
  readonly id: string;
  readonly kind = nodeKinds.schemaReference;
  override readonly connectionId: string | null;
  readonly subject: string;
  readonly version: Version;
  private readonly name: string;

  constructor(host: NodeHost, parent: TreeNode, { name, subject, version }: Details["references"][number]) {
    super(host, parent);
    this.connectionId = parent.connectionId;
    this.subject = subject;
    this.version = version;
    this.name = name;
    this.id = `${parent.id}/reference:${JSON.stringify([name, subject, version])}`;
  }

  get copyText(): string {
    return this.name;
  }

  item(): TreeItem {
    const item = new TreeItem(this.name, TreeItemCollapsibleState.None);
    item.description = `${this.subject} v${this.version}`;
    item.iconPath = icons.reference;
    item.command = { command: commands.openSchema, title: "Open Schema", arguments: [this] };
    item.accessibilityInformation = { label: `Reference ${this.name}, ${this.subject} version ${this.version}` };
    return item;
  }
}

import { TreeItem, TreeItemCollapsibleState } from "vscode";
import { type NodeKind, nodeKinds } from "../ids.ts";
import type { Setting } from "../schema/registry/api.ts";
import { inParallel } from "../shared/inParallel.ts";
import { typeName } from "../shared/schemaTypes.ts";
import { messageOf } from "../shared/userError.ts";
import { icons } from "./icons.ts";
import type { Highlights } from "./nameFilter.ts";
import { type NodeHost, TreeNode } from "./node.ts";
import type { SchemasNode } from "./schemasNode.ts";
import { SchemaVersionNode } from "./schemaVersionNode.ts";
import { askRegistry } from "./subjectTarget.ts";
import { count, joined, number } from "./texts.ts";
import { tooltip } from "./tooltip.ts";

/** Of so many of the newest versions type and id are read with the subject; of the others when they are pointed at. */
const looked = 25;
const atOnce = 5;

/** A subject of the registry. Its versions and settings are read when it is expanded. */
export class SubjectNode extends TreeNode {
  readonly id: string;
  readonly kind: NodeKind;
  override readonly connectionId: string;
  readonly subject: string;
  readonly isDeleted: boolean;
  highlights: Highlights | null = null;
  private readonly folder: SchemasNode;
  /** once expanded */
  private versions: SchemaVersionNode[] | null = null;
  private level: Setting | null = null;
  private mode: Setting | null = null;

  constructor(host: NodeHost, parent: SchemasNode, subject: string, isDeleted: boolean) {
    super(host, parent);
    this.folder = parent;
    this.connectionId = parent.connectionId;
    this.subject = subject;
    this.isDeleted = isDeleted;
    this.kind = isDeleted ? nodeKinds.deletedSubject : nodeKinds.subject;
    this.id = parent.idOf(subject);
  }

  get copyText(): string {
    return this.subject;
  }

  item(): TreeItem {
    const item = new TreeItem(
      { label: this.subject, highlights: this.highlights ?? [] },
      TreeItemCollapsibleState.Collapsed,
    );
    const newest = this.versions?.[0]?.details;
    item.description = joined(
      this.isDeleted && "deleted",
      newest && typeName(newest.type),
      this.versions && count(this.versions.length, "version"),
      this.ownLevel(),
      this.mode && !this.mode.inherited && this.mode.value !== "READWRITE" && this.mode.value,
    );
    item.iconPath = this.isDeleted ? icons.deletedSchema : icons.subject;
    item.tooltip = tooltip(this.subject, [
      this.isDeleted
        ? ["", "Deleted: still there for those who know a schema’s id, until it is deleted permanently"]
        : null,
      newest ? ["Type", typeName(newest.type)] : null,
      this.versions ? ["Versions", number(this.versions.length)] : ["Versions", "read when expanded"],
      this.level
        ? ["Compatibility level", `${this.level.value}${this.level.inherited ? ", the registry’s" : ""}`]
        : null,
      this.mode ? ["Mode", `${this.mode.value}${this.mode.inherited ? ", the registry’s" : ""}`] : null,
    ]);
    item.accessibilityInformation = { label: joinedForSpeech(`Subject ${this.subject}`, item.description) };
    return item;
  }

  protected override async load(): Promise<TreeNode[]> {
    const { versions, level, mode } = await askRegistry(this.host.ctx, this.connectionId, async (registry) => {
      const { subject } = this;
      const { softDelete, modes } = registry.features;
      const withDeleted = softDelete && (this.isDeleted || this.host.view.deletedSchemas);
      const optional = (setting: Promise<Setting>) =>
        setting.catch((error: unknown) => {
          this.host.ctx.log.debug(`A setting of ${subject} is not known: ${messageOf(error)}`);
          return null;
        });
      const [live, all, level, mode] = await Promise.all([
        this.isDeleted ? [] : registry.versions(subject),
        withDeleted ? registry.versions(subject, undefined, { deleted: true }) : null,
        this.isDeleted ? null : optional(registry.compatibility(subject)),
        modes && !this.isDeleted ? optional(registry.mode(subject)) : null,
      ]);
      const here = new Set(live);
      const newestFirst = (all ?? live).toReversed();
      const versions = newestFirst.map(
        (version) =>
          new SchemaVersionNode(this.host, this, {
            version,
            isDeleted: !here.has(version),
            isLatest: !this.isDeleted && version === live.at(-1),
          }),
      );
      return { versions, level, mode };
    });
    await inParallel(versions.slice(0, looked), atOnce, (version) => version.look());
    this.versions = versions;
    this.level = level;
    this.mode = mode;
    this.host.changed(this);
    return versions;
  }

  /** the level, where it is another than the registry's */
  private ownLevel(): string | null {
    if (!this.level || this.level.inherited || this.level.value === this.folder.compatibility) return null;
    return this.level.value;
  }
}

const joinedForSpeech = (name: string, description: string | boolean | undefined): string =>
  typeof description === "string" && description !== "" ? `${name}, ${description.replaceAll(" · ", ", ")}` : name;

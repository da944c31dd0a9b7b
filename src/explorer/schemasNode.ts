import { TreeItem, TreeItemCollapsibleState } from "vscode";
import { commands, nodeKinds } from "../ids.ts";
import type { Registry, Setting } from "../schema/registry/api.ts";
import { messageOf } from "../shared/userError.ts";
import { icons } from "./icons.ts";
import { InfoNode } from "./infoNode.ts";
import { nameFilter } from "./nameFilter.ts";
import { longFolder, type NodeHost, TreeNode } from "./node.ts";
import { SubjectNode } from "./subjectNode.ts";
import { askRegistry } from "./subjectTarget.ts";
import { count, joined, number } from "./texts.ts";
import { tooltip } from "./tooltip.ts";

/**
 * Apicurio's Confluent API lists so many subjects, deleted ones counted, and has no way to ask for the others.
 * Source: Apicurio Registry's setting for the most subjects of ccompat, by default.
 */
const ccompatMost = 1000;

/** All subjects of a connection's schema registry: one listing, nothing asked about each. */
export class SchemasNode extends TreeNode {
  readonly id: string;
  readonly kind = nodeKinds.schemas;
  readonly copyText = null;
  override readonly connectionId: string;
  private subjects: SubjectNode[] | null = null;
  private url = "";
  /** of the registry; null: it does not tell */
  private level: Setting | null = null;
  private mode: Setting | null = null;
  /** there are more than the registry lists */
  private isCut = false;

  constructor(host: NodeHost, parent: TreeNode, connectionId: string) {
    super(host, parent);
    this.connectionId = connectionId;
    this.id = `${parent.id}/schemas`;
  }

  /** the id of the node of a subject */
  idOf(subject: string): string {
    return `${this.id}/${subject}`;
  }

  /** the compatibility level of subjects that have none of their own; null: not known */
  get compatibility(): string | null {
    return this.level?.value ?? null;
  }

  item(): TreeItem {
    const item = new TreeItem("Schemas", TreeItemCollapsibleState.Collapsed);
    item.iconPath = icons.schemas;
    if (!this.subjects) return item;
    const match = nameFilter(this.host.view.filter);
    const all = this.subjects.length;
    const shown = this.subjects.filter(({ subject }) => match(subject) !== null).length;
    const deleted = this.subjects.filter(({ isDeleted }) => isDeleted).length;
    item.description = joined(
      `${this.host.view.filter ? `${number(shown)} of ` : ""}${number(all)}${this.isCut ? " or more" : ""}`,
      this.level?.value,
      this.mode && isUnusual(this.mode) && this.mode.value,
    );
    item.tooltip = tooltip("Schemas", [
      ["Registry", this.url],
      ["Subjects", `${number(all)}${this.isCut ? ", and others that this registry does not list" : ""}`],
      deleted > 0 ? ["Of which deleted", number(deleted)] : null,
      ["Compatibility level", this.level?.value ?? "not told by this registry"],
      this.mode ? ["Mode", this.mode.value] : null,
    ]);
    return item;
  }

  protected override async load(): Promise<TreeNode[]> {
    const { names, gone, level, mode, url, isCut } = await askRegistry(
      this.host.ctx,
      this.connectionId,
      async (registry) => {
        const withDeleted = this.host.view.deletedSchemas && registry.features.softDelete;
        const optional = (setting: Promise<Setting>) =>
          setting.catch((error: unknown) => {
            // older registries have neither, and some users may not see them
            this.host.ctx.log.debug(`A setting of the schema registry is not known: ${messageOf(error)}`);
            return null;
          });
        const [names, all, level, mode] = await Promise.all([
          registry.subjects(),
          withDeleted ? registry.subjects(undefined, { deleted: true }) : [],
          registry.features.globalCompatibility ? optional(registry.compatibility(null)) : null,
          registry.features.modes ? optional(registry.mode(null)) : null,
        ]);
        const live = new Set(names);
        return {
          names,
          gone: all.filter((name) => !live.has(name)),
          level,
          mode,
          url: registry.url,
          isCut: await isCutShort(registry, names),
        };
      },
    );
    this.url = url;
    this.isCut = isCut;
    this.level = level;
    this.mode = mode;
    const order = new Intl.Collator(undefined, { numeric: true }).compare;
    const node = (isDeleted: boolean) => (subject: string) => new SubjectNode(this.host, this, subject, isDeleted);
    this.subjects = [...names.map(node(false)), ...gone.map(node(true))].sort((a, b) => order(a.subject, b.subject));
    this.host.counted(this, this.subjects.length);
    return this.subjects;
  }

  protected override shown(all: SubjectNode[]): TreeNode[] {
    const { filter } = this.host.view;
    const match = nameFilter(filter);
    const shown = all.filter((node) => {
      node.highlights = match(node.subject);
      return node.highlights !== null;
    });
    const cut = this.isCut
      ? [
          new InfoNode(this.host, this, "Not all subjects are listed", {
            description: `Apicurio’s Confluent API ends at ${number(ccompatMost)}: click to use Apicurio’s own`,
            icon: icons.problem,
            command: {
              command: commands.editConnection,
              title: "Edit Connection",
              arguments: [{ connectionId: this.connectionId }],
            },
          }),
        ]
      : [];
    if (shown.length > longFolder)
      return [
        ...cut,
        new InfoNode(this.host, this, count(shown.length, "subject"), {
          description: "filter by name",
          command: { command: commands.filter, title: "Filter by Name" },
        }),
        ...shown,
      ];
    if (shown.length > 0) return [...cut, ...shown];
    if (all.length > 0)
      return [
        ...cut,
        new InfoNode(this.host, this, `No subject matches “${filter}”`, {
          description: "click to clear the filter",
          command: { command: commands.clearFilter, title: "Clear Filter" },
        }),
      ];
    return [
      new InfoNode(this.host, this, "No schemas yet", {
        description: "click to write one",
        command: { command: commands.newSchema, title: "New Schema", arguments: [this] },
      }),
    ];
  }
}

async function isCutShort(registry: Registry, names: readonly string[]): Promise<boolean> {
  // the deleted ones count, but are hardly most of them
  const may = names.length > ccompatMost / 2 && names.length <= ccompatMost;
  if (registry.kind !== "confluent" || !/\/ccompat(\/|$)/.test(registry.url) || !may) return false;
  return (await registry.subjects(undefined, { deleted: true })).length === ccompatMost;
}

/** Any mode but the one in which all can be done. */
const isUnusual = ({ value }: Setting): boolean => value !== "READWRITE";

import {
  type Disposable,
  type TextDocument,
  type Uri,
  ViewColumn,
  commands as vscodeCommands,
  window,
  workspace,
} from "vscode";
import type { Ctx } from "../context.ts";
import { askRegistry, type SchemaVersion } from "../explorer/subjectTarget.ts";
import { Owner } from "../platform/disposables.ts";
import { logError } from "../platform/errors.ts";
import type { RegisteredSchema } from "../schema/api.ts";
import { compareSchemas, type VersionComparison } from "../schema/compareSchemas.ts";
import { UserError } from "../shared/userError.ts";
import { changeCount, changesPage, verdict } from "./changeText.ts";
import { inLanguage, languageOf } from "./languages.ts";
import { schemaText } from "./schemaText.ts";
import { changeTitle, type Shown, shownBy, uriOf } from "./uris.ts";

/** The registry's schemas as read-only documents. Their uris say what they show, so that they are there again after a reload. */
export class SchemaDocuments implements Disposable {
  private readonly ctx: Ctx;
  private readonly owner = new Owner();
  /** texts that were read to be opened in this moment, by uri */
  private readonly ready = new Map<string, string>();

  constructor(ctx: Ctx) {
    this.ctx = ctx;
    // a document that comes back after a reload has lost its language
    this.owner.own(workspace.onDidOpenTextDocument((document) => void this.setLanguage(document)));
  }

  dispose(): void {
    this.owner.dispose();
  }

  /** The text of a document of ours; VS Code asks for it. */
  async textOf(uri: Uri): Promise<string> {
    const ready = this.ready.get(uri.toString());
    if (ready !== undefined) return ready;
    const shown = shownBy(uri);
    if (!shown) throw new UserError("This address names no schema.", { code: "bad-uri" });
    if (shown.kind === "schema") return schemaText(await this.read(shown.of));
    return this.page(shown.older, shown.newer, (await this.comparison(shown.older, shown.newer)).comparison);
  }

  async open(of: SchemaVersion): Promise<void> {
    const schema = await this.read(of);
    await this.show({ kind: "schema", of, type: schema.type }, schemaText(schema), ViewColumn.Active);
  }

  async compare(older: SchemaVersion, newer: SchemaVersion): Promise<void> {
    const [before, after] = [await this.read(older), await this.read(newer)];
    const title = changeTitle(older, newer);
    const left = await this.document({ kind: "schema", of: older, type: before.type }, schemaText(before));
    const right = await this.document({ kind: "schema", of: newer, type: after.type }, schemaText(after));
    await vscodeCommands.executeCommand("vscode.diff", left.uri, right.uri, title, { preview: true });
    const words = await compareSchemas(before, after).then(
      (comparison) => `${title}: ${changeCount(comparison)}. ${verdict(comparison, ...names(older, newer))}`,
      (error: unknown) => {
        if (!(error instanceof UserError)) throw error;
        logError(this.ctx, error);
        return error.message;
      },
    );
    const explain = "What Changed";
    // the diff is there: nothing waits for the answer
    void this.ctx.ui.info(words, explain).then(async (chosen) => {
      if (chosen === explain) await this.explain(older, newer);
    });
  }

  async explain(older: SchemaVersion, newer: SchemaVersion): Promise<void> {
    const { comparison } = await this.comparison(older, newer);
    await this.show({ kind: "changes", older, newer }, this.page(older, newer, comparison), besideWhatIsOpen());
  }

  private page(older: SchemaVersion, newer: SchemaVersion, comparison: VersionComparison): string {
    return changesPage(comparison, changeTitle(older, newer), ...names(older, newer));
  }

  private async comparison(older: SchemaVersion, newer: SchemaVersion) {
    const [before, after] = [await this.read(older), await this.read(newer)];
    return { before, after, comparison: await compareSchemas(before, after) };
  }

  /** Also of a version that is deleted softly. */
  private read({ connectionId, subject, version }: SchemaVersion): Promise<RegisteredSchema> {
    return askRegistry(this.ctx, connectionId, (registry) =>
      registry.version(subject, version, undefined, registry.features.softDelete ? { deleted: true } : {}),
    );
  }

  private async show(shown: Shown, text: string, viewColumn: ViewColumn): Promise<void> {
    const document = await this.document(shown, text);
    await window.showTextDocument(document, { preview: true, viewColumn });
  }

  private async document(shown: Shown, text: string): Promise<TextDocument> {
    const uri = uriOf(shown);
    this.ready.set(uri.toString(), text);
    try {
      return await this.setLanguage(await workspace.openTextDocument(uri));
    } finally {
      this.ready.delete(uri.toString());
    }
  }

  private async setLanguage(document: TextDocument): Promise<TextDocument> {
    const shown = shownBy(document.uri);
    return shown?.kind === "schema" ? inLanguage(document, await languageOf(shown.type)) : document;
  }
}

/** Beside nothing there would be an empty half. */
const besideWhatIsOpen = (): ViewColumn =>
  window.tabGroups.activeTabGroup.tabs.length > 0 ? ViewColumn.Beside : ViewColumn.Active;

/** As short as they can be told apart. */
const names = (older: SchemaVersion, newer: SchemaVersion): [string, string] =>
  older.subject === newer.subject
    ? [`v${older.version}`, `v${newer.version}`]
    : [`${older.subject} v${older.version}`, `${newer.subject} v${newer.version}`];

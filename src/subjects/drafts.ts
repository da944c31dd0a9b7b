import { commands, type Disposable, type TextDocument, window, workspace } from "vscode";
import { contextKeys } from "../ids.ts";
import { Owner } from "../platform/disposables.ts";
import type { SchemaReference } from "../schema/registry/api.ts";
import { inLanguage, languageOf } from "./languages.ts";
import { referring } from "./referring.ts";

/** A schema to be written: where it is to go, and what to begin with. */
export interface NewSchema {
  connectionId: string;
  subject: string;
  /** "AVRO", "PROTOBUF", "JSON" */
  type: string;
  text: string;
  references: SchemaReference[];
}

export type DraftOrigin = Omit<NewSchema, "text">;

/** Untitled documents with schemas to edit, and what each is meant for, until it is closed. */
export class SchemaDrafts implements Disposable {
  private readonly owner = new Owner();
  private readonly origins = new Map<TextDocument, DraftOrigin>();

  constructor() {
    this.owner.own(
      workspace.onDidCloseTextDocument((document) => {
        if (isClosed(document) && this.origins.delete(document)) this.setContext();
      }),
    );
  }

  dispose(): void {
    this.owner.dispose();
  }

  originOf(document: TextDocument): DraftOrigin | undefined {
    return this.origins.get(document);
  }

  async open({ text, ...origin }: NewSchema): Promise<void> {
    const language = await languageOf(origin.type);
    const untitled = await workspace.openTextDocument({ content: text });
    // known before its language is, with which the checks begin
    if (origin.references.length > 0) referring.add(untitled);
    const document = await inLanguage(untitled, language);
    this.origins.set(document, origin);
    this.setContext();
    await window.showTextDocument(document, { preview: false });
  }

  /** for the button in the title of such an editor */
  private setContext(): void {
    const uris = [...this.origins.keys()].map(({ uri }) => uri.toString());
    void commands.executeCommand("setContext", contextKeys.schemaDrafts, uris);
  }
}

/** A document is said to close also when only its language changes: then it is still there. */
export const isClosed = (document: TextDocument): boolean => !workspace.textDocuments.includes(document);

import { type Disposable, EventEmitter, languages, Uri, window, workspace } from "vscode";
import { textScheme } from "../ids.ts";
import { Owner } from "../platform/disposables.ts";

/** Texts shown in an editor: read-only, never to be saved, forgotten when their editor is closed. */
export class TextDocuments implements Disposable {
  private readonly owner = new Owner();
  private readonly texts = new Map<string, string>();
  private opened = 0;

  constructor() {
    const changed = this.owner.own(new EventEmitter<Uri>());
    this.owner.own(
      workspace.registerTextDocumentContentProvider(textScheme, {
        onDidChange: changed.event,
        provideTextDocumentContent: (uri) => this.texts.get(uri.toString()) ?? "",
      }),
    );
    this.owner.own(workspace.onDidCloseTextDocument(({ uri }) => this.texts.delete(uri.toString())));
  }

  async open(text: string, languageId: string, title: string): Promise<void> {
    const uri = Uri.from({ scheme: textScheme, path: `/${title}`, query: String(++this.opened) });
    this.texts.set(uri.toString(), text);
    const document = await workspace.openTextDocument(uri);
    await languages.setTextDocumentLanguage(document, languageId);
    await window.showTextDocument(document, { preview: true });
  }

  dispose(): void {
    this.texts.clear();
    this.owner.dispose();
  }
}

import {
  type Disposable,
  EventEmitter,
  languages,
  TabInputText,
  TabInputTextDiff,
  type TextDocument,
  Uri,
  commands as vscodeCommands,
  window,
  workspace,
} from "vscode";
import { textScheme } from "../ids.ts";
import { Owner } from "./disposables.ts";

export interface VirtualText {
  text: string;
  languageId: string;
  /** the name in the tab */
  title: string;
}

const gone = "This text is no longer kept. Open it again from where it came from.\n";

/** Texts shown in an editor: read-only, never to be saved, forgotten when their last tab is closed. */
export class TextDocuments implements Disposable {
  private readonly owner = new Owner();
  private readonly texts = new Map<string, string>();
  private opened = 0;
  private beingOpened = 0;
  private readonly scheme: string;

  /** @param scheme of the texts' uris; one owner has it */
  constructor(scheme: string = textScheme) {
    this.scheme = scheme;
    const changed = this.owner.own(new EventEmitter<Uri>());
    this.owner.own(
      workspace.registerTextDocumentContentProvider(scheme, {
        onDidChange: changed.event,
        // after a reload VS Code asks for what it had open
        provideTextDocumentContent: (uri) => this.texts.get(uri.toString()) ?? gone,
      }),
    );
    // not when a document closes: it does so also when it changes its language, and while its tab is in the background
    this.owner.own(window.tabGroups.onDidChangeTabs(({ closed }) => closed.length > 0 && this.forgetClosed()));
  }

  async open(text: VirtualText): Promise<void> {
    await this.opening(async () => {
      await window.showTextDocument(await this.document(text), { preview: true });
    });
  }

  /** Side by side in VS Code's diff editor. */
  async diff(left: VirtualText, right: VirtualText, title: string): Promise<void> {
    await this.opening(async () => {
      const [first, second] = [await this.document(left), await this.document(right)];
      await vscodeCommands.executeCommand("vscode.diff", first.uri, second.uri, title, { preview: true });
    });
  }

  dispose(): void {
    this.texts.clear();
    this.owner.dispose();
  }

  /** A text is there before its tab is: meanwhile none is forgotten. */
  private async opening(task: () => Promise<void>): Promise<void> {
    this.beingOpened++;
    try {
      await task();
    } finally {
      this.beingOpened--;
    }
  }

  private async document({ text, languageId, title }: VirtualText): Promise<TextDocument> {
    const uri = Uri.from({ scheme: this.scheme, path: `/${title}`, query: String(++this.opened) });
    this.texts.set(uri.toString(), text);
    const document = await workspace.openTextDocument(uri);
    return document.languageId === languageId ? document : languages.setTextDocumentLanguage(document, languageId);
  }

  private forgetClosed(): void {
    if (this.beingOpened > 0) return;
    const shown = new Set(
      window.tabGroups.all
        .flatMap((group) => group.tabs)
        .flatMap(({ input }) =>
          input instanceof TabInputText
            ? [input.uri]
            : input instanceof TabInputTextDiff
              ? [input.original, input.modified]
              : [],
        )
        .map((uri) => uri.toString()),
    );
    for (const uri of this.texts.keys()) if (!shown.has(uri)) this.texts.delete(uri);
  }
}

import { CompletionItem, CompletionItemKind, type CompletionItemProvider, Range } from "vscode";
import { type AvscCompletion, completionsAt } from "../schema/avro/language/completions.ts";
import type { WorkspaceTypes } from "./workspaceTypes.ts";

/** characters; a larger file is not parsed at each keystroke */
const mostParsed = 1_000_000;

const kinds: Record<AvscCompletion["kind"], CompletionItemKind> = {
  attribute: CompletionItemKind.Property,
  type: CompletionItemKind.Keyword,
  "named-type": CompletionItemKind.Class,
  "logical-type": CompletionItemKind.TypeParameter,
  value: CompletionItemKind.Value,
};

export const completionProvider = (types: WorkspaceTypes): CompletionItemProvider => ({
  async provideCompletionItems(document, position, token) {
    const text = document.getText();
    if (text.length > mostParsed) return [];
    const known = await types.besides(document.uri);
    if (token.isCancellationRequested) return [];
    const offered = completionsAt(text, document.offsetAt(position), known);
    return offered.map(({ label, kind, insertText, start, end, detail }, i) => {
      const item = new CompletionItem(label, kinds[kind]);
      item.insertText = insertText;
      item.range = new Range(document.positionAt(start), document.positionAt(end));
      // VS Code filters by what stands in the range: with the quote where one was typed
      item.filterText = text[start] === '"' ? JSON.stringify(label) : label;
      // in the order given: what belongs to the place first
      item.sortText = String(i).padStart(5, "0");
      if (detail !== "") item.documentation = detail;
      return item;
    });
  },
});

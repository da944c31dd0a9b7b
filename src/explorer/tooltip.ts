import { MarkdownString } from "vscode";

/**
 * A tooltip: a title, then lines of "label: value". All of it may come from a cluster, so it goes in as text: no link, image or
 * command of a topic's name becomes one.
 */
export function tooltip(
  title: string,
  rows: readonly (readonly [label: string, value: string] | null)[] = [],
): MarkdownString {
  const text = new MarkdownString();
  text.appendMarkdown("**").appendText(title).appendMarkdown("**");
  for (const row of rows) {
    if (!row) continue;
    text.appendMarkdown("  \n").appendText(row[0] === "" ? row[1] : `${row[0]}: ${row[1]}`);
  }
  return text;
}

import { Hover, type HoverProvider, MarkdownString, Range } from "vscode";
import { hoverAt } from "../schema/avro/language/hover.ts";
import { plain } from "./markdown.ts";

/** characters; a larger file is not parsed for a hint */
const mostParsed = 1_000_000;

export const hoverProvider: HoverProvider = {
  provideHover(document, position) {
    const text = document.getText();
    if (text.length > mostParsed) return null;
    const found = hoverAt(text, document.offsetAt(position));
    if (!found) return null;
    const [first = "", ...rest] = found.text.split("\n");
    // the file's own words are in it (names, doc): nothing of them is markup
    const said = new MarkdownString(`**${plain(first)}**\n\n${plain(rest.join("\n"))}`);
    return new Hover(said, new Range(document.positionAt(found.start), document.positionAt(found.end)));
  },
};

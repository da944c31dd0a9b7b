/** Characters that draw nothing, or turn the direction of what stands beside them; a tab and a line end have their own look. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

/**
 * Adds a text to an element. What could not be seen in it is marked by its number (U+202E) and has no effect beyond its mark; the characters are
 * all there, for whoever copies them.
 */
export function appendText(parent: Node, text: string): void {
  if (!UNSEEN.test(text)) {
    parent.appendChild(document.createTextNode(text));
    return;
  }
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    // the end of a line that other systems write
    if (!UNSEEN.test(character) || (character === "\r" && (i === text.length - 1 || text[i + 1] === "\n"))) continue;
    if (i > from) parent.appendChild(document.createTextNode(text.slice(from, i)));
    const mark = document.createElement("span");
    mark.className = "unseen";
    mark.dataset["code"] = `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
    mark.textContent = character;
    parent.appendChild(mark);
    from = i + 1;
  }
  if (from < text.length) parent.appendChild(document.createTextNode(text.slice(from)));
}

/** The same for a template. */
export function shownText(text: string): string | Node {
  if (!UNSEEN.test(text)) return text;
  const parts = document.createDocumentFragment();
  appendText(parts, text);
  return parts;
}

import type { TextSpan } from "../changePath.ts";

// comments and strings are skipped as a whole; a word may have dots
const TOKEN = /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|[A-Za-z_][\w.]*|[{}=;]/g;

/**
 * Where in the text of a .proto file the message, enum, field or enum value stands that a path of compareProtobuf means
 * ("shop.Order.total"), or else what is around it, as far as the path leads. Null where nothing of it is there.
 */
export function placeOfProtobufName(text: string, path: string): TextSpan | null {
  const places = namesIn(text);
  for (let name = path; name !== ""; name = name.slice(0, Math.max(0, name.lastIndexOf(".")))) {
    const found = places.get(name);
    if (found) return found;
  }
  return null;
}

/** Full names of all that a file defines. */
function namesIn(text: string): Map<string, TextSpan> {
  const found = new Map<string, TextSpan>();
  /** names of the blocks around; null: a block that names nothing (oneof, options) */
  const blocks: (string | null)[] = [];
  let inPackage = "";
  /** the words of the statement so far */
  let words: { text: string; at: number }[] = [];
  const full = (name: string): string => [inPackage, ...blocks, name].filter((part) => part).join(".");
  const add = (word: { text: string; at: number } | undefined): void => {
    if (!word || found.has(full(word.text))) return;
    found.set(full(word.text), { start: word.at, end: word.at + word.text.length });
  };
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    switch (token[0]) {
      case "/":
      case '"':
      case "'":
        break;
      case "{": {
        const [kind, name] = words;
        if (name && /^(message|enum|group|service)$/.test(kind!.text)) {
          add(name);
          blocks.push(name.text);
        } else blocks.push(null);
        words = [];
        break;
      }
      case "}":
        blocks.pop();
        words = [];
        break;
      case "=":
        // a field or a value ends with its number; options have values too
        if (blocks.length > 0 && words[0]?.text !== "option") add(words.at(-1));
        break;
      case ";":
        if (words[0]?.text === "package") {
          inPackage = words[1]?.text ?? "";
          add({ text: "", at: words[0].at });
        }
        words = [];
        break;
      default:
        words.push({ text: token, at: index });
    }
  }
  return found;
}

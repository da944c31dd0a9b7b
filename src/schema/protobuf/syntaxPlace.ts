import protobuf from "protobufjs";
import { messageOf } from "../../shared/userError.ts";
import { parseProto } from "./schema.ts";

/** Where something stands in a text: both count from 1, columns in UTF-16 units. */
export interface Place {
  line: number;
  column: number;
}

/** What the parser says of a .proto file by itself, and where; null: nothing. Imports and types are not looked for. */
export function syntaxProblem(text: string): { message: string; place: Place | null } | null {
  const message = refusal(text);
  return message === null ? null : { message, place: placeOfSyntaxError(text, message) };
}

/**
 * Where the parser stops with `message`, which has a line at best: at the end of the shortest beginning of the text that it refuses with the
 * same words. Null when there is none.
 */
export function placeOfSyntaxError(text: string, message: string): Place | null {
  const token = /^illegal [\w ]+ '(.*?)'/s.exec(message)?.[1];
  if (token === "null") return placeAt(text, text.trimEnd().length);
  let least = 0;
  let most = text.length;
  if (refusal(text) !== message) return null;
  while (least < most) {
    const middle = (least + most) >> 1;
    if (refusal(text.slice(0, middle)) === message) most = middle;
    else least = middle + 1;
  }
  if (token !== undefined) {
    const at = text.lastIndexOf(token, most - token.length);
    if (at >= 0 && most - at - token.length <= 1) return placeAt(text, at);
  }
  // otherwise a whole statement is refused: where it begins
  let start = most - 1;
  while (start > 0 && !/[;{}]/.test(text[start - 1]!)) start--;
  while (start < most && /\s/.test(text[start]!)) start++;
  return placeAt(text, start);
}

function refusal(text: string): string | null {
  try {
    parseProto(text, new protobuf.Root());
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

/** Where an import of this name stands. */
export function placeOfImport(text: string, name: string): Place | null {
  const found = [`"${name}"`, `'${name}'`].map((quoted) => text.indexOf(quoted)).filter((at) => at >= 0);
  return found.length === 0 ? null : placeAt(text, Math.min(...found));
}

/** Where a type's name stands as it is written, within the message ".package.Message" if that is given. */
export function placeOfType(text: string, type: string, within: string): Place | null {
  const message = within.slice(within.lastIndexOf(".") + 1);
  const from = /^\w+$/.test(message) ? text.search(new RegExp(`\\bmessage\\s+${message}\\b`)) : 0;
  for (let at = text.indexOf(type, Math.max(0, from)); at >= 0; at = text.indexOf(type, at + 1)) {
    const around = `${text[at - 1] ?? " "}${text[at + type.length] ?? " "}`;
    if (!/[\w.]/.test(around)) return placeAt(text, at);
  }
  return null;
}

function placeAt(text: string, at: number): Place {
  const before = text.slice(0, at);
  const line = before.split("\n").length;
  return { line, column: at - before.lastIndexOf("\n") };
}

import { type JsonNode, printJson } from "./jsonTree.ts";

/** Words that problems with JSON values to be encoded are said in, whatever the format. */

export const listed = (names: string[]): string =>
  names.length > 12 ? `${names.slice(0, 12).join(", ")}, … (${names.length} in all)` : names.join(", ");

export const shortened = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

export function described(node: JsonNode): string {
  switch (node.kind) {
    case "string":
      return JSON.stringify(shortened(node.value));
    case "array":
      return "an array";
    case "object":
      return "an object";
    default:
      return shortened(printJson(node));
  }
}

/** A member's name as a step of a path: ".name" or ["odd name"]. */
export const stepOf = (name: string): string =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;

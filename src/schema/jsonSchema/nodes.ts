import { createHash } from "node:crypto";
import { type JsonNode, JsonSyntaxError, parseJson, printJson } from "../jsonTree.ts";
import { exactNumber, numberKey } from "./numbers.ts";

/** Throws an Error with a sentence when it is not JSON; `what` begins it. */
export function parseSchema(text: string, what: string): JsonNode {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError)
      throw new Error(`${what} is not JSON: ${error.message} (position ${error.at})`);
    throw error;
  }
}

interface Known {
  key: string;
  /** whether it, or what is in it, refers to something else: then equal texts may say different things */
  refers: boolean;
}

const known = new WeakMap<JsonNode, Known>();

/** One text for equal values: numbers by their value, members in any order, of a name that occurs twice the last. Of bounded length. */
export const equalKey = (node: JsonNode): string => knownOf(node).key;

/** Whether a schema, or one in it, has a reference. */
export const hasReference = (node: JsonNode): boolean => knownOf(node).refers;

function knownOf(node: JsonNode): Known {
  let found = known.get(node);
  if (!found) known.set(node, (found = keyOf(node)));
  return found;
}

function keyOf(node: JsonNode): Known {
  switch (node.kind) {
    case "number":
      return { key: shortened(`#${numberKey(exactNumber(node.text))}`), refers: false };
    case "array": {
      const items = node.items.map(knownOf);
      return {
        key: shortened(`[${items.map(({ key }) => key).join(",")}]`),
        refers: items.some(({ refers }) => refers),
      };
    }
    case "object": {
      const members = [...new Map(node.members.map((each) => [each.name, each.value]))];
      const keys = members.map(([name, value]) => `${JSON.stringify(name)}:${equalKey(value)}`);
      const refers = members.some(
        ([name, value]) => /^\$(ref|dynamicRef|recursiveRef)$/.test(name) || hasReference(value),
      );
      return { key: shortened(`{${keys.sort().join(",")}}`), refers };
    }
    default:
      return { key: shortened(printJson(node)), refers: false };
  }
}

// keys hold keys: in full they would take the square of what a deep text takes
const shortened = (key: string): string =>
  key.length <= 100 ? key : `~${createHash("sha256").update(key).digest("base64")}`;

/** A schema in a few characters. */
export function shortText(node: JsonNode): string {
  const text = printJson(node);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

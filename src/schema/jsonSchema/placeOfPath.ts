import { type ChangeStep, changeSteps, type TextSpan } from "../changePath.ts";
import { type JsonNode, JsonSyntaxError, member, parseJson, stringMember } from "../jsonTree.ts";

/** how many references are followed for one step: more is a cycle */
const MOST_REFERENCES = 20;

/**
 * Where in a JSON Schema's text the thing stands that a path of compareJsonSchema means: the name of a property, or the schema around it, as
 * far as the path leads. Null where the text is no JSON.
 */
export function placeOfJsonPath(text: string, path: string): TextSpan | null {
  let root: JsonNode;
  try {
    root = parseJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return null;
    throw error;
  }
  let node = root;
  let best: TextSpan = { start: root.at, end: root.at + 1 };
  for (const step of changeSteps(path)) {
    const next = follow(root, node, step);
    if (!next) break;
    node = next.node;
    best = { start: next.at, end: next.name === null ? next.at + 1 : endOfString(text, next.at) };
  }
  return best;
}

interface Found {
  node: JsonNode;
  at: number;
  /** null: it has no name of its own */
  name: string | null;
}

function follow(root: JsonNode, from: JsonNode, step: ChangeStep): Found | null {
  for (const node of alternatives(root, from)) {
    if (step.into === "field") {
      const properties = member(node, "properties");
      const found =
        properties?.kind === "object" ? properties.members.find(({ name }) => name === step.name) : undefined;
      if (found) return { node: found.value, at: found.at, name: found.name };
    } else if (step.into === "elements") {
      const items = member(node, "items");
      if (items) return { node: items, at: items.at, name: null };
    }
  }
  return null;
}

/** The schema with what it refers to in the same text, and what it is combined of. */
function alternatives(root: JsonNode, from: JsonNode): JsonNode[] {
  const all = [from];
  for (let i = 0; i < all.length && all.length < MOST_REFERENCES; i++) {
    const node = all[i]!;
    const target = referred(root, stringMember(node, "$ref"));
    if (target && !all.includes(target)) all.push(target);
    for (const name of ["allOf", "anyOf", "oneOf"]) {
      const list = member(node, name);
      if (list?.kind === "array") all.push(...list.items.slice(0, MOST_REFERENCES));
    }
  }
  return all;
}

/** "#/definitions/Item" */
function referred(root: JsonNode, reference: string | undefined): JsonNode | undefined {
  if (reference !== "#" && !reference?.startsWith("#/")) return undefined;
  let node: JsonNode | undefined = root;
  for (const step of reference.slice(2).split("/")) {
    if (step === "" || !node) continue;
    node = member(node, step.replaceAll("~1", "/").replaceAll("~0", "~"));
  }
  return node;
}

function endOfString(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === '"') return i + 1;
  }
  return text.length;
}

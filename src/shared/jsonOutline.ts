/**
 * A JSON text as a tree, one level at a time and by its characters alone: numbers keep every digit, names that occur twice are there twice, and a
 * node of a megabyte costs nothing until it is opened.
 */
export interface OutlineNode {
  /** how it is reached from the root, as a path: $, $.items[0].sku, $['odd name'] */
  path: string;
  /** name in an object (unescaped), index in an array, null for the root */
  name: string | number | null;
  kind: "object" | "array" | "string" | "number" | "word";
  /** characters [start, end) of the text */
  start: number;
  end: number;
}

/** The value that a text starts with; null when it is not whole JSON. */
export function outlineRoot(text: string): OutlineNode | null {
  const start = skipSpace(text, 0);
  const end = endOfValue(text, start);
  if (end < 0 || skipSpace(text, end) < text.length) return null;
  return { path: "$", name: null, kind: kindAt(text, start), start, end };
}

/** What an object or array holds, in order: at most `most`; `more` when there is more. Empty for what holds nothing. */
export function outlineChildren(
  text: string,
  node: OutlineNode,
  most: number,
): { nodes: OutlineNode[]; more: boolean } {
  const nodes: OutlineNode[] = [];
  if (node.kind !== "object" && node.kind !== "array") return { nodes, more: false };
  const inObject = node.kind === "object";
  let at = skipSpace(text, node.start + 1);
  while (at < node.end - 1) {
    if (nodes.length === most) return { nodes, more: true };
    let name: string | number = nodes.length;
    if (inObject) {
      const nameEnd = endOfString(text, at);
      if (nameEnd < 0) break;
      name = unescaped(text.slice(at, nameEnd));
      at = skipSpace(text, nameEnd);
      if (text[at] !== ":") break;
      at = skipSpace(text, at + 1);
    }
    const end = endOfValue(text, at);
    if (end < 0) break;
    nodes.push({ path: node.path + step(name), name, kind: kindAt(text, at), start: at, end });
    at = skipSpace(text, end);
    if (text[at] === ",") at = skipSpace(text, at + 1);
  }
  return { nodes, more: false };
}

/** Number of things in an object or array, counted up to `most` + 1. */
export function outlineSize(text: string, node: OutlineNode, most: number): number {
  const { nodes, more } = outlineChildren(text, node, most);
  return nodes.length + (more ? 1 : 0);
}

const plainName = /^[A-Za-z_][A-Za-z0-9_]*$/;

function step(name: string | number): string {
  if (typeof name === "number") return `[${name}]`;
  return plainName.test(name) ? `.${name}` : `['${name.replace(/['\\]/g, "\\$&")}']`;
}

/** A JSON string's own text; what cannot be unescaped stays as it is written. */
export function unescaped(quoted: string): string {
  if (!quoted.includes("\\")) return quoted.slice(1, -1);
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted.slice(1, -1);
  }
}

function kindAt(text: string, at: number): OutlineNode["kind"] {
  switch (text[at]) {
    case "{":
      return "object";
    case "[":
      return "array";
    case '"':
      return "string";
    default:
      return /[-0-9]/.test(text[at] ?? "") && !text.startsWith("-I", at) ? "number" : "word";
  }
}

function skipSpace(text: string, at: number): number {
  while (at < text.length && text.charCodeAt(at) <= 32) at++;
  return at;
}

/** The index behind a string that starts at `at`; -1 when it does not end. */
function endOfString(text: string, at: number): number {
  if (text[at] !== '"') return -1;
  for (let i = at + 1; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 92) i++;
    else if (c === 34) return i + 1;
  }
  return -1;
}

/** The index behind the value that starts at `at`; -1 when it does not end. Not recursive: depth costs nothing. */
function endOfValue(text: string, at: number): number {
  const first = text[at];
  if (first === '"') return endOfString(text, at);
  if (first !== "{" && first !== "[") {
    let i = at;
    while (i < text.length && !/[\s,:[\]{}"]/.test(text[i]!)) i++;
    return i > at ? i : -1;
  }
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 34) {
      const end = endOfString(text, i);
      if (end < 0) return -1;
      i = end - 1;
    } else if (c === 123 || c === 91) depth++;
    else if ((c === 125 || c === 93) && --depth === 0) return i + 1;
  }
  return -1;
}

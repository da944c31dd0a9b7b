import { endOf } from "./avro/language/diagnostics.ts";
import { type JsonNode, parseJson } from "./jsonTree.ts";

/** Positions in a text, UTF-16 units from its start; `end` is not included. */
export interface TextRange {
  start: number;
  end: number;
}

/**
 * Which part of a schema's text a sentence about it means: the place that a JSON pointer in it names ("/fields/1", "#/properties/total"),
 * or that a path of ours names ("$.items[].qty", "shop.Order.total"), else the first name in quotes that the text has. Null when none does.
 */
export function placeInSchema(text: string, type: string, sentence: string): TextRange | null {
  const root = type === "PROTOBUF" ? null : jsonOf(text);
  if (root) {
    // the last one is the most exact where a registry names the whole and then the part
    for (const [pointer] of [...sentence.matchAll(/(?:^|(?<=[\s'"(#,]))(?:\/[^\s/'",;:)\]}]+)+/g)].reverse()) {
      const found = nodeAt(root, pointer);
      if (found) return rangeOf(text, found);
    }
  }
  const path = /(?:^|[\s'"(])(?:\$|[\w$]+(?=\.))((?:\.[\w$-]+|\[\d*\]|\{\}|<[\w.]+>)+)/.exec(sentence)?.[1];
  const names = path === undefined ? [] : [...path.matchAll(/[\w$-]+/g)].map(([name]) => name);
  const quoted = [...sentence.matchAll(/["'“`]([^"'”`\s]{1,200})["'”`]/g)].map(([, name]) => name!);
  for (const name of [names.at(-1), ...quoted]) {
    if (name === undefined || name === "") continue;
    const found = type === "PROTOBUF" ? wordIn(text, name) : nameIn(text, name);
    if (found) return found;
  }
  return null;
}

function jsonOf(text: string): JsonNode | null {
  try {
    return parseJson(text);
  } catch {
    // then nothing can be found in it by a pointer
    return null;
  }
}

/** The deepest node that the pointer reaches; null when not even its first step is there. Source: RFC 6901. */
function nodeAt(root: JsonNode, pointer: string): JsonNode | null {
  let node: JsonNode | null = null;
  let at: JsonNode = root;
  for (const step of pointer.split("/").slice(1)) {
    const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
    const next: JsonNode | undefined =
      at.kind === "object"
        ? at.members.find((member) => member.name === name)?.value
        : at.kind === "array" && /^\d{1,9}$/.test(name)
          ? at.items[Number(name)]
          : undefined;
    if (!next) break;
    node = at = next;
  }
  return node;
}

/** Of a long object only its first line: a whole file underlined shows nothing. */
function rangeOf(text: string, node: JsonNode): TextRange {
  const end = endOf(text, node);
  const line = text.indexOf("\n", node.at);
  return { start: node.at, end: line >= 0 && line < end ? line : end };
}

/** The name as a JSON string: as the value of "name", else wherever it stands. */
function nameIn(text: string, name: string): TextRange | null {
  const literal = JSON.stringify(name);
  const named = new RegExp(`"name"\\s*:\\s*(?=${escaped(literal)})`).exec(text);
  const start = named ? named.index + named[0].length : text.indexOf(literal);
  return start < 0 ? null : { start, end: start + literal.length };
}

function wordIn(text: string, name: string): TextRange | null {
  if (!/^\w+$/.test(name)) return null;
  const start = text.search(new RegExp(`\\b${name}\\b`));
  return start < 0 ? null : { start, end: start + name.length };
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

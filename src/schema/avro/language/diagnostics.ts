import type { JsonNode } from "../../jsonTree.ts";

/** Something wrong in a schema file, between two positions (UTF-16 units from the start; `end` is not included). */
export interface AvscDiagnostic {
  start: number;
  end: number;
  /** "error": Avro refuses the schema. "warning": it is ignored, or means something else than it seems to. */
  severity: "error" | "warning";
  /** a sentence */
  message: string;
  /** a stable word: "unknown-type", "bad-default", … */
  code: string;
}

/** Where a node of a JSON text ends: the position after its last character. The text must be what the node was parsed from. */
export function endOf(text: string, node: JsonNode): number {
  switch (node.kind) {
    case "null":
      return node.at + 4;
    case "boolean":
      return node.at + (node.value ? 4 : 5);
    case "number":
      return node.at + node.text.length;
    case "string":
      return stringEnd(text, node.at);
    case "array":
    case "object": {
      const last = node.kind === "array" ? node.items.at(-1) : node.members.at(-1)?.value;
      const close = node.kind === "array" ? "]" : "}";
      return text.indexOf(close, last ? endOf(text, last) : node.at) + 1;
    }
  }
}

/** The position after the closing quote of a string that starts at `at`. */
function stringEnd(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === '"') return i + 1;
  }
  return text.length;
}

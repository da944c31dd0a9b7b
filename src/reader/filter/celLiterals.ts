import type { ASTNode } from "@marcbachmann/cel-js";

/**
 * Texts that a record's bytes must contain for an expression to be true of it: of each group at least one. Empty where nothing can be said.
 * Fields are read from text; what may be written otherwise (escapes, schemas) is for whoever searches to mind.
 */
export function impliedTexts(node: ASTNode): string[][] {
  switch (node.op) {
    case "&&":
      return [...impliedTexts(node.args[0]), ...impliedTexts(node.args[1])];
    case "||": {
      const [a, b] = node.args.map(strongest) as [string[] | null, string[] | null];
      return a && b ? [[...a, ...b]] : [];
    }
    case "==": {
      const [a, b] = node.args;
      return equal(a, b) ?? equal(b, a) ?? [];
    }
    case "in": {
      const [field, list] = node.args;
      if (!isField(field) || list.op !== "list") return [];
      const texts = list.args.map(textOf);
      return texts.length > 0 && texts.every((text) => text !== null) ? [texts] : [];
    }
    case "rcall": {
      const [name, receiver, args] = node.args;
      const text = args.length === 1 ? textOf(args[0]!) : null;
      const searches = name === "contains" || name === "startsWith" || name === "endsWith";
      return searches && text !== null && isField(receiver) ? [[text]] : [];
    }
    default:
      return [];
  }
}

/** the group whose shortest text is the longest: it lets the fewest through */
function strongest(node: ASTNode): string[] | null {
  const shortest = (group: string[]): number => Math.min(...group.map((text) => text.length));
  return impliedTexts(node).sort((a, b) => shortest(b) - shortest(a))[0] ?? null;
}

const equal = (field: ASTNode, literal: ASTNode): string[][] | null => {
  const text = textOf(literal);
  return isField(field) && text !== null ? [[text]] : null;
};

const textOf = (node: ASTNode): string | null =>
  node.op === "value" && typeof node.args === "string" && node.args !== "" ? node.args : null;

/** key, or something of the value or the headers: value.a.b, value["a"], value.items[0].sku */
function isField(node: ASTNode): boolean {
  switch (node.op) {
    case "id":
      return node.args === "key" || node.args === "value";
    case ".":
      return isRooted(node.args[0]);
    case "[]":
      return isRooted(node.args[0]) && node.args[1].op === "value";
    default:
      return false;
  }
}

const isRooted = (node: ASTNode): boolean =>
  node.op === "id" ? node.args === "value" || node.args === "key" || node.args === "headers" : isField(node);

import type { EditNode, EditObject } from "./tree.ts";
import { memberOf, textOf } from "./tree.ts";

/** A named type that the file defines. */
export interface Definition {
  /** with its namespace */
  name: string;
  kind: string;
  doc: string | null;
  /** "3 fields", "PAID, NEW", "16 bytes" */
  summary: string;
  object: EditObject;
}

/** The named types of a file, in its order; of two with one name, the first. */
export function definitionsIn(root: EditNode | null): Map<string, Definition> {
  const found = new Map<string, Definition>();
  const pending: { node: EditNode | null | undefined; namespace: string }[] = [{ node: root, namespace: "" }];
  // innermost last, so that the order is the text's
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { node, namespace } = next;
    const inner: typeof pending = [];
    if (node?.kind === "array") for (const item of node.items) inner.push({ node: item, namespace });
    if (node?.kind === "object") {
      const kind = textOf(node, "type");
      const name = textOf(node, "name");
      let within = namespace;
      if (name !== undefined && (kind === "record" || kind === "error" || kind === "enum" || kind === "fixed")) {
        const dot = name.lastIndexOf(".");
        within = dot >= 0 ? name.slice(0, dot) : (textOf(node, "namespace") ?? namespace);
        const full = dot >= 0 || within === "" ? name : `${within}.${name}`;
        if (!found.has(full))
          found.set(full, {
            name: full,
            kind,
            doc: textOf(node, "doc") ?? null,
            summary: summaryOf(node),
            object: node,
          });
      }
      for (const key of ["type", "items", "values"])
        inner.push({ node: memberOf(node, key)?.value, namespace: within });
      const fields = memberOf(node, "fields")?.value;
      if (fields?.kind === "array")
        for (const field of fields.items)
          if (field.kind === "object") inner.push({ node: memberOf(field, "type")?.value, namespace: within });
    }
    for (const each of inner.reverse()) pending.push(each);
  }
  return found;
}

/** The definition that a name means within a namespace. */
export function definitionOf(
  definitions: ReadonlyMap<string, Definition>,
  name: string,
  namespace: string,
): Definition | undefined {
  if (name.includes(".") || namespace === "") return definitions.get(name);
  return definitions.get(`${namespace}.${name}`) ?? definitions.get(name);
}

function summaryOf(object: EditObject): string {
  const list = memberOf(object, "fields")?.value ?? memberOf(object, "symbols")?.value;
  if (list?.kind === "array" && memberOf(object, "symbols")?.value === list) {
    const symbols = list.items.flatMap((item) => (item.kind === "string" ? [item.value] : []));
    return symbols.length > 10 ? `${symbols.slice(0, 10).join(", ")}, … (${symbols.length})` : symbols.join(", ");
  }
  if (list?.kind === "array") return `${list.items.length} ${list.items.length === 1 ? "field" : "fields"}`;
  const size = memberOf(object, "size")?.value;
  return size?.kind === "word" ? `${size.text} bytes` : "";
}

import { type ChangeStep, changeSteps, type TextSpan } from "../../changePath.ts";
import { type Definition, definitionOf, definitionsIn } from "./definitions.ts";
import { type EditNode, type EditObject, memberOf, parseEdited, textOf } from "./tree.ts";

/** A type somewhere in the text, and the namespace that names in it are looked up in. */
interface TypeAt {
  node: EditNode | null;
  namespace: string;
}

/**
 * Where in an Avro schema's text the thing stands that a path of compareAvro means: the name of a field, a branch, or the type around it, as
 * far as the path leads. Null where there is no text to point at.
 */
export function placeOfAvroPath(text: string, path: string): TextSpan | null {
  const root = parseEdited(text);
  if (!root) return null;
  const definitions = definitionsIn(root);
  let at: TypeAt = { node: root, namespace: "" };
  let best = nameOf(root);
  for (const step of changeSteps(path)) {
    const next = follow(at, step, definitions);
    if (!next) break;
    at = next.type;
    best = next.span;
  }
  return best;
}

function follow(
  at: TypeAt,
  step: ChangeStep,
  definitions: ReadonlyMap<string, Definition>,
): { type: TypeAt; span: TextSpan } | null {
  if (at.node?.kind === "array") {
    for (const node of at.node.items) {
      const branch = { node, namespace: at.namespace };
      if (step.into === "branch") {
        if (isNamed(branch, step.name, definitions)) return { type: branch, span: nameOf(node) };
        continue;
      }
      // a path leaves out the branch where only one of them is meant
      const found = follow(branch, step, definitions);
      if (found) return found;
    }
    return null;
  }
  if (step.into === "branch") return null;
  const { object, namespace } = resolved(at, definitions);
  if (!object) return null;
  if (step.into !== "field") {
    const member = memberOf(object, step.into === "elements" ? "items" : "values");
    return member?.value ? { type: { node: member.value, namespace }, span: nameOf(member.value) } : null;
  }
  const fields = memberOf(object, "fields")?.value;
  if (fields?.kind !== "array") return null;
  const field = fields.items.find((item) => item.kind === "object" && textOf(item, "name") === step.name);
  if (field?.kind !== "object") return null;
  return { type: { node: memberOf(field, "type")?.value ?? null, namespace }, span: nameOf(field) };
}

/** What a name, or an object that only says a type, stands for. */
function resolved(
  { node, namespace }: TypeAt,
  definitions: ReadonlyMap<string, Definition>,
): { object: EditObject | null; namespace: string } {
  let at = node;
  while (at?.kind === "object" && memberOf(at, "type")?.value?.kind === "object") at = memberOf(at, "type")!.value;
  const name = at?.kind === "string" ? at.value : at?.kind === "object" ? textOf(at, "name") : undefined;
  const definition = name === undefined ? undefined : definitionFor(name, at, namespace, definitions);
  if (!definition) return { object: at?.kind === "object" ? at : null, namespace };
  const dot = definition.name.lastIndexOf(".");
  return { object: definition.object, namespace: dot < 0 ? "" : definition.name.slice(0, dot) };
}

function definitionFor(
  name: string,
  node: EditNode | null,
  namespace: string,
  definitions: ReadonlyMap<string, Definition>,
): Definition | undefined {
  if (node?.kind !== "object") return definitionOf(definitions, name, namespace);
  return [...definitions.values()].find(({ object }) => object === node);
}

function isNamed(at: TypeAt, name: string, definitions: ReadonlyMap<string, Definition>): boolean {
  const { node, namespace } = at;
  const written = node?.kind === "string" ? node.value : node?.kind === "object" ? textOf(node, "type") : undefined;
  if (written === name) return true;
  const definition = definitionFor(written ?? "", node, namespace, definitions);
  return definition?.name === name || definition?.name.endsWith(`.${name}`) === true;
}

/** What is underlined for a type or field: its name where it has one. */
function nameOf(node: EditNode): TextSpan {
  const named = node.kind === "object" ? (memberOf(node, "name") ?? memberOf(node, "type"))?.value : null;
  if (named && named.kind !== "object") return { start: named.start, end: named.end };
  // of what goes over many lines only the bracket
  return node.kind === "string" || node.kind === "word"
    ? { start: node.start, end: node.end }
    : { start: node.start, end: node.start + 1 };
}

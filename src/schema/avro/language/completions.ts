import { LOGICAL_TYPES } from "../logical.ts";
import { unqualified } from "../schema.ts";
import { definitionOf, definitionsIn } from "./definitions.ts";
import { COMPLEX, PRIMITIVES } from "./names.ts";
import { placeAt, type SchemaPlace } from "./place.ts";
import { type EditNode, type EditObject, memberOf, parseEdited, textOf } from "./tree.ts";
import { ATTRIBUTE_WORDS, ENUM_DEFAULT, FIELD_WORDS, LOGICAL_WORDS, ORDER_WORDS, TYPE_WORDS } from "./words.ts";

export interface AvscCompletion {
  label: string;
  kind: "attribute" | "type" | "named-type" | "logical-type" | "value";
  /** goes in place of what stands between `start` and `end` */
  insertText: string;
  start: number;
  end: number;
  /** what it means; may be "" */
  detail: string;
}

type Offer = Pick<AvscCompletion, "label" | "kind" | "detail"> & { insert?: string };

/**
 * What can be typed at a position of a schema file: attributes of the object there that it does not have yet, types and names of types
 * that the file defines, logical types that fit. All that fits is returned, whatever is typed already: editors filter. Never throws.
 *
 * @param known full names of types that other files define
 */
export function completionsAt(text: string, offset: number, known: Iterable<string> = []): AvscCompletion[] {
  const root = parseEdited(text);
  const place = placeAt(root, offset);
  if (place.at !== "value") return attributes(place, offset);
  const { start, end } =
    place.node?.kind === "string" || place.node?.kind === "word" ? place.node : { start: offset, end: offset };
  return values(place, root, known).map(({ insert, ...offer }) => ({
    ...offer,
    start,
    end,
    insertText: insert ?? JSON.stringify(offer.label),
  }));
}

function attributes(place: SchemaPlace, offset: number): AvscCompletion[] {
  const { object, objectRole, member } = place;
  if (!object) return [];
  const { start, end } = member ?? { start: offset, end: offset };
  // with the colon unless it is there
  const after = member && member.colon >= 0 ? "" : ": ";
  return attributesOf(object, objectRole)
    .filter(([name]) => name === member?.name || !memberOf(object, name))
    .map(([name, detail]) => ({
      label: name,
      kind: "attribute",
      detail,
      start,
      end,
      insertText: `${JSON.stringify(name)}${after}`,
    }));
}

function attributesOf(object: EditObject, role: SchemaPlace["role"]): [name: string, detail: string][] {
  if (role === "field") return [...FIELD_WORDS];
  if (role !== "type" && role !== "kind") return [];
  const kind = textOf(object, "type");
  const names = kind === undefined ? ["type", "name", "namespace", "doc"] : ["type", ...(OF_KIND.get(kind) ?? [])];
  if (kind !== undefined && [...LOGICAL_TYPES.values()].some(({ on }) => on.includes(kind))) names.push("logicalType");
  if (textOf(object, "logicalType") === "decimal") names.push("precision", "scale");
  return names.map((name) => [name, name === "default" ? ENUM_DEFAULT : (ATTRIBUTE_WORDS.get(name) ?? "")]);
}

const OF_KIND: ReadonlyMap<string, string[]> = new Map([
  ["record", ["name", "namespace", "doc", "aliases", "fields"]],
  ["error", ["name", "namespace", "doc", "aliases", "fields"]],
  ["enum", ["name", "namespace", "doc", "aliases", "symbols", "default"]],
  ["fixed", ["name", "namespace", "doc", "aliases", "size"]],
  ["array", ["items"]],
  ["map", ["values"]],
]);

function values(place: SchemaPlace, root: EditNode | null, known: Iterable<string>): Offer[] {
  const { role, object, member } = place;
  switch (role) {
    case "type":
    case "kind":
      return types(place, root, known);
    case "field":
      return [
        { label: "field", kind: "value", detail: "A field of the record.", insert: '{ "name": "", "type": "string" }' },
      ];
    case "default":
      return object && member?.name === "default" ? defaults(object, place, root) : [];
    case "attribute":
      if (!object || !member) return [];
      if (member.name === "logicalType" && place.objectRole !== "field") return logicalTypes(object);
      if (member.name === "order" && place.objectRole === "field")
        return [...ORDER_WORDS].map(([label, detail]) => ({ label, kind: "value", detail }));
      return [];
    default:
      return [];
  }
}

function types({ role, node, namespace }: SchemaPlace, root: EditNode | null, known: Iterable<string>): Offer[] {
  const offers: Offer[] = [];
  const add = (label: string, kind: Offer["kind"], detail: string, insert?: string): void => {
    offers.push({ label, kind, detail, ...(insert !== undefined && { insert }) });
  };
  for (const name of PRIMITIVES) add(name, "type", TYPE_WORDS.get(name)!);
  // by its name alone in an object's "type"; elsewhere as an object of its own, which does not go into quotes
  if (role === "kind") for (const name of COMPLEX) add(name, "type", TYPE_WORDS.get(name)!);
  else if (node?.kind !== "string")
    for (const name of COMPLEX) add(name, "type", TYPE_WORDS.get(name)!, SKELETONS[name]);
  const named = new Set<string>();
  for (const { name, kind, summary } of definitionsIn(root).values()) {
    named.add(name);
    const isNear = namespace !== "" && name === `${namespace}.${unqualified(name)}`;
    add(isNear ? unqualified(name) : name, "named-type", `${kind} ${name}${summary === "" ? "" : `: ${summary}`}`);
  }
  for (const name of known) if (!named.has(name)) add(name, "named-type", "defined in another file");
  return offers;
}

const SKELETONS: Record<(typeof COMPLEX)[number], string> = {
  record: '{ "type": "record", "name": "", "fields": [] }',
  enum: '{ "type": "enum", "name": "", "symbols": [] }',
  array: '{ "type": "array", "items": "string" }',
  map: '{ "type": "map", "values": "string" }',
  fixed: '{ "type": "fixed", "name": "", "size": 16 }',
};

function logicalTypes(object: EditObject): Offer[] {
  const kind = textOf(object, "type");
  const size = memberOf(object, "size")?.value;
  const bytes = size?.kind === "word" ? Number(size.text) : null;
  return [...LOGICAL_TYPES]
    .filter(([, fits]) => kind === undefined || fits.on.includes(kind))
    .filter(([, fits]) => kind !== "fixed" || fits.size === undefined || bytes === null || fits.size === bytes)
    .map(([label]) => ({ label, kind: "logical-type", detail: LOGICAL_WORDS.get(label)! }));
}

/** Values that a default can only have a few of. */
function defaults(object: EditObject, { objectRole, namespace }: SchemaPlace, root: EditNode | null): Offer[] {
  if (objectRole !== "field") return symbolsOf(object);
  const type = memberOf(object, "type")?.value;
  const first = type?.kind === "array" ? type.items[0] : type;
  if (first?.kind === "object" && textOf(first, "type") === "enum") return symbolsOf(first);
  const name = first?.kind === "string" ? first.value : first?.kind === "object" ? textOf(first, "type") : undefined;
  switch (name) {
    case undefined:
      return [];
    case "null":
      return [word("null")];
    case "boolean":
      return [word("true"), word("false")];
    case "array":
      return [word("[]")];
    case "map":
      return [word("{}")];
  }
  const definition = definitionOf(definitionsIn(root), name, namespace);
  return definition?.kind === "enum" ? symbolsOf(definition.object) : [];
}

const word = (label: string): Offer => ({ label, kind: "value", detail: "", insert: label });

function symbolsOf(object: EditObject): Offer[] {
  const list = memberOf(object, "symbols")?.value;
  if (list?.kind !== "array") return [];
  return list.items.flatMap((item): Offer[] =>
    item.kind === "string" ? [{ label: item.value, kind: "value", detail: "" }] : [],
  );
}

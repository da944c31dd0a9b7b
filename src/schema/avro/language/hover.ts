import { type Definition, definitionOf, definitionsIn } from "./definitions.ts";
import { placeAt, type SchemaPlace } from "./place.ts";
import { type EditObject, parseEdited, textOf } from "./tree.ts";
import { ATTRIBUTE_WORDS, ENUM_DEFAULT, FIELD_WORDS, LOGICAL_WORDS, ORDER_WORDS, TYPE_WORDS } from "./words.ts";

export interface AvscHover {
  /** what the words are about, UTF-16 units from the start */
  start: number;
  end: number;
  /** plain text; the first line says what it is */
  text: string;
}

/** What a type, a logical type or an attribute at a position of a schema file means; null where there is nothing to say. Never throws. */
export function hoverAt(text: string, offset: number): AvscHover | null {
  const root = parseEdited(text);
  const place = placeAt(root, offset);
  if (place.at === "name" && place.member) {
    const { start, end, name } = place.member;
    const words = attributeWords(place, name);
    return words === undefined ? null : { start, end, text: `${name}\n${words}` };
  }
  const { node } = place;
  if (node?.kind !== "string") return null;
  const said = valueWords(place, node.value, definitionsIn(root));
  return said === null ? null : { start: node.start, end: node.end, text: said };
}

function attributeWords({ objectRole, object }: SchemaPlace, name: string): string | undefined {
  if (objectRole === "field") return FIELD_WORDS.get(name);
  if (objectRole !== "type" && objectRole !== "kind") return undefined;
  if (name === "default") return object && textOf(object, "type") === "enum" ? ENUM_DEFAULT : undefined;
  return ATTRIBUTE_WORDS.get(name);
}

function valueWords(place: SchemaPlace, value: string, definitions: Map<string, Definition>): string | null {
  const { role, member, object, namespace } = place;
  if (role === "type" || role === "kind") {
    const words = TYPE_WORDS.get(value);
    if (words !== undefined && (role === "kind" || !COMPLEX_ONLY.has(value))) return `${value}\n${words}`;
    const definition = definitionOf(definitions, value, namespace);
    return definition ? definitionText(definition) : null;
  }
  if (role !== "attribute" || !member || !object) return null;
  if (member.name === "logicalType") {
    const words = LOGICAL_WORDS.get(value);
    return words === undefined ? null : `${value}${decimalText(value, object)}\n${words}`;
  }
  if (member.name === "order" && place.objectRole === "field") {
    const words = ORDER_WORDS.get(value);
    return words === undefined ? null : `${value}\n${words}`;
  }
  if (member.name === "name" && place.objectRole !== "field") {
    const definition = [...definitions.values()].find((each) => each.object === object);
    return definition ? definitionText(definition) : null;
  }
  return null;
}

/** Kinds that are no type by their name alone. */
const COMPLEX_ONLY = new Set(["record", "error", "enum", "array", "map", "fixed"]);

function definitionText({ kind, name, summary, doc }: Definition): string {
  return [`${kind} ${name}${summary === "" ? "" : `: ${summary}`}`, ...(doc === null ? [] : [doc])].join("\n");
}

function decimalText(logical: string, object: EditObject): string {
  if (logical !== "decimal") return "";
  const number = (name: string): string | null => {
    const value = object.members.find((member) => member.name === name)?.value;
    return value?.kind === "word" ? value.text : null;
  };
  const precision = number("precision");
  return precision === null ? "" : `(${precision}, ${number("scale") ?? "0"})`;
}

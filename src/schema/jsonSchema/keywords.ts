import { type JsonNode, member, printJson } from "../jsonTree.ts";
import type { Target } from "./documents.ts";
import type { Evaluation, Seen } from "./evaluate.ts";
import { FORMATS } from "./formats.ts";
import { equalKey } from "./nodes.ts";
import { compareNumbers, exactNumber, isMultiple, isWhole } from "./numbers.ts";
import { applyStructure } from "./structure.ts";

/**
 * Whether a value fits one keyword of a schema; keywords that are unknown, or that say nothing of the value's type, are fitted by all.
 * Source: JSON Schema Core and Validation, drafts 4 to 2020-12.
 */
export function checkKeyword(
  on: Evaluation,
  name: string,
  keyword: JsonNode,
  schema: Target,
  value: JsonNode,
  seen: Seen,
): boolean {
  switch (name) {
    case "type":
      return checkType(on, keyword, schema, value);
    case "enum":
      return keyword.kind !== "array" || checkEnum(on, keyword, keyword.items, value);
    case "const":
      return checkEnum(on, keyword, [keyword], value);
    case "minimum":
    case "maximum":
    case "exclusiveMinimum":
    case "exclusiveMaximum":
    case "multipleOf":
      return checkNumber(on, name, keyword, schema.node, value);
    case "minLength":
    case "maxLength":
      return value.kind !== "string" || checkSize(on, name, keyword, codePoints(on, value.value), "characters");
    case "pattern":
      if (value.kind !== "string" || keyword.kind !== "string") return true;
      return (
        on.matches(keyword.value, value.value) !== false ||
        on.problem(`${shown(value)} does not match the pattern ${keyword.value}`)
      );
    case "format":
      if (value.kind !== "string" || keyword.kind !== "string") return true;
      on.cost(value.value.length / 100);
      return (
        FORMATS.get(keyword.value)?.(value.value) !== false ||
        on.problem(`${shown(value)} is not of the format ${keyword.value}`)
      );
    case "minItems":
    case "maxItems":
      return value.kind !== "array" || checkSize(on, name, keyword, value.items.length, "elements");
    case "uniqueItems":
      return checkUnique(on, keyword, value);
    case "minProperties":
    case "maxProperties":
      return (
        value.kind !== "object" ||
        checkSize(on, name, keyword, new Set(value.members.map((each) => each.name)).size, "members")
      );
    case "required":
      return checkRequired(on, keyword, value);
    default:
      return applyStructure(on, name, keyword, schema, value, seen);
  }
}

function checkType(on: Evaluation, keyword: JsonNode, { resource }: Target, value: JsonNode): boolean {
  const types = (keyword.kind === "array" ? keyword.items : [keyword]).flatMap((each) =>
    each.kind === "string" ? [each.value] : [],
  );
  if (types.length === 0) return true;
  const fits = types.some((type) => {
    if (type !== "integer") return type === value.kind;
    if (value.kind !== "number") return false;
    return resource.draft === 4 ? !/[.eE]/.test(value.text) : isWhole(exactNumber(value.text));
  });
  return fits || on.problem(`expected ${types.join(" or ")}, got ${shown(value)}`);
}

/** The keys of a keyword's values, made once. */
const allowedKeys = new WeakMap<JsonNode, Set<string>>();

function checkEnum(on: Evaluation, keyword: JsonNode, allowed: JsonNode[], value: JsonNode): boolean {
  let keys = allowedKeys.get(keyword);
  if (!keys) allowedKeys.set(keyword, (keys = new Set(allowed.map(equalKey))));
  if (keys.has(equalKey(value))) return true;
  const listed = allowed.slice(0, 8).map(shown).join(", ");
  const more = allowed.length > 8 ? `, … (${allowed.length} in all)` : "";
  return on.problem(`expected ${allowed.length === 1 ? "" : "one of "}${listed}${more}, got ${shown(value)}`);
}

function checkNumber(on: Evaluation, name: string, keyword: JsonNode, schema: JsonNode, value: JsonNode): boolean {
  if (value.kind !== "number" || keyword.kind !== "number") return true;
  on.cost(value.text.length / 100);
  const limit = exactNumber(keyword.text);
  const number = exactNumber(value.text);
  if (name === "multipleOf")
    return isMultiple(number, limit) !== false || on.problem(`${shown(value)} is not a multiple of ${keyword.text}`);
  const order = compareNumbers(number, limit);
  // in draft 4 that is a word beside the limit
  const beside = member(schema, name === "minimum" ? "exclusiveMinimum" : "exclusiveMaximum");
  const excluded = name.startsWith("excl") || (beside?.kind === "boolean" && beside.value);
  const isLeast = name.toLowerCase().endsWith("minimum");
  if (isLeast ? order > 0 : order < 0) return true;
  if (order === 0 && !excluded) return true;
  const words = isLeast
    ? excluded
      ? "is not greater than"
      : "is less than the minimum"
    : excluded
      ? "is not less than"
      : "is greater than the maximum";
  return on.problem(`${shown(value)} ${words} ${keyword.text}`);
}

function checkSize(on: Evaluation, name: string, keyword: JsonNode, size: number, what: string): boolean {
  if (keyword.kind !== "number") return true;
  const limit = Number(keyword.text);
  const isLeast = name.startsWith("min");
  if (isLeast ? size >= limit : size <= limit) return true;
  return on.problem(`it has ${size} ${what}, ${isLeast ? "fewer" : "more"} than ${keyword.text}`);
}

function checkUnique(on: Evaluation, keyword: JsonNode, value: JsonNode): boolean {
  if (value.kind !== "array" || keyword.kind !== "boolean" || !keyword.value) return true;
  const places = new Map<string, number>();
  for (const [index, item] of value.items.entries()) {
    on.cost(1);
    const key = equalKey(item);
    const before = places.get(key);
    if (before !== undefined) return on.problem(`the elements ${before} and ${index} are equal`);
    places.set(key, index);
  }
  return true;
}

function checkRequired(on: Evaluation, keyword: JsonNode, value: JsonNode): boolean {
  if (value.kind !== "object" || keyword.kind !== "array") return true;
  let fits = true;
  const names = new Set(value.members.map((each) => each.name));
  for (const each of keyword.items) {
    on.cost(1);
    if (each.kind === "string" && !names.has(each.value))
      fits = on.problem(`the member ${JSON.stringify(each.value)} is missing`);
  }
  return fits;
}

function codePoints(on: Evaluation, text: string): number {
  on.cost(text.length / 100);
  let count = 0;
  for (const _ of text) count++;
  return count;
}

function shown(node: JsonNode): string {
  if (node.kind === "array") return "an array";
  if (node.kind === "object") return "an object";
  const text = printJson(node);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

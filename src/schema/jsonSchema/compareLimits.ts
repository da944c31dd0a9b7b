import { type JsonNode, member } from "../jsonTree.ts";
import type { SchemaChange } from "../schemaChange.ts";
import { equalKey, shortText } from "./nodes.ts";
import { compareNumbers, exactNumber, isMultiple } from "./numbers.ts";

const NARROWER: SchemaChange["breaks"] = ["BACKWARD"];
const WIDER: SchemaChange["breaks"] = ["FORWARD"];
const BOTH: SchemaChange["breaks"] = ["BACKWARD", "FORWARD"];

/** What changed in the keywords that limit a value by itself: its type, enum, ranges, lengths, pattern and format. */
export function compareLimits(older: JsonNode, newer: JsonNode, path: string): SchemaChange[] {
  const changes: SchemaChange[] = [];
  const add = (message: string, breaks: SchemaChange["breaks"]): void => {
    changes.push({ path, message, breaks });
  };
  compareTypes(older, newer, add);
  compareValues(older, newer, add);
  for (const name of LOWER) compareLimit(name, true, older, newer, add);
  for (const name of UPPER) compareLimit(name, false, older, newer, add);
  compareStep(older, newer, add);
  for (const name of ["pattern", "uniqueItems"]) {
    const [one, other] = [given(older, name), given(newer, name)];
    if (one === other) continue;
    if (one === null) add(`"${name}" was added: ${other}`, NARROWER);
    else if (other === null) add(`"${name}" was removed: ${one}`, WIDER);
    else add(`"${name}" changed from ${one} to ${other}`, BOTH);
  }
  const formats = [given(older, "format"), given(newer, "format")];
  if (formats[0] !== formats[1])
    add(`"format" changed from ${formats[0] ?? "none"} to ${formats[1] ?? "none"}, which not every reader checks`, []);
  return changes;
}

type Add = (message: string, breaks: SchemaChange["breaks"]) => void;

const LOWER = ["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"];
const UPPER = ["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"];

/** A keyword in words; null when it is not there or says nothing. */
function given(node: JsonNode, name: string): string | null {
  const value = member(node, name);
  return !value || (value.kind === "boolean" && !value.value) ? null : shortText(value);
}

const TYPES = ["null", "boolean", "object", "array", "string", "number"];

/** The types allowed; null for all of them. An integer is a number too. */
function typesOf(node: JsonNode): Set<string> | null {
  const type = member(node, "type");
  if (!type) return null;
  return new Set(
    (type.kind === "array" ? type.items : [type]).flatMap((each) => (each.kind === "string" ? [each.value] : [])),
  );
}

function compareTypes(older: JsonNode, newer: JsonNode, add: Add): void {
  const [before, after] = [typesOf(older), typesOf(newer)];
  const covers = (types: Set<string> | null, type: string): boolean =>
    types === null || types.has(type) || (type === "integer" && types.has("number"));
  const lost = [...(before ?? TYPES)].some((type) => !covers(after, type));
  const gained = [...(after ?? TYPES)].some((type) => !covers(before, type));
  if (!lost && !gained) return;
  const said = (types: Set<string> | null): string => (types === null ? "any" : [...types].join(" or "));
  const how = lost && gained ? "changed" : lost ? "was narrowed" : "was widened";
  add(`the type ${how} from ${said(before)} to ${said(after)}`, lost && gained ? BOTH : lost ? NARROWER : WIDER);
}

/** enum, and const as an enum of one. */
function compareValues(older: JsonNode, newer: JsonNode, add: Add): void {
  const valuesOf = (node: JsonNode): JsonNode[] | null => {
    const only = member(node, "const");
    if (only) return [only];
    const list = member(node, "enum");
    return list?.kind === "array" ? list.items : null;
  };
  const [before, after] = [valuesOf(older), valuesOf(newer)];
  if (!before && !after) return;
  if (!before) add(`only certain values are allowed now: ${listed(after!)}`, NARROWER);
  else if (!after) add(`any value is allowed now, and not only ${listed(before)}`, WIDER);
  else {
    const keys = (list: JsonNode[]): Set<string> => new Set(list.map(equalKey));
    const [old, now] = [keys(before), keys(after)];
    const removed = before.filter((each) => !now.has(equalKey(each)));
    const added = after.filter((each) => !old.has(equalKey(each)));
    if (removed.length > 0) add(`no longer allowed: ${listed(removed)}`, NARROWER);
    if (added.length > 0) add(`allowed now: ${listed(added)}`, WIDER);
  }
}

const listed = (nodes: JsonNode[]): string =>
  nodes.slice(0, 8).map(shortText).join(", ") + (nodes.length > 8 ? `, … (${nodes.length} in all)` : "");

function compareLimit(name: string, isLower: boolean, older: JsonNode, newer: JsonNode, add: Add): void {
  const [one, other] = [member(older, name), member(newer, name)];
  const [before, after] = [one?.kind === "number" ? one.text : null, other?.kind === "number" ? other.text : null];
  if (before === null && after === null) {
    // draft 4 has a word beside the limit
    const excluded = [one, other].map((each) => each?.kind === "boolean" && each.value);
    if (excluded[0] !== excluded[1])
      add(`"${name}" is ${excluded[1] ? "set now" : "no longer set"}`, excluded[1] ? NARROWER : WIDER);
    return;
  }
  if (before === null) add(`"${name}" was added: ${after}`, NARROWER);
  else if (after === null) add(`"${name}" was removed: ${before}`, WIDER);
  else {
    const order = compareNumbers(exactNumber(after), exactNumber(before));
    if (order !== 0)
      add(
        `"${name}" was ${order > 0 ? "raised" : "lowered"} from ${before} to ${after}`,
        order > 0 === isLower ? NARROWER : WIDER,
      );
  }
}

function compareStep(older: JsonNode, newer: JsonNode, add: Add): void {
  const [one, other] = [member(older, "multipleOf"), member(newer, "multipleOf")];
  if (one?.kind !== "number" && other?.kind !== "number") return;
  if (one?.kind !== "number") add(`"multipleOf" was added: ${other?.kind === "number" ? other.text : ""}`, NARROWER);
  else if (other?.kind !== "number") add(`"multipleOf" was removed: ${one.text}`, WIDER);
  else {
    const [before, after] = [exactNumber(one.text), exactNumber(other.text)];
    if (compareNumbers(before, after) === 0) return;
    const breaks = isMultiple(before, after) ? WIDER : isMultiple(after, before) ? NARROWER : BOTH;
    add(`"multipleOf" changed from ${one.text} to ${other.text}`, breaks);
  }
}

import { type JsonNode, member } from "../jsonTree.ts";
import type { Target } from "./documents.ts";
import type { Evaluation, Seen } from "./evaluate.ts";
import type { ValidationProblem } from "./validate.ts";

/** Keywords that apply further schemas: to the same value, to its members or to its elements. */
export function applyStructure(
  on: Evaluation,
  name: string,
  keyword: JsonNode,
  schema: Target,
  value: JsonNode,
  seen: Seen,
): boolean {
  const at = (node: JsonNode): Target => ({ node, resource: schema.resource });
  switch (name) {
    case "allOf":
      // every one, so that all problems are found
      return keyword.kind !== "array" || keyword.items.map((each) => on.apply(at(each), value, seen)).every(Boolean);
    case "anyOf":
      return keyword.kind !== "array" || anyOf(on, keyword.items.map(at), value, seen);
    case "oneOf":
      return keyword.kind !== "array" || oneOf(on, keyword.items.map(at), value, seen);
    case "not":
      return on.attempt(at(keyword), value, on.fresh()) !== null || on.problem("it fits a schema that it may not fit");
    case "if": {
      const branch = member(schema.node, on.attempt(at(keyword), value, seen) === null ? "then" : "else");
      return !branch || on.apply(at(branch), value, seen);
    }
    case "dependentSchemas":
    case "dependentRequired":
    case "dependencies":
      return dependencies(on, keyword, at, value, seen);
    case "properties":
    case "patternProperties":
    case "additionalProperties":
    case "propertyNames":
    case "unevaluatedProperties":
      return value.kind !== "object" || members(on, name, keyword, schema, value.members, seen);
    case "items":
    case "prefixItems":
    case "additionalItems":
    case "contains":
    case "unevaluatedItems":
      return value.kind !== "array" || elements(on, name, keyword, schema, value, seen);
    default:
      return true;
  }
}

function anyOf(on: Evaluation, branches: Target[], value: JsonNode, seen: Seen): boolean {
  const failed: ValidationProblem[][] = [];
  let fits = false;
  for (const branch of branches) {
    const found = on.attempt(branch, value, seen);
    if (found) failed.push(found);
    else if (!on.documents.usesUnevaluated) return true;
    else fits = true;
  }
  return fits || noneFits(on, failed);
}

function oneOf(on: Evaluation, branches: Target[], value: JsonNode, seen: Seen): boolean {
  const failed: ValidationProblem[][] = [];
  const fitting: number[] = [];
  for (const [index, branch] of branches.entries()) {
    const found = on.attempt(branch, value, seen);
    if (found) failed.push(found);
    else fitting.push(index);
  }
  if (fitting.length === 1) return true;
  if (fitting.length === 0) return noneFits(on, failed);
  return on.problem(`it fits ${fitting.length} of ${branches.length} alternatives, and may fit only one`);
}

/** What to say where no alternative fits: what is wrong with the only one that comes near, if one does. */
function noneFits(on: Evaluation, failed: ValidationProblem[][]): false {
  const here = on.path;
  // one whose problems lie deeper was meant: the others fail at the value itself
  const near = failed.filter((problems) => problems.every(({ path }) => path !== here));
  if (near.length === 1) on.report(near[0]!);
  else if (failed.length === 1) on.report(failed[0]!);
  else {
    const reasons = [...new Set(failed.map((problems) => problems[0]?.message ?? ""))].filter((each) => each !== "");
    const words = reasons.slice(0, 3).join("; ") + (reasons.length > 3 ? "; …" : "");
    on.problem(`it fits none of ${failed.length} alternatives${words === "" ? "" : `: ${words}`}`);
  }
  return false;
}

function dependencies(
  on: Evaluation,
  keyword: JsonNode,
  at: (node: JsonNode) => Target,
  value: JsonNode,
  seen: Seen,
): boolean {
  if (keyword.kind !== "object" || value.kind !== "object") return true;
  const names = new Set(value.members.map((each) => each.name));
  let fits = true;
  for (const { name, value: needed } of keyword.members) {
    on.cost(1);
    if (!names.has(name)) continue;
    if (needed.kind !== "array") {
      if (!on.apply(at(needed), value, seen)) fits = false;
      continue;
    }
    for (const each of needed.items) {
      if (each.kind === "string" && !names.has(each.value))
        fits = on.problem(`the member ${JSON.stringify(each.value)} is missing, which ${JSON.stringify(name)} needs`);
    }
  }
  return fits;
}

function members(
  on: Evaluation,
  keyword: string,
  node: JsonNode,
  schema: Target,
  list: { name: string; at: number; value: JsonNode }[],
  seen: Seen,
): boolean {
  const { resource } = schema;
  // of a name that occurs twice the last one counts, as for every reader
  const values = new Map(list.map(({ name, value }) => [name, value]));
  let fits = true;
  const apply = (name: string, value: JsonNode, target: JsonNode): void => {
    seen.addMember(name);
    if (target.kind === "boolean" && !target.value && keyword !== "properties")
      fits = on.problemAt(name, "the schema does not allow this member");
    else if (!on.within(name, { node: target, resource }, value)) fits = false;
  };
  const own = member(schema.node, "properties");
  const patterns = patternsOf(schema.node);
  switch (keyword) {
    case "properties":
      if (node.kind !== "object") return true;
      for (const { name, value: target } of node.members) {
        on.cost(0.1);
        const value = values.get(name);
        if (value) apply(name, value, target);
      }
      return fits;
    case "patternProperties":
      for (const { pattern, target } of patterns)
        for (const [name, value] of values) if (on.matches(pattern, name)) apply(name, value, target);
      return fits;
    case "propertyNames":
      for (const name of values.keys()) {
        const found = on.attempt({ node, resource }, { kind: "string", at: 0, value: name }, on.fresh());
        if (found) fits = on.problem(`the name ${JSON.stringify(name)} is not allowed: ${found[0]?.message ?? ""}`);
      }
      return fits;
    case "additionalProperties": {
      if (own?.kind === "object") on.cost(own.members.length / 10);
      const named = new Set(own?.kind === "object" ? own.members.map((each) => each.name) : []);
      for (const [name, value] of values) {
        // a pattern that cannot be checked may be the member's
        if (named.has(name) || patterns.some(({ pattern }) => on.matches(pattern, name) !== false)) continue;
        apply(name, value, node);
      }
      return fits;
    }
    default: {
      if (seen.allMembers) return true;
      for (const [name, value] of values) if (!seen.hasMember(name)) apply(name, value, node);
      seen.allMembers = true;
      return fits;
    }
  }
}

function patternsOf(schema: JsonNode): { pattern: string; target: JsonNode }[] {
  const patterns = member(schema, "patternProperties");
  if (patterns?.kind !== "object") return [];
  return patterns.members.map(({ name, value }) => ({ pattern: name, target: value }));
}

function elements(
  on: Evaluation,
  keyword: string,
  node: JsonNode,
  schema: Target,
  { items }: JsonNode & { kind: "array" },
  seen: Seen,
): boolean {
  const { resource } = schema;
  let fits = true;
  const apply = (from: number, target: (index: number) => JsonNode | undefined): void => {
    for (let index = from; index < items.length; index++) {
      const each = target(index);
      if (!each) return;
      seen.addItem(index);
      if (!on.within(index, { node: each, resource }, items[index]!)) fits = false;
    }
  };
  // a list of schemas, one for each of the first elements: "items" before 2020-12
  const list = member(schema.node, "prefixItems") ?? member(schema.node, "items");
  const listed = list?.kind === "array" ? list.items.length : 0;
  switch (keyword) {
    case "prefixItems":
      if (node.kind === "array") apply(0, (index) => node.items[index]);
      return fits;
    case "items":
      if (node.kind === "array") apply(0, (index) => node.items[index]);
      else apply(listed, () => node);
      return fits;
    case "additionalItems":
      if (list?.kind === "array" && !member(schema.node, "prefixItems")) apply(listed, () => node);
      return fits;
    case "unevaluatedItems":
      if (seen.allItems) return true;
      for (const [index, item] of items.entries())
        if (!seen.hasItem(index) && !on.within(index, { node, resource }, item)) fits = false;
      seen.allItems = true;
      return fits;
    default:
      return contains(on, node, schema, items, seen);
  }
}

function contains(
  on: Evaluation,
  node: JsonNode,
  { node: schema, resource }: Target,
  items: JsonNode[],
  seen: Seen,
): boolean {
  const limit = (name: string, otherwise: number): number => {
    const given = member(schema, name);
    return given?.kind === "number" ? Number(given.text) : otherwise;
  };
  let count = 0;
  for (const [index, item] of items.entries()) {
    if (on.attempt({ node, resource }, item, on.fresh()) !== null) continue;
    count++;
    // from 2020-12 on that counts as looked at
    if (resource.draft >= 2020) seen.addItem(index);
  }
  const least = limit("minContains", 1);
  const most = limit("maxContains", Number.POSITIVE_INFINITY);
  if (count < least)
    return on.problem(least === 1 ? "no element is as one has to be" : `${count} elements are as ${least} have to be`);
  return count <= most || on.problem(`${count} elements are as ${most} may be at most`);
}

import type { RegisteredSchema } from "../api.ts";
import { type JsonNode, member, stringMember } from "../jsonTree.ts";
import type { SchemaChange } from "../schemaChange.ts";
import { compareLimits } from "./compareLimits.ts";
import { Documents, type Target } from "./documents.ts";
import { equalKey, hasReference, parseSchema, shortText } from "./nodes.ts";

const MAX_CHANGES = 500;

/** Pairs of schemas compared, in all: alternatives are compared each with each. */
const MAX_PAIRS = 20_000;

/**
 * What changed between two versions of a JSON Schema, in words, and what it breaks: where the newer one refuses values that the older one
 * allowed (BACKWARD), where it allows values that the older one refuses (FORWARD). Covers the usual keywords with exact numbers, and
 * follows references; where a keyword cannot be compared (not, if, contains, …), its change is said to break both. At most 500.
 *
 * A member that is added where further members are allowed breaks BACKWARD: the older schema let it have any value. Registries agree in
 * that; see the table in test/kafka/schemaCompare.test.ts for where they do not. Throws an Error with a sentence when one is not JSON.
 */
export function compareJsonSchema(
  older: Pick<RegisteredSchema, "schema" | "references">,
  newer: Pick<RegisteredSchema, "schema" | "references">,
): SchemaChange[] {
  const comparison = new Comparison(rootOf(older), rootOf(newer));
  const { from, to } = comparison;
  const changes = comparison.compare(from.target, to.target, "$").slice(0, MAX_CHANGES);
  if (comparison.isTooMuch)
    changes.push({ path: "$", message: "the schemas are too involved to be compared in full", breaks: BOTH });
  return changes;
}

interface Root {
  documents: Documents;
  target: Target;
}

function rootOf(schema: Pick<RegisteredSchema, "schema" | "references">): Root {
  const documents = new Documents();
  const node = parseSchema(schema.schema, "its text");
  const resource = documents.add(node, "root.json");
  for (const { name, schema: text } of schema.references)
    documents.add(parseSchema(text, `the reference ${name}`), name);
  return { documents, target: { node, resource } };
}

const NARROWER: SchemaChange["breaks"] = ["BACKWARD"];
const WIDER: SchemaChange["breaks"] = ["FORWARD"];
const BOTH: SchemaChange["breaks"] = ["BACKWARD", "FORWARD"];

const ANY: JsonNode = { kind: "boolean", at: 0, value: true };

/** Keywords whose effect on the values allowed is not worked out. */
const OPAQUE =
  "not if then else contains minContains maxContains propertyNames patternProperties dependencies dependentRequired dependentSchemas unevaluatedItems unevaluatedProperties additionalItems $dynamicRef $recursiveRef".split(
    " ",
  );

class Comparison {
  readonly from: Root;
  readonly to: Root;
  /** pairs that are being compared, or were: types hold themselves */
  readonly #met = new Map<JsonNode, Set<JsonNode>>();
  #pairs = 0;

  get isTooMuch(): boolean {
    return this.#pairs > MAX_PAIRS;
  }

  constructor(from: Root, to: Root) {
    this.from = from;
    this.to = to;
  }

  compare(older: Target, newer: Target, path: string): SchemaChange[] {
    const a = resolved(this.from.documents, older);
    const b = resolved(this.to.documents, newer);
    const met = this.#met.get(a.node) ?? new Set();
    if (met.has(b.node) || ++this.#pairs > MAX_PAIRS) return [];
    this.#met.set(a.node, met.add(b.node));
    const changes = this.#compare(a, b, path);
    // what is asked again elsewhere has to be answered again
    met.delete(b.node);
    return changes;
  }

  #compare(a: Target, b: Target, path: string): SchemaChange[] {
    if (equalKey(a.node) === equalKey(b.node) && !hasReference(a.node)) return [];
    const nothing = [a, b].map(({ node }) => node.kind === "boolean" && !node.value);
    if (nothing[0] && nothing[1]) return [];
    if (nothing[0]) return [{ path, message: "values are allowed now where none was", breaks: WIDER }];
    if (nothing[1]) return [{ path, message: "no value is allowed any more", breaks: NARROWER }];
    const alternatives = this.#alternatives(a, b, path);
    if (alternatives) return alternatives;
    return [
      ...compareLimits(a.node, b.node, path),
      ...this.#members(a, b, path),
      ...this.#elements(a, b, path),
      ...this.#allOf(a, b, path),
      ...OPAQUE.flatMap((name) => {
        const [one, other] = [member(a.node, name), member(b.node, name)];
        if (!one && !other) return [];
        if (one && other && equalKey(one) === equalKey(other)) return [];
        if (!one || !other) return [opaque(path, name, one ? "was removed" : "was added")];
        return [opaque(path, name, "changed")];
      }),
    ];
  }

  /** oneOf and anyOf, a schema without them being an alternative of its own; null where neither has any. */
  #alternatives(a: Target, b: Target, path: string): SchemaChange[] | null {
    const [one, other] = [branches(a), branches(b)];
    if (!one && !other) return null;
    const rest = one && other ? this.#compare(without(a), without(b), path) : [];
    const before = one ?? [a];
    const after = other ?? [b];
    // where only one of them is another, what changed in it says more
    const [lone, ...others] = unpaired(before, after);
    const [now, ...more] = unpaired(after, before);
    if (lone && now && others.length + more.length === 0) return [...rest, ...this.compare(lone, now, path)];
    const breaks = (from: Target, to: Target, what: "BACKWARD" | "FORWARD"): boolean =>
      this.compare(from, to, path).some((change) => change.breaks.includes(what));
    const removed = before.filter((from) => !after.some((to) => !breaks(from, to, "BACKWARD")));
    const added = after.filter((to) => !before.some((from) => !breaks(from, to, "FORWARD")));
    const said = (each: Target): string => shortText(resolved(this.from.documents, each).node);
    return [
      ...rest,
      ...removed.map((each) => ({
        path,
        message: `the alternative ${said(each)} was removed or narrowed`,
        breaks: NARROWER,
      })),
      ...added.map((each) => ({
        path,
        message: `the alternative ${shortText(each.node)} was added or widened`,
        breaks: WIDER,
      })),
    ];
  }

  #members(a: Target, b: Target, path: string): SchemaChange[] {
    const changes: SchemaChange[] = [];
    const [before, after] = [namedSchemas(a), namedSchemas(b)];
    const [openBefore, openAfter] = [additional(a), additional(b)];
    for (const [name, one] of before) {
      const other = after.get(name);
      const at = stepped(path, name);
      if (other) changes.push(...this.compare(one, other, at));
      else if (isNothing(openAfter))
        changes.push({
          path: at,
          message: "the member was removed, and no further members are allowed",
          breaks: NARROWER,
        });
      else if (isAnything(openAfter)) {
        changes.push({
          path: at,
          message: "the member was removed: it may have any value now, as further members may",
          breaks: isAnything(one) ? [] : WIDER,
        });
      } else changes.push(...this.compare(one, openAfter, at));
    }
    for (const [name, other] of after) {
      if (before.has(name)) continue;
      const at = stepped(path, name);
      if (isNothing(openBefore))
        changes.push({
          path: at,
          message: "the member was added: the older schema allows no further members",
          breaks: WIDER,
        });
      else if (isAnything(openBefore)) {
        changes.push(
          isAnything(other)
            ? {
                path: at,
                message: "the member was added, with any value: the older schema allowed that too",
                breaks: [],
              }
            : {
                path: at,
                message: "the member was added: the older schema let a further member of that name have any value",
                breaks: NARROWER,
              },
        );
      } else changes.push(...this.compare(openBefore, other, at));
    }
    if (isNothing(openBefore) !== isNothing(openAfter)) {
      changes.push(
        isNothing(openAfter)
          ? { path, message: "further members are no longer allowed", breaks: NARROWER }
          : { path, message: "further members are allowed now", breaks: WIDER },
      );
    } else if (!isNothing(openAfter)) changes.push(...this.compare(openBefore, openAfter, `${path}.*`));
    changes.push(...required(a.node, b.node, after, path));
    return changes;
  }

  #elements(a: Target, b: Target, path: string): SchemaChange[] {
    const [before, after] = [elementSchemas(a), elementSchemas(b)];
    const changes: SchemaChange[] = [];
    for (let i = 0; i < Math.max(before.list.length, after.list.length); i++)
      changes.push(...this.compare(before.list[i] ?? before.rest, after.list[i] ?? after.rest, `${path}[${i}]`));
    changes.push(...this.compare(before.rest, after.rest, `${path}[]`));
    return changes;
  }

  #allOf(a: Target, b: Target, path: string): SchemaChange[] {
    const list = ({ node, resource }: Target): Target[] => {
      const all = member(node, "allOf");
      return all?.kind === "array" ? all.items.map((each) => ({ node: each, resource })) : [];
    };
    const [before, after] = [list(a), list(b)];
    if (before.length === after.length) return before.flatMap((each, i) => this.compare(each, after[i]!, path));
    const keys = (each: Target[]): Set<string> => new Set(each.map(({ node }) => equalKey(node)));
    const [old, now] = [keys(before), keys(after)];
    return [
      ...before
        .filter(({ node }) => !now.has(equalKey(node)))
        .map(({ node }) => ({ path, message: `it need no longer fit ${shortText(node)}`, breaks: WIDER })),
      ...after
        .filter(({ node }) => !old.has(equalKey(node)))
        .map(({ node }) => ({ path, message: `it has to fit ${shortText(node)} too`, breaks: NARROWER })),
    ];
  }
}

const opaque = (path: string, name: string, how: string): SchemaChange => ({
  path,
  message: `"${name}" ${how}: which values that allows or refuses was not worked out`,
  breaks: BOTH,
});

/** Where the references of a schema that has nothing else lead. */
function resolved(documents: Documents, target: Target): Target {
  let current = target;
  for (let i = 0; i < 50; i++) {
    const own = documents.resourceAt(current.node) ?? current.resource;
    const reference = stringMember(current.node, "$ref");
    const next = reference === undefined ? null : documents.resolve(reference, own);
    if (!next) return { node: current.node, resource: own };
    current = next;
  }
  return current;
}

function branches({ node, resource }: Target): Target[] | null {
  for (const name of ["oneOf", "anyOf"]) {
    const list = member(node, name);
    if (list?.kind === "array") return list.items.map((each) => ({ node: each, resource }));
  }
  return null;
}

/** Those of the first list that the second does not have. */
function unpaired(some: Target[], others: Target[]): Target[] {
  const keys = new Set(others.map(({ node }) => equalKey(node)));
  return some.filter(({ node }) => !keys.has(equalKey(node)));
}

/** The schema without its alternatives. */
function without({ node, resource }: Target): Target {
  if (node.kind !== "object") return { node, resource };
  const members = node.members.filter(({ name }) => name !== "oneOf" && name !== "anyOf");
  return { node: { ...node, members }, resource };
}

function namedSchemas({ node, resource }: Target): Map<string, Target> {
  const properties = member(node, "properties");
  if (properties?.kind !== "object") return new Map();
  return new Map(properties.members.map(({ name, value }) => [name, { node: value, resource }]));
}

const additional = ({ node, resource }: Target): Target => ({
  node: member(node, "additionalProperties") ?? ANY,
  resource,
});

const isNothing = ({ node }: Target): boolean => node.kind === "boolean" && !node.value;
const isAnything = ({ node }: Target): boolean =>
  (node.kind === "boolean" && node.value) || (node.kind === "object" && node.members.length === 0);

function elementSchemas({ node, resource }: Target): { list: Target[]; rest: Target } {
  const items = member(node, "items");
  const prefix = member(node, "prefixItems");
  const list = prefix?.kind === "array" ? prefix.items : items?.kind === "array" ? items.items : [];
  const rest = items?.kind === "array" ? member(node, "additionalItems") : items;
  return { list: list.map((each) => ({ node: each, resource })), rest: { node: rest ?? ANY, resource } };
}

function required(older: JsonNode, newer: JsonNode, members: Map<string, Target>, path: string): SchemaChange[] {
  const names = (node: JsonNode): Set<string> => {
    const list = member(node, "required");
    return new Set(
      list?.kind === "array" ? list.items.flatMap((each) => (each.kind === "string" ? [each.value] : [])) : [],
    );
  };
  const [before, after] = [names(older), names(newer)];
  const changes: SchemaChange[] = [];
  for (const name of after) {
    if (before.has(name)) continue;
    const hasDefault = member(members.get(name)?.node ?? ANY, "default") !== undefined;
    const message = "the member is required now: what was written before may not have it";
    changes.push({
      path: stepped(path, name),
      message: hasDefault ? `${message}, unless readers fill in its default` : message,
      breaks: NARROWER,
    });
  }
  for (const name of before)
    if (!after.has(name))
      changes.push({
        path: stepped(path, name),
        message: "the member is no longer required: readers with the older schema insist on it",
        breaks: WIDER,
      });
  return changes;
}

const stepped = (path: string, name: string): string =>
  path + (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`);

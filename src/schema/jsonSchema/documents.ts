import { type JsonNode, member, stringMember } from "../jsonTree.ts";

/** 4, 6, 7, 2019 or 2020; schemas that do not say are taken for the newest. */
export type Draft = number;

/** A schema document, or a part of one with an identity of its own. */
export interface Resource {
  uri: string;
  root: JsonNode;
  draft: Draft;
  /** $anchor and $dynamicAnchor, by name */
  anchors: Map<string, JsonNode>;
  dynamic: Map<string, JsonNode>;
}

/** A schema's place: the node, and the resource that it is in. */
export interface Target {
  node: JsonNode;
  resource: Resource;
}

/** Keywords with one schema, a list of schemas, and schemas by name. What is in others (enum, default, examples) is no schema. */
const ONE =
  "additionalItems additionalProperties contains contentSchema else if items not propertyNames then unevaluatedItems unevaluatedProperties".split(
    " ",
  );
const LISTS = "allOf anyOf items oneOf prefixItems".split(" ");
const NAMED = "$defs definitions dependencies dependentSchemas patternProperties properties".split(" ");

/** What relative names are relative to where a schema has no $id. */
const BASE = "kw://schema/";

/** The parts of a schema and of those it may refer to, by their URIs. */
export class Documents {
  readonly #resources = new Map<string, Resource>();
  /** the resource of each node that begins one */
  readonly #begun = new Map<JsonNode, Resource>();
  /** whether any of them says something of what others have not looked at */
  usesUnevaluated = false;

  /** Adds a document under its name and under its own $id. */
  add(root: JsonNode, name: string): Resource {
    const uri = resolveUri(name, BASE) ?? BASE;
    const resource = this.#begin(root, uri, draftOf(root, 2020));
    this.#walk(root, resource);
    this.usesUnevaluated ||= mentionsUnevaluated(root);
    return this.#begun.get(root) ?? resource;
  }

  /** The resource that begins at a node, if one does. */
  resourceAt(node: JsonNode): Resource | undefined {
    return this.#begun.get(node);
  }

  /** Where a reference from within `from` leads; null when that is not here. */
  resolve(reference: string, from: Resource): Target | null {
    const uri = resolveUri(reference, from.uri);
    if (uri === null) return null;
    const hash = uri.indexOf("#");
    const document = hash < 0 ? uri : uri.slice(0, hash);
    let fragment: string;
    try {
      fragment = hash < 0 ? "" : decodeURIComponent(uri.slice(hash + 1));
    } catch {
      // a percent sign that escapes nothing leads nowhere
      return null;
    }
    const resource = this.#resources.get(document);
    if (!resource) return null;
    if (fragment === "") return { node: resource.root, resource };
    if (!fragment.startsWith("/")) {
      const node = resource.anchors.get(fragment) ?? resource.dynamic.get(fragment);
      return node ? { node, resource: this.#begun.get(node) ?? resource } : null;
    }
    return this.#pointed(fragment, resource);
  }

  #pointed(pointer: string, from: Resource): Target | null {
    let node: JsonNode | undefined = from.root;
    let resource = from;
    for (const step of pointer.slice(1).split("/")) {
      const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
      if (node.kind === "array") node = /^\d{1,9}$/.test(name) ? node.items[Number(name)] : undefined;
      else node = member(node, name);
      if (!node) return null;
      resource = this.#begun.get(node) ?? resource;
    }
    return { node, resource };
  }

  #begin(root: JsonNode, uri: string, draft: Draft): Resource {
    const resource = { uri, root, draft, anchors: new Map(), dynamic: new Map() };
    if (!this.#resources.has(uri)) this.#resources.set(uri, resource);
    this.#begun.set(root, resource);
    return resource;
  }

  /** Finds ids and anchors. Schemas nest as deep as a parsed JSON text may. */
  #walk(node: JsonNode, within: Resource): void {
    if (node.kind !== "object") return;
    let resource = within;
    const draft = draftOf(node, within.draft);
    const hasReference = member(node, "$ref") !== undefined && draft <= 7;
    const id = hasReference ? undefined : stringMember(node, draft === 4 ? "id" : "$id");
    if (id?.startsWith("#")) resource.anchors.set(id.slice(1), node);
    else if (id !== undefined) {
      const uri = resolveUri(id, within.uri)?.replace(/#.*$/s, "");
      if (uri !== undefined && uri !== within.uri) {
        // a document is known by the name it was given too
        resource = this.#begin(node, uri, draft);
      }
    }
    const anchor = stringMember(node, "$anchor");
    if (anchor !== undefined) resource.anchors.set(anchor, node);
    const dynamic = stringMember(node, "$dynamicAnchor");
    if (dynamic !== undefined) resource.dynamic.set(dynamic, node);
    for (const { name, value } of node.members) {
      if (value.kind === "object" && ONE.includes(name)) this.#walk(value, resource);
      if (value.kind === "array" && LISTS.includes(name)) for (const item of value.items) this.#walk(item, resource);
      if (value.kind === "object" && NAMED.includes(name))
        for (const entry of value.members) this.#walk(entry.value, resource);
    }
  }
}

/** Anywhere: references may lead to schemas that stand where none is looked for. */
function mentionsUnevaluated(node: JsonNode): boolean {
  if (node.kind === "array") return node.items.some(mentionsUnevaluated);
  if (node.kind !== "object") return false;
  return node.members.some(({ name, value }) => name.startsWith("unevaluated") || mentionsUnevaluated(value));
}

function draftOf(node: JsonNode, otherwise: Draft): Draft {
  const uri = stringMember(node, "$schema");
  const found = uri === undefined ? null : /draft[-/](?:0([3467])|(2019|2020))/.exec(uri);
  return found ? Math.max(4, Number(found[1] ?? found[2])) : otherwise;
}

function resolveUri(reference: string, base: string): string | null {
  return URL.parse(reference, base)?.href ?? null;
}

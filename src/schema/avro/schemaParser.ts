import { type JsonNode, JsonSyntaxError, member, parseJson, stringMember } from "../jsonTree.ts";
import { decimalOf, type IntLogical, type LongLogical, logicalOf } from "./logical.ts";
import { isAmbiguous } from "./look.ts";
import type { AvroFixed, AvroNamed, AvroRecord, AvroType, AvroUnion, SchemaNote } from "./schema.ts";

/** Schema text: JSON, or the bare name of a primitive type as some registries return it. */
export function parseSchemaText(text: string): JsonNode {
  const trimmed = text.trim();
  if (/^[a-z]+$/.test(trimmed)) return { kind: "string", at: 0, value: trimmed };
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError)
      throw new Error(`its text is not JSON: ${error.message} (position ${error.at})`);
    throw error;
  }
}

/** Notes of one schema: more help nobody. */
const MAX_NOTES = 100;

/** A name that no declaration so far has: a later one may. */
export class UndefinedType extends Error {
  /** full names, either of which would do */
  readonly names: readonly string[];

  constructor(given: string, names: readonly string[]) {
    super(`the type "${given}" is not defined`);
    this.names = names;
  }
}

/** Reads declarations one after the other; names of earlier ones are known to later ones. Throws an Error with a sentence. */
export class SchemaParser {
  names = new Map<string, AvroType>();
  notes: SchemaNote[] = [];
  readonly #unions: AvroUnion[] = [];
  /** names of the declaration that is being read */
  #defined: string[] = [];
  /** the type and field that are being read, for notes */
  #where = "";

  type(node: JsonNode, namespace: string): AvroType {
    if (node.kind === "string") return this.#named(node.value, namespace);
    if (node.kind === "array") return this.#union(node.items, namespace);
    if (node.kind !== "object") throw new Error("a type is neither a name, nor a list, nor an object");
    const inner = member(node, "type");
    if (!inner) throw new Error('a type has no "type"');
    if (inner.kind !== "string") return this.type(inner, namespace);
    switch (inner.value) {
      case "record":
      case "error":
        return this.#record(node, namespace);
      case "enum":
        return this.#enum(node, namespace);
      case "fixed":
        return this.#fixed(node, namespace);
      case "array": {
        const items = member(node, "items");
        if (!items) throw new Error('an array has no "items"');
        this.#logical(node, "array");
        return { kind: "array", items: this.type(items, namespace) };
      }
      case "map": {
        const values = member(node, "values");
        if (!values) throw new Error('a map has no "values"');
        this.#logical(node, "map");
        return { kind: "map", values: this.type(values, namespace) };
      }
      default:
        return this.#annotated(this.#named(inner.value, namespace), node);
    }
  }

  /** What can only be known once every named type is complete. */
  finish(): void {
    for (const union of this.#unions) union.wrapped = isAmbiguous(union.branches);
  }

  #named(name: string, namespace: string): AvroType {
    switch (name) {
      case "null":
      case "boolean":
      case "float":
      case "double":
        return { kind: name };
      case "int":
      case "long":
      case "bytes":
      case "string":
        return { kind: name, logical: null };
    }
    const full = name.includes(".") || namespace === "" ? name : `${namespace}.${name}`;
    const found = this.names.get(full) ?? this.names.get(name);
    if (!found) throw new UndefinedType(name, [full, name]);
    return found;
  }

  #union(nodes: JsonNode[], namespace: string): AvroType {
    if (nodes.length === 0) throw new Error("a union has no branches");
    const branches = nodes.map((node) => this.type(node, namespace));
    if (branches.some((branch) => branch.kind === "union")) throw new Error("a union holds a union directly");
    const union: AvroUnion = { kind: "union", branches, wrapped: false };
    this.#unions.push(union);
    return union;
  }

  /** The full name of a named type, its aliases, and the namespace that it sets for the types within. */
  #name(node: JsonNode, outer: string): { name: string; namespace: string; aliases: string[]; doc: string | null } {
    const given = stringMember(node, "name");
    if (given === undefined || given === "") throw new Error("a record, enum or fixed type has no name");
    const dot = given.lastIndexOf(".");
    const namespace = dot >= 0 ? given.slice(0, dot) : (stringMember(node, "namespace") ?? outer);
    const full = (name: string): string => (namespace === "" || name.includes(".") ? name : `${namespace}.${name}`);
    return {
      name: dot >= 0 ? given : full(given),
      namespace,
      aliases: strings(member(node, "aliases")).map(full),
      doc: stringMember(node, "doc") ?? null,
    };
  }

  #record(node: JsonNode, outer: string): AvroType {
    const { name, namespace, aliases, doc } = this.#name(node, outer);
    const fields = member(node, "fields");
    if (fields?.kind !== "array") throw new Error(`the record ${name} has no list of fields`);
    const record: AvroRecord = { kind: "record", name, aliases, doc, fields: [] };
    this.#define(record);
    const before = this.#where;
    this.#where = name;
    this.#logical(node, "record");
    const seen = new Set<string>();
    for (const field of fields.items) {
      const fieldName = stringMember(field, "name");
      const fieldType = member(field, "type");
      if (fieldName === undefined || !fieldType)
        throw new Error(`a field of the record ${name} has no name or no type`);
      if (seen.has(fieldName)) throw new Error(`the record ${name} has two fields called "${fieldName}"`);
      seen.add(fieldName);
      this.#where = `${name}.${fieldName}`;
      const type = this.type(fieldType, namespace);
      // writers do not apply it there either
      if (member(field, "logicalType"))
        this.#note('the logicalType stands beside the field\'s "type": it belongs into an object that is the type');
      record.fields.push({
        name: fieldName,
        type,
        fallback: member(field, "default"),
        aliases: strings(member(field, "aliases")),
        doc: stringMember(field, "doc") ?? null,
        order: stringMember(field, "order") ?? "ascending",
      });
    }
    this.#where = before;
    return record;
  }

  #enum(node: JsonNode, outer: string): AvroType {
    const { name, aliases, doc } = this.#name(node, outer);
    const list = member(node, "symbols");
    if (list?.kind !== "array") throw new Error(`the enum ${name} has no list of symbols`);
    const symbols = list.items.map((item) => {
      if (item.kind !== "string") throw new Error(`a symbol of the enum ${name} is not a string`);
      return item.value;
    });
    this.#logical(node, "enum");
    return this.#define({
      kind: "enum",
      name,
      aliases,
      doc,
      symbols,
      fallback: stringMember(node, "default") ?? null,
    });
  }

  #fixed(node: JsonNode, outer: string): AvroType {
    const { name, aliases, doc } = this.#name(node, outer);
    const given = member(node, "size");
    const size = given?.kind === "number" ? Number(given.text) : Number.NaN;
    if (!Number.isSafeInteger(size) || size < 0) throw new Error(`the fixed type ${name} has no usable size`);
    const fixed: AvroFixed = { kind: "fixed", name, aliases, doc, size, logical: null };
    const logical = this.#logical(node, "fixed", size);
    if (logical === "decimal") fixed.logical = decimalOf(node);
    else if (logical === "uuid" || logical === "duration") fixed.logical = { kind: logical };
    return this.#define(fixed);
  }

  #define(type: AvroNamed): AvroType {
    if (this.names.has(type.name)) throw new Error(`the type ${type.name} is defined twice`);
    this.names.set(type.name, type);
    this.#defined.push(type.name);
    return type;
  }

  /** As `type`; what a declaration that fails had defined by then is forgotten. */
  declaration(node: JsonNode): void {
    this.#defined = [];
    try {
      this.type(node, "");
    } catch (error) {
      for (const name of this.#defined) this.names.delete(name);
      throw error;
    }
  }

  /** A type that is given by its name, with the logical type that its declaration carries. */
  #annotated(type: AvroType, node: JsonNode): AvroType {
    if ("name" in type) {
      if (member(node, "logicalType"))
        this.#note("a logicalType applies where a type is defined, not where it is used");
      return type;
    }
    const logical = this.#logical(node, type.kind);
    if (logical === null) return type;
    switch (type.kind) {
      case "int":
        return { kind: "int", logical: logical as IntLogical };
      case "long":
        return { kind: "long", logical: logical as LongLogical };
      case "string":
        return { kind: "string", logical: "uuid" };
      case "bytes":
        return { kind: "bytes", logical: logical === "decimal" ? decimalOf(node) : { kind: "big-decimal" } };
      default:
        return type;
    }
  }

  #logical(node: JsonNode, kind: string, size?: number): string | null {
    const { name, ignored } = logicalOf(node, kind, size);
    if (ignored !== null) this.#note(`${ignored}: it is ignored`);
    return name;
  }

  #note(message: string): void {
    if (this.notes.length < MAX_NOTES) this.notes.push({ where: this.#where, message });
  }
}

const strings = (node: JsonNode | undefined): string[] =>
  node?.kind === "array" ? node.items.flatMap((item) => (item.kind === "string" ? [item.value] : [])) : [];

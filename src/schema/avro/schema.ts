import type { RegisteredSchema } from "../api.ts";
import { type JsonNode, JsonSyntaxError, member, parseJson, stringMember } from "../jsonTree.ts";

/**
 * Avro schemas, parsed into a graph: a name that is used again is the same object, so that recursion is a cycle.
 * Source: Apache Avro 1.12 specification, "Schema Declaration" and "Logical Types".
 */
export type AvroType =
  | { kind: "null" | "boolean" | "float" | "double" | "string" }
  | { kind: "int"; logical: "date" | "time-millis" | null }
  | { kind: "long"; logical: LongLogical | null }
  | { kind: "bytes"; logical: Decimal | null }
  | { kind: "fixed"; name: string; size: number; logical: Decimal | { kind: "uuid" } | { kind: "duration" } | null }
  | { kind: "enum"; name: string; symbols: string[]; fallback: string | null }
  | { kind: "array"; items: AvroType }
  | { kind: "map"; values: AvroType }
  | AvroRecord
  | AvroUnion;

export interface AvroRecord {
  kind: "record";
  /** with its namespace */
  name: string;
  fields: AvroField[];
}

interface AvroField {
  name: string;
  type: AvroType;
  /** as the schema gives it; undefined: the field has none */
  fallback: JsonNode | undefined;
}

export interface AvroUnion {
  kind: "union";
  branches: AvroType[];
  /** true when JSON alone does not tell the branches apart, so that values are shown as {"branch": value} */
  wrapped: boolean;
}

export interface Decimal {
  kind: "decimal";
  precision: number;
  scale: number;
}

type LongLogical =
  | "time-micros"
  | "timestamp-millis"
  | "timestamp-micros"
  | "timestamp-nanos"
  | "local-timestamp-millis"
  | "local-timestamp-micros"
  | "local-timestamp-nanos";

const LONG_LOGICAL = new Set<string>([
  "time-micros",
  "timestamp-millis",
  "timestamp-micros",
  "timestamp-nanos",
  "local-timestamp-millis",
  "local-timestamp-micros",
  "local-timestamp-nanos",
] satisfies LongLogical[]);

/** A decimal's scale beyond this is taken for nonsense, and the bytes are shown instead. */
const MAX_SCALE = 1000;

/** Parses a registered schema with its references. Throws an Error with a sentence when it is not a usable Avro schema. */
export function parseAvro(schema: Pick<RegisteredSchema, "schema" | "references">): AvroType {
  const parser = new SchemaParser();
  let pending = schema.references.map((reference) => ({ reference, node: parse(reference.schema) }));
  // a reference may use names of another one, in whatever order the registry lists them
  while (pending.length > 0) {
    const later: typeof pending = [];
    let failure: unknown;
    for (const entry of pending) {
      const names = new Map(parser.names);
      try {
        parser.type(entry.node, "");
      } catch (error) {
        parser.names = names;
        failure ??= error;
        later.push(entry);
      }
    }
    if (later.length === pending.length) throw failure;
    pending = later;
  }
  const type = parser.type(parse(schema.schema), "");
  parser.finish();
  return type;
}

/** Schema text: JSON, or the bare name of a primitive type as some registries return it. */
function parse(text: string): JsonNode {
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

class SchemaParser {
  names = new Map<string, AvroType>();
  readonly #unions: AvroUnion[] = [];

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
        return { kind: "array", items: this.type(items, namespace) };
      }
      case "map": {
        const values = member(node, "values");
        if (!values) throw new Error('a map has no "values"');
        return { kind: "map", values: this.type(values, namespace) };
      }
      default:
        return this.#logical(this.#named(inner.value, namespace), node);
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
      case "string":
        return { kind: name };
      case "int":
      case "long":
      case "bytes":
        return { kind: name, logical: null };
    }
    const found =
      this.names.get(name.includes(".") || namespace === "" ? name : `${namespace}.${name}`) ?? this.names.get(name);
    if (!found) throw new Error(`the type "${name}" is not defined`);
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

  /** The full name of a named type, and the namespace that it sets for the types within. */
  #name(node: JsonNode, namespace: string): { name: string; namespace: string } {
    const given = stringMember(node, "name");
    if (given === undefined || given === "") throw new Error("a record, enum or fixed type has no name");
    const dot = given.lastIndexOf(".");
    if (dot >= 0) return { name: given, namespace: given.slice(0, dot) };
    const own = stringMember(node, "namespace") ?? namespace;
    return { name: own === "" ? given : `${own}.${given}`, namespace: own };
  }

  #record(node: JsonNode, outer: string): AvroType {
    const { name, namespace } = this.#name(node, outer);
    const fields = member(node, "fields");
    if (fields?.kind !== "array") throw new Error(`the record ${name} has no list of fields`);
    const record: AvroRecord = { kind: "record", name, fields: [] };
    this.#define(name, record);
    const seen = new Set<string>();
    for (const field of fields.items) {
      const fieldName = stringMember(field, "name");
      const fieldType = member(field, "type");
      if (fieldName === undefined || !fieldType)
        throw new Error(`a field of the record ${name} has no name or no type`);
      if (seen.has(fieldName)) throw new Error(`the record ${name} has two fields called "${fieldName}"`);
      seen.add(fieldName);
      record.fields.push({
        name: fieldName,
        type: this.type(fieldType, namespace),
        fallback: member(field, "default"),
      });
    }
    return record;
  }

  #enum(node: JsonNode, outer: string): AvroType {
    const { name } = this.#name(node, outer);
    const list = member(node, "symbols");
    if (list?.kind !== "array") throw new Error(`the enum ${name} has no list of symbols`);
    const symbols = list.items.map((item) => {
      if (item.kind !== "string") throw new Error(`a symbol of the enum ${name} is not a string`);
      return item.value;
    });
    return this.#define(name, { kind: "enum", name, symbols, fallback: stringMember(node, "default") ?? null });
  }

  #fixed(node: JsonNode, outer: string): AvroType {
    const { name } = this.#name(node, outer);
    const given = member(node, "size");
    const size = given?.kind === "number" ? Number(given.text) : Number.NaN;
    if (!Number.isSafeInteger(size) || size < 0) throw new Error(`the fixed type ${name} has no usable size`);
    const fixed: AvroType = { kind: "fixed", name, size, logical: null };
    const logical = stringMember(node, "logicalType");
    if (logical === "decimal") fixed.logical = decimal(node);
    else if (logical === "uuid" && size === 16) fixed.logical = { kind: "uuid" };
    else if (logical === "duration" && size === 12) fixed.logical = { kind: "duration" };
    return this.#define(name, fixed);
  }

  #define(name: string, type: AvroType): AvroType {
    if (this.names.has(name)) throw new Error(`the type ${name} is defined twice`);
    this.names.set(name, type);
    return type;
  }

  /**
   * A primitive type with the logical type that its declaration carries. One that does not fit its type is ignored, as the
   * specification asks, and so is one that stands beside a field's "type" instead of within it: writers do not apply it either.
   */
  #logical(type: AvroType, node: JsonNode): AvroType {
    const logical = stringMember(node, "logicalType");
    if (type.kind === "int" && (logical === "date" || logical === "time-millis")) return { kind: "int", logical };
    if (type.kind === "long" && logical !== undefined && LONG_LOGICAL.has(logical))
      return { kind: "long", logical: logical as LongLogical };
    if (type.kind === "bytes" && logical === "decimal") return { kind: "bytes", logical: decimal(node) };
    return type;
  }
}

function decimal(node: JsonNode): Decimal | null {
  const number = (name: string): number => {
    const value = member(node, name);
    return value?.kind === "number" ? Number(value.text) : Number.NaN;
  };
  const precision = number("precision");
  const scale = member(node, "scale") ? number("scale") : 0;
  if (!Number.isInteger(precision) || precision < 1 || !Number.isInteger(scale)) return null;
  if (scale < 0 || scale > precision || scale > MAX_SCALE) return null;
  return { kind: "decimal", precision, scale };
}

/** The name of a union's branch in {"branch": value}: a named type's full name, otherwise the type's own. */
export const branchName = (type: AvroType): string => ("name" in type ? type.name : type.kind);

/** How a value of the type looks in JSON. */
type Look = "null" | "boolean" | "number" | "string" | "array" | "object";

export function lookOf(type: AvroType): Look {
  switch (type.kind) {
    case "null":
    case "boolean":
    case "string":
    case "array":
      return type.kind;
    case "int":
    case "long":
      // what is out of a calendar's range is shown as a number all the same: see dates.ts
      return type.logical === null ? "number" : "string";
    case "float":
    case "double":
      return "number";
    case "bytes":
    case "fixed":
    case "enum":
      return "string";
    case "map":
    case "record":
      return "object";
    case "union":
      throw new Error("a union holds a union directly");
  }
}

/** Types whose values may also look like another JSON type: NaN as a string, a date out of range as a number. */
export const otherLook = (type: AvroType): Look | null => {
  if (type.kind === "float" || type.kind === "double") return "string";
  if ((type.kind === "int" || type.kind === "long") && type.logical !== null) return "number";
  return null;
};

function isAmbiguous(branches: AvroType[]): boolean {
  const looks = new Set<Look>();
  for (const branch of branches) {
    if (branch.kind === "null") continue;
    const look = lookOf(branch);
    if (looks.has(look)) return true;
    looks.add(look);
  }
  // a value with its unusual look is wrapped on its own, which an object beside it would make ambiguous
  if (!looks.has("object")) return false;
  return branches.some((branch) => {
    const other = otherLook(branch);
    return other !== null && looks.has(other);
  });
}

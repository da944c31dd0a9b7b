import type { RegisteredSchema } from "../api.ts";
import type { JsonNode } from "../jsonTree.ts";
import type { Decimal, IntLogical, LongLogical } from "./logical.ts";
import { parseSchemaText, SchemaParser, UndefinedType } from "./schemaParser.ts";

/**
 * Avro schemas, parsed into a graph: a name that is used again is the same object, so that recursion is a cycle.
 * Source: Apache Avro 1.12 specification, "Schema Declaration" and "Logical Types".
 */
export type AvroType =
  | { kind: "null" | "boolean" | "float" | "double" }
  | { kind: "string"; logical: "uuid" | null }
  | { kind: "int"; logical: IntLogical | null }
  | { kind: "long"; logical: LongLogical | null }
  | { kind: "bytes"; logical: Decimal | { kind: "big-decimal" } | null }
  | AvroFixed
  | AvroEnum
  | { kind: "array"; items: AvroType }
  | { kind: "map"; values: AvroType }
  | AvroRecord
  | AvroUnion;

interface Named {
  /** with its namespace */
  name: string;
  /** with their namespaces */
  aliases: string[];
  doc: string | null;
}

export interface AvroFixed extends Named {
  kind: "fixed";
  /** bytes */
  size: number;
  logical: Decimal | { kind: "uuid" } | { kind: "duration" } | null;
}

export interface AvroEnum extends Named {
  kind: "enum";
  symbols: string[];
  /** what readers take for symbols that they do not know */
  fallback: string | null;
}

export interface AvroRecord extends Named {
  kind: "record";
  fields: AvroField[];
}

export interface AvroField {
  name: string;
  type: AvroType;
  /** as the schema gives it; undefined: the field has none */
  fallback: JsonNode | undefined;
  aliases: string[];
  doc: string | null;
  /** "ascending" (also where the schema does not say), "descending", "ignore" */
  order: string;
}

export interface AvroUnion {
  kind: "union";
  branches: AvroType[];
  /** true when JSON alone does not tell the branches apart, so that values are shown as {"branch": value} */
  wrapped: boolean;
}

export type AvroNamed = AvroRecord | AvroEnum | AvroFixed;

/** Something that a schema says and that does not apply, as a sentence. */
export interface SchemaNote {
  /** the type or field: "shop.Order.total"; "" for a schema that is only a type */
  where: string;
  message: string;
}

/** Parses a registered schema with its references. Throws an Error with a sentence when it is not a usable Avro schema. */
export const parseAvro = (schema: Pick<RegisteredSchema, "schema" | "references">): AvroType =>
  parseAvroWithNotes(schema).type;

/** The same, with what of the schema is ignored: logical types that do not fit, at most a hundred. */
export function parseAvroWithNotes(schema: Pick<RegisteredSchema, "schema" | "references">): {
  type: AvroType;
  notes: SchemaNote[];
} {
  const parser = new SchemaParser();
  let pending = schema.references.map(({ schema }) => ({
    node: parseSchemaText(schema),
    lacks: null as UndefinedType | null,
  }));
  // a reference may use names of another one, in whatever order the registry lists them: it is read again once what it lacked is there
  while (pending.length > 0) {
    const ready = pending.filter(({ lacks }) => lacks === null || lacks.names.some((name) => parser.names.has(name)));
    if (ready.length === 0) throw pending[0]!.lacks;
    for (const entry of ready) {
      try {
        parser.declaration(entry.node);
        entry.lacks = null;
      } catch (error) {
        if (!(error instanceof UndefinedType)) throw error;
        entry.lacks = error;
      }
    }
    const done = new Set(ready.filter(({ lacks }) => lacks === null));
    pending = pending.filter((entry) => !done.has(entry));
  }
  parser.notes = [];
  const type = parser.type(parseSchemaText(schema.schema), "");
  parser.finish();
  return { type, notes: parser.notes };
}

/** The name of a union's branch in {"branch": value}: a named type's full name, otherwise the type's own. */
export const branchName = (type: AvroType): string => ("name" in type ? type.name : type.kind);

/** A full name's last part. */
export const unqualified = (name: string): string => name.slice(name.lastIndexOf(".") + 1);

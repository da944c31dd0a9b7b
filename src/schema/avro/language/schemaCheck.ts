import { type JsonNode, member } from "../../jsonTree.ts";
import { decimalOf, type IntLogical, type LongLogical, logicalOf } from "../logical.ts";
import { type AvroNamed, type AvroRecord, type AvroType, branchName, unqualified } from "../schema.ts";
import {
  checkAliases,
  checkDoc,
  checkTwice,
  type ObjectNode,
  opening,
  type Place,
  type Report,
  sentence,
} from "./attributeChecks.ts";
import type { DefaultCheck } from "./defaults.ts";
import { COMPLEX, fullNameProblem, isPrimitive, nameProblem, nearest, PRIMITIVES, quoted } from "./names.ts";

export interface CheckSink {
  report: Report;
  isDefault(check: DefaultCheck): void;
}

/**
 * Walks over a schema as Avro reads it, and goes on after what is wrong. What it makes of the schema is for checking defaults: null where
 * a type cannot be used.
 */
export class SchemaCheck {
  /** records with a field that cannot be used */
  readonly incomplete = new Set<AvroRecord>();
  readonly #sink: CheckSink;
  readonly #known: ReadonlySet<string>;
  /** null: defined, and of no use for checking defaults */
  readonly #names = new Map<string, AvroNamed | null>();

  /** still to be looked for: each costs a look at all names */
  #suggestions = 20;

  constructor(sink: CheckSink, known: ReadonlySet<string>) {
    this.#sink = sink;
    this.#known = known;
  }

  type(node: JsonNode, namespace: string): AvroType | null {
    switch (node.kind) {
      case "string":
        return this.#named(node, node.value, namespace);
      case "array":
        return this.#union(node.items, node, namespace);
      case "object":
        return this.#object(node, namespace);
      default:
        this.#error("bad-type", node, "A type is a name, a list of types (a union), or an object.");
        return null;
    }
  }

  #object(node: ObjectNode, namespace: string): AvroType | null {
    checkTwice(node, this.#sink.report);
    const inner = member(node, "type");
    if (!inner) {
      this.#error("no-type", opening(node), 'This object has no "type".');
      return null;
    }
    if (inner.kind !== "string") {
      if (member(node, "logicalType"))
        this.#warn(
          "bad-logical-type",
          this.#place(node, "logicalType"),
          'The logicalType belongs into the inner object, beside its "type": here it is ignored.',
        );
      this.#error(
        "nested-type",
        inner,
        'The "type" of a type is a name: write what is in here in place of the object around it.',
      );
      return this.type(inner, namespace);
    }
    switch (inner.value) {
      case "record":
      case "error":
        return this.#record(node, namespace);
      case "enum":
        return this.#enum(node, namespace);
      case "fixed":
        return this.#fixed(node, namespace);
      case "array":
      case "map": {
        const key = inner.value === "array" ? "items" : "values";
        const of = member(node, key);
        this.#logical(node, inner.value);
        if (!of) this.#error(`no-${key}`, opening(node), `This ${inner.value} has no "${key}".`);
        const type = of ? this.type(of, namespace) : null;
        if (!type) return null;
        return inner.value === "array" ? { kind: "array", items: type } : { kind: "map", values: type };
      }
    }
    const type = this.#named(inner, inner.value, namespace);
    if (!type) return null;
    if ("name" in type) {
      if (member(node, "logicalType"))
        this.#warn(
          "bad-logical-type",
          this.#place(node, "logicalType"),
          "A logicalType applies where a type is defined, not where it is used: here it is ignored.",
        );
      return type;
    }
    const logical = this.#logical(node, type.kind);
    if (logical === null) return type;
    switch (type.kind) {
      case "int":
        return { kind: "int", logical: logical as IntLogical };
      case "long":
        return { kind: "long", logical: logical as LongLogical };
      case "bytes":
        return { kind: "bytes", logical: logical === "decimal" ? decimalOf(node) : { kind: "big-decimal" } };
      default:
        return type;
    }
  }

  #named(node: JsonNode, name: string, namespace: string): AvroType | null {
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
    const found = this.#names.get(full);
    if (found !== undefined) return found;
    if (this.#known.has(full)) return null;
    const bare = this.#names.get(name);
    if (bare !== undefined) {
      this.#warn(
        "bare-name",
        node,
        `${name} has no namespace, and this place is within ${namespace}: other Avro libraries look for ${full}.`,
      );
      return bare;
    }
    if ((COMPLEX as readonly string[]).includes(name)) {
      this.#error(
        "unknown-type",
        node,
        `A type of kind ${name} is written as an object: {"type": ${quoted(name)}, …}.`,
      );
      return null;
    }
    const meant = this.#suggestions-- > 0 ? nearest(name, this.#candidates()) : null;
    this.#error(
      "unknown-type",
      node,
      `The type ${quoted(name)} is not defined before this place${meant === null ? "" : `: did you mean ${meant}?`}${meant === null ? "." : ""}`,
    );
    return null;
  }

  *#candidates(): Generator<string> {
    yield* PRIMITIVES;
    for (const name of this.#names.keys()) {
      yield unqualified(name);
      yield name;
    }
    yield* this.#known;
  }

  #union(nodes: JsonNode[], node: JsonNode, namespace: string): AvroType | null {
    if (nodes.length === 0) this.#error("empty-union", node, "This union has no branches.");
    const seen = new Set<string>();
    const branches = nodes.map((each) => {
      if (each.kind === "array") {
        this.#error("nested-union", each, "A union cannot hold a union directly.");
        return null;
      }
      const type = this.type(each, namespace);
      if (!type) return null;
      if (type.kind === "union") {
        this.#error("nested-union", each, "A union cannot hold a union directly.");
        return null;
      }
      const name = branchName(type);
      if (seen.has(name)) {
        this.#error("duplicate-branch", each, `This union has ${name} twice: nothing would tell the two apart.`);
        return null;
      }
      seen.add(name);
      return type;
    });
    const usable = branches.filter((branch) => branch !== null);
    return usable.length === nodes.length && usable.length > 0
      ? { kind: "union", branches: usable, wrapped: false }
      : null;
  }

  /** The names of a type's declaration; null when it has none that can be used. */
  #declared(node: ObjectNode, kind: string, outer: string): { name: string; namespace: string } | null {
    const what = kind === "fixed" ? "fixed type" : kind;
    const given = member(node, "name");
    const own = member(node, "namespace");
    checkDoc(node, this.#sink.report);
    if (own && own.kind !== "string") this.#error("bad-namespace", own, "A namespace is a string.");
    else if (own && own.value !== "") {
      const problem = fullNameProblem(own.value, "a namespace");
      if (problem !== null) this.#error("bad-namespace", own, sentence(problem));
    }
    const space = own?.kind === "string" ? own.value : outer;
    checkAliases(node, fullNameProblem, this.#sink.report);
    if (given?.kind !== "string") {
      this.#error("no-name", given ?? opening(node), given ? "A name is a string." : `This ${what} has no "name".`);
      return null;
    }
    const problem = fullNameProblem(given.value, `a ${what}`);
    if (problem !== null) this.#error("bad-name", given, sentence(problem));
    const dot = given.value.lastIndexOf(".");
    const namespace = dot >= 0 ? given.value.slice(0, dot) : space;
    const name = dot >= 0 || namespace === "" ? given.value : `${namespace}.${given.value}`;
    if (isPrimitive(unqualified(name)))
      this.#error(
        "bad-name",
        given,
        `A ${what} cannot be called ${unqualified(name)}: that is one of Avro's own types.`,
      );
    else if (this.#names.has(name))
      this.#error("duplicate-name", given, `The type ${name} is defined a second time here.`);
    else if (this.#known.has(name))
      this.#warn("duplicate-name", given, `The type ${name} is defined in another file as well.`);
    return { name, namespace };
  }

  #define<T extends AvroNamed | null>(name: string | undefined, type: T): T {
    if (name !== undefined && !this.#names.has(name)) this.#names.set(name, type);
    return type;
  }

  #record(node: ObjectNode, outer: string): AvroType {
    const declared = this.#declared(node, "record", outer);
    const record: AvroRecord = {
      kind: "record",
      name: declared?.name ?? "",
      aliases: [],
      doc: null,
      fields: [],
    };
    this.#define(declared?.name, record);
    this.#logical(node, "record");
    const fields = member(node, "fields");
    if (fields?.kind !== "array") {
      this.incomplete.add(record);
      this.#error(
        "no-fields",
        fields ?? opening(node),
        fields ? "The fields of a record are a list." : 'This record has no "fields".',
      );
      return record;
    }
    const seen = new Set<string>();
    for (const field of fields.items) {
      if (field.kind === "object") this.#field(field, record, declared?.namespace ?? outer, seen);
      else {
        this.incomplete.add(record);
        this.#error("bad-field", field, 'A field is an object with a "name" and a "type".');
      }
    }
    return record;
  }

  #field(node: ObjectNode, record: AvroRecord, namespace: string, seen: Set<string>): void {
    checkTwice(node, this.#sink.report);
    const name = member(node, "name");
    if (name?.kind !== "string")
      this.#error("no-name", name ?? opening(node), name ? "A name is a string." : 'This field has no "name".');
    else {
      const problem = nameProblem(name.value, "a field");
      if (problem !== null) this.#error("bad-name", name, sentence(problem));
      if (seen.has(name.value))
        this.#error("duplicate-field", name, `This record has two fields called ${quoted(name.value)}.`);
      seen.add(name.value);
    }
    checkDoc(node, this.#sink.report);
    checkAliases(node, nameProblem, this.#sink.report);
    const order = member(node, "order");
    if (order && !(order.kind === "string" && ORDERS.includes(order.value)))
      this.#error("bad-order", order, `The order of a field is one of ${ORDERS.join(", ")}.`);
    if (member(node, "logicalType"))
      this.#warn(
        "bad-logical-type",
        this.#place(node, "logicalType"),
        'The logicalType belongs into the type, {"type": …, "logicalType": …}: beside a field\'s "type" it is ignored.',
      );
    const given = member(node, "type");
    if (!given) this.#error("no-type", opening(node), 'This field has no "type".');
    const type = given ? this.type(given, namespace) : null;
    const fallback = member(node, "default");
    if (type && name?.kind === "string")
      record.fields.push({ name: name.value, type, fallback, aliases: [], doc: null, order: "ascending" });
    else this.incomplete.add(record);
    if (type && fallback) this.#sink.isDefault({ type, node: fallback });
  }

  #enum(node: ObjectNode, outer: string): AvroType | null {
    const declared = this.#declared(node, "enum", outer);
    this.#logical(node, "enum");
    const list = member(node, "symbols");
    const symbols: string[] = [];
    if (list?.kind !== "array")
      this.#error(
        "no-symbols",
        list ?? opening(node),
        list ? "The symbols of an enum are a list." : 'This enum has no "symbols".',
      );
    else {
      if (list.items.length === 0) this.#warn("no-symbols", list, "An enum without symbols has no values.");
      const seen = new Set<string>();
      for (const item of list.items) {
        if (item.kind !== "string") this.#error("bad-symbol", item, "A symbol is a string.");
        else {
          const problem = nameProblem(item.value, "a symbol");
          if (problem !== null) this.#error("bad-symbol", item, sentence(problem));
          if (seen.has(item.value))
            this.#error("duplicate-symbol", item, `This enum has the symbol ${quoted(item.value)} twice.`);
          seen.add(item.value);
          symbols.push(item.value);
        }
      }
      const fallback = member(node, "default");
      if (fallback && !(fallback.kind === "string" && seen.has(fallback.value)))
        this.#error("bad-default", fallback, "The default of an enum is one of its symbols.");
    }
    const name = declared?.name;
    const type = { kind: "enum" as const, name: name ?? "", aliases: [], doc: null, symbols, fallback: null };
    return this.#define(name, name !== undefined && list?.kind === "array" ? type : null);
  }

  #fixed(node: ObjectNode, outer: string): AvroType | null {
    const declared = this.#declared(node, "fixed", outer);
    const given = member(node, "size");
    const size = given?.kind === "number" && /^[0-9]+$/.test(given.text) ? Number(given.text) : Number.NaN;
    const isUsable = size <= 0x7fff_ffff;
    if (!given) this.#error("no-size", opening(node), 'This fixed type has no "size".');
    else if (!isUsable)
      this.#error("bad-size", given, "The size of a fixed type is a whole number of bytes, from 0 to 2147483647.");
    const logical = isUsable ? this.#logical(node, "fixed", size) : null;
    const name = declared?.name;
    if (name === undefined || !isUsable) return this.#define(name, null);
    return this.#define(name, {
      kind: "fixed",
      name,
      aliases: [],
      doc: null,
      size,
      logical: logical === "decimal" ? decimalOf(node) : null,
    });
  }

  #logical(node: ObjectNode, kind: string, size?: number): string | null {
    const { name, ignored } = logicalOf(node, kind, size);
    if (ignored !== null)
      this.#warn(
        "bad-logical-type",
        this.#place(node, "logicalType"),
        `${sentence(ignored).slice(0, -1)}: it is ignored.`,
      );
    return name;
  }

  #place(node: ObjectNode, name: string): Place {
    return member(node, name) ?? opening(node);
  }

  #error(code: string, place: Place, message: string): void {
    this.#sink.report("error", code, place, message);
  }

  #warn(code: string, place: Place, message: string): void {
    this.#sink.report("warning", code, place, message);
  }
}

const ORDERS = ["ascending", "descending", "ignore"];

import { type AvroField, type AvroNamed, type AvroRecord, type AvroType, unqualified } from "./schema.ts";

/** Pairs of types that are compared: more is a pair of schemas made to be slow. */
const MAX_PAIRS = 100_000;

interface Pair {
  state: "unknown" | "open" | "assumed" | "fits" | "fails";
}

/**
 * Whether every value of a writer's schema can be read with a reader's, as Avro's own check answers (SchemaCompatibility of Avro 1.12,
 * which registries use): names are compared without their namespaces, a reader's aliases with them, logical types not at all.
 * Source: Apache Avro 1.12 specification, "Schema Resolution".
 */
export class CanRead {
  readonly #known = new Map<AvroType, Map<AvroType, Pair>>();
  /** pairs found to fit, in this order: what rests on a pair that turns out not to fit is forgotten */
  #fitting: Pair[] = [];
  #pairs = 0;

  /** Throws an Error with a sentence when the schemas are too large to be compared. */
  test(reader: AvroType, writer: AvroType): boolean {
    let known = this.#known.get(reader);
    if (!known) {
      known = new Map();
      this.#known.set(reader, known);
    }
    let pair = known.get(writer);
    if (!pair) {
      pair = { state: "unknown" };
      known.set(writer, pair);
    }
    switch (pair.state) {
      case "fits":
        return true;
      case "fails":
        return false;
      case "open":
      case "assumed":
        // recursive types fit unless something in them does not
        pair.state = "assumed";
        return true;
    }
    if (++this.#pairs > MAX_PAIRS) throw new Error("the schemas are too large to be compared");
    pair.state = "open";
    const since = this.#fitting.length;
    const fits = this.#compare(reader, writer);
    const wasAssumed = (pair as Pair).state === "assumed";
    pair.state = fits ? "fits" : "fails";
    if (fits) this.#fitting.push(pair);
    else if (wasAssumed) for (const other of this.#fitting.splice(since)) other.state = "unknown";
    return fits;
  }

  #compare(reader: AvroType, writer: AvroType): boolean {
    if (writer.kind === "union") return writer.branches.every((branch) => this.test(reader, branch));
    switch (reader.kind) {
      case "union":
        return reader.branches.some((branch) => this.test(branch, writer));
      case "array":
        return writer.kind === "array" && this.test(reader.items, writer.items);
      case "map":
        return writer.kind === "map" && this.test(reader.values, writer.values);
      case "fixed":
        return writer.kind === "fixed" && isNameOf(reader, writer) && reader.size === writer.size;
      case "enum":
        if (writer.kind !== "enum" || !isNameOf(reader, writer)) return false;
        return unknownSymbols(reader.symbols, writer.symbols).length === 0 || hasUsableDefault(reader);
      case "record":
        return writer.kind === "record" && isNameOf(reader, writer) && this.#fields(reader, writer);
      default:
        return reader.kind === writer.kind || isPromotion(writer.kind, reader.kind);
    }
  }

  #fields(reader: AvroRecord, writer: AvroRecord): boolean {
    return reader.fields.every((field) => {
      const written = writtenField(field, writer);
      return written ? this.test(field.type, written.type) : field.fallback !== undefined;
    });
  }
}

/** int → long → float → double, and string ↔ bytes. */
export function isPromotion(from: string, to: string): boolean {
  switch (to) {
    case "long":
      return from === "int";
    case "float":
      return from === "int" || from === "long";
    case "double":
      return from === "int" || from === "long" || from === "float";
    case "bytes":
      return from === "string";
    case "string":
      return from === "bytes";
    default:
      return false;
  }
}

/** Whether a reader's named type is meant by a writer's name. */
export const isNameOf = (reader: AvroNamed, writer: AvroNamed): boolean =>
  unqualified(reader.name) === unqualified(writer.name) || reader.aliases.includes(writer.name);

/** The writer's field that a reader's field takes its value from: of the same name, otherwise of one of its aliases. */
export function writtenField(field: Pick<AvroField, "name" | "aliases">, writer: AvroRecord): AvroField | undefined {
  let fields = fieldsByName.get(writer);
  if (!fields) {
    fields = new Map(writer.fields.map((each) => [each.name, each]));
    fieldsByName.set(writer, fields);
  }
  const alias = fields.has(field.name) ? field.name : field.aliases.find((name) => fields.has(name));
  return alias === undefined ? undefined : fields.get(alias);
}

const fieldsByName = new WeakMap<AvroRecord, Map<string, AvroField>>();

export function unknownSymbols(readers: string[], writers: string[]): string[] {
  const known = new Set(readers);
  return writers.filter((symbol) => !known.has(symbol));
}

export const hasUsableDefault = ({ fallback, symbols }: { fallback: string | null; symbols: string[] }): boolean =>
  fallback !== null && symbols.includes(fallback);

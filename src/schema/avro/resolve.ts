import { listed } from "../problemWords.ts";
import { CanRead, hasUsableDefault, isNameOf, isPromotion, unknownSymbols, writtenField } from "./canRead.ts";
import {
  compile,
  compileAvro,
  type Decode,
  type DecodeNext,
  decoderOf,
  isOptional,
  type Read,
  readArray,
  readMap,
  readUnion,
  sequenceOf,
  shownInUnion,
  unlessTooDeep,
} from "./decode.ts";
import { encodeDefault } from "./encode.ts";
import { AvroProblem } from "./input.ts";
import { nearestFloat } from "./numbers.ts";
import { type FieldSource, readResolvedRecord } from "./resolveRecord.ts";
import {
  type AvroEnum,
  type AvroField,
  type AvroRecord,
  type AvroType,
  type AvroUnion,
  branchName,
  unqualified,
} from "./schema.ts";

interface ResolutionProblem {
  /** in the writer's data: "$.items[].qty" */
  path: string;
  message: string;
  /** false: only some values cannot be read, those of one branch of a union or with one symbol */
  always: boolean;
}

export interface ResolvedAvro {
  /** Values of the writer's schema as JSON text in the reader's view. Throws with a sentence where a value does not resolve. */
  decode: Decode;
  /** The same for values that follow each other. */
  decodeNext: DecodeNext;
  /** What does not resolve, the first fifty; empty: every value of the writer can be read. */
  problems: ResolutionProblem[];
  /** What the reader sees otherwise than it is written, the first hundred. */
  changes: ResolutionChange[];
}

export interface ResolutionChange {
  /** filled in by the reader's default; not read at all; found by an alias; of a wider type; symbols that the reader's enum does not know */
  kind: "default" | "omitted" | "alias" | "promotion" | "symbols";
  /** the reader's field, or for "omitted" the writer's: "qty", of a record within the value "Address.zip", and what happens to it */
  text: string;
}

/**
 * How a reader with its own schema sees what was written with another: fields by name and alias in the reader's order, defaults,
 * promotions, unions, symbols. The text has the forms of decode.ts, under the reader's types and logical types.
 *
 * A reader's union takes its branch of the same type or full name, otherwise the first that can read every value of the writer's type:
 * as Java does, and so that a schema read with itself shows what was written. Decimals of different scales do not resolve, although many readers do not look. Throws when the schemas are too large.
 * Source: Apache Avro 1.12 specification, "Schema Resolution".
 */
export function resolveAvro(writer: AvroType, reader: AvroType): ResolvedAvro {
  const resolver = new Resolver();
  const { read } = unlessTooDeep(() => resolver.resolve(writer, reader, "$"));
  const { problems, changes } = resolver;
  return { decode: decoderOf(read), decodeNext: sequenceOf(read), problems, changes };
}

interface Resolved {
  read: Read;
  /** why no value of it can be read; null: some can */
  broken: string | null;
}

const MAX_PROBLEMS = 50;
const MAX_CHANGES = 100;

class Resolver {
  problems: ResolutionProblem[] = [];
  changes: ResolutionChange[] = [];
  /** the reader's field that is being resolved, as changes name it; "": the value itself */
  #field = "";
  #root: AvroRecord | null = null;
  readonly #canRead = new CanRead();
  readonly #known = new Map<AvroType, Map<AvroType, Resolved>>();
  readonly #compiled = new Map<AvroRecord, Read>();
  #pairs = 0;

  resolve(writer: AvroType, reader: AvroType, path: string): Resolved {
    let known = this.#known.get(writer);
    if (!known) {
      known = new Map();
      this.#known.set(writer, known);
    }
    const before = known.get(reader);
    if (before) {
      if (before.broken !== null) this.#problem(path, before.broken);
      return before;
    }
    if (++this.#pairs > 100_000) throw new Error("the schemas are too large to be resolved");
    // types may lead back to themselves: what they find then is completed below
    let read: Read | null = null;
    const resolved: Resolved = { read: (input) => read!(input), broken: null };
    known.set(reader, resolved);
    const found = this.#resolve(writer, reader, path);
    read = found.read;
    return Object.assign(resolved, found);
  }

  #resolve(writer: AvroType, reader: AvroType, path: string): Resolved {
    if (writer.kind === "union") return this.#writtenUnion(writer, reader, path);
    if (reader.kind === "union") return this.#readUnion(writer, reader, path);
    switch (reader.kind) {
      case "array": {
        if (writer.kind !== "array") break;
        const items = this.resolve(writer.items, reader.items, `${path}[]`);
        return { read: readArray(items.read, writer.items), broken: items.broken };
      }
      case "map": {
        if (writer.kind !== "map") break;
        const values = this.resolve(writer.values, reader.values, `${path}{}`);
        return { read: readMap(values.read, writer.values), broken: values.broken };
      }
      case "record":
        if (writer.kind !== "record") break;
        if (!isNameOf(reader, writer)) return this.#names(writer, reader, path);
        return this.#record(writer, reader, path);
      case "enum":
        if (writer.kind !== "enum") break;
        if (!isNameOf(reader, writer)) return this.#names(writer, reader, path);
        return this.#enum(writer, reader, path);
      case "fixed": {
        if (writer.kind !== "fixed") break;
        if (!isNameOf(reader, writer)) return this.#names(writer, reader, path);
        if (writer.size === reader.size) return this.#scalar(writer, reader, path);
        return this.#broken(path, `${reader.name} is written with ${writer.size} bytes and read with ${reader.size}`);
      }
      default:
        if (reader.kind === writer.kind || isPromotion(writer.kind, reader.kind))
          return this.#scalar(writer, reader, path);
    }
    return this.#broken(path, `${described(writer)} cannot be read as ${described(reader)}`);
  }

  #names(writer: AvroType, reader: AvroType, path: string): Resolved {
    const names = `what is written is ${branchName(writer)}, what is read ${branchName(reader)}`;
    return this.#broken(path, `${names}: the names differ, and no alias of the reader's joins them`);
  }

  /** Types whose encoding is the same on both sides, or is promoted. */
  #scalar(writer: AvroType, reader: AvroType, path: string): Resolved {
    const [written, shown] = [scaleOf(writer), scaleOf(reader)];
    if (written !== null && shown !== null && written !== shown)
      return this.#broken(path, `a decimal written with ${written} digits after the point is read with ${shown}`);
    if (writer.kind !== reader.kind) this.#change("promotion", `(${writer.kind} as ${reader.kind})`);
    const isWhole = writer.kind === "int" || writer.kind === "long";
    if (reader.kind === "double" && isWhole) {
      return whole((input) => {
        input.out.double(Number(writer.kind === "int" ? input.int() : input.long()));
      });
    }
    if (reader.kind === "float" && isWhole) {
      return whole((input) => {
        input.out.float(nearestFloat(writer.kind === "int" ? input.int() : input.long()));
      });
    }
    if (reader.kind === "double" && writer.kind === "float") {
      return whole((input) => {
        input.out.double(input.bytes.readFloatLE(input.take(4)));
      });
    }
    // int as long, string as bytes: the bytes are the same
    return whole(compile(reader, this.#compiled));
  }

  #enum(writer: AvroEnum, reader: AvroEnum, path: string): Resolved {
    const known = new Set(reader.symbols);
    const fallback = hasUsableDefault(reader) ? JSON.stringify(reader.fallback) : null;
    const texts = writer.symbols.map((symbol) => (known.has(symbol) ? JSON.stringify(symbol) : fallback));
    const unknown = fallback === null ? unknownSymbols(reader.symbols, writer.symbols) : [];
    if (fallback !== null) {
      const others = unknownSymbols(reader.symbols, writer.symbols);
      if (others.length > 0) this.#change("symbols", `(${listed(others)} as ${reader.fallback})`);
    }
    const missing = `the reader's enum ${reader.name} has no default, and no symbol`;
    if (unknown.length > 0) this.#problem(path, `${missing} ${listed(unknown)}`, false);
    return whole((input) => {
      const index = input.int();
      const text = texts[index];
      if (text === undefined) throw new AvroProblem(`the enum ${writer.name} has no symbol number ${index}`);
      if (text === null) throw new AvroProblem(`${missing} ${writer.symbols[index]}`);
      input.out.put(text);
    });
  }

  #writtenUnion(writer: AvroUnion, reader: AvroType, path: string): Resolved {
    const first = this.problems.length;
    const branches = writer.branches.map((branch) => this.resolve(branch, reader, path));
    const broken = branches.every((branch) => branch.broken !== null) ? branches[0]!.broken : null;
    // a branch that cannot be read is a problem of the values that have it
    if (broken === null) for (const problem of this.problems.slice(first)) problem.always = false;
    return {
      read: readUnion(
        branches.map(({ read }) => read),
        isOptional(writer),
      ),
      broken,
    };
  }

  #readUnion(writer: AvroType, reader: AvroUnion, path: string): Resolved {
    const fits = reader.branches.map((branch) => this.#canRead.test(branch, writer));
    const isSame = (branch: AvroType): boolean =>
      branch.kind === writer.kind && branchName(branch) === branchName(writer);
    const isAlike = (branch: AvroType): boolean =>
      branch.kind === writer.kind && (!("name" in branch) || ("name" in writer && isNameOf(branch, writer)));
    let index = reader.branches.findIndex((branch, i) => fits[i]! && isSame(branch));
    if (index < 0) index = fits.indexOf(true);
    // none reads every value: the one that is meant says which it cannot
    if (index < 0) index = reader.branches.findIndex(isSame);
    if (index < 0) index = reader.branches.findIndex(isAlike);
    if (index < 0)
      return this.#broken(
        path,
        `the reader's union (${listed(reader.branches.map(branchName))}) has no branch for ${described(writer)}`,
      );
    const { read, broken } = this.resolve(writer, reader.branches[index]!, path);
    return { read: shownInUnion(reader, index, read), broken };
  }

  #record(writer: AvroRecord, reader: AvroRecord, path: string): Resolved {
    const places = new Map(writer.fields.map((field, i) => [field, i]));
    this.#root ??= reader;
    const within = reader === this.#root ? "" : `${unqualified(reader.name)}.`;
    const outer = this.#field;
    const read = new Set<AvroField>();
    let broken: string | null = null;
    let missing: string | null = null;
    const sources = reader.fields.map((field): FieldSource => {
      const at = `${path}.${field.name}`;
      const written = writtenField(field, writer);
      this.#field = `${within}${field.name}`;
      if (written) {
        read.add(written);
        if (written.name !== field.name) this.#change("alias", `(written as ${written.name})`);
        const resolved = this.resolve(written.type, field.type, at);
        broken ??= resolved.broken;
        return { name: field.name, from: places.get(written)!, read: resolved.read };
      }
      const fallback = defaultText(field);
      if ("text" in fallback) {
        this.#change("default");
        return { name: field.name, text: fallback.text };
      }
      this.#problem(at, fallback.missing);
      missing ??= fallback.missing;
      return { name: field.name, text: "null" };
    });
    for (const field of writer.fields) {
      this.#field = `${within}${field.name}`;
      if (!read.has(field)) this.#change("omitted");
    }
    this.#field = outer;
    if (missing !== null) return { read: failing(missing), broken: missing };
    return { read: readResolvedRecord(writer, sources), broken };
  }

  #change(kind: ResolutionChange["kind"], how = ""): void {
    if (this.changes.length >= MAX_CHANGES) return;
    const field = this.#field === "" ? "the value" : this.#field;
    this.changes.push({ kind, text: how === "" ? field : `${field} ${how}` });
  }

  #broken(path: string, message: string): Resolved {
    this.#problem(path, message);
    return { read: failing(message), broken: message };
  }

  #problem(path: string, message: string, always = true): void {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push({ path, message, always });
  }
}

/** What a reader sees of a field that is not written. */
function defaultText({ name, type, fallback }: AvroField): { text: string } | { missing: string } {
  if (!fallback) return { missing: `the reader's field ${name} is not written, and it has no default` };
  const encoded = encodeDefault(type, fallback);
  if ("bytes" in encoded) return { text: compileAvro(type)(encoded.bytes, 0, Number.POSITIVE_INFINITY).text };
  const { message } = encoded.problems[0]!;
  return { missing: `the reader's field ${name} is not written, and its default does not fit its type: ${message}` };
}

const failing = (message: string): Read => {
  return () => {
    throw new AvroProblem(message);
  };
};

const whole = (read: Read): Resolved => ({ read, broken: null });

const scaleOf = (type: AvroType): number | null =>
  "logical" in type && typeof type.logical === "object" && type.logical?.kind === "decimal" ? type.logical.scale : null;

function described(type: AvroType): string {
  if ("name" in type) return `the ${type.kind} ${type.name}`;
  return type.kind === "array" || type.kind === "int"
    ? `an ${type.kind}`
    : type.kind === "null"
      ? "null"
      : `a ${type.kind}`;
}

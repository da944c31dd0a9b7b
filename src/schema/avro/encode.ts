import type { JsonNode } from "../jsonTree.ts";
import { described, listed, shortened, stepOf } from "../problemWords.ts";
import { parseDate, parseInstant, parseTime, parseTimestamp } from "./dates.ts";
import { FORMS, namesOf } from "./encodeWords.ts";
import type { Decimal } from "./logical.ts";
import { lookOf } from "./look.ts";
import { AvroOutput } from "./output.ts";
import {
  parseBigDecimal,
  parseDecimal,
  parseDuration,
  parseHexBytes,
  parseLatin1,
  parseUuid,
  twosComplement,
} from "./parse.ts";
import { type AvroFixed, type AvroRecord, type AvroType, type AvroUnion, branchName, unqualified } from "./schema.ts";

/** What does not fit the schema, and where: "$.items[0].qty". */
export interface EncodeProblem {
  path: string;
  message: string;
}

/**
 * JSON to Avro's binary encoding, exact: int64 and decimals are taken from their digits, never through a double. Takes what decode.ts
 * shows, and besides: raw numbers for dates and times, Avro's own JSON encoding ({"string": "x"}, bytes as \u00ff characters), and a
 * bare value of a union wherever just one branch fits. Missing fields take their defaults; unknown fields are a problem.
 */
export function encodeAvro(type: AvroType, node: JsonNode): { bytes: Buffer } | { problems: EncodeProblem[] } {
  return encodeWith(new Encoder(), type, node);
}

/**
 * A field's default, which is in Avro's JSON encoding: bytes as \u00ff characters, logical types as what they stand on, a union's value
 * bare, of its first branch that fits.
 */
export function encodeDefault(type: AvroType, node: JsonNode): { bytes: Buffer } | { problems: EncodeProblem[] } {
  return encodeWith(new Encoder(true), type, node);
}

function encodeWith(encoder: Encoder, type: AvroType, node: JsonNode): ReturnType<typeof encodeAvro> {
  encoder.value(type, node);
  return encoder.problems.length > 0 ? { problems: encoder.problems } : { bytes: encoder.out.finish() };
}

/** Enough to act on; a list of thousands of wrong items helps nobody. */
const MAX_PROBLEMS = 20;

/** Defaults can nest without end (a record whose field of its own type defaults to {}). */
const MAX_DEPTH = 400;

/** Attempts of union branches in all: each may try several within. */
const MAX_ATTEMPTS = 100_000;

class Encoder {
  readonly out = new AvroOutput();
  problems: EncodeProblem[] = [];
  readonly #path: string[] = ["$"];
  /** within a default, which is in Avro's JSON encoding and of a union's first fitting branch */
  #inDefault: boolean;
  #depth = 0;
  #attempts = 0;

  constructor(inDefault = false) {
    this.#inDefault = inDefault;
  }

  value(type: AvroType, node: JsonNode): void {
    if (this.problems.length >= MAX_PROBLEMS) return;
    if (this.#depth >= MAX_DEPTH) {
      this.#problem(`nested deeper than ${MAX_DEPTH} levels`);
      return;
    }
    this.#depth++;
    this.#value(type, node);
    this.#depth--;
  }

  #value(type: AvroType, node: JsonNode): void {
    switch (type.kind) {
      case "null":
        if (node.kind !== "null") this.#expected("null", node);
        return;
      case "boolean":
        if (node.kind === "boolean") this.out.byte(node.value ? 1 : 0);
        else this.#expected("boolean", node);
        return;
      case "int":
        this.#int(type, node);
        return;
      case "long":
        this.#long(type, node);
        return;
      case "float":
      case "double":
        this.#floating(type.kind, node);
        return;
      case "string":
        // a uuid as well: whatever a topic's strings are, what is shown can be sent again
        if (node.kind === "string") this.#string(node.value);
        else this.#expected("string", node);
        return;
      case "bytes": {
        const bytes = type.logical ? this.#decimal(type.logical, node) : this.#bytes("bytes", node);
        if (bytes) this.out.sized(bytes);
        return;
      }
      case "fixed": {
        const bytes = this.#fixed(type, node);
        if (!bytes) return;
        if (bytes.length === type.size) this.out.raw(bytes);
        else this.#problem(`expected ${type.size} bytes, got ${bytes.length}`);
        return;
      }
      case "enum": {
        const index = node.kind === "string" ? type.symbols.indexOf(node.value) : -1;
        if (index < 0) this.#expected(`one of ${listed(type.symbols)}`, node);
        else this.out.long(BigInt(index));
        return;
      }
      case "array":
        if (node.kind !== "array") {
          this.#expected("array", node);
          return;
        }
        if (node.items.length > 0) this.out.long(BigInt(node.items.length));
        for (const [i, item] of node.items.entries()) this.#within(`[${i}]`, () => this.value(type.items, item));
        this.out.byte(0);
        return;
      case "map":
        if (node.kind !== "object") {
          this.#expected("map (an object)", node);
          return;
        }
        if (node.members.length > 0) this.out.long(BigInt(node.members.length));
        for (const { name, value } of node.members) {
          this.#within(stepOf(name), () => {
            this.#string(name);
            this.value(type.values, value);
          });
        }
        this.out.byte(0);
        return;
      case "record":
        this.#record(type, node);
        return;
      case "union":
        this.#union(type, node);
        return;
    }
  }

  #string(value: string): void {
    if (value.isWellFormed()) this.out.sized(Buffer.from(value, "utf8"));
    else this.#problem("half a surrogate pair (\\ud800 to \\udfff) cannot be encoded");
  }

  #int({ logical }: AvroType & { kind: "int" }, node: JsonNode): void {
    if (logical !== null && node.kind === "string" && !this.#inDefault) {
      const value = logical === "date" ? parseDate(node.value) : parseTime(node.value, 3);
      if (value === null) {
        this.#expected(FORMS[logical], node);
        return;
      }
      this.out.long(BigInt(value));
      return;
    }
    const value = node.kind === "number" ? integer(node.text) : null;
    if (value === null) {
      this.#expected(logical === null ? "int" : `${FORMS[logical]} or an int`, node);
      return;
    }
    if (BigInt.asIntN(32, value) !== value) {
      this.#problem(`${value} does not fit an int (32 bits)`);
      return;
    }
    this.out.long(value);
  }

  #long({ logical }: AvroType & { kind: "long" }, node: JsonNode): void {
    let value = node.kind === "number" ? integer(node.text) : null;
    if (logical !== null && node.kind === "string" && !this.#inDefault) {
      const digits = logical.endsWith("millis") ? 3 : logical.endsWith("micros") ? 6 : 9;
      if (logical === "time-micros") value = parseTime(node.value, 6);
      else if (logical.startsWith("local")) value = parseTimestamp(node.value, digits);
      else value = parseInstant(node.value, digits);
    }
    if (value === null) {
      this.#expected(logical === null ? "long" : `${FORMS[logical]} or a long`, node);
      return;
    }
    if (BigInt.asIntN(64, value) !== value) {
      this.#problem(`${value} does not fit a long (64 bits)`);
      return;
    }
    this.out.long(value);
  }

  #floating(kind: "float" | "double", node: JsonNode): void {
    const isWord = node.kind === "string" && /^(NaN|-?Infinity)$/.test(node.value);
    if (node.kind !== "number" && !isWord) {
      this.#expected(kind, node);
      return;
    }
    const text = node.kind === "number" ? node.text : node.value;
    const value = kind === "float" ? Math.fround(Number(text)) : Number(text);
    if (!isWord && !Number.isFinite(value)) this.#problem(`${shortened(text)} is too large for a ${kind}`);
    else if (kind === "float") this.out.float(value);
    else this.out.double(value);
  }

  #bytes(what: string, node: JsonNode): Buffer | null {
    if (node.kind === "string") {
      const bytes = (this.#inDefault ? null : parseHexBytes(node.value)) ?? parseLatin1(node.value);
      if (bytes) return bytes;
    }
    this.#expected(`${what} (0x and hex digits, or characters up to \\u00ff)`, node);
    return null;
  }

  #decimal(logical: Decimal | { kind: "big-decimal" }, node: JsonNode, size?: number): Buffer | null {
    if (node.kind === "string" && (this.#inDefault || node.value.startsWith("0x"))) return this.#bytes("bytes", node);
    const text = node.kind === "number" ? node.text : node.kind === "string" ? node.value : "";
    const value = logical.kind === "decimal" ? parseDecimal(text, logical) : parseBigDecimal(text);
    if (value === null) this.#expected("decimal number", node);
    else if (typeof value === "string") this.#problem(value);
    else if (typeof value !== "bigint") return value;
    else {
      const bytes = twosComplement(value, size);
      if (bytes) return bytes;
      this.#problem(`${text} does not fit ${size} bytes`);
    }
    return null;
  }

  #fixed(type: AvroFixed, node: JsonNode): Buffer | null {
    const { logical } = type;
    if (logical?.kind === "decimal") return this.#decimal(logical, node, type.size);
    if (logical && node.kind === "string" && !this.#inDefault) {
      const bytes = logical.kind === "uuid" ? parseUuid(node.value) : parseDuration(node.value);
      if (bytes) return bytes;
      if (!node.value.startsWith("0x")) {
        this.#expected(logical.kind === "uuid" ? "UUID" : 'duration like "P1M2DT3.004S"', node);
        return null;
      }
    }
    return this.#bytes(`${type.size} bytes`, node);
  }

  #record(record: AvroRecord, node: JsonNode): void {
    if (node.kind !== "object") {
      this.#expected(`record ${record.name} (an object)`, node);
      return;
    }
    const given = new Map<string, JsonNode>();
    for (const { name, value } of node.members) {
      if (given.has(name)) this.#within(stepOf(name), () => this.#problem("the field is given twice"));
      given.set(name, value);
    }
    for (const { name, type, fallback } of record.fields) {
      const value = given.get(name);
      given.delete(name);
      this.#within(stepOf(name), () => {
        if (value) this.value(type, value);
        else if (fallback) this.#default(type, fallback);
        else this.#problem("the field is missing and has no default");
      });
    }
    // Avro's own libraries pass over what a default has too much
    if (this.#inDefault) return;
    for (const name of given.keys()) {
      this.#within(stepOf(name), () => this.#problem(`the record ${record.name} has no field "${shortened(name)}"`));
    }
  }

  #default(type: AvroType, node: JsonNode): void {
    const outer = this.#inDefault;
    this.#inDefault = true;
    const failed = this.#attempt(() => this.value(type, node));
    this.#inDefault = outer;
    if (failed) this.#problem(`the field is missing, and its default does not fit its type: ${failed[0]!.message}`);
  }

  #union(union: AvroUnion, node: JsonNode): void {
    const { branches } = union;
    const choose = (index: number, value: JsonNode): EncodeProblem[] | null =>
      this.#attempt(() => {
        this.out.long(BigInt(index));
        this.value(branches[index]!, value);
      });
    const nullBranch = branches.findIndex((branch) => branch.kind === "null");
    if (node.kind === "null" && nullBranch >= 0) {
      this.out.long(BigInt(nullBranch));
      return;
    }
    if (this.#inDefault) {
      for (const index of branches.keys()) if (!choose(index, node)) return;
      this.#expected(`one of ${namesOf(union)}`, node);
      return;
    }

    // {"branch": value}: what the viewer shows where JSON alone does not tell the branches apart
    const only = node.kind === "object" && node.members.length === 1 ? node.members[0]! : null;
    const named = only ? branches.findIndex((branch) => isNamed(branch, only.name)) : -1;
    const chooseNamed = (): EncodeProblem[] | null => {
      this.#path.push(stepOf(only!.name));
      const failed = choose(named, only!.value);
      this.#path.pop();
      return failed;
    };
    // otherwise the plain value comes first: it is what the viewer shows
    const plain = union.wrapped
      ? -1
      : branches.findIndex((branch) => branch.kind !== "null" && lookOf(branch) === node.kind);
    if (plain >= 0) {
      const failed = choose(plain, node);
      const failedNamed = failed && named >= 0 ? chooseNamed() : null;
      if (!failed || (named >= 0 && !failedNamed)) return;
      // of two failures the one of the reading that was more likely meant
      this.#report(failedNamed && !hasField(branches[plain]!, only!.name) ? failedNamed : failed);
      return;
    }
    if (named >= 0) {
      const failed = chooseNamed();
      if (failed) this.#report(failed);
      return;
    }

    const fitting: { index: number; at: number }[] = [];
    let reason: EncodeProblem[] | null = null;
    const start = this.out.pos;
    for (const [index, branch] of branches.entries()) {
      if (branch.kind === "null") continue;
      const failed = choose(index, node);
      if (!failed) fitting.push({ index, at: this.out.pos });
      else if (lookOf(branch) === node.kind) reason = reason ? null : failed;
      this.out.pos = start;
    }
    if (fitting.length === 1) choose(fitting[0]!.index, node);
    else if (fitting.length > 1) {
      const names = fitting.map(({ index }) => branchName(branches[index]!));
      this.#problem(`it fits ${names.join(" and ")}: write {"${names[0]}": …} to choose one`);
    } else if (reason) this.#report(reason);
    else this.#expected(`one of ${namesOf(union)}`, node);
  }

  /** Runs; takes back what was written and returns the problems when there were any. */
  #attempt(run: () => void): EncodeProblem[] | null {
    const outer = this.problems;
    const start = this.out.pos;
    const depth = this.#depth;
    this.problems = [];
    if (++this.#attempts > MAX_ATTEMPTS) this.#problem("too many ways to read the unions in this value");
    else run();
    const found = this.problems;
    this.problems = outer;
    this.#depth = depth;
    if (found.length === 0) return null;
    this.out.pos = start;
    return found;
  }

  #report(problems: EncodeProblem[]): void {
    this.problems.push(...problems.slice(0, MAX_PROBLEMS - this.problems.length));
  }

  #within(step: string, run: () => void): void {
    this.#path.push(step);
    run();
    this.#path.pop();
  }

  #problem(message: string): void {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push({ path: this.#path.join(""), message });
  }

  #expected(what: string, node: JsonNode): void {
    this.#problem(`expected ${what}, got ${described(node)}`);
  }
}

/** null when it is not written as a whole number of a sensible length */
const integer = (text: string): bigint | null => (/^-?[0-9]{1,40}$/.test(text) ? BigInt(text) : null);

const isNamed = (branch: AvroType, name: string): boolean =>
  branchName(branch) === name || ("name" in branch && unqualified(branch.name) === name);

const hasField = (type: AvroType, name: string): boolean =>
  type.kind === "record" && type.fields.some((field) => field.name === name);

import type { ASTNode } from "@marcbachmann/cel-js";
import type { RecordFields, Span } from "../../kafka/log/records.ts";
import { pathOf } from "./celPaths.ts";
import type { JsonFields } from "./jsonFields.ts";
import type { Place } from "./jsonPlaces.ts";
import type { TextTest } from "./regex.ts";

/** what the language gives: true, false, an error; or it has to be asked itself */
const NO = 0;
const YES = 1;
const FAILS = 2;
const UNKNOWN = 3;
type Answer = typeof NO | typeof YES | typeof FAILS | typeof UNKNOWN;

const truth = (answer: boolean): Answer => (answer ? YES : NO);

export interface DirectSources {
  key: JsonFields | null;
  value: JsonFields | null;
  /** tests of the patterns of matches() */
  patterns: ReadonlyMap<string, TextTest>;
  /** bytes of a payload that is looked at */
  mostBytes: number;
}

/**
 * The expressions that are asked most: && || ! over comparisons of fields with literals, has(), in, and string functions. They are answered from the places
 * in the bytes, where the values are of kinds for which it is plain what the language says. Null for other expressions.
 *
 * The result tells of a record: true, false, null when the expression cannot be applied to it, undefined when the language has to be asked.
 */
export function directTest(
  ast: ASTNode,
  sources: DirectSources,
): ((record: RecordFields) => boolean | null | undefined) | null {
  const compiler = new Compiler(sources);
  const test = compiler.test(ast);
  if (!test) return null;
  const { usesKey, usesValue } = compiler;
  const { mostBytes } = sources;
  const key = usesKey ? sources.key : null;
  const value = usesValue ? sources.value : null;
  return (record) => {
    if (key && !scanned(key, record.data, record.key, mostBytes)) return undefined;
    if (value && !scanned(value, record.data, record.value, mostBytes)) return undefined;
    const answer = test();
    key?.release();
    value?.release();
    return answer === UNKNOWN ? undefined : answer === FAILS ? null : answer === YES;
  };
}

/** objects and arrays only: what else there may be is for the decoder */
function scanned(fields: JsonFields, data: Buffer, span: Span, mostBytes: number): boolean {
  if (!span || span.end - span.start > mostBytes) return false;
  const first = data[span.start];
  return (first === 0x7b || first === 0x5b) && fields.scan(data, span.start, span.end);
}

type Test = () => Answer;
type Literal = string | number | bigint | boolean | null;

interface Field {
  place: Place;
  fields: JsonFields;
}

class Compiler {
  usesKey = false;
  usesValue = false;
  readonly #sources: DirectSources;

  constructor(sources: DirectSources) {
    this.#sources = sources;
  }

  test(node: ASTNode): Test | null {
    switch (node.op) {
      case "&&":
        return both(this.test(node.args[0]), this.test(node.args[1]), NO, YES);
      case "||":
        return both(this.test(node.args[0]), this.test(node.args[1]), YES, NO);
      case "!_": {
        const test = this.test(node.args);
        return test && ((answer = test()) => (answer === YES ? NO : answer === NO ? YES : answer));
      }
      case "==":
      case "!=":
        return this.#equality(node.args[0], node.args[1], node.op === "==");
      case "<":
      case "<=":
      case ">":
      case ">=":
        return this.#order(node.args[0], node.args[1], node.op);
      case "in":
        return this.#membership(node.args[0], node.args[1]);
      case "call": {
        const [name, args] = node.args;
        return name === "has" && args.length === 1 ? this.#has(args[0]!) : null;
      }
      case "rcall":
        return this.#textTest(node);
      case ".":
      case "[]": {
        const field = this.#field(node);
        return field && (() => truthOf(field.place));
      }
      default:
        return null;
    }
  }

  #field(node: ASTNode): Field | null {
    for (const part of ["value", "key"] as const) {
      const fields = this.#sources[part];
      const path = fields && pathOf(node, part);
      if (!path || path.length === 0) continue;
      if (part === "key") this.usesKey = true;
      else this.usesValue = true;
      return { place: fields.place(path), fields };
    }
    return null;
  }

  #equality(left: ASTNode, right: ASTNode, equal: boolean): Test | null {
    const field = this.#field(left) ?? this.#field(right);
    const literal = literalOf(right) ?? literalOf(left);
    if (!field || !literal) return null;
    const { place, fields } = field;
    const { value } = literal;
    const bytes = typeof value === "string" && isPlain(value) ? Buffer.from(value) : null;
    const is = truth(equal);
    const isNot = truth(!equal);
    return () => {
      if (!place.isThere) return FAILS;
      switch (place.kind) {
        case "plain string":
          if (bytes) return fields.isText(place, bytes) ? is : isNot;
          return fields.made(place) === value ? is : isNot;
        case "string":
          return fields.made(place) === value ? is : isNot;
        case "number": {
          const number = fields.made(place);
          if (typeof number === "object") return UNKNOWN;
          // an int and a double are equal when they are the same number
          // biome-ignore lint/suspicious/noDoubleEquals: so are a bigint and a number
          return isNumber(value) && number == value ? is : isNot;
        }
        case "true":
          return value === true ? is : isNot;
        case "false":
          return value === false ? is : isNot;
        case "null":
          return value === null ? is : isNot;
        default:
          return UNKNOWN;
      }
    };
  }

  #order(left: ASTNode, right: ASTNode, operator: "<" | "<=" | ">" | ">="): Test | null {
    const inOrder = this.#field(left);
    const field = inOrder ?? this.#field(right);
    const literal = literalOf(inOrder ? right : left);
    if (!field || !literal) return null;
    const { value } = literal;
    if (!isNumber(value) && typeof value !== "string") return null;
    const { place, fields } = field;
    const kinds: ReadonlySet<string> = new Set(typeof value === "string" ? ["string", "plain string"] : ["number"]);
    const compare = ORDERS[inOrder ? operator : TURNED[operator]];
    return () => {
      if (!place.isThere) return FAILS;
      if (!kinds.has(place.kind)) return UNKNOWN;
      const made = fields.made(place);
      return typeof made === "object" ? UNKNOWN : truth(compare(made as number, value as number));
    };
  }

  #membership(left: ASTNode, list: ASTNode): Test | null {
    const field = this.#field(left);
    if (!field || list.op !== "list" || list.args.length === 0) return null;
    const texts = new Set<unknown>();
    for (const one of list.args) {
      const literal = literalOf(one);
      if (typeof literal?.value !== "string") return null;
      texts.add(literal.value);
    }
    const { place, fields } = field;
    return () => {
      if (!place.isThere) return FAILS;
      return isString(place) ? truth(texts.has(fields.made(place))) : UNKNOWN;
    };
  }

  #has(node: ASTNode): Test | null {
    const field = node.op === "." ? this.#field(node) : null;
    if (!field) return null;
    const { place } = field;
    const { parent } = place;
    return () => (place.isThere ? YES : parent?.isThere ? NO : FAILS);
  }

  #textTest(node: Extract<ASTNode, { op: "rcall" }>): Test | null {
    const [name, receiver, args] = node.args;
    const literal = args.length === 1 ? literalOf(args[0]!) : null;
    if (typeof literal?.value !== "string") return null;
    const test = this.#textFunction(name, literal.value);
    const field = test && this.#field(receiver);
    if (!field) return null;
    const { place, fields } = field;
    return () => {
      if (!place.isThere) return FAILS;
      return isString(place) ? truth(test(fields.made(place) as string)) : UNKNOWN;
    };
  }

  #textFunction(name: string, argument: string): TextTest | null {
    switch (name) {
      case "contains":
        return (text) => text.includes(argument);
      case "startsWith":
        return (text) => text.startsWith(argument);
      case "endsWith":
        return (text) => text.endsWith(argument);
      case "matches":
        return this.#sources.patterns.get(argument) ?? null;
      default:
        return null;
    }
  }
}

/** && and ||: what decides is enough, also beside an error. */
function both(a: Test | null, b: Test | null, decides: Answer, other: Answer): Test | null {
  if (!a || !b) return null;
  return () => {
    const left = a();
    if (left === decides || left === UNKNOWN) return left;
    const right = b();
    return right === other ? left : right;
  };
}

/** a field that is a truth itself; what it is otherwise depends on what is done with it */
function truthOf(place: Place): Answer {
  if (!place.isThere) return FAILS;
  return place.kind === "true" ? YES : place.kind === "false" ? NO : UNKNOWN;
}

const isString = ({ kind }: Place): boolean => kind === "plain string" || kind === "string";

const isNumber = (value: Literal): value is number | bigint => typeof value === "number" || typeof value === "bigint";

/** ASCII that JSON writes as it is */
const isPlain = (text: string): boolean => /^[ !#-[\]-~]*$/.test(text);

function literalOf(node: ASTNode): { value: Literal } | null {
  if (node.op === "-_") {
    const literal = literalOf(node.args);
    return literal && isNumber(literal.value) ? { value: -literal.value } : null;
  }
  if (node.op !== "value") return null;
  const value: unknown = node.args;
  switch (typeof value) {
    case "string":
    case "number":
    case "bigint":
    case "boolean":
      return { value };
    default:
      return value === null ? { value } : null;
  }
}

// of two numbers, of which either may be a bigint, or of two strings
const ORDERS = {
  "<": (a: number, b: number): boolean => a < b,
  "<=": (a: number, b: number): boolean => a <= b,
  ">": (a: number, b: number): boolean => a > b,
  ">=": (a: number, b: number): boolean => a >= b,
};
const TURNED = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" } as const;

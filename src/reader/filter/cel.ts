import { isUtf8 } from "node:buffer";
import {
  type ASTNode,
  TypeError as CelTypeError,
  Environment,
  EvaluationError,
  ParseError,
  type ParseResult,
} from "@marcbachmann/cel-js";
import { type RecordFields, readHeaders, type Span } from "../../kafka/log/records.ts";
import type { Decoder, SchemaSource } from "../../schema/api.ts";
import { JSON_FORMATS } from "../../shared/decoding.ts";
import type { FilterProblem, PayloadView } from "../../shared/messages.ts";
import { messageOf } from "../../shared/userError.ts";
import { lookAt } from "../recordLook.ts";
import { parts, readParts } from "../view/parts.ts";
import { directTest } from "./celDirect.ts";
import { impliedTexts } from "./celLiterals.ts";
import { pathsOf } from "./celPaths.ts";
import { celValue } from "./celValue.ts";
import { Decimal } from "./decimal.ts";
import { FilterError, NotApplicable } from "./filterErrors.ts";
import { JsonFields } from "./jsonFields.ts";
import type { Hides } from "./needles.ts";
import { MOST_HEADERS } from "./parts.ts";
import { compileRegex, PatternError, type TextTest } from "./regex.ts";
import type { Matcher } from "./textFilter.ts";

/** bytes of a value that an expression is applied to */
const MOST_BYTES = 64 * 1024 * 1024;
/** the language's own `matches` may take for ever; this one, of the same length so that positions stay, takes its place */
const MATCHES = "matches";
const SAFE_MATCHES = "matchez";

export interface CelContext {
  decoder: Decoder;
  schemas: SchemaSource | null;
}

/**
 * An expression of the Common Expression Language over key, value, headers, topic, partition, offset and timestamp. JSON, and what schemas decode to
 * JSON, is there with its fields; other text is a string, other bytes are bytes. A field that is missing makes the expression not applicable, unless
 * has() asks for it. Integers are exact, decimals with decimal(…) too.
 *
 * Rejects with FilterError. `context` null: only to check it.
 *
 * @param wholly JSON is always parsed as a whole, also where only some of its fields are read: the result is the same
 */
export async function celMatcher(expression: string, context: CelContext | null, wholly = false): Promise<Matcher> {
  const { run, ast, patterns } = await parsed(expression);
  const uses = namesIn(ast);
  const exact = needsExact(ast);
  const fieldsOf = (part: "key" | "value"): JsonFields | null =>
    wholly ? null : new JsonFields(pathsOf(ast, part), exact);
  const fields = { key: fieldsOf("key"), value: fieldsOf("value") };
  const direct = context && directTest(ast, { ...fields, patterns, mostBytes: MOST_BYTES });
  const decode = (record: RecordFields, span: Span, topic: string, part: "key" | "value"): unknown =>
    context ? decoded(record, span, topic, part, context, exact, fields[part]) : null;
  const groups = impliedTexts(ast);
  const evaluate = (variables: Record<string, unknown>): boolean => {
    const { stackTraceLimit } = Error;
    // an error says something about a message, nothing about the program: where it was made is dear to find out
    Error.stackTraceLimit = 0;
    try {
      return run(variables) === true;
    } catch (error) {
      if (error instanceof EvaluationError || error instanceof CelTypeError) throw new NotApplicable(firstLine(error));
      // what a message made it do: no sentence is worth more than that
      throw new NotApplicable(messageOf(error), { cause: error });
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  };
  const test = (topic: string, partition: number, record: RecordFields): boolean | Promise<boolean> => {
    const key = uses.has("key") ? decode(record, record.key, topic, "key") : null;
    const value = uses.has("value") ? decode(record, record.value, topic, "value") : null;
    const variables: Record<string, unknown> = { topic, key, value };
    if (uses.has("partition")) variables["partition"] = BigInt(partition);
    if (uses.has("offset")) variables["offset"] = record.offset;
    if (uses.has("timestamp")) variables["timestamp"] = new Date(Number(record.timestamp));
    if (uses.has("headers")) variables["headers"] = headersOf(record);
    if (!(key instanceof Promise || value instanceof Promise)) return evaluate(variables);
    return Promise.all([key, value]).then(([k, v]) => evaluate({ ...variables, key: k, value: v }));
  };
  const needles = { groups, ignoreCase: false, escapes: true };
  const used = PARTS.filter((part) => uses.has(part));
  const hides = (topic: string): Hides | null => (context ? hidesIn(topic, used, context.decoder) : null);
  if (!direct || !context) return { needles, hides, test };
  const { decoder } = context;
  return {
    needles,
    hides,
    test(topic, partition, record) {
      const answer = used.every((part) => isPlain(decoder, topic, part, record)) ? direct(record) : undefined;
      return answer === undefined ? test(topic, partition, record) : answer;
    },
    why(topic, partition, record) {
      try {
        test(topic, partition, record);
      } catch (error) {
        if (error instanceof NotApplicable) return error.message;
        throw error;
      }
      throw new Error(`${expression} applies to a message to which it was said not to apply; please report this`);
    },
  };
}

const PARTS = ["key", "value"] as const;

/** JSON in a part of the record is there as it is: nothing says that it is to be read in another way. */
function isPlain(decoder: Decoder, topic: string, part: "key" | "value", record: RecordFields): boolean {
  if (decoder.plainStarts(topic, part) === null) return false;
  return record.headerCount === 0 || !decoder.namesSchema(lookAt(record), part);
}

/** Which of a topic's records may be decoded to texts that are not in their bytes. */
function hidesIn(topic: string, used: readonly ("key" | "value")[], decoder: Decoder): Hides {
  const starts = { key: decoder.plainStarts(topic, "key"), value: decoder.plainStarts(topic, "value") };
  const key = used.includes("key");
  const value = used.includes("value");
  return (data, position, dataEnd) => {
    readParts(data, position, dataEnd);
    const { keyStart, keySize, valueStart, valueSize, headers } = parts;
    if (key && keySize > 0 && !starts.key?.[data[keyStart]!]) return true;
    if (value && valueSize > 0 && !starts.value?.[data[valueStart]!]) return true;
    // any of them may name a schema: the test itself looks
    return headers;
  };
}

async function parsed(
  expression: string,
): Promise<{ run: ParseResult; ast: ASTNode; patterns: ReadonlyMap<string, TextTest> }> {
  const patterns = new Map<string, TextTest>();
  try {
    const environment = environmentWith(patterns);
    const asWritten = environment.parse(expression);
    const calls = matchCalls(asWritten.ast);
    let safe = expression;
    for (const { at, pattern } of calls) {
      safe = safe.slice(0, at) + SAFE_MATCHES + safe.slice(at + MATCHES.length);
      if (pattern === null) continue;
      try {
        patterns.set(pattern.args as string, (await compileRegex(pattern.args as string, true)).test);
      } catch (error) {
        if (!(error instanceof PatternError)) throw error;
        throw problem(`This is not a regular expression: ${error.message}.`, pattern.start, pattern.end, error);
      }
    }
    const run = calls.length > 0 ? environment.parse(safe) : asWritten;
    const { valid, type, error } = run.check();
    if (!valid) throw error ?? new Error("The expression is not valid.");
    if (type !== "bool" && type !== "dyn") {
      throw problem(`The expression gives ${type}: it has to give true or false.`, 0, expression.length, null);
    }
    return { run, ast: asWritten.ast, patterns };
  } catch (error) {
    if (error instanceof FilterError) throw error;
    if (error instanceof ParseError || error instanceof CelTypeError || error instanceof EvaluationError) {
      const { start = 0, end = expression.length } = error.range ?? error.node ?? {};
      throw problem(`${inWords(firstLine(error), expression, start)}.`, start, end, error);
    }
    // V8's stack: a chain of thousands
    const deep = error instanceof RangeError;
    throw problem(`${deep ? TOO_DEEP : messageOf(error)}.`, 0, expression.length, error);
  }
}

const TOO_DEEP = "The expression is nested too deeply, or too long";

/** What the parser says in its own terms, or of half a character. */
function inWords(message: string, expression: string, at: number): string {
  if (message === "Unexpected token: EOF") return "The expression is not complete";
  if (message.startsWith("Exceeded max")) return TOO_DEEP;
  return message.isWellFormed()
    ? message
    : message.replace(/\p{Surrogate}/u, String.fromCodePoint(expression.codePointAt(at) ?? 0xfffd));
}

function problem(message: string, start: number, end: number, cause: unknown): FilterError {
  const found: FilterProblem = {
    message: message.replace(SAFE_MATCHES, MATCHES),
    at: start,
    length: Math.max(1, end - start),
  };
  return new FilterError(found, cause);
}

/** without the lines that show the place */
const firstLine = (error: Error): string =>
  error.message.split("\n")[0]!.replace(/\.$/, "").replace(SAFE_MATCHES, MATCHES);

function environmentWith(patterns: ReadonlyMap<string, TextTest>): Environment {
  const environment = new Environment({ enableOptionalTypes: true, homogeneousAggregateLiterals: false })
    .registerVariable("key", "dyn")
    .registerVariable("value", "dyn")
    .registerVariable("headers", "map")
    .registerVariable("topic", "string")
    .registerVariable("partition", "int")
    .registerVariable("offset", "int")
    .registerVariable("timestamp", "google.protobuf.Timestamp")
    .registerFunction(`string.${SAFE_MATCHES}(string): bool`, (text: string, pattern: string) => {
      const test = patterns.get(pattern);
      if (!test) throw new NotApplicable("The pattern of matches() has to be written out in the expression.");
      return test(text);
    })
    .registerType("Decimal", { ctor: Decimal, fields: {} });
  const decimal = (value: string | number | bigint | Decimal): Decimal => {
    const made = value instanceof Decimal ? value : Decimal.from(value);
    if (!made) throw new NotApplicable(`${String(value).slice(0, 100)} is not a decimal number.`);
    return made;
  };
  for (const type of ["string", "double", "int", "Decimal"]) {
    environment.registerFunction(`decimal(${type}): Decimal`, decimal);
  }
  const tests: [string, (order: number) => boolean][] = [
    ["<", (order) => order < 0],
    ["<=", (order) => order <= 0],
    [">", (order) => order > 0],
    [">=", (order) => order >= 0],
  ];
  for (const [operator, test] of tests) {
    for (const other of ["Decimal", "double", "int"]) {
      const compare = (a: Decimal | number | bigint, b: Decimal | number | bigint): boolean =>
        test(decimal(a).compare(decimal(b)));
      environment.registerOperator(`Decimal ${operator} ${other}`, compare);
      if (other !== "Decimal") environment.registerOperator(`${other} ${operator} Decimal`, compare);
    }
  }
  environment.registerOperator("Decimal == Decimal", (a: Decimal, b: Decimal) => a.compare(b) === 0);
  return environment;
}

interface MatchCall {
  /** where the word stands in the expression */
  at: number;
  pattern: Extract<ASTNode, { op: "value" }> | null;
}

function matchCalls(ast: ASTNode): MatchCall[] {
  const calls: MatchCall[] = [];
  walk(ast, (node) => {
    if (node.op !== "rcall" || node.args[0] !== MATCHES) return;
    const [, receiver, args] = node.args;
    const at = node.input.indexOf(MATCHES, receiver.end);
    const [pattern] = args;
    if (at >= 0)
      calls.push({ at, pattern: pattern?.op === "value" && typeof pattern.args === "string" ? pattern : null });
  });
  return calls;
}

const namesIn = (ast: ASTNode): Set<string> => {
  const names = new Set<string>();
  walk(ast, (node) => {
    if (node.op === "id") names.add(node.args);
  });
  return names;
};

const ARITHMETIC: ReadonlySet<string> = new Set(["+", "-", "*", "/", "%", "-_", "list", "map", "[]"]);
const KINDS: ReadonlySet<string> = new Set(["int", "uint", "double", "string", "type", "dyn", "size"]);

/** Whether it makes a difference that a whole number is an int: for comparisons and fields it makes none. */
function needsExact(ast: ASTNode): boolean {
  let needed = false;
  walk(ast, (node) => {
    needed ||= ARITHMETIC.has(node.op) || (node.op === "call" && KINDS.has(node.args[0]));
  });
  return needed;
}

/** Visits a node and all below it. */
function walk(node: unknown, visit: (node: ASTNode) => void): void {
  if (Array.isArray(node)) {
    for (const one of node) walk(one, visit);
    return;
  }
  if (typeof node !== "object" || node === null || !("op" in node) || !("args" in node)) return;
  visit(node as ASTNode);
  walk(node.args, visit);
}

function decoded(
  record: RecordFields,
  span: Span,
  topic: string,
  part: "key" | "value",
  { decoder, schemas }: CelContext,
  exact: boolean,
  fields: JsonFields | null,
): unknown {
  if (!span) return null;
  const { data } = record;
  const { start, end } = span;
  if (end - start > MOST_BYTES) throw new NotApplicable(`Its ${part} is larger than 64 MB.`);
  const first = data[start];
  if ((first === 0x7b || first === 0x5b) && isPlain(decoder, topic, part, record)) {
    const value = fields?.read(data, start, end) ?? celValue(data.toString("utf8", start, end), exact);
    if (value !== undefined) return value;
  }
  const view = decoder.view(
    data.subarray(start, end),
    { topic, part, schemas, record: lookAt(record) },
    Number.POSITIVE_INFINITY,
  );
  const take = (shown: PayloadView): unknown => fromView(shown, data, span, part, exact);
  return view instanceof Promise ? view.then(take) : take(view);
}

function fromView(view: PayloadView, data: Buffer, span: NonNullable<Span>, part: string, exact: boolean): unknown {
  if (view.format === "binary") {
    const [why] = view.problems;
    if (why !== undefined) throw new NotApplicable(`Its ${part} cannot be decoded: ${why}`);
    return new Uint8Array(data.subarray(span.start, span.end));
  }
  return (JSON_FORMATS.has(view.format) ? celValue(view.text, exact) : undefined) ?? view.text;
}

/** Of a name that occurs several times the last one, as Kafka's lastHeader. Text is a string, other bytes are bytes. */
function headersOf(record: RecordFields): Map<string, string | Uint8Array | null> {
  const headers = new Map<string, string | Uint8Array | null>();
  for (const { key, value } of readHeaders(record, MOST_HEADERS).headers) {
    const bytes = value && record.data.subarray(value.start, value.end);
    headers.set(key, bytes && (isUtf8(bytes) ? bytes.toString("utf8") : new Uint8Array(bytes)));
  }
  return headers;
}

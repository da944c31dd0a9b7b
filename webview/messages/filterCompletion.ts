import type { FieldInfo } from "../../src/shared/messages.ts";
import { type CelToken, celTokens } from "../ui/celTokens.ts";

/** What may be written in the place of characters [from, to) of an expression. */
export interface Completion extends CompletionItem {
  from: number;
  to: number;
}

interface CompletionItem {
  /** what the list shows: "status", "value.status", "size()" */
  label: string;
  text: string;
  /** where the caret is then, counted back from the end of `text` */
  back: number;
  /** said beside it: "string · in 90 %" */
  hint: string;
  kind: "field" | "variable" | "function" | "word";
}

const item = (kind: CompletionItem["kind"], label: string, text: string, hint: string, back = 0): CompletionItem => ({
  kind,
  label,
  text,
  hint,
  back,
});

const variables: readonly CompletionItem[] = [
  item("variable", "value", "value", "the message's value"),
  item("variable", "key", "key", "the message's key"),
  item("variable", "headers", "headers", "by name, as text"),
  item("variable", "topic", "topic", "string"),
  item("variable", "partition", "partition", "int"),
  item("variable", "offset", "offset", "int"),
  item("variable", "timestamp", "timestamp", "the message's time"),
];

const functions: readonly CompletionItem[] = [
  item("function", "has()", "has()", "whether a field is there", 1),
  item("function", "size()", "size()", "length of a text, list or map", 1),
  item("function", "decimal()", "decimal()", "an exact decimal number", 1),
  item("function", "int()", "int()", "as an integer", 1),
  item("function", "double()", "double()", "as a floating-point number", 1),
  item("function", "string()", "string()", "as text", 1),
  item("function", "timestamp()", 'timestamp("")', "a time, from RFC 3339", 2),
  item("function", "duration()", 'duration("")', "like 5m or 1h30m", 2),
  item("word", "true", "true", ""),
  item("word", "false", "false", ""),
  item("word", "null", "null", ""),
];

const textMethods: readonly CompletionItem[] = [
  item("function", "contains()", 'contains("")', "text", 2),
  item("function", "startsWith()", 'startsWith("")', "text", 2),
  item("function", "endsWith()", 'endsWith("")', "text", 2),
  item("function", "matches()", 'matches("")', "regular expression", 2),
  item("function", "size()", "size()", "length"),
];

const listMethods: readonly CompletionItem[] = [
  item("function", "exists()", "exists(x, )", "true for any element", 1),
  item("function", "all()", "all(x, )", "true for each element", 1),
  item("function", "size()", "size()", "how many elements"),
];

const timeMethods: readonly CompletionItem[] = [
  item("function", "getFullYear()", "getFullYear()", "UTC"),
  item("function", "getMonth()", "getMonth()", "0 is January, UTC"),
  item("function", "getDate()", "getDate()", "1 is the first, UTC"),
  item("function", "getDayOfWeek()", "getDayOfWeek()", "0 is Sunday, UTC"),
  item("function", "getHours()", "getHours()", "UTC"),
  item("function", "getMinutes()", "getMinutes()", "UTC"),
];

const most = 50;

/**
 * What fits at the caret of an expression, the best first: variables and functions, fields that were seen, and what can be asked of a field.
 * `asked`: on request (Ctrl+Space), so also where nothing was begun. Empty where nothing can be offered.
 */
export function completionsAt(
  expression: string,
  caret: number,
  fields: readonly FieldInfo[],
  asked: boolean,
): Completion[] {
  const place = placeAt(expression, caret);
  if (!place) return [];
  const { from, prefix, base } = place;
  if (base === null && prefix === "" && !asked) return [];
  const candidates = base === null ? atStart(fields, prefix) : after(base, fields);
  const wanted = prefix.toLowerCase();
  const items = candidates
    .map((one, index) => ({ one, index, rank: rank(one.label.toLowerCase(), wanted) }))
    .filter(({ rank }) => rank !== null)
    .sort((a, b) => a.rank! - b.rank! || a.index - b.index)
    .map(({ one }) => one);
  // what is written whole needs no list, which would take Enter away from it
  if (!asked && items.some((one) => one.label === prefix)) return [];
  const to = caret + (/^\w*/.exec(expression.slice(caret))?.[0].length ?? 0);
  return items.slice(0, most).map((one) => ({ ...one, from, to }));
}

/** 0: begins with it; 1: a part begins with it; 2: has it somewhere; null: has not. */
function rank(label: string, wanted: string): number | null {
  const at = label.indexOf(wanted);
  if (at < 0) return null;
  return at === 0 ? 0 : /[.[_"]/.test(label[at - 1]!) ? 1 : 2;
}

interface Place {
  /** first character of what is being written */
  from: number;
  prefix: string;
  /** what stands before the dot, as a path: "$", "$.items[]", "headers"; null where no dot is */
  base: string | null;
}

/** What is being written at the caret; null inside of a string or number. */
function placeAt(expression: string, caret: number): Place | null {
  const tokens = celTokens(expression.slice(0, caret));
  let at = tokens.length - 1;
  const last = tokens[at];
  if (!last) return { from: caret, prefix: "", base: null };
  if (last.kind === "number") return null;
  if (last.kind === "string") return null;
  let prefix = "";
  let from = caret;
  if (last.kind === "name" || last.kind === "field" || last.kind === "word") {
    prefix = last.text;
    from = last.at;
    at--;
  }
  if (tokens[at]?.text !== ".") return { from, prefix, base: null };
  return { from, prefix, base: pathBefore(tokens, at - 1) ?? "" };
}

/** The path that ends with a token: value.items[0] as $.items[]; null when it is not one (a call, a literal). */
function pathBefore(tokens: readonly CelToken[], end: number): string | null {
  let path = "";
  for (let at = end; at >= 0; ) {
    const token = tokens[at]!;
    if (token.text === "]") {
      const inner = tokens[at - 1];
      if (tokens[at - 2]?.text !== "[" || !inner) return null;
      if (inner.kind === "number") path = `[]${path}`;
      else if (inner.kind === "string") path = `['${inner.text.slice(1, -1)}']${path}`;
      else return null;
      at -= 3;
    } else if (token.kind === "field") {
      path = `.${token.text}${path}`;
      at -= 2;
    } else if (token.kind === "name") {
      return token.text === "value" ? `$${path}` : `${token.text}${path}`;
    } else return null;
  }
  return null;
}

function atStart(fields: readonly FieldInfo[], prefix: string): CompletionItem[] {
  const found: CompletionItem[] = [...variables];
  // a field is found by its own name too, without what it is in
  if (prefix !== "")
    for (const field of fields) {
      const written = celPath(field.path);
      found.push(item("field", written, written, about(field)));
    }
  return [...found, ...functions];
}

function after(base: string, fields: readonly FieldInfo[]): CompletionItem[] {
  if (base === "timestamp") return [...timeMethods];
  const found: CompletionItem[] = [];
  const seen = new Set<string>();
  for (const field of fields) {
    if (!field.path.startsWith(base) || !base.startsWith("$")) continue;
    const name = /^\.(\w+)/.exec(field.path.slice(base.length))?.[1];
    if (name === undefined || seen.has(name)) continue;
    seen.add(name);
    const own = field.path === `${base}.${name}`;
    found.push(item("field", name, name, own ? about(field) : ""));
  }
  const types = fields.find((field) => field.path === base)?.types ?? [];
  if (types.includes("array")) found.push(...listMethods);
  if (types.includes("string") || (found.length === 0 && base !== "$")) found.push(...textMethods);
  return found;
}

const about = ({ types, share }: FieldInfo): string =>
  share >= 0.995 ? types.join(", ") : `${types.join(", ")} · in ${Math.max(1, Math.round(share * 100))} %`;

/** $.items[].sku as the expression language has it; of a list the first element. */
export function celPath(path: string): string {
  return `value${path.slice(1)}`
    .replaceAll("[]", "[0]")
    .replace(/\['((?:[^'\\]|\\.)*)'\]/g, (_, name: string) => `[${JSON.stringify(name.replace(/\\(['\\])/g, "$1"))}]`);
}

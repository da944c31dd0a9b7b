import { messageOf } from "../../shared/userError.ts";

/** A pattern made ready for use: whether it occurs in a text. Never takes longer than the text is long, give or take a constant. */
export type TextTest = (text: string) => boolean;

export interface CompiledRegex {
  test: TextTest;
  /** a text that every match contains, "" where none is known; of a pattern without case in lower case, and ASCII */
  literal: string;
}

export class PatternError extends Error {
  override readonly name = "PatternError";
}

/** so many steps are taken at most where the engine backtracks */
const STEPS = 10_000_000;

/**
 * Compiles a pattern in RE2's syntax. V8's engine runs it where a bound on its work is known (it backtracks: a hostile value could keep it busy for ever); otherwise
 * RE2's, which is slower and linear. Throws PatternError.
 */
export async function compileRegex(pattern: string, caseSensitive: boolean): Promise<CompiledRegex> {
  // large, and only needed where a pattern is
  const { RE2JS } = await import("re2js");
  let linear: { matcher(text: string): { find(): boolean } };
  try {
    linear = RE2JS.compile(pattern, caseSensitive ? 0 : RE2JS.CASE_INSENSITIVE);
  } catch (error) {
    throw new PatternError(messageOf(error).replace(/^error parsing regexp:\s*/, ""), { cause: error });
  }
  const simple = simplified(pattern);
  const literal = caseSensitive ? requiredLiteral(pattern) : asciiLower(requiredLiteral(pattern));
  if (!simple) return { literal, test: (text) => linear.matcher(text).find() };
  const native = new RegExp(simple.source, caseSensitive ? "u" : "iu");
  const longest = simple.loops === 0 ? Number.POSITIVE_INFINITY : Math.floor(STEPS ** (1 / (simple.loops + 1)));
  return { literal, test: (text) => (text.length <= longest ? native.test(text) : linear.matcher(text).find()) };
}

/** Lower case where that is ASCII; "" where the text is not. */
export const asciiLower = (text: string): string => (/^[\x20-\x7e]*$/.test(text) ? text.toLowerCase() : "");

const MAX_COUNT = 100;

/**
 * The pattern for V8 when it is of the part of the syntax that means the same there and has no loop within a loop, with the number of its loops: matching takes at most
 * about length^(loops + 1) steps. Null otherwise.
 */
function simplified(pattern: string): { source: string; loops: number } | null {
  let source = "";
  let loops = 0;
  /** for each open group: loops in it so far */
  const groups: number[] = [];
  let lastGroupLoops = 0;
  for (let i = 0; i < pattern.length; ) {
    const c = pattern[i]!;
    let atom: string;
    let groupLoops = 0;
    if (c === "\\") {
      const escaped = pattern[i + 1] ?? "";
      const meaning =
        ESCAPES[escaped] ?? (/[.\\+*?()[\]{}|^$/-]/.test(escaped) ? (escaped === "-" ? "-" : `\\${escaped}`) : null);
      if (meaning === null) return null;
      atom = meaning;
      i += 2;
    } else if (c === "[") {
      const set = /^\[\^?(?:[^[\]\\&~^-]|\\[dwntr.\\+*?()[\]{}|^$/-]|[A-Za-z0-9]-[A-Za-z0-9])+\]/.exec(
        pattern.slice(i),
      )?.[0];
      if (!set) return null;
      atom = set;
      i += set.length;
    } else if (c === "(") {
      if (pattern[i + 1] === "?" && pattern[i + 2] !== ":") return null;
      groups.push(loops);
      source += "(?:";
      i += pattern[i + 1] === "?" ? 3 : 1;
      continue;
    } else if (c === ")") {
      const before = groups.pop();
      if (before === undefined) return null;
      lastGroupLoops = loops - before;
      groupLoops = lastGroupLoops;
      atom = ")";
      i++;
    } else if (c === "|" || c === "^" || c === "$") {
      source += c;
      i++;
      continue;
    } else if (/[*+?{}\]]/.test(c)) return null;
    else {
      const point = String.fromCodePoint(pattern.codePointAt(i)!);
      atom = c === "." ? "[^\\n]" : c === "/" ? "\\/" : point;
      i += point.length;
    }
    const quantifier = /^(?:[*+?]|\{(\d{1,3})(?:(,)(\d{1,3})?)?\})\??/.exec(pattern.slice(i));
    if (quantifier) {
      const [text, low, comma, high] = quantifier;
      const unbounded = text.startsWith("*") || text.startsWith("+") || (comma === "," && high === undefined);
      const count = Number(high ?? low ?? 1);
      if (count > MAX_COUNT) return null;
      // a repeated group with a choice or a loop in it may match the same text in many ways
      if (atom === ")" && (unbounded || count > 1)) return null;
      if (groupLoops > 0 && text !== "") return null;
      if (unbounded) loops++;
      atom += text;
      i += text.length;
    }
    source += atom;
  }
  return groups.length > 0 || loops > 4 ? null : { source, loops };
}

const ESCAPES: Record<string, string> = {
  d: "[0-9]",
  D: "[^0-9]",
  w: "[0-9A-Za-z_]",
  W: "[^0-9A-Za-z_]",
  s: "[\\t\\n\\f\\r ]",
  S: "[^\\t\\n\\f\\r ]",
  n: "\\n",
  t: "\\t",
  r: "\\r",
};

/** The longest run of plain characters outside groups and choices: every match contains it. */
function requiredLiteral(pattern: string): string {
  let best = "";
  let run = "";
  const close = (): void => {
    if (run.length > best.length) best = run;
    run = "";
  };
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i]!;
    if (c === "|") return "";
    if (c === "(") {
      const end = groupEnd(pattern, i);
      if (end < 0 || pattern[i + 1] === "?") return "";
      close();
      i = end;
    } else if (c === "[") {
      const end = /^\[\^?\]?(?:[^\]\\]|\\.|\[:\w+:\])*\]/.exec(pattern.slice(i))?.[0].length;
      if (end === undefined) return "";
      close();
      i += end - 1;
    } else if (c === "\\") {
      const escaped = pattern[++i] ?? "";
      if (/[A-Za-z0-9]/.test(escaped)) {
        // \d, \b, \n …: not followed further; \Q and \p begin something longer
        if (!/[dDwWsSbBntr]/.test(escaped)) return "";
        close();
      } else run += escaped;
    } else if (c === "*" || c === "?" || c === "{") {
      // what stands before it may not be there at all
      run = run.slice(0, -1);
      close();
      if (c === "{") {
        const end = pattern.indexOf("}", i);
        if (end < 0) return "";
        i = end;
      }
    } else if (c === "+" || c === "." || c === "^" || c === "$") close();
    else run += c;
  }
  close();
  // a surrogate that was torn from its other half is no text
  return best.isWellFormed() ? best : "";
}

function groupEnd(pattern: string, from: number): number {
  let depth = 0;
  for (let i = from; i < pattern.length; i++) {
    if (pattern[i] === "\\") i++;
    else if (pattern[i] === "[") return -1;
    else if (pattern[i] === "(") depth++;
    else if (pattern[i] === ")" && --depth === 0) return i;
  }
  return -1;
}

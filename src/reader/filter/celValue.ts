import { Decimal } from "./decimal.ts";

/** digits that a double always holds */
export const SAFE_DIGITS = 15;

/** A run of digits that a double may not hold, or a member that JavaScript's objects have themselves (perhaps written with escapes). */
function needsCare(json: string): boolean {
  let digits = 0;
  for (let i = 0; i < json.length; i++) {
    const c = json.charCodeAt(i);
    if (c >= 48 && c <= 57) {
      if (++digits > SAFE_DIGITS) return true;
    } else if (c !== 46) digits = 0;
  }
  return json.includes('"constructor"') || json.includes('"__proto__"') || json.includes("\\u");
}

/** JavaScript's numbers are exact up to here */
const SAFE = 2 ** 53 - 1;

/**
 * A JSON text as the expression language takes it; undefined when it is none. With `exact`, integers are CEL's int; without, those that a double holds are
 * doubles, which compare alike and cost a third. Beyond what a double holds, integers are exact in both, and decimals are `Decimal`.
 */
export function celValue(json: string, exact: boolean): unknown {
  try {
    return parsePart(json, exact || needsCare(json));
  } catch {
    return undefined;
  }
}

/** A part of a JSON text, where it is known whether the text needs care. Throws SyntaxError when it is none. */
export const parsePart = (json: string, care: boolean): unknown => (care ? JSON.parse(json, revive) : JSON.parse(json));

/** `source`: a number's own characters (ECMAScript's proposal "JSON.parse source text access") */
function revive(this: unknown, _name: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value === "number") return exactNumber(value, context?.source ?? String(value));
  // a map has no members of its own but what the message gave it
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return new Map(Object.entries(value));
  return value;
}

/** A number of a text that needs care: an int, a double where that is what was written, a decimal otherwise. `source`: its own characters. */
export function exactNumber(value: number, source: string): bigint | number | Decimal {
  if (/^-?\d+$/.test(source)) return BigInt(source);
  if (source.length <= 16 && Math.abs(value) < SAFE) return value;
  const decimal = Decimal.from(source);
  return decimal && Decimal.from(String(value))?.compare(decimal) !== 0 ? decimal : value;
}

import { doubleText, floatText } from "../numberText.ts";

/**
 * How values that JSON does not have look as JSON, the same in every binary format without a schema, so that nothing is shown alike that
 * is not alike and everything can be encoded again:
 *
 * - an object whose first member is one of `FORMS` is such a value: {"$bytes":"0x00ff"}, {"$tag":32,"$value":"…"}.
 * - a key of a map that is not a string: "$" and its JSON text, {"$1":"x","$[1,2]":"y"}.
 * - a string key that could be taken for one of these has one more "$": {"$$1":"x"}, {"$$bytes":"x"}. "$ref" is just "$ref".
 * - an integer has neither point nor exponent; a float always has one, 1.0. A 32-bit float is marked by a capital E, 21.3E0, since its
 *   shortest digits are those of another number in 64 bits.
 */
const FORMS = [
  "$bytes",
  "$string",
  "$float",
  "$float32",
  "$ext",
  "$timestamp",
  "$tag",
  "$simple",
  "$epoch",
  "$decimal",
  "$bigfloat",
  "$uuid",
] as const;

export type Form = (typeof FORMS)[number];

const FORM_NAMES = new Set<string>(FORMS);

/** what follows the dollars of a name that is not simply a string */
const TAKEN = new RegExp(`^\\$+(?:[-0-9[{]|(?:null|true|false|${FORMS.map((form) => form.slice(1)).join("|")})$)`);

/** A string key as the name of a member. */
export const plainName = (key: string): string => (TAKEN.test(key) ? `$${key}` : key);

/** What the name of a member says. */
export type ReadName = { string: string } | { form: Form } | { json: string };

export function readName(name: string): ReadName {
  if (!TAKEN.test(name)) return { string: name };
  if (name.startsWith("$$")) return { string: name.slice(1) };
  return FORM_NAMES.has(name) ? { form: name as Form } : { json: name.slice(1) };
}

/** A finite 64-bit float: its shortest digits, never written like an integer. */
export function float64Number(value: number): string {
  const text = doubleText(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** A finite 32-bit float: its shortest digits in 32 bits, with a capital E. */
export function float32Number(value: number): string {
  const text = floatText(value);
  return text.includes("e") ? text.replace("e", "E") : `${text}E0`;
}

/** What a number in JSON text stands for. */
export type ReadNumber = { integer: bigint } | { float: number; bits: 32 | 64 } | { problem: string };

/** digits of an integer that is still read: of 1000 bytes */
const MAX_DIGITS = 2410;

/** The text must be a number of JSON's grammar. */
export function readNumber(text: string): ReadNumber {
  if (!/[.eE]/.test(text)) {
    if (text.length > MAX_DIGITS) return { problem: `an integer of ${text.length} digits is too large` };
    return { integer: BigInt(text) };
  }
  const bits = text.includes("E") ? 32 : 64;
  const float = bits === 32 ? Math.fround(Number(text)) : Number(text);
  if (!Number.isFinite(float))
    return { problem: `${text.length > 60 ? `${text.slice(0, 60)}…` : text} is too large for a ${bits}-bit float` };
  return { float, bits };
}

/** zeros that are still written out after the point */
const MAX_SCALE = 40;

/** A mantissa times 10 to the power of an exponent, so that both can be read from it: "273.15", "0.10", "5e2". */
export function decimalOf(mantissa: bigint, exponent: bigint): string {
  const digits = (mantissa < 0n ? -mantissa : mantissa).toString();
  if (exponent > 0n || exponent < -BigInt(digits.length + MAX_SCALE)) return `${mantissa}e${exponent}`;
  const scale = Number(-exponent);
  if (scale === 0) return mantissa.toString();
  const padded = digits.padStart(scale + 1, "0");
  return `${mantissa < 0n ? "-" : ""}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}

const DECIMAL = /^(-?)([0-9]{1,2450})(?:\.([0-9]{1,2450}))?(?:e(-?[0-9]{1,20}))?$/;

/** The mantissa and exponent of a decimal as `decimalOf` writes it; null when it is not one. */
export function readDecimal(text: string): { mantissa: bigint; exponent: bigint } | null {
  const found = DECIMAL.exec(text);
  if (!found) return null;
  const [, sign, whole = "", fraction = "", power = "0"] = found;
  const size = BigInt(`${whole}${fraction}`);
  return { mantissa: sign === "-" ? -size : size, exponent: BigInt(power) - BigInt(fraction.length) };
}

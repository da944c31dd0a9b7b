/**
 * Numbers of JSON as they are written, compared exactly: none passes through a double, and exponents are never written out.
 */
export interface ExactNumber {
  negative: boolean;
  /** significant digits, without zeros at either end; "" is zero */
  digits: string;
  /** the value is 0.digits × 10^exponent */
  exponent: number;
}

export function exactNumber(text: string): ExactNumber {
  const [, sign, whole = "", fraction = "", exponent = "0"] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text)!;
  const all = whole + fraction;
  const first = all.search(/[1-9]/);
  if (first < 0) return { negative: false, digits: "", exponent: 0 };
  let last = all.length;
  while (all[last - 1] === "0") last--;
  return {
    negative: sign === "-",
    digits: all.slice(first, last),
    // beyond what a double holds exactly all exponents are equally absurd
    exponent: Math.max(-1e15, Math.min(1e15, Number(exponent))) + whole.length - first,
  };
}

/** Less than, equal to or greater than 0 as `a` is to `b`. */
export function compareNumbers(a: ExactNumber, b: ExactNumber): number {
  if (a.digits === "" || b.digits === "") return signOf(a) - signOf(b);
  if (a.negative !== b.negative) return signOf(a);
  const size = a.exponent - b.exponent || (a.digits < b.digits ? -1 : a.digits > b.digits ? 1 : 0);
  return a.negative ? -size : size;
}

const signOf = ({ negative, digits }: ExactNumber): number => (digits === "" ? 0 : negative ? -1 : 1);

/** Whole numbers: also 1.0 and 5e3. */
export const isWhole = ({ digits, exponent }: ExactNumber): boolean => exponent >= digits.length;

/** One text for equal numbers. */
export const numberKey = ({ negative, digits, exponent }: ExactNumber): string =>
  `${negative ? "-" : ""}${digits}e${exponent}`;

/** Digits of a number whose division would take longer than it is worth. */
const MAX_DIGITS = 10_000;

/** Whether `value` is a whole multiple of `step`; null where that would take too long to find out. */
export function isMultiple(value: ExactNumber, step: ExactNumber): boolean | null {
  if (value.digits === "" || step.digits === "") return value.digits === "";
  if (value.digits.length > MAX_DIGITS || step.digits.length > MAX_DIGITS) return null;
  // value / step = (digits / digits) × 10^shift
  const shift = value.exponent - value.digits.length - (step.exponent - step.digits.length);
  let divisor = BigInt(step.digits);
  let dividend = BigInt(value.digits);
  if (shift < 0) {
    // the divisor would have more digits than the dividend
    if (-shift > value.digits.length) return false;
    divisor *= 10n ** BigInt(-shift);
  } else dividend = (dividend % divisor) * power(10n, BigInt(shift), divisor);
  return dividend % divisor === 0n;
}

/** base^exponent modulo `modulus`. */
function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n % modulus;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

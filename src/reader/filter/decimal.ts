/** A decimal number to its last digit: unscaled × 10^-scale. */
export class Decimal {
  readonly unscaled: bigint;
  readonly scale: number;

  private constructor(unscaled: bigint, scale: number) {
    this.unscaled = unscaled;
    this.scale = scale;
  }

  /** 12, -0.50, 1.5e-3; null for what is none, or beyond what anybody writes (a thousand digits) */
  static from(text: string | number | bigint): Decimal | null {
    const m = /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?\s*$/.exec(String(text));
    if (!m) return null;
    const [, sign, whole = "", fraction = "", exponent = "0"] = m;
    const digits = whole + fraction;
    if (digits === "" || digits.length > 1000) return null;
    const scale = fraction.length - Number(exponent);
    if (Math.abs(scale) > 1000) return null;
    return new Decimal(BigInt(`${sign === "-" ? "-" : ""}${digits}`), scale);
  }

  /** -1, 0, 1 */
  compare(other: Decimal): number {
    const scale = Math.max(this.scale, other.scale);
    const a = this.unscaled * 10n ** BigInt(scale - this.scale);
    const b = other.unscaled * 10n ** BigInt(scale - other.scale);
    return a < b ? -1 : a > b ? 1 : 0;
  }
}

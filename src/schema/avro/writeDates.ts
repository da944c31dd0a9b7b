import { JsonText } from "../jsonText.ts";
import { datePiece } from "./dates.ts";

/** Dates and times as dates.ts has them, as JSON strings put straight into the text. False where they are out of range: nothing is written then. */

const QUOTE = 0x22;

export function writeDate(out: JsonText, days: number): boolean {
  const date = datePiece(days);
  if (date === null) return false;
  out.piece(date);
  out.char(QUOTE);
  return true;
}

/** Time of day in units of 10^-digits seconds. */
export function writeTime(out: JsonText, value: number | bigint, digits: 3 | 6): boolean {
  const perSecond = digits === 3 ? 1000 : 1_000_000;
  if (typeof value === "bigint" || value < 0 || value >= 86_400 * perSecond) return false;
  const seconds = Math.floor(value / perSecond);
  out.char(QUOTE);
  out.clock(seconds);
  out.padded(value - seconds * perSecond, digits);
  out.char(QUOTE);
  return true;
}

/** Units of 10^-digits seconds since 1970-01-01T00:00; `zone`: ends with Z. */
export function writeTimestamp(out: JsonText, value: number | bigint, digits: 3 | 6 | 9, zone: boolean): boolean {
  let seconds: number;
  let fraction: number;
  if (typeof value === "number") {
    const perSecond = digits === 3 ? 1000 : digits === 6 ? 1_000_000 : 1_000_000_000;
    seconds = Math.floor(value / perSecond);
    fraction = value - seconds * perSecond;
  } else {
    const perSecond = BigInt(10 ** digits);
    let whole = value / perSecond;
    if (value < 0n && whole * perSecond !== value) whole--;
    seconds = Number(whole);
    fraction = Number(value - whole * perSecond);
  }
  const days = Math.floor(seconds / 86_400);
  const date = datePiece(days);
  if (date === null) return false;
  out.piece(date);
  out.char(0x54);
  out.clock(seconds - days * 86_400);
  out.padded(fraction, digits);
  if (zone) out.char(0x5a);
  out.char(QUOTE);
  return true;
}

const alone = new JsonText();

/** "2024-01-31T12:34:56.789" of units of 10^-digits seconds since 1970-01-01T00:00, without a zone; null when out of range. */
export function timestampText(value: number | bigint, digits: 3 | 6 | 9): string | null {
  alone.begin();
  return writeTimestamp(alone, value, digits, false) ? alone.text().slice(1, -1) : null;
}

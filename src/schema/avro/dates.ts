import { type Piece, pieceOf } from "../jsonText.ts";

/**
 * Avro's date and time types as ISO 8601 text, exact in their own unit, and back. The text always has the unit's digits (3 for millis,
 * 6 for micros, 9 for nanos), so that it says which unit it was. Years outside 0 to 9999 have a sign and six digits, as in JavaScript.
 */

/** Days either side of 1970-01-01 that the six-digit years cover; what lies beyond is shown as the raw number. */
const MAX_DAYS = 100_000_000;
const DAY_MS = 86_400_000;

/** dates that were made before, each in a place by its last bits: messages of one topic are mostly of a few days */
const KNOWN = 512;
const knownDays = new Float64Array(KNOWN).fill(Number.NaN);
const knownDates = new Array<Piece>(KNOWN);

/** "2024-01-31" of days since 1970-01-01, with a quotation mark before it; null when out of range. */
export function datePiece(days: number): Piece | null {
  const place = days & (KNOWN - 1);
  if (knownDays[place] === days) return knownDates[place]!;
  if (!(Math.abs(days) <= MAX_DAYS)) return null;
  const iso = new Date(days * DAY_MS).toISOString();
  knownDays[place] = days;
  return (knownDates[place] = pieceOf(`"${iso.slice(0, iso.indexOf("T"))}`));
}

const DATE = /^([+-][0-9]{6}|[0-9]{4})-([0-9]{2})-([0-9]{2})$/;
const TIME = /^([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?$/;

/** Days since 1970-01-01 of a date as `writeDate` has it; null when it is not one. */
export function parseDate(text: string): number | null {
  const found = DATE.exec(text);
  if (!found || found[1] === "-000000") return null;
  const [year, month, day] = [Number(found[1]), Number(found[2]), Number(found[3])];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  // a day that the month does not have would have rolled over
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  return Math.round(date.getTime() / DAY_MS);
}

/** Units of 10^-digits seconds since midnight; null when it is not a time, or finer than the unit. */
export function parseTime(text: string, digits: 3 | 6 | 9): bigint | null {
  const found = TIME.exec(text);
  if (!found) return null;
  const [hours, minutes, seconds] = [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)];
  if (hours > 23 || minutes > 59 || seconds > 59) return null;
  const fraction = found[4] ?? "";
  if (/[1-9]/.test(fraction.slice(digits))) return null;
  const units = fraction.slice(0, digits).padEnd(digits, "0");
  return BigInt(hours * 3600 + minutes * 60 + seconds) * BigInt(10 ** digits) + BigInt(units);
}

/** Units of 10^-digits seconds since 1970-01-01T00:00 of `date T time`, without a zone; null when it is not that. */
export function parseTimestamp(text: string, digits: 3 | 6 | 9): bigint | null {
  const split = text.search(/[Tt ]/);
  if (split < 0) return null;
  const days = parseDate(text.slice(0, split));
  const time = parseTime(text.slice(split + 1), digits);
  if (days === null || time === null) return null;
  return BigInt(days) * 86_400n * BigInt(10 ** digits) + time;
}

const ZONE = /(?:[Zz]|([+-])([0-9]{2}):?([0-9]{2}))$/;

/** The same with a zone (Z or +01:00), as an instant. */
export function parseInstant(text: string, digits: 3 | 6 | 9): bigint | null {
  const zone = ZONE.exec(text);
  if (!zone) return null;
  const local = parseTimestamp(text.slice(0, zone.index), digits);
  if (local === null) return null;
  const minutes = zone[1] === undefined ? 0 : Number(`${zone[1]}1`) * (Number(zone[2]) * 60 + Number(zone[3]));
  return local - BigInt(minutes * 60) * BigInt(10 ** digits);
}

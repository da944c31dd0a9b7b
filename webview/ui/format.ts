/** Numbers, sizes and times as text. int64 values arrive as strings of digits and are never made doubles, except times (which fit). */

let locale = "en-US";
let whole = new Intl.NumberFormat(locale);
let tenth = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });

export function useLocale(tag: string): void {
  try {
    whole = new Intl.NumberFormat(tag);
    tenth = new Intl.NumberFormat(tag, { maximumFractionDigits: 1 });
    locale = tag;
  } catch (error) {
    // an unknown tag leaves the numbers as they were; anything else is a bug
    if (!(error instanceof RangeError)) throw error;
  }
}

/** 1234567 → "1,234,567" (in the user's locale), exact for any number of digits. */
export const int = (n: number | string): string => whole.format(typeof n === "string" ? BigInt(n) : n);

/** "1 message", "2 messages". */
export const count = (n: number, one: string, many = `${one}s`): string => `${int(n)} ${n === 1 ? one : many}`;

/** Decimal units, as brokers and disks count. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  for (const [unit, factor] of [
    ["kB", 1e3],
    ["MB", 1e6],
  ] as const) {
    if (bytes < factor * 1000) return `${tenth.format(bytes / factor)} ${unit}`;
  }
  return `${tenth.format(bytes / 1e9)} GB`;
}

/** A speed: 2100000 → "2.1 M/s", 850400 → "850 k/s", 312 → "312/s". */
export function rate(perSecond: number): string {
  if (perSecond >= 999_500) return `${tenth.format(perSecond / 1e6)} M/s`;
  return perSecond >= 10_000
    ? `${whole.format(Math.round(perSecond / 1000))} k/s`
    : `${whole.format(Math.round(perSecond))}/s`;
}

export function duration(ms: number): string {
  if (ms < 60_000) return `${tenth.format(ms / 1000)} s`;
  const s = Math.round(ms / 1000);
  return s < 3600
    ? `${Math.floor(s / 60)} min ${s % 60} s`
    : `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}

const two = (n: number) => String(n).padStart(2, "0");
const three = (n: number) => String(n).padStart(3, "0");

/** A Kafka timestamp as a date; null when the record has none (-1) or it is beyond what a date can be. */
function dateOf(timestamp: string): Date | null {
  const ms = Number(timestamp);
  return ms < 0 || ms > 8.64e15 || Number.isNaN(ms) ? null : new Date(ms);
}

const localTime = (d: Date): string =>
  `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}.${three(d.getMilliseconds())}`;

const localDay = (d: Date): string => `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;

/** For the grid: the time alone for today's messages, with the day for others; "—" without a timestamp. */
export function gridTime(timestamp: string, now: Date): string {
  const d = dateOf(timestamp);
  if (!d) return "—";
  const today =
    d.getDate() === now.getDate() && d.getMonth() === now.getMonth() && d.getFullYear() === now.getFullYear();
  return today ? localTime(d) : `${localDay(d)} ${localTime(d)}`;
}

/** The same in another style: in UTC with its day, as how long ago it was, or as it is. */
export function timeText(timestamp: string, style: "local" | "utc" | "relative" | "epoch", now: Date): string {
  const d = dateOf(timestamp);
  if (!d || style === "local") return gridTime(timestamp, now);
  if (style === "epoch") return timestamp;
  if (style === "utc") return d.toISOString().slice(0, 23).replace("T", " ");
  const ms = now.getTime() - d.getTime();
  const ago = (n: number, unit: string): string => (ms < 0 ? `in ${n} ${unit}` : `${n} ${unit} ago`);
  const s = Math.abs(ms) / 1000;
  if (s < 60) return ago(Math.floor(s), "s");
  if (s < 3600) return ago(Math.floor(s / 60), "min");
  if (s < 86_400) return ago(Math.floor(s / 3600), "h");
  return ago(Math.floor(s / 86_400), "d");
}

/** A timestamp in full: in local time with its offset, and in UTC. */
export function fullTime(timestamp: string): { local: string; utc: string } | null {
  const d = dateOf(timestamp);
  if (!d) return null;
  const iso = d.toISOString();
  const minutes = -d.getTimezoneOffset();
  const zone = `${minutes < 0 ? "-" : "+"}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
  return {
    local: `${localDay(d)} ${localTime(d)} ${zone}`,
    utc: `${iso.slice(0, 10)} ${iso.slice(11, 23)} UTC`,
  };
}

/** For a `datetime-local` input: local time to the second. */
export function inputTime(ms: number): string {
  const d = new Date(ms);
  return `${localDay(d)}T${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
}

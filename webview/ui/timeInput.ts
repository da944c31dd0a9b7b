/** What a person writes for a point in time, and how it is understood. Local time where no zone is named. */
export type TimeInput = { ok: true; ms: number; note?: string } | { ok: false; problem: string };

const units: readonly [RegExp, number][] = [
  [/^(ms|msecs?|milliseconds?)$/, 1],
  [/^(s|secs?|seconds?)$/, 1000],
  [/^(m|mins?|minutes?)$/, 60_000],
  [/^(h|hrs?|hours?)$/, 3_600_000],
  [/^(d|days?)$/, 86_400_000],
  [/^(w|weeks?)$/, 7 * 86_400_000],
];

/** the last moment that a Date can be */
const latest = 8.64e15;
/** of digits alone: fewer than these are seconds (until the year 5138), from these on milliseconds (from 1973 on) */
const millisecondsFrom = 1e11;
/** more digits than that are microseconds or nanoseconds, as Kafka has none */
const microsecondsFrom = 1e14;

const examples =
  "Write a time like 2026-01-31 14:00, 14:00, yesterday 14:00, 5 minutes ago, or milliseconds since 1970.";

/**
 * ISO 8601 ("2026-01-31", "2026-01-31T14:00:05.250+02:00"), a time of today ("14:00"), "now", "today", "yesterday 14:00", "5 minutes ago", "-90 s", and
 * digits: milliseconds since the epoch, or seconds where there are too few for that. `now` in milliseconds since the epoch, as the result.
 */
export function parseTime(text: string, now: number): TimeInput {
  const written = text.trim().toLowerCase().replace(/\s+/g, " ");
  if (written === "") return { ok: false, problem: examples };
  if (written === "now") return at(now);
  if (/^\d+$/.test(written)) return epoch(written);
  return ago(written, now) ?? day(written, now) ?? iso(written, now) ?? { ok: false, problem: examples };
}

function at(ms: number): TimeInput {
  if (!Number.isFinite(ms) || ms < 0 || ms > latest)
    return { ok: false, problem: "No message can have this time: it has to lie between 1970 and the year 275760." };
  return { ok: true, ms: Math.round(ms) };
}

function epoch(digits: string): TimeInput {
  const number = Number(digits);
  if (number >= microsecondsFrom)
    return {
      ok: false,
      problem: "Too many digits: write the time in milliseconds (13 digits) or seconds (10 digits) since 1970.",
    };
  return at(number < millisecondsFrom ? number * 1000 : number);
}

function ago(written: string, now: number): TimeInput | null {
  const match =
    /^(?:(?<amount>\d+(?:\.\d+)?|an?) ?(?<unit>[a-z]+) ago|- ?(?<back>\d+(?:\.\d+)?) ?(?<backUnit>[a-z]+))$/.exec(
      written,
    );
  if (!match?.groups) return null;
  const { amount, unit, back, backUnit } = match.groups;
  const factor = units.find(([name]) => name.test(unit ?? backUnit ?? ""))?.[1];
  if (factor === undefined)
    return { ok: false, problem: "Write the unit as seconds, minutes, hours, days or weeks, like 5 minutes ago." };
  const number = amount?.startsWith("a") ? 1 : Number(amount ?? back);
  return at(now - number * factor);
}

function day(written: string, now: number): TimeInput | null {
  const match = /^(today|yesterday)(?:,? (?:at )?(.+))?$/.exec(written);
  if (!match) return null;
  const clock = match[2] === undefined ? midnight : clockOf(match[2]);
  if (!clock) return { ok: false, problem: `Write the time of day like ${match[1]} 14:00.` };
  const date = new Date(now);
  return local(date.getFullYear(), date.getMonth(), date.getDate() - (match[1] === "yesterday" ? 1 : 0), clock);
}

function iso(written: string, now: number): TimeInput | null {
  const alone = clockOf(written);
  const today = new Date(now);
  if (alone) return local(today.getFullYear(), today.getMonth(), today.getDate(), alone);
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:[t ](.+?))?(?: ?(z|utc|[+-]\d\d(?::?\d\d)?))?$/.exec(written);
  if (!match) return null;
  const [year, month, date] = [Number(match[1]), Number(match[2]) - 1, Number(match[3])];
  const check = new Date(Date.UTC(year, month, date));
  if (check.getUTCMonth() !== month || check.getUTCDate() !== date)
    return { ok: false, problem: `There is no day ${match[1]}-${match[2]}-${match[3]}.` };
  const clock = match[4] === undefined ? midnight : clockOf(match[4]);
  if (!clock) return { ok: false, problem: "Write the time of day like 14:00 or 14:00:05.250." };
  if (match[5] === undefined) return local(year, month, date, clock);
  const zone = /^([+-])(\d\d):?(\d\d)?$/.exec(match[5]);
  const minutes = zone ? (Number(zone[2]) * 60 + Number(zone[3] ?? 0)) * (zone[1] === "-" ? -1 : 1) : 0;
  return at(Date.UTC(year, month, date, ...clock) - minutes * 60_000);
}

type Clock = [hours: number, minutes: number, seconds: number, ms: number];
const midnight: Clock = [0, 0, 0, 0];

function clockOf(text: string): Clock | null {
  const match = /^(\d\d?):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?$/.exec(text);
  if (!match) return null;
  const [hours, minutes, seconds] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
  if (hours > 23 || minutes > 59 || seconds > 59) return null;
  return [hours, minutes, seconds, Number((match[4] ?? "0").padEnd(3, "0").slice(0, 3))];
}

function local(year: number, month: number, date: number, clock: Clock): TimeInput {
  const meant = new Date(year, month, date, ...clock);
  const result = at(meant.getTime());
  if (!result.ok) return result;
  const note = clockChange(meant, clock);
  return note === null ? result : { ...result, note };
}

/** What is to be said of a local time that the clocks skip or show twice. JavaScript takes the offset of before the change in both cases. */
function clockChange(meant: Date, [hours, minutes]: Clock): string | null {
  if (meant.getHours() !== hours || meant.getMinutes() !== minutes)
    return "the clocks were set forward: there is no such time on that day";
  for (const change of [15, 30, 45, 60, 90, 120]) {
    const again = new Date(meant.getTime() + change * 60_000);
    if (again.getHours() === hours && again.getMinutes() === minutes && again.getDate() === meant.getDate())
      return `the clocks were set back: the first of two. The second is ${writtenTime(again.getTime())}`;
  }
  return null;
}

/** A time as parseTime reads it, exactly that one: local, with milliseconds where it has some, and with its offset where the clocks show it twice. */
export function writtenTime(ms: number): string {
  const date = new Date(ms);
  const day = [date.getMonth() + 1, date.getDate()].map(two).join("-");
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  const rest = ms % 1000 === 0 ? "" : `.${String(date.getMilliseconds()).padStart(3, "0")}`;
  const text = `${String(date.getFullYear()).padStart(4, "0")}-${day} ${clock}${rest}`;
  const alone = new Date(date.getFullYear(), date.getMonth(), date.getDate(), date.getHours(), date.getMinutes());
  return Math.abs(ms - alone.getTime()) < 60_000 ? text : `${text} ${offsetOf(date)}`;
}

const two = (n: number): string => String(n).padStart(2, "0");

function offsetOf(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
}

/** The zone that local times are in, with its offset at a time: "Europe/Berlin, UTC+01:00". */
export function zoneName(ms: number): string {
  const offset = `UTC${offsetOf(new Date(ms))}`;
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return timeZone === "UTC" || !timeZone ? offset : `${timeZone}, ${offset}`;
}

import { isIPv4, isIPv6 } from "node:net";
import { parseDate, parseTime } from "../avro/dates.ts";

/**
 * Formats that are checked; others say nothing. Source: JSON Schema Validation, "Vocabularies for Semantic Content With format".
 * Each takes time linear in the text.
 */
export const FORMATS = new Map<string, (text: string) => boolean>([
  ["date-time", (text) => isDateTime(text)],
  ["date", (text) => /^\d{4}-/.test(text) && parseDate(text) !== null],
  ["time", (text) => isTime(text)],
  ["duration", (text) => /^P(?!$)(\d+W|(\d+Y)?(\d+M)?(\d+D)?(T(?!$)(\d+H)?(\d+M)?(\d+S)?)?)$/.test(text)],
  ["email", (text) => /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)*$/.test(text)],
  ["ipv4", isIPv4],
  ["ipv6", (text) => isIPv6(text) && !text.includes("%")],
  ["hostname", (text) => isHostname(text)],
  ["uuid", (text) => /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/.test(text)],
  ["uri", (text) => /^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(text) && isUriText(text) && URL.canParse(text)],
  ["uri-reference", (text) => isUriText(text) && URL.canParse(text, "kw://x/")],
  ["json-pointer", (text) => /^(\/([^~/]|~[01])*)*$/.test(text)],
]);

const ZONE = /(?:[Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

function isTime(text: string): boolean {
  const zone = ZONE.exec(text);
  if (!zone || !/^\d{2}:\d{2}:\d{2}(\.\d+)?$/.test(text.slice(0, zone.index))) return false;
  const [clock] = text.slice(0, zone.index).split(".");
  // a leap second is where the minute ends
  return parseTime(clock!.replace(/:60$/, ":59"), 3) !== null;
}

function isDateTime(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}[Tt]/.test(text) && parseDate(text.slice(0, 10)) !== null && isTime(text.slice(11));
}

const isUriText = (text: string): boolean => !/[^!#$%&'()*+,\-./0-9:;=?@A-Z[\]_a-z~]|%(?![0-9a-fA-F]{2})/.test(text);

const isHostname = (text: string): boolean =>
  text.length <= 253 && text.split(".").every((label) => /^[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/.test(label));

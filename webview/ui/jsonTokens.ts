type JsonTokenKind = "name" | "string" | "number" | "word" | "punctuation" | "space" | "other";

export interface JsonToken {
  kind: JsonTokenKind;
  text: string;
}

const token =
  /("(?:[^"\\\n]|\\.)*"?)(?=(\s*:)?)|(-?\d[\d.eE+-]*)|(true|false|null|NaN|-?Infinity)\b|([{}[\],:])|(\s+)|([^\s"{}[\],:]+)/gy;

/**
 * Cuts a line of JSON (or of what was meant to be JSON) into tokens by its characters alone: nothing is parsed to a value, so that no digit of a
 * number and no escape changes. The texts of all tokens together are the input, whatever it is.
 */
export function jsonTokens(line: string): JsonToken[] {
  const tokens: JsonToken[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < line.length) {
    const at = token.lastIndex;
    const m = token.exec(line);
    if (!m || m[0] === "") {
      tokens.push({ kind: "other", text: line.slice(at) });
      break;
    }
    const kind: JsonTokenKind =
      m[1] !== undefined
        ? m[2] !== undefined
          ? "name"
          : "string"
        : m[3] !== undefined
          ? "number"
          : m[4] !== undefined
            ? "word"
            : m[5] !== undefined
              ? "punctuation"
              : m[6] !== undefined
                ? "space"
                : "other";
    tokens.push({ kind, text: m[0] });
  }
  return tokens;
}

const timeName = /time|stamp|date|epoch|\bts\b|_ts$|^ts|_at$|[a-z]At$|created|updated|expires|born/i;

/**
 * The UTC time that a number under a telling name may stand for, as a hint beside it: `"ts": 1700000000000` in milliseconds (13 digits)
 * or microseconds (16). Null when the name says nothing of time.
 */
export function timeHint(line: string): string | null {
  const m = /^\s*"([^"\\]{1,80})"\s*:\s*(\d{13}|\d{16}),?\s*$/.exec(line);
  if (!m?.[1] || !m[2] || !timeName.test(m[1])) return null;
  // thirteen digits are exact in a double
  const date = new Date(Number(m[2].slice(0, 13)));
  const iso = date.toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}.${iso.slice(20, 23)}${m[2].slice(13)} UTC`;
}

/** Avro's names. Source: Apache Avro 1.12 specification, "Names". */

export const PRIMITIVES = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"] as const;
export const COMPLEX = ["record", "enum", "array", "map", "fixed"] as const;

export const isPrimitive = (name: string): boolean => (PRIMITIVES as readonly string[]).includes(name);

/** What is wrong with a simple name (of a field, a symbol); null: nothing. */
export function nameProblem(name: string, what: string): string | null {
  if (name === "") return `the name of ${what} is empty`;
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return null;
  return `${quoted(name)} is not a name for ${what}: letters, digits and _, and no digit at the start`;
}

/** What is wrong with a name that may have a namespace: "shop.Order". */
export function fullNameProblem(name: string, what: string): string | null {
  if (name === "") return `the name of ${what} is empty`;
  const wrong = name.split(".").find((part) => nameProblem(part, what) !== null);
  if (wrong === undefined) return null;
  return wrong === ""
    ? `${quoted(name)} is not a name for ${what}: a part between its dots is empty`
    : nameProblem(wrong, what);
}

/** As it is shown in a sentence: in quotes, and no longer than a line. */
export const quoted = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);

/** The one of the candidates that was probably meant: written in other letters, or with a letter or two wrong. */
export function nearest(name: string, candidates: Iterable<string>): string | null {
  if (name.length > 100) return null;
  const given = name.toLowerCase();
  let best: string | null = null;
  // so many letters are too many: of short names, all are near each other
  let least = name.length > 4 ? 3 : name.length > 2 ? 2 : 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) >= least) continue;
    const distance = distanceOf(given, candidate.toLowerCase());
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

/** Letters to insert, remove or replace (Levenshtein). */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let k = 1; k <= b.length; k++)
      next.push(Math.min(row[k]! + 1, next[k - 1]! + 1, row[k - 1]! + (a[i - 1] === b[k - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}

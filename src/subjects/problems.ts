import { validateAvsc } from "../schema/avro/language/validate.ts";
import type { VersionChange } from "../schema/compareSchemas.ts";
import { JsonSyntaxError, parseJson } from "../schema/jsonTree.ts";
import { placeInSchema, type TextRange } from "../schema/problemPlace.ts";
import { RegistryRefusal } from "../schema/registry/http.ts";
import { asSentence } from "../shared/sentence.ts";

/** Something wrong with a schema's text; without a place it is about the whole. */
export interface SchemaProblem {
  message: string;
  place: TextRange | null;
}

/** Registries may go on for pages. */
const longest = 2000;

/** What a registry says of a schema, each of its messages where the text has what it is about. */
export function registryProblems(text: string, type: string, messages: readonly string[]): SchemaProblem[] {
  const seen = new Set<string>();
  return messages.flatMap((given) => {
    const message = readable(given);
    if (message === "" || seen.has(message)) return [];
    seen.add(message);
    return [{ message, place: placeInSchema(text, type, given) }];
  });
}

/** The changes that break a promise, by our own comparison: for registries that refuse without a reason. */
export function changeProblems(text: string, type: string, changes: readonly VersionChange[]): SchemaProblem[] {
  return changes
    .filter(({ breaks }) => breaks.length > 0)
    .map(({ path, message, breaks }) => ({
      message: `${path}: ${message} Breaks ${breaks.map((each) => each.toLowerCase()).join(" and ")} compatibility.`,
      place: placeInSchema(text, type, ` ${path} `),
    }));
}

/** What can be seen to be wrong without asking anybody; of a text that is not JSON that is certain. */
export async function localProblems(
  text: string,
  type: string,
): Promise<{ problems: SchemaProblem[]; certain: boolean }> {
  if (type === "PROTOBUF") {
    const { syntaxProblem } = await import("../schema/protobuf/syntaxPlace.ts");
    const found = syntaxProblem(text);
    if (!found) return { problems: [], certain: false };
    const place = found.place && rangeAt(text, found.place);
    return { problems: [{ message: asSentence(found.message), place }], certain: false };
  }
  try {
    parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const place = { start: error.at, end: Math.min(text.length, error.at + 1) };
    return { problems: [{ message: asSentence(`This is not JSON: ${error.message}`), place }], certain: true };
  }
  if (type !== "AVRO") return { problems: [], certain: false };
  const problems = validateAvsc(text)
    .filter(({ severity, code }) => severity === "error" && code !== "unknown-type")
    .map(({ message, start, end }) => ({ message, place: { start, end } }));
  return { problems, certain: false };
}

/** The registry's own words of why it does not take a schema; null: it failed in another way. */
export const refusalWords = (error: unknown): string | null => {
  const refusal = error instanceof Error && error.cause instanceof RegistryRefusal ? error.cause : error;
  if (!(refusal instanceof RegistryRefusal)) return null;
  return ["incompatible", "invalid-schema", "registry-failed"].includes(refusal.code)
    ? (refusal.words ?? refusal.message)
    : null;
};

/** Java's and JSON's wrapping taken off; Confluent's messages look like "{errorType:'…', description:'…', additionalInfo:'…'}". */
function readable(message: string): string {
  const { type, description } =
    /^\{?\s*['"]?errorType['"]?\s*:\s*['"](?<type>\w+)['"]\s*,\s*['"]?description['"]?\s*:\s*(?<quote>['"])(?<description>.*?)\k<quote>\s*(,\s*['"]?additionalInfo|\}|$)/s.exec(
      message,
    )?.groups ?? {};
  const text = description
    ? `${asSentence(description)} (${type})`
    : asSentence(message.replace(/^(\w+\.)+\w*Exception:\s*/, ""));
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

function rangeAt(text: string, { line, column }: { line: number; column: number }): TextRange {
  let start = 0;
  for (let i = 1; i < line; i++) start = text.indexOf("\n", start) + 1;
  start += column - 1;
  const word = /^\w+/.exec(text.slice(start, start + 200))?.[0].length ?? 1;
  return { start, end: Math.min(text.length, start + word) };
}

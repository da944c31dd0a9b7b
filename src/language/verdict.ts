import { differencesText, type SchemaDifference, type SchemaDifferences } from "../shared/schemaUse.ts";

/** What a file was checked against. */
export interface Checked {
  /** "order.avsc" */
  file: string;
  subject: string;
  /** the latest version */
  version: number | string;
  /** the subject's compatibility level in the registry's words; null where it does not tell */
  level: string | null;
  /** null: the registry checks nothing before a schema is registered */
  compatible: boolean | null;
  /** the version that the registry refuses it after, where that is not the latest one */
  refusedAfter: number | string | null;
  /** why not, in the registry's words */
  messages: string[];
  /** null: the two could not be compared; then `problem` says why */
  differences: SchemaDifferences | null;
  problem: string | null;
}

/** What a compatibility level asks for; of a level that is not known, nothing is said. */
export function demandedBy(level: string | null): ("BACKWARD" | "FORWARD")[] {
  switch (level?.replace(/_(TRANSITIVE|ALL)$/, "")) {
    case "BACKWARD":
      return ["BACKWARD"];
    case "FORWARD":
      return ["FORWARD"];
    case "FULL":
      return ["BACKWARD", "FORWARD"];
    default:
      return [];
  }
}

/** The outcome in one sentence, or two. */
export function verdictText(checked: Checked): string {
  const { file, subject, version, level, compatible, refusedAfter, messages, differences } = checked;
  const asked = level === null ? "" : ` (${level})`;
  if (compatible === false) {
    const after = refusedAfter ?? version;
    const why =
      differences && (!differences.backward || !differences.forward) ? differencesText(differences) : messages[0];
    return `The registry refuses ${file} after version ${after} of ${subject}${asked}.${why ? ` ${sentence(why)}` : ""}`;
  }
  if (differences?.changes.length === 0) return `${file} says the same as version ${version} of ${subject}.`;
  const changed = differences ? `${changes(differences.changes.length)}. ${differencesText(differences)}` : "";
  if (compatible === null)
    return `${file} against version ${version} of ${subject}${asked}: ${changed || checked.problem}`;
  return `${file} may follow version ${version} of ${subject}${asked}${changed === "" ? "." : `: ${changed}`}`;
}

const changes = (count: number): string => `${count.toLocaleString("en")} ${count === 1 ? "change" : "changes"}`;

const sentence = (text: string): string => {
  const line = oneLine(text);
  const short = line.length > 300 ? `${line.slice(0, 299)}…` : line;
  return /[.!?…]$/.test(short) ? short : `${short}.`;
};

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ").trim();

const sections: readonly [SchemaDifference["severity"], string][] = [
  ["breaking", "Breaks readers"],
  ["misread", "Read as something else"],
  ["compatible", "Readers can read on"],
  ["harmless", "No difference for readers"],
];

/** All that changed, as a Markdown document. */
export function changesDocument(checked: Checked): string {
  const { file, subject, version, level, compatible, messages, differences, problem } = checked;
  const lines = [`# ${subject}: version ${version} → ${file}`, "", verdictText(checked), ""];
  if (level !== null) lines.push(`Compatibility level of the subject: ${level}`, "");
  if (compatible === false && messages.length > 0)
    lines.push("## In the registry's words", "", ...messages.map((one) => `- ${oneLine(one)}`), "");
  if (problem !== null) lines.push(`The two cannot be compared here: ${problem}.`, "");
  for (const [severity, title] of sections) {
    const some = differences?.changes.filter((one) => one.severity === severity) ?? [];
    if (some.length > 0) lines.push(`## ${title}`, "", ...some.map(line), "");
  }
  return lines.join("\n");
}

const line = ({ path, message, effect }: SchemaDifference): string =>
  `- \`${oneLine(path)}\`: ${oneLine(message)}${effect === "" ? "" : ` ${oneLine(effect)}`}`;

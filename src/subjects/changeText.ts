import { wrap } from "../platform/wrap.ts";
import type { VersionComparison } from "../schema/compareSchemas.ts";

/** characters of a line: half of a window, beside the diff */
const width = 64;

/** Which readers a change breaks, in one sentence. `older` and `newer` name the versions: "v2", "this schema". */
export function verdict({ changes, backward, forward }: VersionComparison, older: string, newer: string): string {
  if (changes.length === 0) return `${older} and ${newer} mean the same.`;
  if (backward && forward)
    return `No reader breaks: with ${older} and with ${newer}, each can read what is written with the other.`;
  if (backward)
    return `Readers that still have ${older} cannot read what is written with ${newer}; the other way round it works.`;
  if (forward) return `Readers with ${newer} cannot read what was written with ${older}; the other way round it works.`;
  return `Readers with ${newer} cannot read what was written with ${older}, nor the other way round.`;
}

/** "3 changes, of which 1 breaks readers" */
export function changeCount({ changes }: VersionComparison): string {
  const breaking = changes.filter(({ breaks }) => breaks.length > 0).length;
  const all = `${changes.length.toLocaleString("en")} ${changes.length === 1 ? "change" : "changes"}`;
  if (breaking === 0) return all;
  if (breaking === changes.length) return `${all}, breaking readers`;
  return `${all}, of which ${breaking.toLocaleString("en")} ${breaking === 1 ? "breaks" : "break"} readers`;
}

/** All of a comparison as a page of plain text. */
export function changesPage(comparison: VersionComparison, title: string, older: string, newer: string): string {
  const { changes, backward, forward } = comparison;
  const breaking = changes.filter(({ breaks }) => breaks.length > 0);
  const others = changes.filter(({ breaks }) => breaks.length === 0);
  const list = (heading: string, some: typeof changes): string[] =>
    some.length === 0
      ? []
      : [
          "",
          `${heading} (${some.length.toLocaleString("en")})`,
          ...some.flatMap(({ path, message, breaks }) => [
            "",
            `  ${oneLine(path)}`,
            ...wrap(oneLine(message), width - 4).map((line) => `    ${line}`),
            ...(breaks.length > 0 ? [`    Breaks ${breaks.map((each) => each.toLowerCase()).join(" and ")}.`] : []),
          ]),
        ];
  return [
    title,
    "=".repeat(Math.min(width, title.length)),
    "",
    ...wrap(verdict(comparison, older, newer), width),
    "",
    `  backward  ${backward ? "yes" : "no "}  ${newer} reads what was written with ${older}`,
    `  forward   ${forward ? "yes" : "no "}  ${older} reads what is written with ${newer}`,
    ...list("What breaks readers", breaking),
    ...list("What else changed", others),
    "",
  ].join("\n");
}

/** Names come from a registry: no line end of theirs makes a line of its own. */
const oneLine = (text: string): string => text.replace(/\s+/g, " ");

import { type JsonNode, member } from "../../jsonTree.ts";
import type { AvscDiagnostic } from "./diagnostics.ts";
import { quoted } from "./names.ts";

/** A node, or a range. */
export type Place = JsonNode | { at: number; end: number };

export type Report = (severity: AvscDiagnostic["severity"], code: string, place: Place, message: string) => void;

export type ObjectNode = Extract<JsonNode, { kind: "object" }>;

/** The brace of an object that lacks something: the whole of it may be the whole file. */
export const opening = (node: ObjectNode): Place => ({ at: node.at, end: node.at + 1 });

export const sentence = (problem: string): string => `${problem[0]!.toUpperCase()}${problem.slice(1)}.`;

/** @param problemOf what is wrong with one alias as a name */
export function checkAliases(
  node: ObjectNode,
  problemOf: (name: string, what: string) => string | null,
  report: Report,
): void {
  const aliases = member(node, "aliases");
  if (!aliases) return;
  if (aliases.kind !== "array") {
    report("error", "bad-alias", aliases, "Aliases are a list of names.");
    return;
  }
  const seen = new Set<string>();
  for (const alias of aliases.items) {
    const problem = alias.kind === "string" ? problemOf(alias.value, "an alias") : "an alias is a string";
    if (problem !== null) report("error", "bad-alias", alias, sentence(problem));
    if (alias.kind !== "string") continue;
    if (seen.has(alias.value))
      report("warning", "bad-alias", alias, `The alias ${quoted(alias.value)} is listed twice.`);
    seen.add(alias.value);
  }
}

export function checkDoc(node: ObjectNode, report: Report): void {
  const doc = member(node, "doc");
  if (doc && doc.kind !== "string") report("warning", "bad-doc", doc, "A doc is a string.");
}

/** JSON readers take the one or the other of two members with one name. */
export function checkTwice(node: ObjectNode, report: Report): void {
  const seen = new Set<string>();
  for (const { name, at } of node.members) {
    if (seen.has(name))
      report(
        "error",
        "duplicate-attribute",
        { at, end: at + JSON.stringify(name).length },
        `${quoted(name)} is given twice.`,
      );
    seen.add(name);
  }
}

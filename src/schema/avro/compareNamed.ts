import { listed } from "../problemWords.ts";
import { hasUsableDefault, isNameOf, unknownSymbols } from "./canRead.ts";
import type { Comparison, Matters, Report } from "./compatibility.ts";
import { type AvroEnum, type AvroNamed, unqualified } from "./schema.ts";

/** Names, aliases and docs of two types that stand at the same place. */
export function compareNames(
  run: Comparison,
  older: AvroNamed,
  newer: AvroNamed,
  path: string,
  matters: Matters,
): void {
  if (unqualified(older.name) !== unqualified(newer.name)) {
    const finds = { new: isNameOf(newer, older), old: isNameOf(older, newer) };
    const effect = `${finds.new ? "New readers know the old name by an alias" : "New readers cannot read old messages, whose name they do not know"}; ${finds.old ? "old readers know the new name by an alias" : "old readers cannot read new messages, whose name they do not know"}.`;
    const message = `The ${newer.kind} is called ${newer.name} instead of ${older.name}.`;
    run.report({ kind: "name-changed", path, message, effect, backward: !finds.new, forward: !finds.old }, matters);
  } else if (older.name !== newer.name) {
    const message = `The full name is ${newer.name} instead of ${older.name}.`;
    const effect =
      "Readers compare names without their namespace, so both can read on; generated classes change, and some libraries other than Java's compare full names.";
    run.report({ kind: "namespace-changed", path, message, effect }, matters);
  }
  compareAliases(run, `the ${newer.kind} ${newer.name}`, older.aliases, newer.aliases, path, matters);
  compareDocs(run, `the ${newer.kind} ${newer.name}`, older.doc, newer.doc, path, matters);
}

export function compareAliases(
  run: Comparison,
  what: string,
  older: string[],
  newer: string[],
  path: string,
  matters: Matters,
): void {
  if (older.length === newer.length && unknownSymbols(older, newer).length === 0) return;
  const was = older.length === 0 ? "" : ` (before: ${listed(older)})`;
  const message =
    newer.length === 0
      ? `The aliases of ${what} are gone${was}.`
      : `The aliases of ${what} are ${listed(newer)}${was}.`;
  const effect = "An alias only helps readers that have it to find what is written under another name.";
  run.report({ kind: "aliases-changed", path, message, effect, severity: "harmless" }, matters);
}

export function compareDocs(
  run: Comparison,
  what: string,
  older: string | null,
  newer: string | null,
  path: string,
  matters: Matters,
): void {
  if (older === newer) return;
  const message = `The doc of ${what} ${newer === null ? "is gone" : older === null ? "is new" : "has changed"}.`;
  run.report(
    { kind: "doc-changed", path, message, effect: "Nothing changes for readers.", severity: "harmless" },
    matters,
  );
}

export function compareEnums(run: Comparison, older: AvroEnum, newer: AvroEnum, path: string, matters: Matters): void {
  const added = unknownSymbols(older.symbols, newer.symbols);
  const removed = unknownSymbols(newer.symbols, older.symbols);
  const report = (report: Omit<Report, "path">): void => run.report({ ...report, path }, matters);
  const takes = (reader: AvroEnum): string => `take their default, ${reader.fallback}, for ${many(reader)}`;
  const many = (reader: AvroEnum): string => ((reader === older ? added : removed).length === 1 ? "it" : "them");
  if (added.length > 0) {
    const fails = !hasUsableDefault(older);
    report({
      kind: "symbol-added",
      message: `The enum ${newer.name} has the new ${symbols(added)}.`,
      effect: `New readers can read on; old readers ${fails ? "cannot read messages that have it: their enum has no default" : takes(older)}.`,
      forward: fails,
    });
  }
  if (removed.length > 0) {
    const fails = !hasUsableDefault(newer);
    report({
      kind: "symbol-removed",
      message: `The enum ${newer.name} no longer has the ${symbols(removed)}.`,
      effect: `New readers ${fails ? "cannot read old messages that have it: the enum has no default" : takes(newer)}; old readers can read on.`,
      backward: fails,
    });
  }
  const [was, is] = [new Set(older.symbols), new Set(newer.symbols)];
  const kept = newer.symbols.filter((symbol) => was.has(symbol));
  if (older.symbols.filter((symbol) => is.has(symbol)).some((symbol, i) => symbol !== kept[i])) {
    report({
      kind: "symbols-reordered",
      message: `The symbols of the enum ${newer.name} stand in another order.`,
      effect: "Readers with a schema of their own can read on; only how values are sorted changes.",
      severity: "harmless",
    });
  }
  if (older.fallback !== newer.fallback) {
    report({
      kind: "enum-default-changed",
      message: defaultChange(`the enum ${newer.name}`, older.fallback, newer.fallback),
      effect:
        newer.fallback === null
          ? "From now on readers fail on symbols that they do not know."
          : `From now on readers take ${newer.fallback} for symbols that they do not know.`,
    });
  }
}

/** What has happened to a default, as a sentence; null: there is or was none. */
export function defaultChange(what: string, from: string | null, to: string | null): string {
  if (from === null) return `The default of ${what}, ${to}, is new.`;
  if (to === null) return `The default of ${what}, ${from}, is gone.`;
  return `The default of ${what} is ${to} instead of ${from}.`;
}

const symbols = (names: string[]): string => `symbol${names.length === 1 ? "" : "s"} ${listed(names)}`;

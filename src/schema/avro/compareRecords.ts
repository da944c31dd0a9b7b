import { printJson } from "../jsonTree.ts";
import { shortened } from "../problemWords.ts";
import { writtenField } from "./canRead.ts";
import { compareAliases, compareDocs, defaultChange } from "./compareNamed.ts";
import type { Comparison, Matters } from "./compatibility.ts";
import type { AvroField, AvroRecord } from "./schema.ts";
import { typeText } from "./typeText.ts";

/** Fields of two records that stand at the same place: matched by name, then by alias. */
export function compareRecords(
  run: Comparison,
  older: AvroRecord,
  newer: AvroRecord,
  path: string,
  matters: Matters,
): void {
  const pairs = pairsOf(older, newer);
  const matched = new Set(pairs.values());
  for (const field of newer.fields) {
    const before = pairs.get(field);
    const at = stepTo(path, field);
    if (before) compareFields(run, { older, newer, before, field }, at, matters);
    else added(run, older, field, at, matters);
  }
  for (const field of older.fields) if (!matched.has(field)) removed(run, newer, field, stepTo(path, field), matters);
  const places = new Map(older.fields.map((field, i) => [field, i]));
  const order = [...pairs.values()].map((field) => places.get(field)!);
  if (order.some((place, i) => i > 0 && place < order[i - 1]!)) {
    run.report(
      {
        kind: "fields-reordered",
        path,
        message: `The fields of ${newer.name} stand in another order.`,
        effect: "Readers find fields by name, so both can read on; only how records are sorted changes.",
        severity: "harmless",
      },
      matters,
    );
  }
}

/** Fields of the newer record with those that they were, in the newer order. */
function pairsOf(older: AvroRecord, newer: AvroRecord): Map<AvroField, AvroField> {
  const left = new Map(older.fields.map((field) => [field.name, field]));
  const found = new Map<AvroField, AvroField>();
  const pair = (field: AvroField, before: AvroField | undefined): void => {
    if (!before || found.has(field)) return;
    found.set(field, before);
    left.delete(before.name);
  };
  for (const field of newer.fields) pair(field, left.get(field.name));
  for (const field of newer.fields) pair(field, left.get(field.aliases.find((alias) => left.has(alias)) ?? ""));
  // a rename that only the older schema foresaw
  for (const before of [...left.values()].filter(({ aliases }) => aliases.length > 0))
    pair(newer.fields.find((field) => before.aliases.includes(field.name) && !found.has(field)) ?? NO_FIELD, before);
  found.delete(NO_FIELD);
  return new Map(newer.fields.flatMap((field) => (found.has(field) ? [[field, found.get(field)!] as const] : [])));
}

const NO_FIELD: AvroField = {
  name: "",
  type: { kind: "null" },
  fallback: undefined,
  aliases: [],
  doc: null,
  order: "ascending",
};

const stepTo = (path: string, { name }: AvroField): string => `${path}.${name}`;

const text = (field: AvroField): string => (field.fallback ? shortened(printJson(field.fallback)) : "none");

/** Whether a reader's field gets a value from the writer's record: from a field that it can read, or from its default. */
function isFilled(run: Comparison, field: AvroField, writer: AvroRecord): boolean {
  const written = writtenField(field, writer);
  return written ? run.canRead.test(field.type, written.type) : field.fallback !== undefined;
}

function added(run: Comparison, older: AvroRecord, field: AvroField, path: string, matters: Matters): void {
  const alias = writtenField(field, older);
  const filled = isFilled(run, field, older);
  const reads = alias
    ? filled
      ? `New readers take the old field ${alias.name} for it, by the alias`
      : `New readers cannot read old messages, whose field ${alias.name} they take for it, by the alias`
    : filled
      ? `New readers take the default, ${text(field)}, where old messages lack it`
      : "New readers cannot read old messages, which lack it";
  run.report(
    {
      kind: "field-added",
      path,
      message: `The field ${field.name} (${typeText(field.type)}) is new, ${field.fallback ? `with the default ${text(field)}` : "without a default"}.`,
      effect: `${reads}; old readers skip it.`,
      backward: !filled,
    },
    matters,
  );
}

function removed(run: Comparison, newer: AvroRecord, field: AvroField, path: string, matters: Matters): void {
  const alias = writtenField(field, newer);
  const filled = isFilled(run, field, newer);
  const reads = alias
    ? filled
      ? `old readers take the field ${alias.name} for it, by their alias`
      : `old readers cannot read new messages, whose field ${alias.name} they take for it, by their alias`
    : filled
      ? `old readers take their default, ${text(field)}, where new messages lack it`
      : "old readers cannot read new messages, which lack it: they have no default for it";
  run.report(
    {
      kind: "field-removed",
      path,
      message: `The field ${field.name} (${typeText(field.type)}), which had ${field.fallback ? `the default ${text(field)}` : "no default"}, is gone.`,
      effect: `New readers skip it in old messages; ${reads}.`,
      forward: !filled,
    },
    matters,
  );
}

interface Pair {
  older: AvroRecord;
  newer: AvroRecord;
  before: AvroField;
  field: AvroField;
}

function compareFields(run: Comparison, pair: Pair, path: string, matters: Matters): void {
  const { older, newer, before, field } = pair;
  // one that is not found under its name, nor by an alias, is filled with a default, and its type does not matter
  const found = { new: writtenField(field, older) === before, old: writtenField(before, newer) === field };
  if (before.name !== field.name) renamed(run, pair, found, path, matters);
  run.compare(before.type, field.type, path, {
    backward: matters.backward && found.new,
    forward: matters.forward && found.old,
  });
  compareDefaults(run, before, field, path, matters);
  compareAliases(run, `the field ${field.name}`, before.aliases, field.aliases, path, matters);
  compareDocs(run, `the field ${field.name}`, before.doc, field.doc, path, matters);
  if (before.order !== field.order) {
    const message = `The order of the field ${field.name} is ${field.order} instead of ${before.order}.`;
    const effect = "Only how records are sorted changes.";
    run.report({ kind: "order-changed", path, message, effect, severity: "harmless" }, matters);
  }
}

function renamed(
  run: Comparison,
  { older, newer, before, field }: Pair,
  found: { new: boolean; old: boolean },
  path: string,
  matters: Matters,
): void {
  const outcome = (who: string, finds: boolean, filled: boolean, reader: AvroField, what: string): string => {
    if (finds) return `${who} readers find it in ${what} messages by the alias`;
    if (filled)
      return `${who} readers do not find ${reader.name} in ${what} messages and take ${reader.fallback ? `its default, ${text(reader)}` : "another field"}`;
    return `${who} readers cannot read ${what} messages, which lack ${reader.name}`;
  };
  const filled = { new: isFilled(run, field, older), old: isFilled(run, before, newer) };
  run.report(
    {
      kind: "field-renamed",
      path,
      message: `The field ${before.name} is called ${field.name}.`,
      effect: `${outcome("New", found.new, filled.new, field, "old")}; ${outcome("old", found.old, filled.old, before, "new")}.`,
      backward: !found.new && !filled.new,
      forward: !found.old && !filled.old,
    },
    matters,
  );
}

function compareDefaults(run: Comparison, before: AvroField, field: AvroField, path: string, matters: Matters): void {
  const [from, to] = [before, field].map(({ fallback }) => (fallback ? printJson(fallback) : null));
  if (from === to) return;
  const effect = field.fallback
    ? "It is what readers take where a message lacks the field; both can read what is written now."
    : "Both can read what is written now; a later version cannot drop the field any more without breaking readers of this one.";
  const shown = ({ fallback }: AvroField): string | null => (fallback ? shortened(printJson(fallback)) : null);
  const message = defaultChange(`the field ${field.name}`, shown(before), shown(field));
  run.report({ kind: "default-changed", path, message, effect }, matters);
}

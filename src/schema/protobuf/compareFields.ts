import type { SchemaChange } from "../schemaChange.ts";
import type { Field, Message } from "./message.ts";

type Breaks = SchemaChange["breaks"];

const NEITHER: Breaks = [];
const BOTH: Breaks = ["BACKWARD", "FORWARD"];

interface Packages {
  older: string;
  newer: string;
}

/** What changed between the fields of one message, by their numbers; paths are the fields' names. */
export function compareFields(older: Message, newer: Message, packages: Packages): SchemaChange[] {
  const changes: SchemaChange[] = [];
  const add = (field: Field, message: string, breaks: Breaks): void => {
    changes.push({ path: field.name, message, breaks });
  };
  const renumbered = new Set<Field>();
  for (const field of older.fields) {
    const other = newer.at(field.number);
    if (other) {
      compareField(field, other, packages, (message, breaks) => add(other, message, breaks));
      continue;
    }
    const namesake = newer.named(field.name);
    if (namesake && namesake.name === field.name && !older.at(namesake.number)) {
      renumbered.add(namesake);
      add(
        namesake,
        `the field's number changed from ${field.number} to ${namesake.number}: neither side finds the other's values`,
        BOTH,
      );
      continue;
    }
    const { type } = newer;
    const kept = type.isReservedId(field.number)
      ? ""
      : `; reserve ${field.number}, so that no later field takes its number`;
    if (field.required)
      add(field, `the required field ${field.number} was removed: readers with the older schema insist on it${kept}`, [
        "FORWARD",
      ]);
    else add(field, `the field ${field.number} was removed: its values are skipped${kept}`, NEITHER);
  }
  for (const field of newer.fields) {
    if (older.at(field.number) || renumbered.has(field)) continue;
    if (field.required)
      add(field, `the required field ${field.number} was added: what was written before does not have it`, [
        "BACKWARD",
      ]);
    else if (older.type.isReservedId(field.number))
      add(
        field,
        `the field ${field.number} was added with a number that was reserved: data of before may have it for something else`,
        NEITHER,
      );
    else add(field, `the field ${field.number} was added: what was written before does not have it`, NEITHER);
  }
  compareOneofs(older, newer, add);
  return changes;
}

type Add = (message: string, breaks: Breaks) => void;

function compareField(older: Field, newer: Field, packages: Packages, add: Add): void {
  if (older.name !== newer.name)
    add(`the field ${newer.number} was renamed from ${older.name}: bytes stay the same, JSON does not`, NEITHER);
  else if (older.json !== newer.json)
    add(`its name in JSON changed from ${older.json} to ${newer.json}: bytes stay the same`, NEITHER);
  const from = typeText(older, packages.older);
  const to = typeText(newer, packages.newer);
  if (from !== to) {
    const { message, breaks } = typeChange(older, newer);
    add(`the type changed from ${from} to ${to}: ${message}`, breaks);
    // how a field repeats says nothing more once its values cannot be read
    if (breaks.length > 0) return;
  }
  if (older.repeated !== newer.repeated) repeatedChange(older, newer, add);
  else if (older.required && !newer.required)
    add("it is no longer required: readers with the older schema insist on it", ["FORWARD"]);
  else if (!older.required && newer.required)
    add("it is required now: what was written before may not have it", ["BACKWARD"]);
  else if (older.presence !== newer.presence && !older.required && older.choice < 0 && newer.choice < 0)
    add(
      newer.presence
        ? "it is optional now: its default can be told from no value"
        : "it is no longer optional: its default cannot be told from no value",
      NEITHER,
    );
}

/** Types whose values have the same form on the wire, so that one can be read as the other. */
const FAMILIES = [
  ["int32", "uint32", "int64", "uint64", "bool", "enum"],
  ["sint32", "sint64"],
  ["fixed32", "sfixed32"],
  ["fixed64", "sfixed64"],
  ["string", "bytes"],
];

const BITS: Record<string, number> = {
  bool: 1,
  int32: 32,
  uint32: 32,
  enum: 32,
  sint32: 32,
  int64: 64,
  uint64: 64,
  sint64: 64,
};

function typeChange(older: Field, newer: Field): { message: string; breaks: Breaks } {
  const unreadable = { message: "the values of one cannot be read as the other", breaks: BOTH };
  if (older.map || newer.map) return unreadable;
  if (older.message && newer.message) {
    return older.wire === newer.wire
      ? { message: "what was written as one is read as the other, field by field", breaks: BOTH }
      : unreadable;
  }
  if ((older.message && newer.type === "bytes") || (newer.message && older.type === "bytes"))
    return { message: "the bytes are those of the message", breaks: NEITHER };
  const family = FAMILIES.find((types) => types.includes(older.type) && types.includes(newer.type));
  if (!family) return unreadable;
  if (older.type === newer.type)
    return { message: "the numbers are the same, their names may differ", breaks: NEITHER };
  if (older.type === "bytes") return { message: "bytes that are not UTF-8 cannot be read", breaks: ["BACKWARD"] };
  if (newer.type === "bytes")
    return { message: "bytes that are not UTF-8 cannot be read with the older schema", breaks: ["FORWARD"] };
  const wider = (BITS[older.type] ?? 0) - (BITS[newer.type] ?? 0);
  if (wider > 0) return { message: "the bytes are the same, but larger values of before are cut off", breaks: NEITHER };
  if (wider < 0)
    return {
      message: "the bytes are the same, but readers with the older schema cut off larger values",
      breaks: NEITHER,
    };
  return { message: "the bytes are the same, but the largest or negative values are read as others", breaks: NEITHER };
}

function repeatedChange(older: Field, newer: Field, add: Add): void {
  const packed = older.packed || newer.packed;
  if (newer.repeated) {
    if (older.map || newer.map) add("it is repeated now, and was a map", BOTH);
    else if (packed) add("it is repeated now, and packed: readers with the older schema cannot read it", ["FORWARD"]);
    else add("it is repeated now: readers with the older schema see the last value only", NEITHER);
  } else if (packed) add("it is no longer repeated: packed values of before cannot be read", ["BACKWARD"]);
  else add("it is no longer repeated: of several values of before the last one is seen", NEITHER);
  if (newer.required && !older.required)
    add("it is required now: what was written before may not have it", ["BACKWARD"]);
  if (older.required && !newer.required)
    add("it is no longer required: readers with the older schema insist on it", ["FORWARD"]);
}

/** A field's type as it would be written; named types without the package, so that one which moved with it is the same. */
function typeText(field: Field, inPackage: string): string {
  const named = (name: string): string =>
    inPackage !== "" && name.startsWith(`${inPackage}.`) ? name.slice(inPackage.length + 1) : name;
  if (field.map) return `map<${typeText(field.map.key, inPackage)}, ${typeText(field.map.value, inPackage)}>`;
  if (field.message) return named(field.message.name) + (field.wire === 3 ? " (group)" : "");
  return field.values ? named(field.values.name) : field.type;
}

/** Fields of both versions that joined or left a oneof. */
function compareOneofs(
  older: Message,
  newer: Message,
  add: (field: Field, message: string, breaks: Breaks) => void,
): void {
  const [joins, leaves] = [tally(newer, older), tally(older, newer)];
  for (const field of newer.fields) {
    const before = older.at(field.number);
    if (!before || before.oneof === field.oneof) continue;
    // a oneof that was only renamed still has all of its members
    const joined = others(joins, field.oneof, before.oneof);
    const left = others(leaves, before.oneof, field.oneof);
    if (joined)
      add(
        field,
        `it moved into the oneof ${field.oneof}: where it was written with another member, one of them is lost`,
        ["BACKWARD"],
      );
    if (left)
      add(
        field,
        `it left the oneof ${before.oneof}: where it is written with a member of that, readers with the older schema lose one of them`,
        ["FORWARD"],
      );
    if (!joined && !left) {
      if (before.oneof === null)
        add(field, `it moved into the oneof ${field.oneof}, which has no other member that was there before`, NEITHER);
      else if (field.oneof === null)
        add(field, `it left the oneof ${before.oneof}, which has no other member any more`, NEITHER);
    }
  }
}

/** Of each oneof's members that are in both versions: how many are in which oneof of the other version, or in none. */
function tally(message: Message, other: Message): Map<string, Map<string | null, number>> {
  const counts = new Map<string, Map<string | null, number>>();
  for (const { oneof, number } of message.fields) {
    const there = other.at(number);
    if (oneof === null || !there) continue;
    const count = counts.get(oneof) ?? new Map<string | null, number>();
    counts.set(oneof, count.set(there.oneof, (count.get(there.oneof) ?? 0) + 1));
  }
  return counts;
}

/** Whether a oneof has members, besides one field, that do not share the field's oneof of the other version. */
function others(counts: Map<string, Map<string | null, number>>, oneof: string | null, shared: string | null): boolean {
  if (oneof === null) return false;
  const count = counts.get(oneof) ?? new Map<string | null, number>();
  const all = [...count.values()].reduce((sum, each) => sum + each, 0);
  return all > (shared === null ? 1 : (count.get(shared) ?? 0));
}

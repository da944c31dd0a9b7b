import protobuf from "protobufjs";
import type { SchemaChange } from "../schemaChange.ts";
import { compareFields } from "./compareFields.ts";
import type { Message } from "./message.ts";
import type { ProtobufSchema } from "./schema.ts";

const MAX_CHANGES = 500;

const LATER = ["BACKWARD", "FORWARD"] as const;

/**
 * What changed between two versions of a .proto file, in words, with what it breaks on the wire. Names do not matter there, numbers and
 * types do; a message that was moved is found by its name. Imports are not looked into: they have versions of their own. At most 500.
 * Source: Protocol Buffers documentation, "Updating A Message Type" and "Enum behavior".
 *
 * Registries ask more than the wire does, each in its own way: Apicurio refuses any renamed field and any removed one whose number and name
 * are not reserved; Confluent refuses another package, a removed message, a number's type that has another encoding, and members that leave
 * a oneof. See the table in test/kafka/schemaCompare.test.ts.
 */
export function compareProtobuf(older: ProtobufSchema, newer: ProtobufSchema): SchemaChange[] {
  const changes: SchemaChange[] = [];
  const add = (path: string, message: string, breaks: readonly SchemaChange["breaks"][number][] = []): void => {
    if (changes.length < MAX_CHANGES) changes.push({ path, message, breaks: [...breaks] });
  };

  const packages = { older: packageOf(older), newer: packageOf(newer) };
  if (packages.older !== packages.newer) {
    const said = (name: string): string => (name === "" ? "none" : name);
    add(
      packages.newer,
      `the package changed from ${said(packages.older)} to ${said(packages.newer)}: bytes stay the same, but the types named in an Any do not`,
    );
  }

  const before = messagesOf(older, packages.older);
  const after = messagesOf(newer, packages.newer);
  for (const [name, message] of before) {
    const other = after.get(name);
    if (!other) {
      add(message.name, "the message was removed: what was written as one can no longer be read", ["BACKWARD"]);
      continue;
    }
    const from = older.indexesOf(message.name)?.join(", ");
    const to = newer.indexesOf(other.name)?.join(", ");
    if (from !== to)
      add(
        other.name,
        `the message moved from index [${from}] to [${to}]: each version's id still leads to the right one`,
      );
    for (const change of compareFields(message, other, packages))
      add(`${other.name}.${change.path}`, change.message, change.breaks);
  }
  for (const [name, message] of after) {
    if (!before.has(name))
      add(message.name, "the message was added: readers with the older schema do not know it", ["FORWARD"]);
  }

  const enums = { before: enumsOf(older, packages.older), after: enumsOf(newer, packages.newer) };
  for (const [name, one] of enums.before) {
    const other = enums.after.get(name);
    if (other) compareEnum(one, other, add);
    else
      add(
        one.fullName.slice(1),
        "the enum was removed: numbers of that type are read as whatever type the field has now",
      );
  }
  for (const [name, one] of enums.after) if (!enums.before.has(name)) add(one.fullName.slice(1), "the enum was added");
  return changes;
}

function compareEnum(
  older: protobuf.Enum,
  newer: protobuf.Enum,
  add: (path: string, message: string, breaks?: readonly SchemaChange["breaks"][number][]) => void,
): void {
  const path = newer.fullName.slice(1);
  const before = new Map(Object.entries(older.values));
  const after = new Map(Object.entries(newer.values));
  const names = { before: new Map<number, string>(), after: new Map<number, string>() };
  for (const [name, number] of before) names.before.set(number, name);
  for (const [name, number] of after) names.after.set(number, name);
  for (const [name, number] of before) {
    const other = after.get(name);
    if (other === number) continue;
    const now = names.after.get(number);
    if (other !== undefined)
      add(
        `${path}.${name}`,
        `the value's number changed from ${number} to ${other}: it is read as another value`,
        LATER,
      );
    else if (now === undefined)
      add(
        `${path}.${name}`,
        `the value ${number} was removed: where it was written, readers with the newer schema see a number without a name`,
      );
    else if (!before.has(now))
      add(`${path}.${now}`, `the value ${number} was renamed from ${name}: bytes stay the same, JSON does not`);
  }
  for (const [name, number] of after) {
    if (!before.has(name) && !names.before.has(number))
      add(
        `${path}.${name}`,
        `the value ${number} was added: readers with the older schema see a number without a name`,
      );
  }
}

/** By their names without the package, in the file's order. */
function messagesOf({ names, messages }: ProtobufSchema, inPackage: string): Map<string, Message> {
  return new Map(names.map((name) => [within(name, inPackage), messages.find(name)!]));
}

function enumsOf({ names, messages, root }: ProtobufSchema, inPackage: string): Map<string, protobuf.Enum> {
  const found = new Map<string, protobuf.Enum>();
  const top = inPackage === "" ? root : root.lookup(`.${inPackage}`);
  const parents: unknown[] = [top, ...names.map((name) => messages.find(name)?.type)];
  for (const parent of parents) {
    if (!(parent instanceof protobuf.Namespace)) continue;
    for (const each of parent.nestedArray)
      if (each instanceof protobuf.Enum) found.set(within(each.fullName.slice(1), inPackage), each);
  }
  return found;
}

const within = (name: string, inPackage: string): string =>
  inPackage !== "" && name.startsWith(`${inPackage}.`) ? name.slice(inPackage.length + 1) : name;

/** The package of the main file: what its first message, which is an outermost one, stands in. */
function packageOf({ names }: ProtobufSchema): string {
  const first = names[0] ?? "";
  return first.slice(0, Math.max(0, first.lastIndexOf(".")));
}

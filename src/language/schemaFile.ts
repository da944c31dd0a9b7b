import { definitionsIn } from "../schema/avro/language/definitions.ts";
import { parseEdited, textOf } from "../schema/avro/language/tree.ts";
import { UserError } from "../shared/userError.ts";

/** A schema as it stands in an editor. */
export interface SchemaFile {
  /** as registries name it */
  type: "AVRO" | "PROTOBUF" | "JSON";
  text: string;
  /** "order.avsc" */
  name: string;
}

/** characters; a longer schema is none that a registry takes */
const mostRead = 5_000_000;

/**
 * What kind of schema a file holds, by its name, or by what stands in it.
 *
 * @throws UserError "schema-file" when it holds none
 */
export function schemaFileOf(path: string, languageId: string, text: string): SchemaFile {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (text.length > mostRead)
    throw new UserError(`${name} is longer than ${mostRead.toLocaleString("en")} characters: that is no schema.`, {
      code: "schema-file",
    });
  if (/\.avsc$/i.test(name) || languageId === "avro-schema") return { type: "AVRO", text, name };
  if (/\.proto$/i.test(name) || /^proto/.test(languageId)) return { type: "PROTOBUF", text, name };
  if (/\.schema\.json$/i.test(name) || languageId === "jsonschema") return { type: "JSON", text, name };
  const root = languageId.startsWith("json") || /\.json$/i.test(name) ? parseEdited(text) : null;
  if (root?.kind === "object") {
    if (["$schema", "properties", "$ref", "$defs"].some((each) => root.members.some((m) => m.name === each)))
      return { type: "JSON", text, name };
    if (["record", "enum", "fixed"].includes(textOf(root, "type") ?? "")) return { type: "AVRO", text, name };
  }
  throw new UserError(
    "Open an Avro (.avsc), Protobuf (.proto) or JSON Schema file first: this is about the one in front.",
    {
      code: "schema-file",
    },
  );
}

/** What the schema calls itself: the full name of its record or first message, or its title. */
function ownNames({ type, text }: SchemaFile): string[] {
  if (type === "AVRO") return [...definitionsIn(parseEdited(text)).keys()].slice(0, 1);
  if (type === "PROTOBUF") {
    const inPackage = /^\s*package\s+([\w.]+)\s*;/m.exec(text)?.[1];
    const message = /^\s*message\s+(\w+)/m.exec(text)?.[1];
    return message === undefined ? [] : [inPackage === undefined ? message : `${inPackage}.${message}`];
  }
  const root = parseEdited(text);
  const title = root?.kind === "object" ? textOf(root, "title") : undefined;
  return title === undefined ? [] : [title];
}

/** Subjects that the file may be a version of, likeliest first: by its name, and by what it calls itself. */
export function likelySubjects(file: SchemaFile, subjects: readonly string[]): string[] {
  const base = file.name.replace(/\.(avsc|proto|json)$/i, "").replace(/\.schema$/i, "");
  const own = ownNames(file);
  const simple = own.map((name) => name.slice(name.lastIndexOf(".") + 1));
  const rank = (subject: string): number => {
    if (subject === base) return 0;
    const topic = subject.replace(/-(key|value)$/, "");
    if (base !== "" && topic === base) return subject.endsWith("-key") ? 2 : 1;
    if (own.some((name) => subject === name || subject.endsWith(`-${name}`))) return 3;
    const names = [base, ...simple].map(squeezed).filter((name) => name !== "");
    const last = squeezed(topic.slice(topic.lastIndexOf(".") + 1));
    if (names.includes(squeezed(topic))) return 4;
    // the record of a topic "shop.orders" often is an "Order"
    if (names.some((name) => last === name || last === `${name}s` || `${last}s` === name)) return 5;
    return 9;
  };
  return subjects
    .map((subject) => ({ subject, at: rank(subject) }))
    .filter(({ at }) => at < 9)
    .sort((a, b) => a.at - b.at)
    .map(({ subject }) => subject);
}

/** "OrderCreated", "order-created" and "order_created" are one */
const squeezed = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");

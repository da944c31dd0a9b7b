import protobuf from "protobufjs";
import type { RegisteredSchema } from "../api.ts";
import { addBuiltIn } from "./builtIn.ts";
import { descriptorIndexes, type FileDescriptor, namespaceOf, parseDescriptor } from "./descriptor.ts";
import { keepFieldIndex } from "./fieldIndex.ts";
import { type Message, Messages } from "./message.ts";

/** Parsed .proto files: the messages of the main one by their index path, and every type that it or its imports define. */
export interface ProtobufSchema {
  root: protobuf.Root;
  messages: Messages;
  /** the message of the main file at an index path: [1, 0] is the first message within the second one; null when there is none */
  messageAt(path: number[]): Message | null;
  /** the index path of a message of the main file; null for other messages */
  indexesOf(name: string): number[] | null;
  /** full names of the main file's messages, without a dot before them, in the file's order */
  names: string[];
}

/** A file whose text or compiled form is at hand, by the name that others import it by. */
export interface ProtoSource {
  name: string;
  /** the text of a .proto file, or its compiled form */
  content: string | FileDescriptor;
}

keepFieldIndex();

const OPTIONS: protobuf.IParseOptions = { keepCase: true };

/**
 * Parses a registered schema with its references and the well-known types that it imports; each is the text of a .proto file or its
 * compiled form in base64. Throws an Error with a sentence when it is not usable.
 */
export function parseProtobuf(schema: Pick<RegisteredSchema, "schema" | "references">): ProtobufSchema {
  const main: ProtoSource = { name: "", content: schema.schema };
  const references = schema.references.map(({ name, schema: content }) => ({ name, content }));
  return schemaOf(main, references);
}

/** The same of files from anywhere. Of the imports only the built-in ones may be missing. */
export function schemaOf(main: ProtoSource, imports: ProtoSource[]): ProtobufSchema {
  const root = new protobuf.Root();
  const given = new Set(imports.map(({ name }) => name));
  const missing: string[] = [];
  const seen = new Set<unknown>();
  for (const { content } of [main, ...imports]) {
    // one file may be referred to by two names
    if (seen.has(content)) continue;
    seen.add(content);
    for (const name of addTo(root, content)) {
      if (given.has(name)) continue;
      given.add(name);
      if (!addBuiltIn(root, name)) missing.push(name);
    }
  }
  try {
    root.resolveAll();
  } catch (error) {
    if (missing.length === 0 || !(error instanceof Error)) throw error;
    const names = missing.slice(0, 5).join(", ");
    throw new Error(
      missing.length === 1
        ? `${error.message}: its import ${names} is not among its references`
        : `${error.message}: its imports ${names} are not among its references`,
    );
  }
  const messages = new Messages(root);
  const { indexes, names } = indexesIn(main.content);
  const paths = new Map([...indexes].map(([path, name]) => [name, path.split(",").map(Number)]));
  const found = new Map<string, Message | null>();
  return {
    root,
    messages,
    messageAt(path) {
      const key = path.length === 1 ? `${path[0]}` : path.join();
      let message = found.get(key);
      if (message === undefined) {
        const name = indexes.get(key);
        message = name === undefined ? null : messages.find(name);
        if (name !== undefined) found.set(key, message);
      }
      return message;
    },
    indexesOf: (name) => paths.get(name.replace(/^\./, "")) ?? null,
    names,
  };
}

/** @returns the names of the files that it imports */
function addTo(root: protobuf.Root, content: string | FileDescriptor): string[] {
  const file = typeof content === "string" ? parseDescriptor(content) : content;
  if (file) {
    readable(() => root.addJSON(namespaceOf(file).nested ?? {}));
    return file.dependency;
  }
  const { imports = [], weakImports = [] } = parseProto(content as string, root);
  return [...imports, ...weakImports];
}

/** Parses the text of a .proto file into a root. Throws an Error with a sentence, with the line where it is known. */
export function parseProto(text: string, root: protobuf.Root): protobuf.IParserResult {
  // an object's prototype rather than a name to the parser, which leaves it out
  if (text.includes("__proto__")) throw new Error("the name __proto__ cannot be used");
  const result = readable(() => protobuf.parse(text, root, OPTIONS));
  if (text.includes("map_entry")) makeMaps(root);
  return result;
}

/** Runs; a TypeError is protobufjs's own way to say that it was not made for this. */
function readable<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const what = error.message === "field must be a Field" ? "a group within a oneof" : error.message;
    throw new Error(`the file has something that cannot be read here: ${what}`, { cause: error });
  }
}

const isMapEntry = (type: protobuf.ReflectionObject): boolean => type.options?.["map_entry"] === true;

/** Tools that write a compiled file as text, as Apicurio's serializers do, leave maps as what they are compiled to: repeated entries. */
function makeMaps(namespace: protobuf.NamespaceBase): void {
  for (const nested of namespace.nestedArray) {
    if (!(nested instanceof protobuf.Namespace)) continue;
    makeMaps(nested);
    if (!(nested instanceof protobuf.Type)) continue;
    const types = nested.nestedArray.filter((each) => each instanceof protobuf.Type);
    const entries = new Map(types.filter(isMapEntry).map((entry) => [entry.name, entry]));
    if (entries.size === 0) continue;
    // all of them anew, since their order counts
    const fields = nested.fieldsArray;
    for (const field of fields) nested.remove(field);
    for (const field of fields) nested.add(asMap(field, entries) ?? field);
  }
}

function asMap(field: protobuf.Field, entries: Map<string, protobuf.Type>): protobuf.MapField | null {
  const entry = field.repeated ? entries.get(field.type.slice(field.type.lastIndexOf(".") + 1)) : undefined;
  const { key, value } = entry?.fields ?? {};
  if (!key || !value) return null;
  return new protobuf.MapField(field.name, field.id, key.type, value.type, field.options);
}

/** The main file's messages by their index paths, written with commas. */
function indexesIn(content: string | FileDescriptor): { indexes: Map<string, string>; names: string[] } {
  const file = typeof content === "string" ? parseDescriptor(content) : content;
  if (file) return descriptorIndexes(file);
  // on its own: only this file's messages count
  const alone = parseProto(content as string, new protobuf.Root());
  const top = alone.package ? (alone.root.lookup(alone.package) as protobuf.NamespaceBase) : alone.root;
  const indexes = new Map<string, string>();
  const add = (parent: protobuf.NamespaceBase, before: string): void => {
    const types = parent.nestedArray.filter((each) => each instanceof protobuf.Type);
    for (const [index, type] of types.entries()) {
      if (isMapEntry(type)) continue;
      const path = before === "" ? `${index}` : `${before},${index}`;
      indexes.set(path, type.fullName.slice(1));
      add(type, path);
    }
  };
  add(top, "");
  return { indexes, names: [...indexes.values()] };
}

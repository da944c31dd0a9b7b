import protobuf from "protobufjs";
import type { RegisteredSchema } from "../api.ts";
import { descriptorNameAt, namespaceOf, parseDescriptor } from "./descriptor.ts";

/** A parsed .proto file: its messages by their index path, and every type that it or its imports define. */
export interface ProtobufSchema {
  root: protobuf.Root;
  /** the full name of the message at an index path: [1, 0] is the first message within the second one of the file */
  nameAt(path: number[]): string | null;
}

const OPTIONS: protobuf.IParseOptions = { keepCase: true };

/**
 * Parses a registered schema with its references and the well-known types that it imports; each is the text of a .proto file or its
 * compiled form in base64. Throws an Error with a sentence when it is not usable.
 */
export function parseProtobuf(schema: Pick<RegisteredSchema, "schema" | "references">): ProtobufSchema {
  const root = new protobuf.Root();
  const sources = new Set([schema.schema, ...schema.references.map((reference) => reference.schema)]);
  const given = new Set(schema.references.map((reference) => reference.name));
  for (const source of sources) {
    for (const name of addTo(root, source)) {
      if (given.has(name)) continue;
      given.add(name);
      const wellKnown = protobuf.common.get(name)?.nested;
      if (wellKnown) root.addJSON(wellKnown);
    }
  }
  root.resolveAll();
  return { root, nameAt: nameAtOf(schema.schema) };
}

/** @returns the names of the files that it imports */
function addTo(root: protobuf.Root, source: string): string[] {
  const file = parseDescriptor(source);
  if (file) {
    root.addJSON(namespaceOf(file).nested ?? {});
    return file.dependency;
  }
  const { imports = [], weakImports = [] } = protobuf.parse(source, root, OPTIONS);
  return [...imports, ...weakImports];
}

function nameAtOf(source: string): ProtobufSchema["nameAt"] {
  const file = parseDescriptor(source);
  if (file) return (path) => descriptorNameAt(file, path);
  // on its own: only this file's messages count
  const alone = protobuf.parse(source, new protobuf.Root(), OPTIONS);
  const top = alone.package ? (alone.root.lookup(alone.package) as protobuf.NamespaceBase) : alone.root;
  return (path) => {
    let parent: protobuf.NamespaceBase = top;
    for (const index of path) {
      const next = typesIn(parent)[index];
      if (!next) return null;
      parent = next;
    }
    return path.length > 0 ? parent.fullName : null;
  };
}

const typesIn = (parent: protobuf.NamespaceBase): protobuf.Type[] =>
  parent.nestedArray.filter((each) => each instanceof protobuf.Type);

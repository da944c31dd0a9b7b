import protobuf from "protobufjs";
import type { RegisteredSchema } from "../api.ts";

/** A parsed .proto file: its messages by their index path, and every type that it or its imports define. */
export interface ProtobufSchema {
  root: protobuf.Root;
  /** the full name of the message at an index path: [1, 0] is the first message within the second one of the file */
  nameAt(path: number[]): string | null;
}

/**
 * Parses a registered schema with its references and the well-known types that it imports.
 * Throws an Error with a sentence when it is not usable.
 */
export function parseProtobuf(schema: Pick<RegisteredSchema, "schema" | "references">): ProtobufSchema {
  const options: protobuf.IParseOptions = { keepCase: true };
  // on its own first: only the order of this file's messages counts for index paths
  const alone = protobuf.parse(schema.schema, new protobuf.Root(), options);
  const root = new protobuf.Root();
  const sources = new Set([schema.schema]);
  for (const reference of schema.references) sources.add(reference.schema);
  const given = new Set(schema.references.map((reference) => reference.name));
  for (const source of sources) {
    const { imports = [], weakImports = [] } = protobuf.parse(source, root, options);
    for (const name of [...imports, ...weakImports]) {
      if (given.has(name)) continue;
      given.add(name);
      const wellKnown = protobuf.common.get(name)?.nested;
      if (wellKnown) root.addJSON(wellKnown);
    }
  }
  root.resolveAll();
  const top: protobuf.NamespaceBase = alone.package
    ? (alone.root.lookup(alone.package) as protobuf.NamespaceBase)
    : alone.root;
  return {
    root,
    nameAt(path) {
      let parent: protobuf.NamespaceBase = top;
      for (const index of path) {
        const next: protobuf.ReflectionObject | undefined = parent.nestedArray.filter(
          (each) => each instanceof protobuf.Type,
        )[index];
        if (!(next instanceof protobuf.Type)) return null;
        parent = next;
      }
      return path.length > 0 ? parent.fullName : null;
    },
  };
}

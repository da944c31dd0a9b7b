import protobuf from "protobufjs";
import descriptor from "protobufjs/google/protobuf/descriptor.json" with { type: "json" };

/** Files of Confluent's that its registry knows without a reference. Written after the documentation of "schema metadata" and of Decimal. */
const CONFLUENT = new Map([
  [
    "confluent/meta.proto",
    `syntax = "proto3"; package confluent;
message Meta { string doc = 1; map<string, string> params = 2; repeated string tags = 3; }
extend google.protobuf.FileOptions { Meta file_meta = 1088; }
extend google.protobuf.MessageOptions { Meta message_meta = 1088; }
extend google.protobuf.FieldOptions { Meta field_meta = 1088; }
extend google.protobuf.EnumOptions { Meta enum_meta = 1088; }
extend google.protobuf.EnumValueOptions { Meta enum_value_meta = 1088; }`,
  ],
  [
    "confluent/type/decimal.proto",
    `syntax = "proto3"; package confluent.type;
message Decimal { bytes value = 1; uint32 precision = 2; int32 scale = 3; }`,
  ],
]);

/**
 * Adds the file of this name to the root if it is one that every schema may import without giving it: the well-known types, and
 * Confluent's own. False when it is none.
 */
export function addBuiltIn(root: protobuf.Root, name: string): boolean {
  if (name === "google/protobuf/descriptor.proto") {
    // Confluent's own imports it too
    if (!root.lookup(".google.protobuf.FieldOptions"))
      root.addJSON(descriptor.nested as Record<string, protobuf.AnyNestedObject>);
    return true;
  }
  const confluent = CONFLUENT.get(name);
  if (confluent !== undefined) {
    if (name === "confluent/meta.proto") addBuiltIn(root, "google/protobuf/descriptor.proto");
    protobuf.parse(confluent, root, { keepCase: true });
    return true;
  }
  const known = protobuf.common.get(name)?.nested;
  if (!known) return false;
  root.addJSON(known);
  return true;
}

/** All well-known types, and nothing else. */
export function builtInRoot(): protobuf.Root {
  const root = new protobuf.Root();
  for (const name of ["any", "duration", "empty", "field_mask", "struct", "timestamp", "wrappers"])
    addBuiltIn(root, `google/protobuf/${name}.proto`);
  root.resolveAll();
  return root;
}

export const isBuiltIn = (name: string): boolean =>
  name === "google/protobuf/descriptor.proto" || CONFLUENT.has(name) || Boolean(protobuf.common.get(name)?.nested);

/** A schema type of a registry as people call it: "Avro", "Protobuf", "JSON Schema". */
export function typeName(type: string): string {
  const names: Record<string, string> = { AVRO: "Avro", PROTOBUF: "Protobuf", JSON: "JSON Schema" };
  return Object.hasOwn(names, type) ? names[type]! : type;
}

/** What a schema of a type begins with. @param name of the record or message */
export function emptySchema(type: string, name: string): string {
  switch (type) {
    case "PROTOBUF":
      return `syntax = "proto3";\n\nmessage ${name} {\n  string id = 1;\n}\n`;
    case "JSON":
      return `${JSON.stringify(
        {
          $schema: "http://json-schema.org/draft-07/schema#",
          title: name,
          type: "object",
          properties: { id: { type: "string" } },
          required: ["id"],
        },
        null,
        2,
      )}\n`;
    default:
      return `${JSON.stringify({ type: "record", name, fields: [{ name: "id", type: "string" }] }, null, 2)}\n`;
  }
}

/** "orders.created-value" → "OrdersCreated": a name for the record of a subject's first schema */
export function recordNameFor(subject: string): string {
  const words = subject
    .replace(/-(key|value)$/, "")
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== "");
  const name = words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join("");
  return /^[A-Za-z]/.test(name) ? name : `Record${name}`;
}

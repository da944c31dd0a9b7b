import { type JsonNode, member, parseJson, printJson, stringMember } from "./jsonTree.ts";

/**
 * A value to start from for a JSON Schema, as compact JSON: its own examples and defaults where it has them, otherwise the plainest
 * value of each property's type. Patterns and conditions are not solved, so the schema may still refuse it. Throws JsonSyntaxError.
 */
export function jsonSchemaExample(text: string): string {
  const root = parseJson(text);
  let left = 2000;

  function value(schema: JsonNode, depth: number): string {
    if (--left < 0 || depth > 20) return "null";
    for (const name of ["const", "default"]) {
      const given = member(schema, name);
      if (given) return printJson(given);
    }
    for (const name of ["examples", "enum"]) {
      const list = member(schema, name);
      if (list?.kind === "array" && list.items[0]) return printJson(list.items[0]);
    }
    const target = resolve(stringMember(schema, "$ref"));
    if (target) return value(target, depth + 1);
    for (const name of ["oneOf", "anyOf", "allOf"]) {
      const list = member(schema, name);
      if (list?.kind !== "array") continue;
      const choice = list.items.find((item) => stringMember(item, "type") !== "null");
      if (choice) return value(choice, depth + 1);
    }
    switch (typeOf(schema)) {
      case "object": {
        const properties = member(schema, "properties");
        const members = properties?.kind === "object" ? properties.members : [];
        return `{${members.map((entry) => `${JSON.stringify(entry.name)}:${value(entry.value, depth + 1)}`).join(",")}}`;
      }
      case "array": {
        const items = member(schema, "items");
        return items?.kind === "object" ? `[${value(items, depth + 1)}]` : "[]";
      }
      case "integer":
      case "number": {
        const least = member(schema, "minimum");
        return least?.kind === "number" ? least.text : "0";
      }
      case "boolean":
        return "false";
      case "string":
        return FORMATS.get(stringMember(schema, "format") ?? "") ?? '""';
      default:
        return "null";
    }
  }

  /** "#/definitions/x"; other documents are not looked into */
  function resolve(reference: string | undefined): JsonNode | undefined {
    if (!reference?.startsWith("#")) return undefined;
    let node: JsonNode | undefined = root;
    for (const step of reference.slice(1).split("/").slice(1)) {
      if (!node) return undefined;
      node = member(node, step.replaceAll("~1", "/").replaceAll("~0", "~"));
    }
    return node;
  }

  return value(root, 0);
}

function typeOf(schema: JsonNode): string | undefined {
  const type = member(schema, "type");
  if (type?.kind === "string") return type.value;
  if (type?.kind === "array") {
    const names = type.items.map((item) => (item.kind === "string" ? item.value : ""));
    return names.find((name) => name !== "null");
  }
  return member(schema, "properties") ? "object" : undefined;
}

const FORMATS = new Map([
  ["date-time", '"2024-01-31T12:34:56.789Z"'],
  ["date", '"2024-01-31"'],
  ["time", '"12:34:56Z"'],
  ["uuid", '"00000000-0000-0000-0000-000000000000"'],
  ["email", '"someone@example.com"'],
  ["uri", '"https://example.com/"'],
]);

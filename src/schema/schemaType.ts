import { parseAvro } from "./avro/schema.ts";
import { JsonSyntaxError, member, parseJson } from "./jsonTree.ts";

/** The types of schemas that can be registered. */
export type SchemaType = "AVRO" | "PROTOBUF" | "JSON";

/**
 * Of which type the text of an editor is, by its file's name where that tells, else by what it holds. "AVRO" of JSON that is neither an
 * Avro schema nor says that it is a JSON Schema but has fields; null when nothing tells.
 *
 * @param name of the file, with its extension: "order.avsc"; "" when it has none
 */
export function schemaTypeOf(text: string, name: string): SchemaType | null {
  if (/\.(avsc|avro)$/i.test(name)) return "AVRO";
  if (/\.proto$/i.test(name)) return "PROTOBUF";
  if (/[.-]schema\.json$/i.test(name)) return "JSON";
  try {
    const root = parseJson(text);
    if (root.kind === "object") {
      if (member(root, "$schema") || member(root, "properties") || member(root, "$defs")) return "JSON";
      if (member(root, "fields") || member(root, "symbols")) return "AVRO";
    }
    try {
      parseAvro({ schema: text, references: [] });
      return "AVRO";
    } catch {
      return root.kind === "object" || root.kind === "boolean" ? "JSON" : null;
    }
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    if (/^\s*(\/\/[^\n]*\s*|\/\*[\s\S]*?\*\/\s*)*(syntax|edition|package|import|message|enum)\b/.test(text))
      return "PROTOBUF";
    return /^\s*[{["]/.test(text) ? "AVRO" : null;
  }
}

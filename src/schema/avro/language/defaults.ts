import type { JsonNode } from "../../jsonTree.ts";
import { encodeDefault } from "../encode.ts";
import type { AvroRecord, AvroType } from "../schema.ts";
import { typeText } from "../typeText.ts";
import { type AvscDiagnostic, endOf } from "./diagnostics.ts";

export interface DefaultCheck {
  type: AvroType;
  node: JsonNode;
}

/**
 * Checks the defaults of fields against their types, once all types are known.
 *
 * @param incomplete records of which some part could not be used: nothing can be said of their values
 */
export function checkDefaults(
  text: string,
  defaults: DefaultCheck[],
  incomplete: ReadonlySet<AvroRecord>,
): AvscDiagnostic[] {
  const found: AvscDiagnostic[] = [];
  for (const { type, node } of defaults) {
    if (isIncomplete(type, incomplete)) continue;
    const encoded = encodeDefault(type, node);
    const place = { start: node.at, end: endOf(text, node) };
    if ("problems" in encoded) {
      const { path, message } = encoded.problems[0]!;
      const where = path === "$" ? "" : ` (at ${path.slice(1).replace(/^\./, "")})`;
      found.push({
        ...place,
        severity: "error",
        code: "bad-default",
        message: `The default does not fit ${typeText(type)}: ${message}${where}.`,
      });
    } else if (type.kind === "union" && "problems" in encodeDefault(type.branches[0]!, node)) {
      found.push({
        ...place,
        severity: "warning",
        code: "default-not-of-first-branch",
        message: `The default is not of the union's first branch, ${typeText(type.branches[0]!)}: only Avro 1.12 and some libraries take it.`,
      });
    }
  }
  return found;
}

function isIncomplete(type: AvroType, incomplete: ReadonlySet<AvroRecord>): boolean {
  const seen = new Set<AvroType>([type]);
  for (const each of seen) {
    if (each.kind === "array") seen.add(each.items);
    else if (each.kind === "map") seen.add(each.values);
    else if (each.kind === "union") for (const branch of each.branches) seen.add(branch);
    else if (each.kind === "record") {
      if (incomplete.has(each)) return true;
      for (const field of each.fields) seen.add(field.type);
    }
  }
  return false;
}

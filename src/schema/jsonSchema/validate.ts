import type { RegisteredSchema } from "../api.ts";
import type { JsonNode } from "../jsonTree.ts";
import { Documents } from "./documents.ts";
import { Evaluation } from "./evaluate.ts";
import { parseSchema } from "./nodes.ts";
import type { Pattern } from "./pattern.ts";

export interface ValidationProblem {
  /** "$.items[0].qty" */
  path: string;
  message: string;
}

interface ValidationResult {
  /** at most 50, outermost first */
  problems: ValidationProblem[];
  /** what of the schema could not be checked, a sentence each: an unknown reference, a pattern that RE2 does not have */
  unchecked: string[];
}

export type JsonSchemaValidator = (value: JsonNode) => ValidationResult;

/**
 * A validator of JSON values by a registered schema of draft 4, 6, 7, 2019-09 or 2020-12 (the newest where it does not say), with the
 * schemas that it refers to by name or $id. Throws an Error with a sentence when the schema is not JSON.
 *
 * An interpreter of its own rather than a library: schemas come from a registry, so code may not be made of them (ajv); and a value's
 * numbers are compared as they are written, with all digits, which no validator of JavaScript values can. Patterns run in RE2's engine, in
 * linear time; steps are counted, and a schema that takes too many of them for one value is said to. Formats are checked.
 * To be loaded on first use, by import(): RE2's engine is seven times the rest.
 */
export function compileJsonSchema(schema: Pick<RegisteredSchema, "schema" | "references">): JsonSchemaValidator {
  const documents = new Documents();
  const root = parseSchema(schema.schema, "its text");
  const main = documents.add(root, "root.json");
  for (const { name, schema: text } of schema.references)
    documents.add(parseSchema(text, `the reference ${name}`), name);
  const patterns = new Map<string, Pattern | string>();
  return (value) => {
    const evaluation = new Evaluation(documents, patterns);
    evaluation.root(root, main, value);
    return { problems: evaluation.problems, unchecked: [...evaluation.unchecked] };
  };
}

import { type JsonNode, JsonSyntaxError, parseJson } from "../../jsonTree.ts";
import { checkDefaults, type DefaultCheck } from "./defaults.ts";
import { type AvscDiagnostic, endOf } from "./diagnostics.ts";
import { SchemaCheck } from "./schemaCheck.ts";

/** As many are shown; a file with more has one cause or is not a schema. */
const MAX_DIAGNOSTICS = 200;

export interface AvscOptions {
  /** full names of types that other files define */
  known?: ReadonlySet<string>;
}

/**
 * What is wrong with the text of an Avro schema file (.avsc), in the order of the text; empty: nothing. Never throws. Of text that is not
 * JSON, only the first error is known.
 * Source: Apache Avro 1.12 specification, "Schema Declaration", "Names", "Logical Types".
 */
export function validateAvsc(text: string, options: AvscOptions = {}): AvscDiagnostic[] {
  let root: JsonNode;
  try {
    root = parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    return [syntaxError(text, error)];
  }
  const found: AvscDiagnostic[] = [];
  const defaults: DefaultCheck[] = [];
  const check = new SchemaCheck(
    {
      report: (severity, code, node, message) => {
        if (found.length < 5 * MAX_DIAGNOSTICS)
          found.push({ start: node.at, end: "kind" in node ? endOf(text, node) : node.end, severity, message, code });
      },
      isDefault: (each) => defaults.push(each),
    },
    options.known ?? new Set(),
  );
  check.type(root, "");
  return [...found, ...checkDefaults(text, defaults, check.incomplete)]
    .sort((a, b) => a.start - b.start || a.end - b.end)
    .slice(0, MAX_DIAGNOSTICS);
}

function syntaxError(text: string, { message, at }: JsonSyntaxError): AvscDiagnostic {
  // up to the end of the word, so that there is something to underline
  const word = /^(?:[A-Za-z0-9_.+-]+|[^\n])/.exec(text.slice(at, at + 200))?.[0].length ?? 0;
  const start = word === 0 && at > 0 && at === text.length ? at - 1 : at;
  return { start, end: at + word, severity: "error", message: `This is not JSON: ${message}.`, code: "syntax" };
}

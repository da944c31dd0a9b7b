import { type JsonNode, printJson } from "../jsonTree.ts";
import { type AvroFixed, type AvroRecord, type AvroType, branchName } from "./schema.ts";

/** A value that the schema accepts, as compact JSON in the forms of decode.ts. Throws when there is none of a sensible size. */
export function avroExample(type: AvroType): string {
  const open = new Set<AvroRecord>();
  let left = 5000;

  function value(type: AvroType): string {
    if (--left < 0) throw new Error("the schema's smallest example is too large");
    switch (type.kind) {
      case "null":
        return "null";
      case "boolean":
        return "false";
      case "float":
      case "double":
        return "0";
      case "string":
        return type.logical === null ? '""' : EXAMPLES.uuid;
      case "int":
        return type.logical === null ? "0" : EXAMPLES[type.logical];
      case "long":
        return type.logical === null ? "0" : EXAMPLES[type.logical];
      case "bytes":
        if (type.logical === null) return '"0x"';
        return type.logical.kind === "decimal" ? decimal(type.logical.scale) : '"0.00"';
      case "fixed":
        return fixed(type);
      case "enum":
        return JSON.stringify(type.fallback ?? type.symbols[0] ?? "");
      case "array":
        return isOpen(type.items) ? "[]" : `[${value(type.items)}]`;
      case "map":
        return isOpen(type.values) ? "{}" : `{"key":${value(type.values)}}`;
      case "union": {
        const choices = type.branches.filter((branch) => branch.kind !== "null" && !isOpen(branch));
        const branch = choices[0] ?? type.branches.find((each) => each.kind === "null") ?? type.branches[0]!;
        if (branch.kind === "null" || !type.wrapped) return value(branch);
        return `{${JSON.stringify(branchName(branch))}:${value(branch)}}`;
      }
      case "record": {
        if (open.has(type)) throw new Error("the schema holds itself without an end");
        open.add(type);
        const fields = type.fields.map(
          (field) => `${JSON.stringify(field.name)}:${plainDefault(field.type, field.fallback) ?? value(field.type)}`,
        );
        open.delete(type);
        return `{${fields.join(",")}}`;
      }
    }
  }

  function isOpen(type: AvroType): boolean {
    if (type.kind === "record") return open.has(type);
    return type.kind === "union" && type.branches.every((branch) => branch.kind === "null" || isOpen(branch));
  }

  function fixed({ size, logical }: AvroFixed): string {
    switch (logical?.kind) {
      case "decimal":
        return decimal(logical.scale);
      case "uuid":
        return EXAMPLES.uuid;
      case "duration":
        return '"P0M0DT0.000S"';
    }
    if (size > 10_000) throw new Error("the schema's smallest example is too large");
    return `"0x${"00".repeat(size)}"`;
  }

  return value(type);
}

const EXAMPLES = {
  uuid: '"00000000-0000-0000-0000-000000000000"',
  date: '"2024-01-31"',
  "time-millis": '"12:34:56.789"',
  "time-micros": '"12:34:56.789012"',
  "timestamp-millis": '"2024-01-31T12:34:56.789Z"',
  "timestamp-micros": '"2024-01-31T12:34:56.789012Z"',
  "timestamp-nanos": '"2024-01-31T12:34:56.789012345Z"',
  "local-timestamp-millis": '"2024-01-31T12:34:56.789"',
  "local-timestamp-micros": '"2024-01-31T12:34:56.789012"',
  "local-timestamp-nanos": '"2024-01-31T12:34:56.789012345"',
};

const decimal = (scale: number): string => (scale === 0 ? '"0"' : `"0.${"0".repeat(scale)}"`);

/** A default of a type whose default is written as the viewer shows it; optional fields show their shape rather than null. */
function plainDefault(type: AvroType, fallback: JsonNode | undefined): string | null {
  if (!fallback) return null;
  switch (type.kind) {
    case "boolean":
    case "string":
    case "enum":
    case "float":
    case "double":
      return fallback.kind === "null" ? null : printJson(fallback);
    case "int":
    case "long":
      return type.logical === null ? printJson(fallback) : null;
    default:
      return null;
  }
}

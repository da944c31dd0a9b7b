import { type AvroType, branchName } from "./schema.ts";

/** A type in a few words: "int", "long (timestamp-millis)", "the record shop.Order", "an array of string", "null or string". */
export function typeText(type: AvroType, depth = 0): string {
  switch (type.kind) {
    case "array":
    case "map": {
      const inner = type.kind === "array" ? type.items : type.values;
      return `${type.kind === "array" ? "an array" : "a map"} of ${depth > 2 ? "…" : typeText(inner, depth + 1)}`;
    }
    case "union": {
      const names = type.branches
        .slice(0, 4)
        .map((branch) => (depth > 2 ? branchName(branch) : typeText(branch, depth + 1)));
      if (names.length === 1) return `a union of only ${names[0]}`;
      return type.branches.length > 4 ? `one of ${type.branches.length} types` : names.join(" or ");
    }
    case "record":
    case "enum":
    case "fixed":
      return `the ${type.kind} ${type.name}`;
    default: {
      const logical = logicalText(type);
      return logical === null ? type.kind : `${type.kind} (${logical})`;
    }
  }
}

/** "timestamp-millis", "decimal(12, 2)": precision and scale; null where there is none. */
export function logicalText(type: AvroType): string | null {
  if (!("logical" in type) || type.logical === null) return null;
  if (typeof type.logical === "string") return type.logical;
  if (type.logical.kind !== "decimal") return type.logical.kind;
  return `decimal(${type.logical.precision}, ${type.logical.scale})`;
}

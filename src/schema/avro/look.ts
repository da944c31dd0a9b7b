import type { AvroType } from "./schema.ts";

/** How a value of a type looks in JSON. */
type Look = "null" | "boolean" | "number" | "string" | "array" | "object";

export function lookOf(type: AvroType): Look {
  switch (type.kind) {
    case "null":
    case "boolean":
    case "string":
    case "array":
      return type.kind;
    case "int":
    case "long":
      // what is out of a calendar's range is shown as a number all the same: see dates.ts
      return type.logical === null ? "number" : "string";
    case "float":
    case "double":
      return "number";
    case "bytes":
    case "fixed":
    case "enum":
      return "string";
    case "map":
    case "record":
      return "object";
    case "union":
      throw new Error("a union holds a union directly");
  }
}

/** Types whose values may also look like another JSON type: NaN as a string, a date out of range as a number. */
export const otherLook = (type: AvroType): Look | null => {
  if (type.kind === "float" || type.kind === "double") return "string";
  if ((type.kind === "int" || type.kind === "long") && type.logical !== null) return "number";
  return null;
};

/** Whether JSON alone does not tell a union's branches apart. */
export function isAmbiguous(branches: AvroType[]): boolean {
  const looks = new Set<Look>();
  for (const branch of branches) {
    if (branch.kind === "null") continue;
    const look = lookOf(branch);
    if (looks.has(look)) return true;
    looks.add(look);
  }
  // a value with its unusual look is wrapped on its own, which an object beside it would make ambiguous
  if (!looks.has("object")) return false;
  return branches.some((branch) => {
    const other = otherLook(branch);
    return other !== null && looks.has(other);
  });
}

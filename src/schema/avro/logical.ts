import { type JsonNode, member, stringMember } from "../jsonTree.ts";

/** Source: Apache Avro 1.12 specification, "Logical Types". */
export interface Decimal {
  kind: "decimal";
  precision: number;
  scale: number;
}

export type IntLogical = "date" | "time-millis";

export type LongLogical =
  | "time-micros"
  | "timestamp-millis"
  | "timestamp-micros"
  | "timestamp-nanos"
  | "local-timestamp-millis"
  | "local-timestamp-micros"
  | "local-timestamp-nanos";

/** The types that each logical type may stand on; `size` where a fixed type has to have it. */
export const LOGICAL_TYPES: ReadonlyMap<string, { on: readonly string[]; size?: number }> = new Map([
  ["decimal", { on: ["bytes", "fixed"] }],
  ["big-decimal", { on: ["bytes"] }],
  ["uuid", { on: ["string", "fixed"], size: 16 }],
  ["date", { on: ["int"] }],
  ["time-millis", { on: ["int"] }],
  ["time-micros", { on: ["long"] }],
  ["timestamp-millis", { on: ["long"] }],
  ["timestamp-micros", { on: ["long"] }],
  ["timestamp-nanos", { on: ["long"] }],
  ["local-timestamp-millis", { on: ["long"] }],
  ["local-timestamp-micros", { on: ["long"] }],
  ["local-timestamp-nanos", { on: ["long"] }],
  ["duration", { on: ["fixed"], size: 12 }],
]);

/** A decimal's scale beyond this is taken for nonsense, and the bytes are shown instead. */
const MAX_SCALE = 1000;

/**
 * Whether the logical type that a declaration carries applies to its type. What does not fit is ignored, as the specification asks:
 * `ignored` then says why.
 *
 * @param kind the type it stands on: "int", "fixed"
 * @param size of a fixed type, in bytes
 */
export function logicalOf(node: JsonNode, kind: string, size = 0): { name: string | null; ignored: string | null } {
  const name = stringMember(node, "logicalType");
  if (name === undefined) {
    const given = member(node, "logicalType");
    return { name: null, ignored: given ? "the logicalType is not a string" : null };
  }
  const known = LOGICAL_TYPES.get(name);
  if (!known) return { name: null, ignored: `the logical type "${name}" is not one that Avro knows` };
  if (!known.on.includes(kind)) {
    return { name: null, ignored: `the logical type ${name} stands on ${known.on.join(" or ")}, not on ${kind}` };
  }
  if (kind === "fixed" && known.size !== undefined && known.size !== size) {
    return { name: null, ignored: `the logical type ${name} needs a fixed type of ${known.size} bytes, not ${size}` };
  }
  const ignored = name === "decimal" ? decimalMisfit(node, kind, size) : null;
  return { name: ignored === null ? name : null, ignored };
}

/** The decimal of a declaration that `logicalOf` has found to be one. */
export const decimalOf = (node: JsonNode): Decimal => ({
  kind: "decimal",
  precision: numberOf(node, "precision"),
  scale: member(node, "scale") ? numberOf(node, "scale") : 0,
});

function decimalMisfit(node: JsonNode, kind: string, size: number): string | null {
  const { precision, scale } = decimalOf(node);
  if (!Number.isInteger(precision) || precision < 1) return "a decimal needs a precision of at least 1";
  if (!Number.isInteger(scale) || scale < 0) return "a decimal's scale is a whole number from 0 on";
  if (scale > precision) return `a decimal's scale (${scale}) is at most its precision (${precision})`;
  if (scale > MAX_SCALE) return `a decimal's scale of ${scale} is more than can be shown (${MAX_SCALE})`;
  if (kind !== "fixed") return null;
  // the digits that any number of these bytes can have, as the specification counts them
  const most = Math.floor(Math.log10(2) * (8 * size - 1));
  return precision > most ? `${size} bytes hold ${Math.max(0, most)} digits, not a decimal's ${precision}` : null;
}

function numberOf(node: JsonNode, name: string): number {
  const value = member(node, name);
  return value?.kind === "number" ? Number(value.text) : Number.NaN;
}

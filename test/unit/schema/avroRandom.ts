import { type AvroType, branchName } from "../../../src/schema/avro/schema.ts";

export type Random = () => number;

export const upTo = (random: Random, n: number): number => Math.floor(random() * n);
export const pick = <T>(random: Random, from: readonly T[]): T => from[upTo(random, from.length)]!;

const LOGICAL = [
  { type: "int", logicalType: "date" },
  { type: "int", logicalType: "time-millis" },
  { type: "long", logicalType: "time-micros" },
  ...["timestamp", "local-timestamp"].flatMap((kind) =>
    ["millis", "micros", "nanos"].map((unit) => ({ type: "long", logicalType: `${kind}-${unit}` })),
  ),
  { type: "bytes", logicalType: "decimal", precision: 30, scale: 4 },
  { type: "bytes", logicalType: "big-decimal" },
  { type: "string", logicalType: "uuid" },
];

/** A random schema; names are unique within it, earlier records may be used again. */
export function randomSchema(random: Random): unknown {
  let count = 0;
  const records: string[] = [];
  const type = (depth: number, inUnion = false): unknown => {
    const primitive = pick(random, ["boolean", "int", "long", "float", "double", "string", "bytes"]);
    switch (upTo(random, depth > 3 ? 4 : inUnion ? 9 : 10)) {
      case 0:
      case 1:
        return primitive;
      case 2:
        return pick(random, LOGICAL);
      case 3: {
        const name = `T${count++}`;
        return pick(random, [
          { type: "enum", name, symbols: ["A", "B", "C"] },
          { type: "fixed", name, size: upTo(random, 5) },
          { type: "fixed", name, size: 9, logicalType: "decimal", precision: 20, scale: 3 },
          { type: "fixed", name, size: 16, logicalType: "uuid" },
          { type: "fixed", name, size: 12, logicalType: "duration" },
        ]);
      }
      case 4:
        return { type: "array", items: type(depth + 1) };
      case 5:
        return { type: "map", values: type(depth + 1) };
      case 6:
        return records.length > 0 && !inUnion ? ["null", pick(random, records)] : primitive;
      case 7:
      case 8: {
        const name = `R${count++}`;
        records.push(name);
        const fields = Array.from({ length: upTo(random, 5) }, (_, i) => ({ name: `f${i}`, type: type(depth + 1) }));
        return { type: "record", name, fields };
      }
      default: {
        const branches = new Map<string, unknown>(random() < 0.6 ? [["null", "null"]] : []);
        for (let i = 0; i < 3; i++) {
          const branch = type(depth + 1, true);
          if (Array.isArray(branch)) continue;
          const named = branch as { name?: string; type?: string };
          branches.set(typeof branch === "string" ? branch : (named.name ?? named.type!), branch);
        }
        return branches.size > 0 ? [...branches.values()] : "null";
      }
    }
  };
  return type(0);
}

const digits = (random: Random, size: number): string =>
  String(BigInt(Array.from({ length: size }, () => upTo(random, 10)).join("") || "0"));

/**
 * A random value as the viewer shows it, compact.
 *
 * @param keys how many keys maps have: with few, some are there twice
 */
export function randomText(random: Random, type: AvroType, depth = 0, keys = 2): string {
  const hex = (size: number) =>
    Array.from({ length: size }, () => upTo(random, 256).toString(16).padStart(2, "0")).join("");
  const decimal = (places: number, scale: number) => {
    const whole = digits(random, upTo(random, places - scale));
    const text = `${whole}.${Array.from({ length: scale }, () => upTo(random, 10)).join("")}`;
    return `"${random() < 0.5 && /[1-9]/.test(text) ? "-" : ""}${text}"`;
  };
  switch (type.kind) {
    case "null":
      return "null";
    case "boolean":
      return String(random() < 0.5);
    case "int":
      if (type.logical === "date")
        return JSON.stringify(new Date(upTo(random, 1e13) - 5e12).toISOString().slice(0, 10));
      if (type.logical === "time-millis")
        return JSON.stringify(new Date(upTo(random, 86_400_000)).toISOString().slice(11, 23));
      return String((random() * 2 ** 32) | 0);
    case "long": {
      const bits = BigInt(upTo(random, 64));
      const value =
        BigInt.asIntN(64, BigInt(Math.floor(random() * 2 ** 53)) * BigInt(Math.floor(random() * 2 ** 53))) >> bits;
      if (type.logical === null) return String(value);
      const size = type.logical.endsWith("millis") ? 3 : type.logical.endsWith("micros") ? 6 : 9;
      // nanoseconds in 64 bits reach from 1677 to 2262
      const instant = new Date(upTo(random, 1.6e13) - 8e12).toISOString().slice(0, 20);
      const fraction = Array.from({ length: size }, () => upTo(random, 10)).join("");
      if (type.logical === "time-micros") return JSON.stringify(instant.slice(11) + fraction);
      return JSON.stringify(instant + fraction + (type.logical.startsWith("local") ? "" : "Z"));
    }
    case "float":
    case "double": {
      if (random() < 0.1) return pick(random, ['"NaN"', '"Infinity"', '"-Infinity"', "-0", "0"]);
      const value = (random() - 0.5) * 10 ** upTo(random, 30);
      // a float's shortest text is found by the code under test alone: whole numbers are the same for both
      return type.kind === "float" ? String(upTo(random, 1_000_000)) : String(value);
    }
    case "string":
      return JSON.stringify(
        Array.from({ length: upTo(random, 6) }, () => pick(random, ["a", '"', "\\", "\n", "é", "😀", "\u0001"])).join(
          "",
        ),
      );
    case "bytes":
      if (type.logical === null) return `"0x${hex(upTo(random, 6))}"`;
      if (type.logical.kind === "decimal") return decimal(type.logical.precision, type.logical.scale);
      return random() < 0.7 ? decimal(30, 1 + upTo(random, 9)) : `"${1 + upTo(random, 1e6)}E+${1 + upTo(random, 2e9)}"`;
    case "fixed":
      switch (type.logical?.kind) {
        case "decimal":
          return decimal(type.logical.precision, type.logical.scale);
        case "uuid":
          return `"${hex(4)}-${hex(2)}-${hex(2)}-${hex(2)}-${hex(6)}"`;
        case "duration":
          return `"P${upTo(random, 2 ** 32)}M${upTo(random, 2 ** 32)}DT${upTo(random, 4_294_967)}.${digits(random, 3).padStart(3, "0")}S"`;
        default:
          return `"0x${hex(type.size)}"`;
      }
    case "enum":
      return JSON.stringify(pick(random, type.symbols));
    case "array":
      return `[${Array.from({ length: depth > 6 ? 0 : upTo(random, 4) }, () => randomText(random, type.items, depth + 1, keys)).join(",")}]`;
    case "map":
      return `{${Array.from({ length: depth > 6 ? 0 : upTo(random, 4) }, (_, i) => `"k${i % keys}":${randomText(random, type.values, depth + 1, keys)}`).join(",")}}`;
    case "record":
      return `{${type.fields.map((field) => `${JSON.stringify(field.name)}:${randomText(random, field.type, depth + 1, keys)}`).join(",")}}`;
    case "union": {
      const empty = depth > 6 ? type.branches.find((branch) => branch.kind === "null") : undefined;
      const branch = empty ?? pick(random, type.branches);
      const text = randomText(random, branch, depth + 1, keys);
      if (branch.kind === "null") return text;
      const beside = type.branches.some(
        (other) =>
          ["string", "bytes", "fixed", "enum"].includes(other.kind) || ("logical" in other && other.logical !== null),
      );
      const isWord = (branch.kind === "float" || branch.kind === "double") && text.startsWith('"');
      return type.wrapped || (isWord && beside) ? `{${JSON.stringify(branchName(branch))}:${text}}` : text;
    }
  }
}

import assert from "node:assert/strict";
import { test } from "node:test";
import avsc from "avsc";
import { type AvroType, branchName, parseAvro } from "../../../src/schema/avro/schema.ts";
import { encodeField } from "../../../src/schema/draft.ts";
import { avro, knowing, preview, seeded, view, wire } from "./support.ts";

type Random = () => number;

const upTo = (random: Random, n: number): number => Math.floor(random() * n);
const pick = <T>(random: Random, from: readonly T[]): T => from[upTo(random, from.length)]!;

const LOGICAL = [
  { type: "int", logicalType: "date" },
  { type: "int", logicalType: "time-millis" },
  { type: "long", logicalType: "time-micros" },
  ...["timestamp", "local-timestamp"].flatMap((kind) =>
    ["millis", "micros", "nanos"].map((unit) => ({ type: "long", logicalType: `${kind}-${unit}` })),
  ),
  { type: "bytes", logicalType: "decimal", precision: 30, scale: 4 },
];

/** A random schema; names are unique within it, earlier records may be used again. */
function randomSchema(random: Random): unknown {
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

/** A random value as the viewer shows it, compact. */
function randomText(random: Random, type: AvroType, depth = 0): string {
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
      return type.logical ? decimal(type.logical.precision, type.logical.scale) : `"0x${hex(upTo(random, 6))}"`;
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
      return `[${Array.from({ length: depth > 6 ? 0 : upTo(random, 4) }, () => randomText(random, type.items, depth + 1)).join(",")}]`;
    case "map":
      return `{${Array.from({ length: depth > 6 ? 0 : upTo(random, 4) }, (_, i) => `"k${i % 2}":${randomText(random, type.values, depth + 1)}`).join(",")}}`;
    case "record":
      return `{${type.fields.map((field) => `${JSON.stringify(field.name)}:${randomText(random, field.type, depth + 1)}`).join(",")}}`;
    case "union": {
      const empty = depth > 6 ? type.branches.find((branch) => branch.kind === "null") : undefined;
      const branch = empty ?? pick(random, type.branches);
      const text = randomText(random, branch, depth + 1);
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

test("what the viewer shows can be produced again, for random schemas and values", () => {
  const random = seeded(2024);
  let texts = 0;
  for (let i = 0; i < 200; i++) {
    const schema = avro(randomSchema(random));
    const type = parseAvro(schema);
    for (let k = 0; k < 5; k++) {
      const text = randomText(random, type);
      const encoded = encodeField({ encoding: "schema", text }, schema);
      assert.ok("bytes" in encoded, `${schema.schema}\n${text}\n${JSON.stringify(encoded)}`);
      const cell = preview(encoded.bytes!, knowing(schema), 1_000_000);
      assert.deepEqual([cell.text, cell.problems, cell.format], [text, [], "avro"], schema.schema);
      const again = encodeField({ encoding: "schema", text: view(encoded.bytes!, knowing(schema)).text }, schema);
      assert.deepEqual(again, encoded);
      texts += text.length;
    }
  }
  assert.ok(texts > 25_000, `${texts} characters are too few to say much`);
});

test("cutting a value anywhere never goes unnoticed or throws", () => {
  const random = seeded(77);
  for (let i = 0; i < 60; i++) {
    const schema = avro(randomSchema(random));
    const encoded = encodeField({ encoding: "schema", text: randomText(random, parseAvro(schema)) }, schema);
    assert.ok("bytes" in encoded);
    const bytes = Buffer.from(encoded.bytes!);
    for (let size = 5; size < Math.min(bytes.length, 60); size++) {
      const shown = view(bytes.subarray(0, size), knowing(schema));
      assert.ok(shown.format === "binary" && shown.problems.length === 1, `${schema.schema} at ${size}: ${shown.text}`);
    }
  }
});

test("another Avro library writes what we read, and reads what we write", () => {
  const random = seeded(5);
  const schema = {
    type: "record",
    name: "Order",
    namespace: "shop",
    fields: [
      { name: "id", type: "long" },
      { name: "name", type: "string" },
      { name: "price", type: "double" },
      { name: "tax", type: "float" },
      { name: "state", type: { type: "enum", name: "State", symbols: ["NEW", "PAID"] } },
      { name: "note", type: ["null", "string"] },
      {
        name: "lines",
        type: {
          type: "array",
          items: {
            type: "record",
            name: "Line",
            fields: [
              { name: "qty", type: "int" },
              { name: "gift", type: "boolean" },
            ],
          },
        },
      },
      { name: "tags", type: { type: "map", values: "long" } },
      { name: "parent", type: ["null", "Order"] },
    ],
  } as const;
  const theirs = avsc.Type.forSchema(JSON.parse(JSON.stringify(schema)));
  const value = (depth: number): Record<string, unknown> => ({
    id: upTo(random, 2 ** 50) - 2 ** 49,
    name: pick(random, ["", "Jane", "żółć 😀", 'a"b\\c\n']),
    price: random() * 1e6,
    tax: Math.fround(random()),
    state: pick(random, ["NEW", "PAID"]),
    note: random() < 0.5 ? null : "n",
    lines: Array.from({ length: upTo(random, 4) }, () => ({ qty: upTo(random, 1000) - 500, gift: random() < 0.5 })),
    tags: Object.fromEntries(Array.from({ length: upTo(random, 3) }, (_, i) => [`t${i}`, upTo(random, 1e9)])),
    parent: depth > 2 || random() < 0.5 ? null : value(depth + 1),
  });
  for (let i = 0; i < 200; i++) {
    const original = value(0);
    const bytes = theirs.toBuffer(original);
    const shown = view(wire(7, bytes), knowing(avro(schema)));
    assert.deepEqual(shown.problems, []);
    // floats come back by their shortest text
    assert.deepEqual(
      JSON.parse(shown.text, (key, each) => (key === "tax" ? Math.fround(each) : each)),
      original,
    );
    const ours = encodeField({ encoding: "schema", text: shown.text }, avro(schema));
    assert.deepEqual("bytes" in ours && ours.bytes, wire(7, bytes));
  }
});

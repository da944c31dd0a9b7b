import assert from "node:assert/strict";
import { test } from "node:test";
import { type AvroChange, compareAvro } from "../../../src/schema/avro/compatibility.ts";
import { parseAvro } from "../../../src/schema/avro/schema.ts";
import { mutated } from "./avroMutate.ts";
import { PAIRS, type Verdict } from "./avroPairs.ts";
import { randomSchema, upTo } from "./avroRandom.ts";
import { avro, seeded } from "./support.ts";

const compared = (older: unknown, newer: unknown) => compareAvro(parseAvro(avro(older)), parseAvro(avro(newer)));

const verdictOf = ({ backward, forward }: { backward: boolean; forward: boolean }): Verdict =>
  backward && forward ? "full" : backward ? "backward" : forward ? "forward" : "none";

/** What the changes alone say. */
const holds = (changes: AvroChange[]): Verdict =>
  verdictOf({
    backward: !changes.some(({ breaks }) => breaks.includes("BACKWARD")),
    forward: !changes.some(({ breaks }) => breaks.includes("FORWARD")),
  });

for (const [title, older, newer, verdict, kinds] of PAIRS) {
  test(`compatibility: ${title}`, () => {
    const comparison = compared(older, newer);
    assert.deepEqual(
      [verdictOf(comparison), comparison.full, holds(comparison.changes)],
      [verdict, verdict === "full", verdict],
    );
    assert.equal(comparison.changes.map(({ kind }) => kind).join(" "), kinds);
    for (const { message, effect, breaks, severity } of comparison.changes) {
      assert.match(message, /^[A-Z].*\.$/);
      assert.match(effect, /^[A-Z].*\.$/);
      assert.equal(breaks.includes("FULL"), breaks.length > 0);
      assert.equal(severity === "breaking", breaks.length > 0);
    }
  });
}

test("changes say where they are, and what they mean for new and old readers", () => {
  const item = (...fields: unknown[]) => ({ type: "record", name: "Item", fields });
  const order = (items: unknown, ...more: unknown[]) => ({
    type: "record",
    name: "Order",
    fields: [{ name: "items", type: { type: "array", items } }, ...more],
  });
  const { changes } = compared(
    order(item({ name: "sku", type: "string" }), { name: "tags", type: { type: "map", values: "int" } }),
    order(item({ name: "sku", type: "string" }, { name: "qty", type: "int", default: 1 }), {
      name: "tags",
      type: { type: "map", values: "string" },
    }),
  );
  assert.deepEqual(changes, [
    {
      kind: "field-added",
      path: "$.items[].qty",
      message: "The field qty (int) is new, with the default 1.",
      effect: "New readers take the default, 1, where old messages lack it; old readers skip it.",
      breaks: [],
      severity: "compatible",
    },
    {
      kind: "type-changed",
      path: "$.tags{}",
      message: "The type is string instead of int.",
      effect: "New readers cannot read old values; old readers cannot read new values.",
      breaks: ["BACKWARD", "FORWARD", "FULL"],
      severity: "breaking",
    },
  ]);
});

test("a change that registries accept and that changes values is a misreading", () => {
  const decimal = (precision: number, scale: number) => ({ type: "bytes", logicalType: "decimal", precision, scale });
  assert.deepEqual(
    compared(decimal(9, 2), decimal(9, 4)).changes.map(({ severity, message }) => [severity, message]),
    [["misread", "The logical type is decimal(9, 4) instead of decimal(9, 2)."]],
  );
  assert.equal(compared(decimal(9, 2), decimal(12, 2)).changes[0]!.severity, "compatible");
  assert.equal(compared("bytes", decimal(12, 2)).changes[0]!.severity, "compatible");
});

test("the verdict is always that of the changes, for random changes of random schemas", () => {
  const random = seeded(31);
  const seen = new Map<Verdict, number>();
  for (let i = 0; i < 1500; i++) {
    const older = randomSchema(random);
    let newer = older;
    for (let k = upTo(random, 3); k >= 0; k--) newer = mutated(random, newer);
    let comparison: ReturnType<typeof compared>;
    try {
      comparison = compared(older, newer);
    } catch (error) {
      // a change can take away the definition of a name that is used later
      assert.match(String(error), /is not defined|holds a union|defined twice/);
      continue;
    }
    const verdict = verdictOf(comparison);
    assert.equal(holds(comparison.changes), verdict, `${JSON.stringify(older)}\n${JSON.stringify(newer)}`);
    seen.set(verdict, (seen.get(verdict) ?? 0) + 1);
  }
  for (const verdict of ["full", "backward", "forward", "none"] as const)
    assert.ok((seen.get(verdict) ?? 0) > 30, `${verdict}: ${seen.get(verdict)}`);
});

test("recursion that only differs deep within is found from wherever it starts", () => {
  const older = { type: "record", name: "R", fields: [{ name: "f", type: { type: "array", items: ["null", "R"] } }] };
  const newer = {
    type: "record",
    name: "R",
    fields: [{ name: "f", type: { type: "array", items: ["R", "boolean"] } }],
  };
  const comparison = compared(older, newer);
  assert.deepEqual([comparison.backward, comparison.forward, holds(comparison.changes)], [false, false, "none"]);
});

test("schemas made to be slow are refused or compared in time", () => {
  const wide = (n: number, type: string) => ({
    type: "record",
    name: "W",
    fields: Array.from({ length: n }, (_, i) => ({ name: `f${i}`, type })),
  });
  assert.equal(compared(wide(5000, "int"), wide(5000, "long")).changes.length, 1000);
  const union = (n: number, prefix: string) =>
    Array.from({ length: n }, (_, i) => ({ type: "array", items: { type: "fixed", name: `${prefix}${i}`, size: 1 } }));
  assert.throws(
    () => compared(union(1000, "a"), union(1000, "b")),
    /^Error: the schemas are too large to be compared$/,
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { createDecoder } from "../../../src/schema/decoder.ts";
import { avro, knowing, long, preview, processorTime, seeded, view, wire } from "./support.ts";

/** Runs within a time that only a bound can explain. */
function quickly<T>(run: () => T, ms = 500): T {
  let result: T | undefined;
  const took = processorTime(() => {
    result = run();
  });
  assert.ok(took < ms, `it took ${Math.round(took)} ms`);
  return result as T;
}

const HUGE = long(2n ** 63n - 1n);
const FOUR_GB = long(2n ** 32n);

test("a length of gigabytes is refused before anything is allocated", () => {
  for (const type of ["string", "bytes"]) {
    for (const size of [HUGE, FOUR_GB]) {
      const shown = quickly(() => view(wire(7, size, [1, 2, 3]), knowing(avro(type))));
      assert.match(shown.problems[0]!, /^not Avro: .* of [0-9]+ bytes, where only 3 are left$/);
    }
  }
});

test("arrays of items that take no bytes are bounded", () => {
  const nothing = { type: "record", name: "Nothing", fields: [{ name: "n".repeat(1000), type: "null" }] };
  for (const items of ["null", nothing, { type: "fixed", name: "F", size: 0 }]) {
    const shown = quickly(() => view(wire(7, HUGE, [0]), knowing(avro({ type: "array", items }))), 1000);
    assert.equal(shown.format, "binary");
    assert.match(shown.problems[0]!, /take no bytes/);
    quickly(() => preview(wire(7, HUGE, [0]), knowing(avro({ type: "array", items }))), 1000);
  }
});

test("records within records that take no bytes are bounded too", () => {
  let type: unknown = "null";
  for (let level = 0; level < 40; level++) {
    const fields = [
      { name: "a", type },
      { name: "b", type: level === 0 ? "null" : `R${level - 1}` },
    ];
    type = { type: "record", name: `R${level}`, fields };
  }
  const shown = quickly(() => view(wire(7, []), knowing(avro(type))));
  assert.match(shown.problems[0]!, /take no bytes/);
});

test("nesting of a hundred thousand levels is refused", () => {
  const list = { type: "record", name: "L", fields: [{ name: "next", type: ["null", "L"] }] };
  const shown = quickly(() => view(wire(7, Array(100_000).fill(2)), knowing(avro(list))));
  assert.match(shown.problems[0]!, /nested deeper than 400 levels/);
  assert.ok(shown.problems[0]!.length < 400);
  const tree = { type: "record", name: "T", fields: [{ name: "c", type: { type: "array", items: "T" } }] };
  assert.match(quickly(() => view(wire(7, Array(100_000).fill(2)), knowing(avro(tree)))).problems[0]!, /nested deeper/);
});

test("a schema that holds itself without an end, or is nested a million deep, is a problem", () => {
  const endless = { type: "record", name: "E", fields: [{ name: "e", type: "E" }] };
  assert.match(quickly(() => view(wire(7, [1, 2, 3]), knowing(avro(endless)))).problems[0]!, /nested deeper/);
  const deep = `${'{"type":"array","items":'.repeat(100_000)}"int"${"}".repeat(100_000)}`;
  assert.match(quickly(() => view(wire(7, [1]), knowing(avro(deep)))).problems[0]!, /nested deeper/);
});

test("names of prototypes are names like others", () => {
  const schema = {
    type: "record",
    name: "P",
    fields: ["__proto__", "constructor", "toString"].map((name) => ({ name, type: "int" })),
  };
  assert.equal(preview(wire(7, [2, 4, 6]), knowing(avro(schema))).text, '{"__proto__":1,"constructor":2,"toString":3}');
  assert.match(view(wire(7, [2]), knowing(avro("constructor"))).problems[0]!, /not defined/);
});

test("decimals of a megabyte are shown as bytes, and a string of megabytes is previewed quickly", () => {
  const bytes = wire(7, long(1_048_576n), Buffer.alloc(1_048_576, 1));
  const decimal = { type: "bytes", logicalType: "decimal", precision: 5, scale: 2 };
  assert.match(quickly(() => view(bytes, knowing(avro(decimal)), 100)).text, /^"0x0101/);
  assert.equal(quickly(() => preview(bytes, knowing(avro("string")), 100), 50).cut, true);
  assert.equal(quickly(() => preview(bytes, knowing(avro("bytes")), 100), 50).cut, true);
});

test("a large value is previewed without being decoded to its end", () => {
  const items = Buffer.alloc(400_000, 2);
  const bytes = wire(7, long(400_000n), items, [0]);
  const cell = quickly(() => preview(bytes, knowing(avro({ type: "array", items: "int" })), 100), 50);
  assert.deepEqual([cell.format, cell.cut, cell.text.length], ["avro", true, 100]);
  const shown = quickly(() => view(bytes, knowing(avro({ type: "array", items: "int" })), 1000), 3000);
  assert.equal(shown.format, "avro");
  assert.equal(
    shown.text.length + shown.textCut,
    "[\n  ".length + 400_000 * "1,\n  ".length - ",\n  ".length + "\n]".length,
  );
});

const EVERYTHING = {
  type: "record",
  name: "X",
  fields: [
    { name: "l", type: "long" },
    { name: "s", type: "string" },
    { name: "u", type: ["null", "X", "double", { type: "enum", name: "E", symbols: ["A", "B", "C"] }] },
    { name: "a", type: { type: "array", items: ["int", "string"] } },
    { name: "m", type: { type: "map", values: { type: "bytes", logicalType: "decimal", precision: 9, scale: 2 } } },
    { name: "t", type: { type: "long", logicalType: "timestamp-nanos" } },
    { name: "f", type: { type: "fixed", name: "D", size: 12, logicalType: "duration" } },
  ],
};

test("random bytes never throw, whatever they are taken for, and a preview agrees with the view", async () => {
  const random = seeded(99);
  const decoder = createDecoder();
  const context = knowing(avro(EVERYTHING), avro("{}", { id: 8, type: "JSON" }));
  for (let i = 0; i < 1500; i++) {
    const size = Math.floor(random() * 60);
    const small = random() < 0.7;
    const body = Buffer.from(Array.from({ length: size }, () => Math.floor(random() * (small ? 8 : 256))));
    const bytes = random() < 0.8 ? wire(random() < 0.9 ? 7 : 8, body) : body;
    const cell = await decoder.preview(bytes, context, 10_000);
    const shown = await decoder.view(bytes, context, Number.POSITIVE_INFINITY);
    assert.equal(cell.format, shown.format);
    assert.deepEqual(cell.problems, shown.problems);
    if (shown.format === "avro") assert.equal(typeof JSON.parse(shown.text), "object");
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import avsc from "avsc";
import { parseAvro } from "../../../src/schema/avro/schema.ts";
import { encodeField } from "../../../src/schema/draft.ts";
import { pick, randomSchema, randomText, upTo } from "./avroRandom.ts";
import { avro, knowing, preview, seeded, view, wire } from "./support.ts";

test("what the viewer shows can be produced again, for random schemas and values", async () => {
  const random = seeded(2024);
  let texts = 0;
  for (let i = 0; i < 200; i++) {
    const schema = avro(randomSchema(random));
    const type = parseAvro(schema);
    for (let k = 0; k < 5; k++) {
      const text = randomText(random, type);
      const encoded = await encodeField({ encoding: "schema", text }, schema);
      assert.ok("bytes" in encoded, `${schema.schema}\n${text}\n${JSON.stringify(encoded)}`);
      const cell = preview(encoded.bytes!, knowing(schema), 1_000_000);
      assert.deepEqual([cell.text, cell.problems, cell.format], [text, [], "avro"], schema.schema);
      const again = await encodeField({ encoding: "schema", text: view(encoded.bytes!, knowing(schema)).text }, schema);
      assert.deepEqual(again, encoded);
      texts += text.length;
    }
  }
  assert.ok(texts > 25_000, `${texts} characters are too few to say much`);
});

test("cutting a value anywhere never goes unnoticed or throws", async () => {
  const random = seeded(77);
  for (let i = 0; i < 60; i++) {
    const schema = avro(randomSchema(random));
    const encoded = await encodeField({ encoding: "schema", text: randomText(random, parseAvro(schema)) }, schema);
    assert.ok("bytes" in encoded);
    const bytes = Buffer.from(encoded.bytes!);
    for (let size = 5; size < Math.min(bytes.length, 60); size++) {
      const shown = view(bytes.subarray(0, size), knowing(schema));
      assert.ok(shown.format === "binary" && shown.problems.length === 1, `${schema.schema} at ${size}: ${shown.text}`);
    }
  }
});

test("another Avro library writes what we read, and reads what we write", async () => {
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
    const ours = await encodeField({ encoding: "schema", text: shown.text }, avro(schema));
    assert.deepEqual("bytes" in ours && ours.bytes, wire(7, bytes));
  }
});

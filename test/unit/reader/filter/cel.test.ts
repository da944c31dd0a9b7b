import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { readRecord } from "../../../../src/kafka/log/records.ts";
import { checkFilter, compileFilter } from "../../../../src/reader/filter/filter.ts";
import { createDecoder } from "../../../../src/schema/decoder.ts";
import { cel, context, found, matches, selected } from "./support.ts";

const order =
  '{"id":9007199254740993,"status":"paid","amount":197.41,"items":[{"sku":"s1","qty":2}],"note":null,"odd name":1}';

describe("an expression", () => {
  for (const [expression, expected] of [
    ['value.status == "paid"', true],
    ['value.status == "open" || value.amount > 100', true],
    ["value.id == 9007199254740993", true],
    ["value.id == 9007199254740992", false],
    ["value.amount >= 197.41 && value.amount < 198", true],
    ['value.items.exists(i, i.sku == "s1" && i.qty == 2)', true],
    ['value.items[0].sku.startsWith("s")', true],
    ['value["odd name"] + 1 == 2', true],
    ["value.note == null", true],
    ["has(value.missing)", false],
    ['!has(value.missing) && value.status in ["paid", "open"]', true],
    ['value.status.matches("^p.*d$")', true],
    ['value.status.matches("(a+)+$")', false],
    ["size(value.items) == 1", true],
    ["partition == 3 && offset == 0", true],
    ['topic == "t"', true],
    ['timestamp > timestamp("2020-01-01T00:00:00Z")', true],
    ['decimal("0.10") + decimal("1") == 1 ? true : false', "error"],
    ['decimal(value.amount) > decimal("197.40") && decimal(value.amount) <= 197.41', true],
  ] as const) {
    test(expression, async () => {
      if (expected === "error") assert.ok(await checkFilter(cel(expression)));
      else assert.equal(await matches(cel(expression), order), expected);
    });
  }

  test("is exact for integers and decimals that no double holds", async () => {
    const value = '{"a":12345678901234567890123,"b":0.1234567890123456789,"c":"10.10"}';
    assert.equal(await matches(cel("value.a == 12345678901234567890123.0"), value), false);
    assert.equal(await matches(cel('decimal(value.a) == decimal("12345678901234567890123")'), value), true);
    assert.equal(await matches(cel('decimal(value.b) < decimal("0.1234567890123456790")'), value), true);
    assert.equal(await matches(cel('decimal(value.b) == decimal("0.1234567890123456788")'), value), false);
    assert.equal(await matches(cel("value.b < 0.2"), value), true);
    assert.equal(await matches(cel('decimal(value.c) == decimal("10.1")'), value), true);
  });

  test("sees keys, headers, text and null as what they are", async () => {
    const records = [
      {
        key: "c1",
        value: "plain text",
        headers: [
          { key: "h", value: "1" },
          { key: "h", value: "2" },
        ],
      },
      { key: '{"id":5}', value: null },
      {
        key: null,
        value: Buffer.from([1, 2, 255]),
        headers: [
          { key: "id", value: Buffer.from([0xff, 0, 0xfe]) },
          { key: "none", value: null },
        ],
      },
    ];
    assert.deepEqual(await selected(cel('key == "c1"'), records), [0]);
    assert.deepEqual(await selected(cel('value.contains("text")'), records.slice(0, 1)), [0]);
    assert.deepEqual(await selected(cel("value == null"), records), [1]);
    assert.deepEqual(await selected(cel("type(key) == map && key.id == 5"), records), [1]);
    assert.deepEqual(await selected(cel('"h" in headers && headers.h == "2"'), records), [0]);
    assert.deepEqual(await selected(cel('headers.id == b"\\xff\\x00\\xfe" && headers.none == null'), records), [2]);
    assert.deepEqual(await selected(cel('type(value) == bytes && value == b"\\x01\\x02\\xff"'), records), [2]);
  });

  test("that does not apply to a record does not match it, and is counted with the field's name", async () => {
    const filter = await compileFilter(cel("value.amount > 1"), context);
    assert.deepEqual(await selected(filter, [{ value: '{"amount":2}' }, { value: '{"x":1}' }, { value: "text" }]), [0]);
    assert.deepEqual({ ...filter.problems }, { count: 2, example: "No such key: amount" });
  });

  test("is told what is wrong with it, at its place", async () => {
    for (const [expression, message, at, length] of [
      ["value.", /^Expected IDENTIFIER/, 6, 1],
      ['valu.status == "paid"', /^Unknown variable: valu\.$/, 0, 4],
      ["value.status", null, 0, 0],
      ["offset", /^The expression gives int: it has to give true or false\.$/, 0, 6],
      ['value.a.matches("a(")', /^This is not a regular expression/, 16, 4],
      ["offset.matches(1)", /matches/, 0, 0],
      ["value.a ==", /^The expression is not complete\.$/, 10, 1],
      ['value.a == "🚀Zoë" &&\n  valu.b', /^Unknown variable: valu\.$/, 24, 4],
      ["value.🚀 == 1", /^Unexpected character: 🚀\.$/, 6, 1],
      ["(".repeat(5000), /^The expression is nested too deeply/, 250, 1],
      ["value.a == 1 && ".repeat(5000), /^The expression is nested too deeply|^The expression is not complete/, 0, 0],
    ] as const) {
      const problem = await checkFilter(cel(expression));
      if (message === null) assert.equal(problem, null);
      else {
        assert.match(problem!.message, message);
        if (length > 0) assert.deepEqual([problem!.at, problem!.length], [at, length]);
      }
    }
    await assert.rejects(compileFilter(cel("value."), context), { name: "UserError", code: "filter" });
  });

  test("is not misled by hostile JSON", async () => {
    const deep = `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`;
    for (const value of [
      '{"__proto__":{"status":"paid"}}',
      '{"constructor":{"name":"x"},"toString":1,"hasOwnProperty":2}',
      deep,
      '{"status":"open","status":"paid"',
      "[1,2",
    ]) {
      assert.equal(await matches(cel('value.status == "paid"'), value), false);
    }
    assert.equal(await matches(cel('value.constructor.name == "x"'), '{"constructor":{"name":"x"}}'), true);
    // of a name that occurs twice the last one counts
    assert.equal(await matches(cel('value.status == "paid"'), '{"status":"open","status":"paid"}'), true);
  });

  test("gives the same with and without looking for its texts first", async () => {
    const statuses = ["paid", "open", 'pa"id', "p\\u0061id", "", "Zoë", "päid"];
    const expressions = [
      'value.status == "paid"',
      'value.status == "paid" && value.n > 3',
      'value.status == "paid" || key == "k2"',
      'value.status.contains("ai") && !(value.status == "x")',
      'value.status in ["paid", "Zoë"]',
      '!(value.status == "paid")',
      'value.status == "pa\\"id"',
      'key == "k1" && value.status.startsWith("p")',
      'value.status == "paid" ? value.n > 2 : value.n < 2',
    ];
    for (let seed = 1; seed <= 30; seed++) {
      let state = seed;
      const random = (n: number) => (state = (state * 1103515245 + 12345) & 0x7fffffff) % n;
      const records = Array.from({ length: 60 }, () => {
        const status = statuses[random(statuses.length)]!;
        const text = status.includes("\\") ? `"${status}"` : JSON.stringify(status);
        return {
          key: random(3) ? `k${random(3)}` : null,
          value: random(9) ? `{"n":${random(6)},"status":${text}}` : "none",
        };
      });
      for (const expression of expressions) {
        const filter = await compileFilter(cel(expression), context);
        const { batch, positions } = found(records);
        const oneByOne: number[] = [];
        for (const [i, position] of positions.entries()) {
          if (await filter.test(batch.source, readRecord(batch, position))) oneByOne.push(i);
        }
        assert.deepEqual(await selected(cel(expression), records), oneByOne, `${expression}, seed ${seed}`);
      }
    }
  });

  test("finds texts that are not in a payload's bytes as they are", async () => {
    const json = '{"status":"paid"}';
    const values = [
      gzipSync(json),
      Buffer.from(json),
      Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from("status paid", "utf16le")]),
      Buffer.from('{"status":"open"}'),
      // MessagePack: {"status": "paid"}
      Buffer.from("81a6737461747573a470616964", "hex"),
    ].map((value) => ({ value }));
    assert.deepEqual(await selected(cel('value.status == "paid"'), values), [0, 1, 4]);
    assert.deepEqual(await selected(cel('value.contains("paid")'), values), [2]);
  });

  test("sees what was chosen for the topic", async () => {
    const decoder = createDecoder({
      choices: { of: (_topic, part) => ({ kind: "format", format: part === "value" ? "base64" : "text" }) },
    });
    const filter = await compileFilter(cel('value.status == "paid"'), { decoder, schemas: null });
    const value = Buffer.from('{"status":"paid"}').toString("base64");
    assert.deepEqual(await selected(filter, [{ value }, { value: '{"status":"paid"}' }]), [0, 1]);
    const text = createDecoder({ choices: { of: () => ({ kind: "format", format: "text" }) } });
    const asText = await compileFilter(cel('value == "{}"'), { decoder: text, schemas: null });
    assert.deepEqual(await selected(asText, [{ value: "{}" }]), [0]);
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { scanJson } from "../../../src/schema/json.ts";
import { layOutJson } from "../../../src/schema/jsonLayout.ts";
import { JsonSyntaxError, parseJson, printJson } from "../../../src/schema/jsonTree.ts";
import { preview, processorTime, seeded, view } from "./support.ts";

const VALID = [
  "{}",
  "[]",
  "0",
  "-0",
  "1e5",
  "1E+5",
  "-1.5e-3",
  '""',
  '"\\u00e9\\n\\"\\\\\\/\\b\\f\\r\\t"',
  "true",
  "false",
  "null",
  " [ ] ",
  '{"a":{"b":[1,{"c":null}]}}',
  '{"":0}',
  '{"a":1,"a":2}',
  '"\u007f\u2028"',
  "[1 , 2]\n",
  "123456789012345678901234567890",
];
const INVALID = [
  "",
  " ",
  "{",
  "[",
  "]",
  "}",
  "[1,]",
  "{,}",
  '{"a":1,}',
  '{"a"}',
  '{"a":}',
  "{a:1}",
  "{'a':1}",
  "[1 2]",
  "01",
  "-",
  "+1",
  ".5",
  "1.",
  "1e",
  "1e+",
  "0x1",
  "NaN",
  "Infinity",
  "tru",
  "truee",
  "nul",
  '"',
  '"\\',
  '"\\x"',
  '"\\u12g4"',
  '"\\u123"',
  '"a\nb"',
  '"\t"',
  "[1]]",
  "{}{}",
  "[1}",
  '{"a":1]',
  "// x\n1",
  "\ufeff{}",
  "\u00a0[]",
  '["a":1]',
  "[,1]",
  '{"a" 1}',
  "--1",
  "1-",
  "\u0000",
];

test("what is JSON is accepted, what is not is refused, by the scanner and the parser alike", () => {
  for (const text of VALID) {
    JSON.parse(text);
    assert.equal(scanJson(Buffer.from(text)).ok, true, text);
    assert.deepEqual(JSON.parse(printJson(parseJson(text))), JSON.parse(text));
  }
  for (const text of INVALID) {
    assert.throws(() => JSON.parse(text), SyntaxError, text);
    assert.equal(scanJson(Buffer.from(text)).ok, false, text);
    assert.throws(() => parseJson(text), JsonSyntaxError, text);
  }
});

test("mutilated documents are judged as JSON.parse judges them", () => {
  const random = seeded(11);
  const pick = (from: string) => from[Math.floor(random() * from.length)]!;
  for (let i = 0; i < 4000; i++) {
    let text = '{"a":[1,-2.5e3,"x\\n\\u0041",true,null,{}],"b":{"c":[]}}';
    for (let edits = 0; edits < 1 + random() * 2; edits++) {
      const at = Math.floor(random() * text.length);
      text = text.slice(0, at) + (random() < 0.5 ? "" : pick('{}[],:"\\0e-. tn')) + text.slice(at + 1);
    }
    let valid = true;
    try {
      JSON.parse(text);
    } catch {
      valid = false;
    }
    assert.equal(scanJson(Buffer.from(text)).ok, valid, text);
    if (valid) assert.doesNotThrow(() => parseJson(text), text);
    else assert.throws(() => parseJson(text), text);
  }
});

test("a layout is the one that JSON.stringify makes, where that loses nothing", () => {
  for (const value of [
    {},
    [],
    { a: [] },
    [[], {}],
    { a: 1, b: [1, { c: "x: {,}" }], d: { e: {} } },
    ["é😀", '"\\'],
    [[[[1]]]],
  ]) {
    for (const spaced of [JSON.stringify(value), JSON.stringify(value, null, 7), JSON.stringify(value, null, "\t")]) {
      assert.equal(layOutJson(spaced), JSON.stringify(value, null, 2));
    }
  }
});

test("numbers, duplicate names, order and escapes stay as they are written", () => {
  const text = '{"b":123456789012345678901234567890,"a":1.10,"a":1E400,"\\u0061":"\\u00e9\\/","c":-0}';
  const shown = view(text);
  assert.equal(shown.format, "json");
  assert.equal(
    shown.text,
    '{\n  "b": 123456789012345678901234567890,\n  "a": 1.10,\n  "a": 1E400,\n  "\\u0061": "\\u00e9\\/",\n  "c": -0\n}',
  );
  assert.equal(preview(text).text, text);
});

test("a preview is one compact line, cut, and says so", () => {
  assert.deepEqual(preview('{ "a" : [ 1,\n 2 ] , "b\\"  c" : "x  y" }'), {
    format: "json",
    text: '{"a":[1,2],"b\\"  c":"x  y"}',
    cut: false,
    problems: [],
  });
  const cut = preview(`{"a":"${"é".repeat(500)}"}`, undefined, 20);
  assert.equal(cut.text, `{"a":"${"é".repeat(14)}`);
  assert.equal(cut.cut, true);
});

test("a cut never halves a character, and counts what it left out", () => {
  const text = JSON.stringify({ a: "😀".repeat(100), b: "é" });
  const whole = JSON.stringify(JSON.parse(text), null, 2);
  for (let max = 1; max < whole.length + 3; max++) {
    const shown = view(text, undefined, max);
    assert.equal(shown.text.isWellFormed(), true);
    assert.ok(whole.startsWith(shown.text) && shown.text.length >= Math.min(max, whole.length) - 1);
    assert.equal(shown.text.length + shown.textCut, whole.length);
  }
});

test("ten megabytes are laid out within a second", () => {
  const order =
    '{"orderId":"ord-12345","customer":{"id":777,"name":"Jane Doe"},"items":[{"sku":"abc","qty":1}],"note":"é"}';
  const bytes = Buffer.from(`[${Array(95_000).fill(order).join(",")}]`);
  assert.ok(bytes.length > 10_000_000);
  const took = processorTime(() => assert.equal(view(bytes).format, "json"));
  assert.ok(took < 1000, `${took} ms`);
  assert.ok(processorTime(() => assert.equal(preview(bytes).cut, true)) < 50);
});

test("nesting of a million levels costs neither the stack nor a blow-up", () => {
  const deep = "[".repeat(1_000_000) + "]".repeat(1_000_000);
  const shown = view(deep);
  assert.equal(shown.format, "json");
  assert.equal(shown.text.replaceAll(/\s/g, ""), deep);
  assert.ok(shown.text.length < 2 * deep.length);
  assert.equal(shown.textCut, 0);
  assert.equal(view(`${"[".repeat(60)}${"0,".repeat(500_000)}0${"]".repeat(60)}`).textCut, 0);
  assert.equal(view("[".repeat(1_000_000)).format, "text");
  assert.throws(() => parseJson(deep), /nested deeper/);
});

test("a large document is previewed by its beginning and judged whole in the detail", () => {
  const broken = `{"a":"${"x".repeat(20_000)}","b":oops}`;
  assert.equal(preview(broken).format, "json");
  assert.equal(view(broken).format, "text");
  assert.equal(preview(`{"a":oops,"b":"${"x".repeat(20_000)}"}`).format, "text");
  assert.equal(preview(`{"a":"${"x".repeat(20_000)}" and so on`).format, "text");
});

test("syntax errors carry their position", () => {
  const at = (text: string): number => {
    try {
      parseJson(text);
    } catch (error) {
      if (error instanceof JsonSyntaxError) return error.at;
    }
    return -1;
  };
  assert.equal(at('{"a":1,}'), 7);
  assert.equal(at('{"a" 1}'), 5);
  assert.equal(at("[1,"), 3);
  assert.equal(at("01"), 1);
  assert.equal(at('["a\nb"]'), 3);
});

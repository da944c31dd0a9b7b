import assert from "node:assert/strict";
import { test } from "node:test";
import { JsonText, pieceOf } from "../../../src/schema/jsonText.ts";
import { doubleText, floatText } from "../../../src/schema/numberText.ts";
import { seeded } from "./support.ts";

/** What is written, and that its length is counted in UTF-16 units. */
function written(write: (out: JsonText) => void): string {
  const out = new JsonText();
  write(out);
  const text = out.text();
  assert.equal(out.length, text.length);
  if (out.printable) assert.match(text, /^[ -~]*$/);
  return text;
}

const random = seeded(20);
const below = (n: number): number => Math.floor(random() * n);

test("strings are written as JSON.stringify writes them, whatever characters they have", () => {
  const alphabet = [
    "a",
    "Z",
    " ",
    '"',
    "\\",
    "/",
    "\n",
    "\u0000",
    "\u001f",
    "\u007f",
    "\u0080",
    "é",
    "߿",
    "ࠀ",
    "\u2028",
    "퟿",
    "",
    "\ufffd",
    "\uffff",
    "😀",
    "\u{10ffff}",
  ];
  for (let round = 0; round < 3000; round++) {
    const length = below(round % 10 === 0 ? 9000 : 70);
    const plain = round % 3 === 0;
    const text = Array.from({ length }, () => (plain ? "x" : alphabet[below(alphabet.length)]!)).join("");
    const bytes = Buffer.from(`<${text}>`);
    const shown = written((out) => assert.equal(out.string(bytes, 1, bytes.length - 1), true));
    assert.equal(shown, JSON.stringify(text));
  }
});

test("bytes that are no UTF-8 are said to be none, and each malformed part is shown as U+FFFD", () => {
  for (let round = 0; round < 20_000; round++) {
    const bytes = Buffer.from(
      Array.from({ length: 1 + below(8) }, () => (below(3) === 0 ? below(128) : 128 + below(128))),
    );
    const text = bytes.toString("utf8");
    let wellFormed = true;
    const shown = written((out) => {
      wellFormed = out.string(bytes, 0, bytes.length);
    });
    assert.equal(shown, JSON.stringify(text), bytes.toString("hex"));
    assert.equal(wellFormed, Buffer.from(text).equals(bytes), bytes.toString("hex"));
  }
});

test("integers have all their digits", () => {
  const numbers = [0, 9, 10, 99, 100, 999_999_999, 1e9, 99_999_999, 1e8, 12_345_678_901, Number.MAX_SAFE_INTEGER];
  for (let i = 0; i < 20_000; i++) numbers.push(Math.floor(random() * 10 ** below(16)));
  for (const each of numbers)
    for (const value of [each, -each || 0])
      assert.equal(
        written((out) => out.integer(value)),
        String(value),
      );
  assert.equal(
    written((out) => out.integer(-9223372036854775808n)),
    "-9223372036854775808",
  );
});

test("floats and doubles have their shortest digits, however they come by them", () => {
  const doubles = [
    0,
    -0,
    0.1,
    1e21,
    1e-7,
    0.0001,
    0.00001,
    1e15,
    123456789012.3456,
    99999999999.9999,
    999999999999.9999,
    2251799813685249.5,
    Number.NaN,
    Number.NEGATIVE_INFINITY,
    Number.MIN_VALUE,
    Number.MAX_VALUE,
  ];
  const bits = Buffer.alloc(8);
  for (let i = 0; i < 30_000; i++) {
    doubles.push(below(2 ** 32) / 10 ** below(7), -(below(2 ** 32) * below(2 ** 20)) / 10 ** below(7));
    for (let k = 0; k < 8; k++) bits[k] = below(256);
    doubles.push(bits.readDoubleLE());
  }
  for (const value of doubles) {
    assert.equal(
      written((out) => out.double(value)),
      doubleText(value),
    );
    const float = Math.fround(value);
    assert.equal(
      written((out) => out.float(float)),
      floatText(float),
    );
  }
});

test("what was written since a mark can be taken away, or get something before it", () => {
  const out = new JsonText();
  out.piece(pieceOf('{"größe":'));
  const mark = out.mark();
  assert.equal(out.from(mark), undefined);
  out.put('"é😀"');
  assert.equal(out.from(mark), 0x22);
  assert.equal(out.take(mark), '"é😀"');
  out.put("1");
  out.insert(mark, pieceOf('{"ä":'));
  out.char(0x7d);
  assert.equal(out.text(), '{"größe":{"ä":1}');
  assert.equal(out.length, out.text().length);
  out.begin();
  out.put("x".repeat(100_000));
  out.release();
  assert.deepEqual([out.length, out.text(), out.printable], [0, "", true]);
});

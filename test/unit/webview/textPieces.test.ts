import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PIECE_CHARS, PIECE_LINES, textPieces } from "../../../webview/ui/textPieces.ts";

/** The text that pieces show: a piece begins a line, unless it goes on with one. */
const joined = (text: string, maxLines = Number.POSITIVE_INFINITY): string => {
  let out = "";
  let last = 0;
  for (const { start, end } of textPieces(text, maxLines)) {
    assert.ok(start === last || (start === last + 1 && text[last] === "\n"), `a gap before ${start}`);
    out += text.slice(last, end);
    last = end;
  }
  return out;
};

describe("The pieces that a text is drawn in", () => {
  it("hold all of it, once", () => {
    const many = Array.from({ length: 2345 }, (_, i) => "x".repeat(i % 400)).join("\n");
    for (const text of ["", "\n", "a", "a\n", "\n\na", many, `${many}\n`]) assert.equal(joined(text), text);
  });

  it("are small, whatever the lines are", () => {
    const text = `${"short\n".repeat(1000)}${"y".repeat(95_000)}\n${"\n".repeat(500)}end`;
    const pieces = textPieces(text, 1_000_000);
    for (const { start, end, lines } of pieces) {
      assert.ok(end - start <= PIECE_CHARS + 1, `${end - start} characters`);
      assert.ok(lines >= 1 && lines <= PIECE_LINES);
    }
    assert.equal(joined(text), text);
  });

  it("do not cut a character in two", () => {
    const text = `a${"👍".repeat(PIECE_CHARS)}`;
    for (const { start, end } of textPieces(text, 10))
      assert.doesNotThrow(() => encodeURIComponent(text.slice(start, end)));
    assert.equal(joined(text), text);
  });

  it("end with the last line that is wanted", () => {
    assert.equal(joined("1\n2\n3\n4", 3), "1\n2\n3");
    assert.equal(joined("l\n".repeat(1000), 250), `${"l\n".repeat(249)}l`);
  });
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { csvLine, csvPieces } from "../../../../src/reader/export/csv.ts";
import { cutUp, jsonPieces, PIECE } from "../../../../src/reader/export/pieces.ts";

const long = `${"x".repeat(PIECE - 1)}😀${'"\n\\'.repeat(PIECE)}`;

describe("text in pieces", () => {
  test("is the JSON that JSON.stringify gives", () => {
    for (const value of [
      { a: 1, b: [true, null, "x"], c: undefined, d: {}, e: [] },
      { a: long, b: [long, { c: long, none: undefined }], d: "", e: null },
      [],
      [long],
      "x",
      long,
      null,
    ]) {
      assert.ok([...jsonPieces(value)].join("") === JSON.stringify(value));
    }
  });
  test("is of bounded size", () => {
    const pieces = [...jsonPieces({ long, more: [long] })];
    assert.ok(pieces.length > 6 && pieces.every((piece) => piece.length <= 6 * PIECE));
  });
  test("is a line of CSV", () => {
    assert.ok([...csvPieces([long, null, "a,b", ""])].join("") === csvLine([long, null, "a,b", ""]));
  });
  test("never cuts a character", () => {
    const parts = [...cutUp(long)];
    assert.ok(parts.every((part) => part.isWellFormed()) && parts.join("") === long);
  });
});

describe("a line of CSV", () => {
  test("ends in CRLF and quotes what has commas, quotes or line ends", () => {
    assert.equal(csvLine(["a", "b,c", 'd"e', "f\ng", "h\ri", " j "]), 'a,"b,c","d""e","f\ng","h\ri", j \r\n');
  });
  test("tells null from empty", () => {
    assert.equal(csvLine([null, "", null]), ',"",\r\n');
  });
  test("keeps what a spreadsheet would take for a formula as it is", () => {
    assert.equal(csvLine(["=1+1", "-5", "+x", "@y"]), "=1+1,-5,+x,@y\r\n");
  });
});

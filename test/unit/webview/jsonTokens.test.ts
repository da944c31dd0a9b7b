import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { jsonTokens, timeHint } from "../../../webview/ui/jsonTokens.ts";

const kinds = (line: string) =>
  jsonTokens(line)
    .filter((t) => t.kind !== "space")
    .map((t) => `${t.kind} ${t.text}`);

describe("jsonTokens", () => {
  it("tells names, strings, numbers and words apart", () => {
    assert.deepEqual(kinds('{"a": "b\\"c", "n" : -1.50e+3, "x": [true, null]}'), [
      "punctuation {",
      'name "a"',
      "punctuation :",
      'string "b\\"c"',
      "punctuation ,",
      'name "n"',
      "punctuation :",
      "number -1.50e+3",
      "punctuation ,",
      'name "x"',
      "punctuation :",
      "punctuation [",
      "word true",
      "punctuation ,",
      "word null",
      "punctuation ]",
      "punctuation }",
    ]);
  });

  it("loses no character, whatever the text", () => {
    for (const line of [
      '{"id":9007199254740993123456789,"f":1.000}',
      '"never closed',
      "<script>alert(1)</script>",
      "- truex nul 1.2.3 \\ \u0000 \ud800 🙂",
      "",
      '"a\\',
      `{"a":"${"x".repeat(50_000)}`,
    ])
      assert.equal(
        jsonTokens(line)
          .map((t) => t.text)
          .join(""),
        line,
      );
  });
});

describe("timeHint", () => {
  it("reads milliseconds and microseconds under a telling name", () => {
    assert.equal(timeHint('  "ts": 1700000777777,'), "2023-11-14 22:26:17.777 UTC");
    assert.equal(timeHint('  "createdAt": 1700000777777123'), "2023-11-14 22:26:17.777123 UTC");
  });
  it("says nothing of other numbers", () => {
    assert.equal(timeHint('  "id": 1700000777777,'), null);
    assert.equal(timeHint('  "ts": 17,'), null);
  });
});

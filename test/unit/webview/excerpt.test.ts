import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { excerpt } from "../../../webview/ui/excerpt.ts";

describe("The part of an expression that is wrong", () => {
  it("is shown with what stands around it", () => {
    assert.deepEqual(excerpt("value.a == 1 && valu.id > 3", 16, 4), {
      character: 17,
      before: "value.a == 1 && ",
      marked: "valu",
      after: ".id > 3",
    });
  });

  it("is cut between characters, and counted in them", () => {
    const text = `${"🚀".repeat(30)}x${"🚀".repeat(30)}`;
    const { character, before, marked, after } = excerpt(text, 60, 1);
    assert.deepEqual([character, marked], [31, "x"]);
    assert.deepEqual([before, after], [`…${"🚀".repeat(20)}`, `${"🚀".repeat(20)}…`]);
  });

  it("is marked in part where it is long", () => {
    assert.equal(excerpt("y".repeat(500), 0, 500).marked, `${"y".repeat(80)}…`);
  });

  it("is nothing at the end of the text", () => {
    assert.deepEqual(excerpt("a ==", 4, 1), { character: 5, before: "a ==", marked: "", after: "" });
  });
});

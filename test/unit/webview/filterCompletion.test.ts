import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FieldInfo } from "../../../src/shared/messages.ts";
import { completionsAt } from "../../../webview/messages/filterCompletion.ts";
import { celTokens } from "../../../webview/ui/celTokens.ts";

const fields: FieldInfo[] = [
  { path: "$.status", types: ["string"], share: 1 },
  { path: "$.amount", types: ["double"], share: 0.5 },
  { path: "$.items", types: ["array"], share: 1 },
  { path: "$.items[].sku", types: ["string"], share: 1 },
  { path: "$.customer.name", types: ["string"], share: 1 },
  { path: "$['odd \\'name\\'']", types: ["int"], share: 1 },
];

/** `|` stands for the caret; the labels that are offered. */
function offered(marked: string, asked = false): string[] {
  const caret = marked.indexOf("|");
  return completionsAt(marked.replace("|", ""), caret, fields, asked).map((one) => one.label);
}

describe("Completion in an expression", () => {
  it("offers the fields of the value after a dot", () => {
    assert.deepEqual(offered("value.|"), ["status", "amount", "items", "customer"]);
    assert.deepEqual(offered("size(value.st|"), ["status", "customer"]);
    assert.deepEqual(offered("value.customer.|"), ["name"]);
  });

  it("offers the fields of an array's elements, whichever element", () => {
    assert.deepEqual(offered("value.items[0].|"), ["sku"]);
    assert.deepEqual(offered("value.items[17].s|"), ["sku"]);
  });

  it("offers what can be asked of a text, a list and a time", () => {
    assert.ok(offered("value.status.|").includes("startsWith()"));
    assert.ok(offered("value.items.|").includes("exists()"));
    assert.ok(offered("timestamp.|").includes("getHours()"));
    assert.ok(offered("key.|").includes("contains()"));
  });

  it("finds a field by its own name, and writes it with what it is in", () => {
    assert.ok(offered("sku|").includes("value.items[0].sku"));
    assert.ok(offered("odd|").includes(`value["odd 'name'"]`));
  });

  it("offers variables before functions, and those that begin with what is written first", () => {
    assert.deepEqual(offered("ti|").slice(0, 2), ["timestamp", "timestamp()"]);
    assert.equal(offered("topic == 'a' && v|")[0], "value");
  });

  it("replaces the whole name that the caret is in", () => {
    const [found] = completionsAt("value.sta == 1", 8, fields, false);
    assert.deepEqual([found?.from, found?.to], [6, 9]);
  });

  it("offers nothing inside of texts and numbers, nor for what is written whole", () => {
    assert.deepEqual(offered('value.status == "pa|'), []);
    assert.deepEqual(offered("value.amount > 10|"), []);
    assert.deepEqual(offered("value.status|"), []);
  });

  it("offers variables in an empty box only when asked", () => {
    assert.deepEqual(offered("|"), []);
    assert.equal(offered("|", true)[0], "value");
  });

  it("says types, and how often a field is there", () => {
    assert.equal(completionsAt("value.am", 8, fields, false)[0]?.hint, "double · in 50 %");
  });
});

describe("celTokens", () => {
  it("loses no character, whatever stands there", () => {
    for (const text of ['value.a == "open', "a&&b||!c[0]", "? § 'x' 0x1F 1.5e3", '"\\', "r'\\d+'.matches(key)"]) {
      assert.equal(
        celTokens(text)
          .map((token) => token.text)
          .join(""),
        text,
      );
    }
  });

  it("tells fields from names, and words from both", () => {
    assert.deepEqual(
      celTokens("value.in != null").map((token) => token.kind),
      ["name", "operator", "field", "space", "operator", "space", "word"],
    );
  });
});

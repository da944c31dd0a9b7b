import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { outlineChildren, outlineRoot, outlineSize, unescaped } from "../../../src/shared/jsonOutline.ts";

const text = `{
  "id": 9007199254740993123, "odd name": [1, {"sku": "a\\"b]"}, []],
  "id": -0.10, "empty": {}, "it's": null
}`;
const root = outlineRoot(text)!;
const children = (of = root, most = 100) => outlineChildren(text, of, most).nodes;
const shown = (of = root) => children(of).map((n) => [n.path, n.kind, text.slice(n.start, n.end)]);

describe("a JSON outline", () => {
  it("has every member in its own characters, twice where it is there twice", () => {
    assert.deepEqual(shown(), [
      ["$.id", "number", "9007199254740993123"],
      ["$['odd name']", "array", `[1, {"sku": "a\\"b]"}, []]`],
      ["$.id", "number", "-0.10"],
      ["$.empty", "object", "{}"],
      ["$['it\\'s']", "word", "null"],
    ]);
  });

  it("goes down by paths", () => {
    const items = children()[1]!;
    assert.deepEqual(shown(items), [
      ["$['odd name'][0]", "number", "1"],
      ["$['odd name'][1]", "object", `{"sku": "a\\"b]"}`],
      ["$['odd name'][2]", "array", "[]"],
    ]);
    const sku = children(children(items)[1])[0]!;
    assert.equal(sku.path, "$['odd name'][1].sku");
    assert.equal(unescaped(text.slice(sku.start, sku.end)), 'a"b]');
  });

  it("gives as many as asked, and says that there are more", () => {
    const many = `[${Array.from({ length: 5000 }, (_, i) => i).join(",")}]`;
    const node = outlineRoot(many)!;
    const { nodes, more } = outlineChildren(many, node, 200);
    assert.deepEqual([nodes.length, more, nodes.at(-1)?.path], [200, true, "$[199]"]);
    assert.equal(outlineSize(many, node, 99), 100);
  });

  it("is none of what is not whole JSON", () => {
    for (const bad of ["", "{", '{"a": "b', "[1,2", '{"a":1} x', '"open'])
      assert.equal(outlineRoot(bad) && bad, null, bad);
  });

  it("takes a hundred thousand levels", () => {
    const deep = "[".repeat(100_000) + "]".repeat(100_000);
    assert.equal(children.length >= 0 && outlineChildren(deep, outlineRoot(deep)!, 5).nodes.length, 1);
  });

  it("stops at what is malformed inside, without throwing", () => {
    for (const bad of ['{"a" 1}', "{1:2}", '{"a":}', "[,]"]) {
      const node = outlineRoot(bad);
      assert.ok(node);
      assert.equal(outlineChildren(bad, node, 10).nodes.length, 0);
    }
  });
});

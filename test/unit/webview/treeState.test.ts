import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TreeState } from "../../../webview/messages/treeState.ts";

const paths = (state: TreeState, text: string) =>
  state.lines(text).map(({ node, more }) => `${node.path}${more ? "…" : ""}`);

describe("The lines of a value's tree", () => {
  it("are those of what is open, in the order of the text, and the same for the next value", () => {
    const state = new TreeState();
    const text = '{"a": {"b": [1, 2]}, "c": 3}';
    assert.deepEqual(paths(state, text), ["$", "$.a", "$.c"]);
    state.setOpen("$.a", true);
    state.setOpen("$.a.b", true);
    assert.deepEqual(paths(state, text), ["$", "$.a", "$.a.b", "$.a.b[0]", "$.a.b[1]", "$.c"]);
    assert.deepEqual(paths(state, '{"a": {"b": [7]}}'), ["$", "$.a", "$.a.b", "$.a.b[0]"]);
    state.setOpen("$", false);
    assert.deepEqual(paths(state, text), ["$"]);
    assert.deepEqual(paths(state, "{ not JSON"), []);
  });

  it("say at which level and place they are", () => {
    const state = new TreeState();
    const [root, a, b] = state.lines('{"a": 1, "b": 2}');
    assert.deepEqual([root!.level, root!.place, root!.of], [1, 1, 1]);
    assert.deepEqual([a!.level, a!.place, a!.of, b!.place], [2, 1, 2, 2]);
  });

  it("stop after 1,000 children with a way to more", () => {
    const state = new TreeState();
    const text = `[${Array.from({ length: 2500 }, (_, i) => i).join(",")}]`;
    assert.equal(state.lines(text).length, 1 + 1000 + 1);
    assert.ok(state.lines(text).at(-1)!.more);
    state.showMore("$");
    assert.equal(state.lines(text).length, 1 + 2500);
  });

  it("take a value that is nested 2,000 deep", () => {
    const state = new TreeState();
    const text = "[".repeat(2000) + "]".repeat(2000);
    for (let path = "$", i = 0; i < 2000; i++, path += "[0]") state.setOpen(path, true);
    assert.equal(state.lines(text).length, 2000);
    assert.equal(state.lines(text).at(-1)!.level, 2000);
  });

  it("can each have the focus, also of names that are there twice", () => {
    const state = new TreeState();
    const lines = state.lines('{"a": 1, "a": 2, "b": 3}');
    for (const at of [1, 2, 3]) {
      state.setFocus(lines, at);
      assert.equal(state.focused(lines), at);
    }
    // the next message has no such field
    assert.equal(state.focused(state.lines('{"x": 1}')), 0);
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { initialState, restoredPanel } from "../../../src/panels/messagesState.ts";

const whole = {
  connectionId: "c1",
  connectionName: "local",
  state: {
    ...initialState("orders", 200),
    query: {
      topic: "orders",
      from: { kind: "offset", offset: "9007199254740993" },
      to: { kind: "count", count: 5 },
      partitions: [0, 2],
      isolation: "read_uncommitted",
    },
    detailTab: "hex",
    detailOpen: true,
    selected: { partition: 2, offset: "12" },
    draft: {
      key: { encoding: "text", text: "k" },
      value: { encoding: "schema", text: "{}", subject: "orders-value" },
      headers: [{ key: "a", value: "b", isNull: false }],
      partition: 1,
    },
    produceOpen: true,
    layout: { columns: { key: 90 }, detailWidth: 300, detailHeight: null, produceWidth: null },
  },
};

describe("restoredPanel", () => {
  it("brings back all that was kept", () => {
    assert.deepEqual(restoredPanel(structuredClone(whole), 200), whole);
  });

  it("forgets where the grid stood: its rows are counted anew", () => {
    const kept = { ...whole, state: { ...whole.state, view: { run: 1, topSeq: 5, following: false } } };
    assert.equal(restoredPanel(kept, 200)?.state.view, null);
  });

  it("takes what makes sense of a state that another version wrote", () => {
    const kept = {
      connectionId: "c1",
      state: {
        query: { topic: "orders", from: { kind: "last", count: -1 }, to: "end", partitions: ["0"], isolation: 7 },
        selected: { partition: 0, offset: "12; drop" },
        draft: { key: null, value: { encoding: "xml", text: "" } },
        layout: { columns: { key: "wide" } },
      },
    };
    const { state } = restoredPanel(kept, 50) ?? assert.fail("not restored");
    assert.deepEqual(state, initialState("orders", 50));
  });

  it("is null without a topic or a connection", () => {
    for (const kept of [null, undefined, 3, {}, { connectionId: "c1" }, { connectionId: "c1", state: { query: {} } }])
      assert.equal(restoredPanel(kept, 200), null);
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { initialState, restoredPanel } from "../../../src/panels/messagesState.ts";

const whole = {
  connectionId: "c1",
  connectionName: "local",
  state: {
    ...initialState({ topics: ["orders"], pattern: null }, 200),
    query: {
      topics: ["orders", "payments"],
      pattern: "o.*",
      from: { kind: "offset", offset: "9007199254740993" },
      to: { kind: "count", count: 5 },
      partitions: [0, 2],
      isolation: "read_uncommitted",
      filter: { kind: "regex", pattern: "a.c", caseSensitive: true, parts: ["headers"] },
      schema: { topic: "orders", part: "key", key: "globalId:7" },
      control: true,
    },
    view: {
      filter: { kind: "cel", expression: "value.a == 1" },
      schema: { topic: "orders", part: "value", key: 12 },
      time: { from: "1", to: null },
      key: "YWJj",
      sort: { by: "size", descending: true },
      fields: ["$.items[0].sku"],
    },
    filter: { kind: "cel", text: "value.", caseSensitive: false, parts: ["key", "value"], scope: "topic" },
    detailTab: "hex",
    detailOpen: true,
    selected: { topic: "orders", partition: 2, offset: "12" },
    draft: {
      key: { encoding: "text", text: "k" },
      value: { encoding: "schema", text: "{}", subject: "orders-value" },
      headers: [{ key: "a", value: "b", kind: "text" }],
      partition: 1,
    },
    produceOpen: true,
    layout: {
      columns: { key: 90 },
      order: ["time", "field:$.a"],
      time: "utc",
      density: "compact",
      timeline: false,
      detailWidth: 300,
      detailHeight: null,
      produceWidth: null,
      tree: true,
    },
  },
};

describe("restoredPanel", () => {
  it("brings back all that was kept", () => {
    assert.deepEqual(restoredPanel(structuredClone(whole), 200), whole);
  });

  it("forgets where the grid stood: its rows are counted anew", () => {
    const kept = { ...whole, state: { ...whole.state, place: { run: 1, top: 5, following: false } } };
    assert.equal(restoredPanel(kept, 200)?.state.place, null);
  });

  it("takes what makes sense of a state that another version wrote", () => {
    const kept = {
      connectionId: "c1",
      state: {
        query: {
          topics: ["orders"],
          from: { kind: "last", count: -1 },
          to: "end",
          partitions: ["0"],
          isolation: 7,
          schema: { topic: "orders", part: "value", key: "12" },
        },
        view: {
          schema: { topic: "orders", part: "header", key: 1 },
          sort: { by: "colour" },
          fields: [1],
          key: "!",
          time: { from: "noon" },
          filter: { kind: "cel" },
        },
        filter: { kind: "sql", text: "x" },
        selected: { partition: 0, offset: "12; drop" },
        draft: { key: null, value: { encoding: "xml", text: "" } },
        layout: { columns: { key: "wide" } },
      },
    };
    const { state } = restoredPanel(kept, 50) ?? assert.fail("not restored");
    assert.deepEqual(state, initialState({ topics: ["orders"], pattern: null }, 50));
  });

  it("is null without a topic or a connection", () => {
    for (const kept of [null, undefined, 3, {}, { connectionId: "c1" }, { connectionId: "c1", state: { query: {} } }])
      assert.equal(restoredPanel(kept, 200), null);
  });
});

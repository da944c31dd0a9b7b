import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { patternOf } from "../../../src/commands/openTopics.ts";
import { initialState } from "../../../src/panels/messagesState.ts";
import { changedState } from "../../../src/panels/panelChange.ts";
import { choiceName, onlyTopic, panelTitle, subjectKey } from "../../../src/panels/subject.ts";
import { wholeView } from "../../../src/shared/messages.ts";

const choice = (topics: string[], pattern: string | null = null) => ({ topics, pattern });

describe("A panel is called", () => {
  it("by its topics, as far as there is room, and their pattern", () => {
    assert.deepEqual(
      [
        choice(["orders"]),
        choice(["orders", "payments"]),
        choice(["a", "b", "c"]),
        choice(["a", "b", "c", "d", "e"]),
        choice([], "^ord"),
        choice(["orders"], "^pay"),
      ].map(choiceName),
      ["orders", "orders, payments", "a, b, c", "a, b and 3 more", "/^ord/", "orders, /^pay/"],
    );
  });

  it("with its connection", () => {
    const subject = { ...choice(["orders"]), connectionId: "c1", connectionName: "local" };
    assert.equal(panelTitle(subject), "orders — local");
  });

  it("by a long pattern in part", () => {
    assert.equal(choiceName(choice([], "x".repeat(200))).length, 62);
  });
});

describe("The same panel", () => {
  it("is that of the same topics, in whatever order", () => {
    assert.equal(subjectKey("c1", choice(["b", "a", "a"])), subjectKey("c1", choice(["a", "b"])));
  });

  it("is not that of a pattern, of other topics, or of another connection", () => {
    const keys = [
      subjectKey("c1", choice(["a"])),
      subjectKey("c1", choice(["a"], "a")),
      subjectKey("c1", choice([], "a")),
      subjectKey("c1", choice(["a", "b"])),
      subjectKey("c2", choice(["a"])),
    ];
    assert.equal(new Set(keys).size, keys.length);
  });
});

describe("Messages can be produced", () => {
  it("to exactly one topic", () => {
    assert.deepEqual([choice(["a"]), choice(["a", "b"]), choice([], "a"), choice(["a"], "b")].map(onlyTopic), [
      "a",
      null,
      null,
      null,
    ]);
  });
});

describe("What is typed among topics", () => {
  it("is a regular expression between slashes, or with a character that no name has", () => {
    assert.deepEqual(["orders", "orders.v2-x_1", "/orders/", "^orders", "a|b", " o.* ", "/", ""].map(patternOf), [
      null,
      null,
      "orders",
      "^orders",
      "a|b",
      "o.*",
      null,
      null,
    ]);
  });
});

describe("A panel that is opened in another way", () => {
  const state = initialState(choice(["orders"]), 200);

  it("keeps what is not mentioned", () => {
    assert.deepEqual(changedState(state, {}), state);
  });

  it("reads from where it is told, with the filter in the filter line", () => {
    const filter = { kind: "regex" as const, pattern: "a.c", caseSensitive: true, parts: ["key" as const] };
    const { query, filter: line } = changedState(state, { partitions: [1], from: { kind: "beginning" }, filter });
    assert.deepEqual(query, { ...state.query, partitions: [1], from: { kind: "beginning" }, filter });
    assert.deepEqual(line, { kind: "regex", text: "a.c", caseSensitive: true, parts: ["key"], scope: "topic" });
  });

  it("shows the view's filter in the filter line, as one on what is kept", () => {
    const view = { ...wholeView, filter: { kind: "cel" as const, expression: "value.a == 1" } };
    const { filter: line, view: shown } = changedState(state, { view });
    assert.deepEqual([line.text, line.scope, shown], ["value.a == 1", "kept", view]);
  });

  it("reads everything again when the filter is taken away", () => {
    const filtered = changedState(state, { filter: { kind: "cel", expression: "true" } });
    assert.equal(changedState(filtered, { filter: null }).query.filter, null);
  });
});

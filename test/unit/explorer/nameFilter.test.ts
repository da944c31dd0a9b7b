import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nameFilter } from "../../../src/explorer/nameFilter.ts";

describe("the name filter", () => {
  const cases: [query: string, name: string, highlights: [number, number][] | null][] = [
    ["", "orders", []],
    ["ord", "orders.created", [[0, 3]]],
    ["CREATED", "orders.created", [[7, 14]]],
    [
      "created ord",
      "orders.created",
      [
        [0, 3],
        [7, 14],
      ],
    ],
    [
      "oc",
      "orders.created",
      [
        [0, 1],
        [7, 8],
      ],
    ],
    [
      "ocre",
      "orders.created",
      [
        [0, 1],
        [7, 10],
      ],
    ],
    [
      "oc",
      "orderCreated",
      [
        [0, 1],
        [5, 6],
      ],
    ],
    ["ox", "orders.created", null],
    ["dlq", "orders", null],
    ["ord x", "orders", null],
    ["orders order", "orders", [[0, 6]]],
    ["a+b(", "a+b(c", [[0, 4]]],
  ];
  for (const [query, name, highlights] of cases) {
    it(`${highlights ? "finds" : "does not find"} ${name} by "${query}"`, () => {
      assert.deepEqual(nameFilter(query)(name), highlights);
    });
  }

  it("goes through 10,000 names at once", () => {
    const names = Array.from({ length: 10_000 }, (_, i) => `team-${i % 97}.orders.created.v${i}`);
    const match = nameFilter("t9 ocv");
    const started = performance.now();
    const found = names.filter((name) => match(name)).length;
    assert.ok(found > 0 && found < names.length);
    assert.ok(performance.now() - started < 500);
  });
});

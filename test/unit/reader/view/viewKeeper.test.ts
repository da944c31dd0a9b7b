import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { Ring } from "../../../../src/reader/ring.ts";
import { ViewKeeper } from "../../../../src/reader/viewKeeper.ts";
import { wholeView } from "../../../../src/shared/messages.ts";
import { add } from "./rings.ts";

const source = { topic: "t", partition: 0 };
const timed = (count: number, from = 0) => Array.from({ length: count }, (_, i) => ({ time: from + i, value: "v" }));

/** A keeper of a view by time; `changed` is called after each piece of its work. */
function keeperOf(ring: Ring, changed: () => void): ViewKeeper {
  const failed = (error: unknown): void => {
    throw error;
  };
  return new ViewKeeper(ring, { changed, failed }, { ...wholeView, time: { from: "0", to: "1000" } }, null);
}

describe("the view that is kept up to date", () => {
  test("is the one that was asked for last, also where that was asked right when the one before was through", async () => {
    const ring = new Ring({ bytes: 1 << 20, rows: 100 });
    add(ring, source, timed(10));
    let asked = false;
    const keeper = keeperOf(ring, () => {
      if (asked || keeper.status().next < 10) return;
      asked = true;
      keeper.use({ ...wholeView, time: { from: "2", to: "4" } }, null);
    });
    for (let i = 0; i < 100 && !(asked && keeper.status().next > 0); i++) await setTimeout(10);
    assert.ok(asked);
    assert.equal(keeper.status().next, 3);
    keeper.dispose();
  });

  test("has rows that arrived right when those before were through", async () => {
    const ring = new Ring({ bytes: 1 << 20, rows: 100 });
    add(ring, source, timed(10));
    let added = false;
    const keeper = keeperOf(ring, () => {
      if (added || keeper.status().next < 10) return;
      added = true;
      add(ring, source, timed(5, 10));
      keeper.rowsChanged();
    });
    for (let i = 0; i < 100 && keeper.status().next < 15; i++) await setTimeout(10);
    assert.equal(keeper.status().next, 15);
    keeper.dispose();
  });
});

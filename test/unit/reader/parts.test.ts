import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Rate } from "../../../src/reader/rate.ts";
import { nameMatcher } from "../../../src/reader/topics.ts";
import { Transactions } from "../../../src/reader/transactions.ts";
import { sourceOf } from "../log/batches.ts";

describe("transactions", () => {
  test("end with their producer's first marker after the message, in its partition", () => {
    const transactions = new Transactions();
    transactions.add(sourceOf(0), 7n, 10, true);
    transactions.add(sourceOf(0), 7n, 20, false);
    transactions.add(sourceOf(0), 8n, 15, true);
    const at = (partition: number, producer: bigint, offset: number) =>
      transactions.stateOf(sourceOf(partition), producer, offset);
    assert.deepEqual([at(0, 7n, 3), at(0, 7n, 11), at(0, 7n, 21)], ["committed", "aborted", null]);
    assert.deepEqual([at(0, 8n, 14), at(0, 9n, 14), at(1, 7n, 3)], ["committed", null, null]);
  });

  test("are not counted twice when their markers are read again", () => {
    const transactions = new Transactions();
    for (const offset of [10, 20, 10, 20, 30]) transactions.add(sourceOf(0), 7n, offset, offset !== 20);
    assert.equal(transactions.stateOf(sourceOf(0), 7n, 25), "committed");
    assert.equal(transactions.stateOf(sourceOf(0), 7n, 15), "aborted");
  });
});

describe("a rate", () => {
  test("is what was counted over the last second", () => {
    let now = 0;
    const rate = new Rate(() => now);
    for (let i = 0; i < 300; i++) {
      rate.add(10);
      now += 10;
    }
    assert.ok(Math.abs(rate.perSecond() - 1000) < 100, String(rate.perSecond()));
    now += 5000;
    assert.equal(rate.perSecond(), 0);
  });

  test("is told early too", () => {
    let now = 50;
    const rate = new Rate(() => now);
    rate.add(100);
    now = 250;
    assert.equal(rate.perSecond(), 500);
  });
});

describe("a pattern of topic names", () => {
  test("has to match the whole name", async () => {
    const matches = await nameMatcher("orders\\.(eu|us)");
    assert.deepEqual([matches("orders.eu"), matches("orders.eu.v2"), matches("my-orders.eu")], [true, false, false]);
  });

  test("that is none is refused with a sentence", async () => {
    await assert.rejects(nameMatcher("a("), { name: "UserError", message: /^a\( is not a regular expression: / });
  });
});

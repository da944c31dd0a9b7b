import assert from "node:assert/strict";
import { test } from "node:test";
import { type Budget, budgetRows, check, verdictOf } from "../../bench/budget.ts";

const ratio = (measured: Budget["measured"], limit = 3): Budget => ({
  what: "scan none, of kcat's rate",
  unit: "×",
  bound: "at least",
  limit,
  measured,
});
const time = (measured: Budget["measured"]): Budget => ({
  what: "first row",
  unit: "ms",
  bound: "at most",
  limit: 300,
  measured,
});

test("a figure at its limit keeps the budget, one beyond it misses it, in either direction", () => {
  assert.deepEqual(
    [2.99, 3, 3.01].map((value) => verdictOf(ratio(value))),
    ["missed", "kept", "kept"],
  );
  assert.deepEqual(
    [299, 300, 301].map((value) => verdictOf(time(value))),
    ["kept", "kept", "missed"],
  );
});

test("what was measured as no number at all misses its budget", () => {
  assert.equal(verdictOf(time(Number.NaN)), "missed");
  assert.equal(verdictOf(ratio(Number.NaN)), "missed");
});

test("a check names what is missed, and fails", () => {
  const { ok, lines } = check([ratio(2.5), time(120)]);
  assert.equal(ok, false);
  assert.deepEqual(lines, [
    "MISSED: scan none, of kcat's rate: 2.50 ×; at least 3.00 × is asked for.",
    "1 of 2 budgets kept, 1 missed, 0 not checked.",
  ]);
});

test("a budget that could not be measured is named with the reason, and does not fail a check", () => {
  const { ok, lines } = check([ratio({ missing: "kcat is not on this machine" }), time(12.34)]);
  assert.equal(ok, true);
  assert.deepEqual(lines, [
    "Could not be checked: scan none, of kcat's rate: kcat is not on this machine; at least 3.00 × is asked for.",
    "1 of 2 budgets kept, 0 missed, 1 not checked.",
  ]);
});

test("the table shows limit, figure and verdict of each", () => {
  const rate: Budget = { what: "CEL", unit: "msg/s", bound: "at least", limit: 400_000, measured: 512_345.6 };
  assert.deepEqual(budgetRows([time(12.34), rate, ratio({ missing: "no kcat" })]), [
    ["budget", "limit", "measured", "verdict"],
    ["first row", "≤ 300 ms", "12.3 ms", "kept"],
    ["CEL", "≥ 400,000 msg/s", "512,346 msg/s", "kept"],
    ["scan none, of kcat's rate", "≥ 3.00 ×", "no kcat", "not checked"],
  ]);
});

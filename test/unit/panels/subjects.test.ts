import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { subjectsFor } from "../../../src/panels/subjects.ts";

describe("subjectsFor", () => {
  it("offers the topic's own subject first, then its records, then other records", () => {
    const all = ["com.x.Refund", "orders-com.x.Order", "orders-key", "orders-value", "other-value"];
    assert.deepEqual(subjectsFor("orders", all), {
      key: ["orders-key", "orders-com.x.Order", "com.x.Refund"],
      value: ["orders-value", "orders-com.x.Order", "com.x.Refund"],
    });
  });

  it("offers few", () => {
    const all = Array.from({ length: 500 }, (_, i) => `com.x.R${i}`);
    assert.equal(subjectsFor("orders", all).value.length, 12);
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { goToTarget } from "../../../webview/messages/goToTarget.ts";
import { parseTime } from "../../../webview/ui/timeInput.ts";

const now = Date.UTC(2026, 0, 31, 12);
const selected = { topic: "orders", partition: 4, offset: "7" };
const target = (text: string, place: Partial<Parameters<typeof goToTarget>[1]> = {}) =>
  goToTarget(text, { topic: "orders", partitions: [0, 3, 4], selected: null, ...place }, (t) => parseTime(t, now));

describe("What is written to go to", () => {
  it("is an offset in a partition, exact to the last digit", () => {
    assert.deepEqual(target("3@9223372036854775807"), {
      kind: "record",
      record: { topic: "orders", partition: 3, offset: "9223372036854775807" },
    });
  });

  it("is an offset in the only partition, or in that of the selected message", () => {
    assert.deepEqual(target(" 0012 ", { partitions: [9] }), {
      kind: "record",
      record: { topic: "orders", partition: 9, offset: "12" },
    });
    assert.deepEqual(target("12", { topic: null, selected }), {
      kind: "record",
      record: { topic: "orders", partition: 4, offset: "12" },
    });
  });

  it("is a time, milliseconds since 1970 among them", () => {
    assert.deepEqual(target("2026-01-31T11:00:00Z"), { kind: "time", ms: now - 3_600_000 });
    assert.deepEqual(target(String(now)), { kind: "time", ms: now });
  });

  it("is asked for again where it is not clear", () => {
    for (const [text, place, problem] of [
      ["12", {}, /Write the partition too/],
      ["12", { topic: null }, /Select a message/],
      ["soon", {}, /Write a time like .* Or an offset/],
    ] as const) {
      const found = target(text, place);
      assert.equal(found.kind, "unclear");
      assert.match(found.kind === "unclear" ? found.problem : "", problem);
    }
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { interleaved, timesAsFast, within } from "../../bench/measure.ts";
import { fetchSeconds } from "../../bench/peers.ts";
import { median, percentile, table } from "../../bench/table.ts";

test("the median is the middle one, whatever the order", () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([4, 1, 3, 2]), 3);
  assert.ok(Number.isNaN(median([])));
});

test("a percentile is a value that was measured, by nearest rank", () => {
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
  assert.equal(percentile(hundred, 0.99), 99);
  assert.equal(percentile(hundred, 0.5), 50);
  assert.equal(percentile(hundred, 1), 100);
  assert.equal(percentile(hundred, 0), 1);
  assert.equal(percentile([7], 0.99), 7);
  assert.equal(percentile([10, 2], 0.99), 10); // as numbers, not as texts
  assert.ok(Number.isNaN(percentile([], 0.5)));
});

test("a table is aligned: names to the left, figures to the right", () => {
  assert.equal(
    table([
      ["s", "reader"],
      ["lz4", "1.5"],
    ]),
    "s    reader\nlz4     1.5",
  );
});

test("contenders run in turn, round by round; one that is not there has no times", async () => {
  const order: string[] = [];
  const run = (name: string) => () => {
    order.push(name);
    return Promise.resolve(order.length);
  };
  const times = await interleaved("scan", { reader: run("reader"), none: null, kcat: run("kcat") }, 2, () => {});
  assert.deepEqual(order, ["reader", "kcat", "reader", "kcat"]);
  assert.deepEqual(times, { reader: [1, 3], none: [], kcat: [2, 4] });
});

test("how many times as fast: medians compared, and why not where a peer is missing", () => {
  const times = { reader: [1, 9, 2], kcat: [6, 5, 7], kafkajs: [] };
  assert.equal(timesAsFast(times, "reader", "kcat"), 3);
  assert.deepEqual(timesAsFast(times, "reader", "kafkajs"), { missing: "kafkajs is not on this machine" });
});

test("what takes too long is said by its name", async () => {
  await assert.rejects(within(10, "the first row", new Promise(() => {})), {
    message: "Not within 0.01 s: the first row",
  });
  assert.equal(await within(10_000, "a row", Promise.resolve(5)), 5);
});

const said = (messages: number): string =>
  "log4j:WARN No appenders could be found for logger (a, b).\n" +
  `2025-03-01 10:00:00:000, 2025-03-01 10:00:03:500, 157.3, 44.9, ${messages}, 285714.3, 345, 3155, 49.9, 316957.2\n`;

test("ConsumerPerformance's own time of fetching is taken, among what its log says", () => {
  assert.equal(fetchSeconds(said(1_000_000), 1_000_000), 3.155);
});

test("a ConsumerPerformance that has not read everything has no time", () => {
  assert.throws(() => fetchSeconds(said(999_000), 1_000_000), /has not read 1000000 messages/);
  assert.throws(() => fetchSeconds("Exiting before consuming the expected number of messages", 5), /has not read 5/);
});

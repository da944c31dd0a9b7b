import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseOptions } from "../../../src/cli/options.ts";

const parse = (line: string) => parseOptions(["--brokers", "b:1", "--topic", "t", ...line.split(" ").filter(Boolean)])!;

describe("the options of the command line", () => {
  test("have the documented defaults", () => {
    assert.deepEqual(parse(""), {
      brokers: ["b:1"],
      query: {
        topic: "t",
        from: { kind: "latest" },
        to: { kind: "live" },
        partitions: null,
        isolation: "read_committed",
      },
      registry: null,
      bytes: false,
      format: "json",
    });
  });
  test("name every start and end", () => {
    assert.deepEqual(parse("--from beginning").query.from, { kind: "beginning" });
    assert.deepEqual(parse("--from last:20").query.from, { kind: "last", count: 20 });
    assert.deepEqual(parse("--from offset:007").query.from, { kind: "offset", offset: "7" });
    assert.deepEqual(parse("--from time:2025-01-02T03:04:05Z").query.from, {
      kind: "time",
      timestamp: "1735787045000",
    });
    assert.deepEqual(parse("--from time:1735787045000").query.from, { kind: "time", timestamp: "1735787045000" });
    assert.deepEqual(parse("--to end").query.to, { kind: "end" });
    assert.deepEqual(parse("--to count:3").query.to, { kind: "count", count: 3 });
    assert.deepEqual(parse("--partitions 2,0,2").query.partitions, [2, 0]);
  });
  for (const [line, sentence] of [
    ["--from yesterday", /--from yesterday is unknown/],
    ["--from last:many", /"many" is not a whole number, as --from last:N needs one/],
    ["--from time:noon", /"noon" is not a time/],
    ["--to never", /--to never is unknown/],
    ["--partitions a", /"a" is not a whole number/],
    ["--partitions ,", /--partitions names none/],
    ["--isolation dirty", /--isolation dirty is unknown/],
    ["--format xml", /--format xml is unknown/],
    ["--colour", /^Unknown option '--colour'\. See --help\.$/],
    ["surplus", /surplus/],
  ] as const) {
    test(`refuse ${line} with a sentence`, () => {
      assert.throws(() => parse(line), { name: "UserError", message: sentence });
    });
  }
  test("need brokers that are addresses, and a topic", () => {
    assert.throws(() => parseOptions(["--topic", "t"]), /--brokers is missing/);
    assert.throws(() => parseOptions(["--brokers", "b:1"]), /--topic is missing/);
    assert.throws(() => parseOptions(["--brokers", "http//x", "--topic", "t"]), /is not an address/);
  });
});

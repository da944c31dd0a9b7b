import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkFilter } from "../../../../src/reader/filter/filter.ts";
import { compileRegex } from "../../../../src/reader/filter/regex.ts";
import { contains, matches, regex, selected } from "./support.ts";

const records = [
  { key: "c1", value: '{"name":"Zoë","status":"paid"}', headers: [{ key: "trace", value: "abc" }] },
  { key: "c2", value: "PAID in full", headers: [] },
  { key: null, value: null },
  { key: "paid", value: "" },
];

describe("contains", () => {
  test("finds a text in key and value, and says no of null", async () => {
    assert.deepEqual(await selected(contains("paid"), records), [0, 3]);
    assert.deepEqual(await selected(contains("paid", { caseSensitive: false }), records), [0, 1, 3]);
    assert.deepEqual(await selected(contains("paid", { parts: ["value"] }), records), [0]);
  });

  test("looks into headers, their names and values, only when asked", async () => {
    assert.deepEqual(await selected(contains("abc"), records), []);
    assert.deepEqual(await selected(contains("ABC", { caseSensitive: false, parts: ["headers"] }), records), [0]);
    assert.deepEqual(await selected(contains("trac", { parts: ["headers"] }), records), [0]);
  });

  test("knows the case of letters beyond ASCII", async () => {
    assert.deepEqual(await selected(contains("ZOË", { caseSensitive: false }), records), [0]);
    assert.deepEqual(await selected(contains("zoë"), records), []);
  });

  test("does not find what lies across the borders of parts or records", async () => {
    const two = [
      { key: "ab", value: "cd" },
      { key: "ef", value: "gh" },
    ];
    for (const text of ["bc", "de", "abcd"]) assert.deepEqual(await selected(contains(text), two), []);
  });

  test("finds each of many hits in one batch, and every record for an empty text", async () => {
    const many = Array.from({ length: 500 }, (_, i) => ({ value: i % 7 === 0 ? `x needle needle ${i}` : `hay ${i}` }));
    const sevenths = many.flatMap((_, i) => (i % 7 === 0 ? [i] : []));
    assert.deepEqual(await selected(contains("needle"), many), sevenths);
    assert.deepEqual(await selected(contains("NEEDLE", { caseSensitive: false }), many), sevenths);
    assert.equal((await selected(contains(""), many)).length, 500);
  });
});

describe("a regular expression", () => {
  test("is searched for in the text", async () => {
    assert.equal(await matches(regex('"id":\\d{3},'), '{"id":123,"x":1}'), true);
    assert.equal(await matches(regex('"id":\\d{3},'), '{"id":12,"x":1}'), false);
    assert.equal(await matches(regex("^a.c$"), "abc"), true);
    assert.equal(await matches(regex("PA+ID", false), "paaaid"), true);
    assert.equal(await matches(regex("(foo|bar)+baz"), "xfoobarbaz"), true);
  });

  test("means the same to both engines", async () => {
    const { RE2JS } = await import("re2js");
    const patterns = [
      "a.c",
      "\\d+",
      "[^x]y?",
      "a{2,3}b",
      "(?:ab|cd)e",
      "x*y*z",
      "\\w\\s\\w",
      "^a|b$",
      "é.",
      "\\.",
      "[a-c0-9]+$",
    ];
    const texts = ["", "abc", "aab", "a\nc", "cde", "xxyz", "a b", "é1", "a.c", "12", "a\u2028c", "ABC", "aaab", "b"];
    for (const pattern of patterns) {
      const { test } = await compileRegex(pattern, true);
      const re2 = RE2JS.compile(pattern);
      for (const text of texts)
        assert.equal(test(text), re2.matcher(text).find(), `${pattern} in ${JSON.stringify(text)}`);
    }
  });

  test("that V8 would take for ever over is answered within a moment", async () => {
    const started = performance.now();
    for (const pattern of ["(a+)+$", "(a|a)*b", "(.*)*x", ".*.*.*.*=", "a*a*a*a*a*b"]) {
      assert.equal(await matches(regex(pattern), `${"a".repeat(3000)}!`), false);
    }
    assert.ok(performance.now() - started < 10_000);
  });

  test("implies a text that its matches contain", async () => {
    const literal = async (pattern: string, sensitive = true) => (await compileRegex(pattern, sensitive)).literal;
    assert.equal(await literal("foo.*barbaz"), "barbaz");
    assert.equal(await literal("ab?cde*"), "cd");
    assert.equal(await literal("a|b"), "");
    assert.equal(await literal("(x|y)zz[ab]q"), "zz");
    assert.equal(await literal("ORDER\\.paid", false), "order.paid");
    assert.equal(await literal("É", false), "");
    assert.equal(await literal("\\d+"), "");
    assert.equal(await literal("(?i)abc"), "");
  });

  test("that is none is told at its place", async () => {
    const problem = await checkFilter(regex("ab(c"));
    assert.match(problem!.message, /^This is not a regular expression: missing closing \)/);
    assert.equal(await checkFilter(regex("ab(c)")), null);
    for (const [pattern, at, length] of [
      ["ab(c", 0, 4],
      ["[a-z]x[z-a]", 7, 3],
      ["🚀a{2}b{2000}", 7, 6],
      ["a*|*b", 3, 1],
      ["\\\\q\\q", 3, 2],
    ] as const) {
      const told = await checkFilter(regex(pattern));
      assert.deepEqual([told!.at, told!.length], [at, length], `${pattern}: ${told!.message}`);
    }
  });
});

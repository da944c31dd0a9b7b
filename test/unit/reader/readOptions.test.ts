import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseOptions } from "../../../src/cli/options.ts";

const parse = (line: string) => parseOptions(["--brokers", "b:1", "--topic", "t", ...line.split(" ").filter(Boolean)])!;

describe("the options of the command line", () => {
  test("have the documented defaults", () => {
    assert.deepEqual(parse(""), {
      brokers: ["b:1"],
      query: {
        topics: ["t"],
        pattern: null,
        schema: null,
        filter: null,
        control: false,
        from: { kind: "latest" },
        to: { kind: "live" },
        partitions: null,
        isolation: "read_committed",
      },
      registry: null,
      decode: { key: { kind: "auto" }, value: { kind: "auto" } },
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
    assert.deepEqual(parse("--from group:billing").query.from, { kind: "group", group: "billing" });
    assert.deepEqual(parse("--to offset:99").query.to, { kind: "offset", offset: "99" });
    assert.deepEqual(parse("--to time:1735787045000").query.to, { kind: "time", timestamp: "1735787045000" });
    assert.equal(parse("--format csv").format, "csv");
    assert.deepEqual(parse("--partitions 2,0,2").query.partitions, [2, 0]);
  });
  test("name several topics, or a pattern of names", () => {
    assert.deepEqual(parse("--topic a,b --topic t").query.topics, ["t", "a", "b"]);
    const byPattern = parseOptions(["--brokers", "b:1", "--topics-matching", "o.*"])!.query;
    assert.deepEqual([byPattern.topics, byPattern.pattern], [[], "o.*"]);
  });
  test("name one filter and where it looks", () => {
    assert.deepEqual(parse("--filter value.a==1").query.filter, { kind: "cel", expression: "value.a==1" });
    assert.deepEqual(parse("--contains x --ignore-case --in headers,key").query.filter, {
      kind: "contains",
      text: "x",
      caseSensitive: false,
      parts: ["headers", "key"],
    });
    assert.deepEqual(parse("--regex a.c").query.filter, {
      kind: "regex",
      pattern: "a.c",
      caseSensitive: true,
      parts: ["key", "value"],
    });
  });
  for (const [line, sentence] of [
    ["--from yesterday", /--from yesterday is unknown/],
    ["--from last:many", /"many" is not a whole number, as --from last:N needs one/],
    ["--from time:noon", /"noon" is not a time/],
    ["--to never", /--to never is unknown/],
    ["--filter a --contains b", /cannot be combined/],
    ["--contains b --in body", /--in body is unknown/],
    ["--ignore-case", /belong to --contains or --regex/],
    ["--from group:", /--from group: is unknown/],
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
  test("name a registry and its type", () => {
    assert.deepEqual(parse("--registry http://r").registry, { url: "http://r", kind: "confluent" });
    const apicurio = parse("--registry http://r --registry-type apicurio").registry;
    assert.deepEqual(apicurio, { url: "http://r", kind: "apicurio" });
    assert.throws(() => parse("--registry http://r --registry-type glue"), /--registry-type glue is unknown/);
  });
  test("say how keys and values are decoded", () => {
    assert.deepEqual(parse("--decode key=long --decode value=avsc:a/b.avsc").decode, {
      key: { kind: "format", format: "long" },
      value: { kind: "file", type: "avsc", file: "a/b.avsc", message: null },
    });
    assert.deepEqual(parse("--decode value=proto:a#b.proto#x.Y").decode.value, {
      kind: "file",
      type: "proto",
      file: "a#b.proto",
      message: "x.Y",
    });
    assert.deepEqual(parse("--decode value=json-schema:a#b").decode.value, {
      kind: "file",
      type: "json-schema",
      file: "a#b",
      message: null,
    });
    const wrongs = ["long", "header=long", "value=lang", "value=proto:", "value=proto:a.proto#"];
    for (const wrong of [...wrongs, "value=reader:", "value=reader-version:orders", "value=reader-first"]) {
      assert.throws(() => parse(`--decode ${wrong}`), /^UserError: --decode .* is unknown: /, wrong);
    }
  });
  test("name an Avro reader's schema, which may need a registry", () => {
    assert.deepEqual(parse("--decode value=reader:a#b.avsc").decode.value, {
      kind: "reader",
      reader: { from: "file", file: "a#b.avsc" },
    });
    const registry = "--registry http://localhost:8081";
    assert.deepEqual(parse(`--decode value=reader-latest ${registry}`).decode.value, {
      kind: "reader",
      reader: { from: "registry", subject: null, version: null },
    });
    assert.deepEqual(parse(`--decode key=reader-version::.team:orders#1-key#3 ${registry}`).decode.key, {
      kind: "reader",
      reader: { from: "registry", subject: ":.team:orders#1-key", version: "3" },
    });
    assert.throws(() => parse("--decode key=reader-latest"), /^UserError: --registry is missing: /);
  });
  test("need brokers that are addresses, and a topic", () => {
    assert.throws(() => parseOptions(["--topic", "t"]), /--brokers is missing/);
    assert.throws(() => parseOptions(["--brokers", "b:1"]), /--topic is missing/);
    assert.throws(() => parseOptions(["--brokers", "http//x", "--topic", "t"]), /is not an address/);
  });
});

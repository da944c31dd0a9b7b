import assert from "node:assert/strict";
import { test } from "node:test";
import { scanJson } from "../../../../src/schema/json.ts";
import { duplicateKeys } from "../../../../src/schema/plain/duplicateKeys.ts";
import { processorTime } from "../support.ts";

function found(text: string, most?: number): string[] {
  const bytes = Buffer.from(text);
  assert.ok(scanJson(bytes).ok, text);
  return duplicateKeys(bytes, 0, bytes.length, most);
}

test("members whose name was there before are named by their path", () => {
  for (const [text, paths] of [
    ['{"a":1,"a":2}', ["$.a"]],
    ['{"a":1,"b":{"a":2,"c":3},"d":[{"a":4}]}', []],
    ['{"a":[0,{"x y":1,"x y":2}]}', ['$.a[1]["x y"]']],
    ['[[],[{"a":"a","b":"a"},{"a":1,"a":1,"a":1}]]', ["$[1][1].a", "$[1][1].a"]],
    ['{"a":1, "\\u0061" : 2}', ["$.a"]],
    ['{"\\\\":1,"\\"":{},"\\"":[]}', ['$["\\""]']],
    ['{"é":{"b":1},"é":{"b":1}}', ['$["é"]']],
    ['{"__proto__":1,"constructor":2,"__proto__":3}', ["$.__proto__"]],
    ['{"":0,"":0}', ['$[""]']],
    ['"a"', []],
    ['{"a":{"b":1},"b":"a,\\"a\\":","c":{}}', []],
    ['{"a":[],"b":[1,2],"a":{}}', ["$.a"]],
  ] as const) {
    assert.deepEqual(found(text), paths, text);
  }
});

test("only the first few are named", () => {
  const text = `{${Array.from({ length: 1000 }, () => '"a":1').join(",")}}`;
  assert.deepEqual([found(text).length, found(text, 2).length], [5, 2]);
});

test("large and deep documents take linear time, and paths stay short", () => {
  const members = (count: number) => `{${Array.from({ length: count }, (_, i) => `"k${i}":0`).join(",")},"k0":1}`;
  const small = members(5_000);
  const large = members(25_000);
  const unit = Math.max(
    20,
    processorTime(() => found(small)),
  );
  assert.ok(processorTime(() => assert.deepEqual(found(large), ["$.k0"])) < 30 * unit);
  const deep = `${'{"a":'.repeat(500)}{"b":1,"b":2}${"}".repeat(500)}`;
  const [path] = found(deep);
  assert.ok(path!.startsWith("$….a") && path!.endsWith(".a.b") && path!.length < 100);
  assert.deepEqual(found(`${"[".repeat(100_000)}${"]".repeat(100_000)}`), []);
  const [long] = found(`{"${"x".repeat(1000)}":1,"${"x".repeat(1000)}":2}`);
  assert.ok(long!.length < 100);
});

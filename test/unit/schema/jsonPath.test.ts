import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { atPath, celOf, fieldsOf, parsePath } from "../../../src/schema/jsonPath.ts";

const json = '{"id":9007199254740993,"a":{"b c":[10,{"sku":"s\\"1"}]},"id":1.50,"n":null}';
const at = (path: string) => atPath(json, parsePath(path)!);

describe("a path", () => {
  test("finds a value in its own characters", () => {
    assert.deepEqual(at("$.id"), { text: "1.50", kind: "number" });
    assert.deepEqual(at("$.a['b c'][1].sku"), { text: 's"1', kind: "string" });
    assert.deepEqual(at('$.a["b c"][0]'), { text: "10", kind: "number" });
    assert.deepEqual(at("$.n"), { text: "null", kind: "word" });
    assert.equal(at("$.a['b c']")?.kind, "array");
  });

  test("that leads nowhere finds nothing", () => {
    for (const path of ["$.x", "$.id.x", "$[0]", "$.a['b c'][7]", "$.n.x"]) assert.equal(at(path), null);
    assert.equal(atPath("not json", ["a"]), null);
  });

  test("is refused when it is none", () => {
    for (const path of ["", "id", "$.", "$[x]", "$.a b", "$['x"]) assert.equal(parsePath(path), null);
  });

  test("is written as the expression language has it", () => {
    assert.equal(celOf(parsePath("$.items[0].sku")!), "value.items[0].sku");
    assert.equal(celOf(parsePath("$['odd name'].x")!), 'value["odd name"].x');
  });
});

test("the fields of some values, the most frequent first", () => {
  const fields = fieldsOf(['{"id":1,"items":[{"sku":"a"},{"sku":"b"}]}', '{"id":2.5,"ok":true}', "text"], 10);
  assert.deepEqual(
    fields.map(({ path, types, share }) => [path, types.join(), Math.round(share * 100)]),
    [
      ["$.id", "int,double", 67],
      ["$.items", "array", 33],
      ["$.items[]", "object", 33],
      ["$.items[].sku", "string", 33],
      ["$.ok", "bool", 33],
    ],
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { compileJsonSchema } from "../../../src/schema/jsonSchema/validate.ts";
import { parseJson } from "../../../src/schema/jsonTree.ts";
import { processorTime } from "./support.ts";

const compile = (schema: unknown, references: Record<string, unknown> = {}) =>
  compileJsonSchema({
    schema: typeof schema === "string" ? schema : JSON.stringify(schema),
    references: Object.entries(references).map(([name, each]) => ({
      name,
      subject: name,
      version: 1,
      schema: JSON.stringify(each),
    })),
  });

/** each problem with its path, then what was not checked */
const check = (schema: unknown, json: string, references?: Record<string, unknown>): string[] => {
  const { problems, unchecked } = compile(schema, references)(parseJson(json));
  return [...problems.map(({ path, message }) => `${path}: ${message}`), ...unchecked];
};

const ORDER = {
  $schema: "http://json-schema.org/draft-07/schema#",
  type: "object",
  required: ["id", "items"],
  properties: {
    id: { type: "integer" },
    state: { enum: ["NEW", "PAID"] },
    items: { type: "array", minItems: 1, items: { $ref: "#/definitions/item" } },
    at: { type: "string", format: "date-time" },
    note: { type: ["string", "null"], maxLength: 5 },
  },
  additionalProperties: false,
  definitions: {
    item: {
      type: "object",
      properties: { sku: { type: "string", pattern: "^[A-Z]-\\d+$" }, qty: { type: "integer", minimum: 1 } },
      required: ["sku"],
    },
  },
};

test("a value that fits has no problems", () => {
  assert.deepEqual(
    check(
      ORDER,
      '{"id":12345678901234567890,"items":[{"sku":"A-1","qty":1}],"state":"PAID","at":"2024-01-31T12:34:56.5+01:00","note":null}',
    ),
    [],
  );
});

test("what does not fit says where and what was expected", () => {
  assert.deepEqual(
    check(
      ORDER,
      '{"id":"1","items":[{"qty":0},{"sku":"a-1"},5],"state":"GONE","at":"2024-02-30T00:00:00Z","note":"too long","extra":1}',
    ),
    [
      '$.id: expected integer, got "1"',
      '$.state: expected one of "NEW", "PAID", got "GONE"',
      "$.items[0].qty: 0 is less than the minimum 1",
      '$.items[0]: the member "sku" is missing',
      '$.items[1].sku: "a-1" does not match the pattern ^[A-Z]-\\d+$',
      "$.items[2]: expected object, got 5",
      '$.at: "2024-02-30T00:00:00Z" is not of the format date-time',
      "$.note: it has 8 characters, more than 5",
      "$.extra: the schema does not allow this member",
    ],
  );
  assert.deepEqual(check(ORDER, "{}"), ['$: the member "id" is missing', '$: the member "items" is missing']);
  assert.deepEqual(check({ properties: { "odd name": { type: "string" } } }, '{"odd name":1}'), [
    '$["odd name"]: expected string, got 1',
  ]);
});

test("numbers are compared with all their digits, whatever their size", () => {
  for (const [schema, json, fits] of [
    ['{"const":9007199254740993}', "9007199254740993", true],
    ['{"const":9007199254740993}', "9007199254740992", false],
    ['{"maximum":9007199254740992}', "9007199254740993", false],
    ['{"exclusiveMaximum":9007199254740993}', "9007199254740992.999999999999999999", true],
    ['{"minimum":0.1}', "0.09999999999999999999999", false],
    ['{"multipleOf":0.01}', "12345678901234567890.12", true],
    ['{"multipleOf":0.01}', "0.29", true],
    ['{"multipleOf":0.01}', "0.295", false],
    ['{"multipleOf":7}', "1e1000000", false],
    ['{"multipleOf":2}', "1e999999999", true],
    ['{"multipleOf":1e-300}', "1e300", true],
    ['{"enum":[1.0,2e3]}', "2000", true],
    ['{"type":"integer"}', "1.50e1", true],
    ['{"type":"integer"}', "1e-1", false],
    ['{"maximum":1e999999999999999999999}', "5", true],
    ['{"minimum":-1e400}', "-1e401", false],
    ['{"const":0}', "-0.0e5", true],
    ['{"uniqueItems":true}', "[1,1.0]", false],
    ['{"uniqueItems":true}', '[{"a":1,"b":2},{"b":2,"a":1}]', false],
    ['{"uniqueItems":true}', '[1,"1",true,[1],{"a":1}]', true],
  ] as const)
    assert.equal(check(schema, json).length === 0, fits, `${schema} ${json}`);
});

test("of alternatives the one that comes near says what is wrong", () => {
  const schema = {
    oneOf: [{ type: "null" }, { type: "object", properties: { a: { type: "string" } } }, { type: "array" }],
  };
  assert.deepEqual(check(schema, '{"a":1}'), ["$.a: expected string, got 1"]);
  assert.deepEqual(check(schema, "5"), [
    "$: it fits none of 3 alternatives: expected null, got 5; expected object, got 5; expected array, got 5",
  ]);
  assert.deepEqual(check({ oneOf: [{ type: "number" }, { minimum: 1 }] }, "5"), [
    "$: it fits 2 of 2 alternatives, and may fit only one",
  ]);
  assert.deepEqual(
    check('{"if":{"properties":{"k":{"const":1}}},"then":{"required":["x"]},"else":{"required":["y"]}}', '{"k":2}'),
    ['$: the member "y" is missing'],
  );
  assert.deepEqual(check({ not: { type: "string" } }, '"x"'), ["$: it fits a schema that it may not fit"]);
});

test("references: registered ones by name and by $id, and those that lead nowhere", () => {
  const references = {
    "money.json": { type: "object", required: ["units"], properties: { units: { $ref: "units.json#/definitions/u" } } },
    "units.json": { definitions: { u: { type: "integer" } } },
    "odd.json": { $id: "https://example.com/schemas/odd.json", $defs: { a: { $anchor: "here", type: "string" } } },
  };
  const schema = {
    properties: {
      m: { $ref: "money.json" },
      o: { $ref: "https://example.com/schemas/odd.json#here" },
      x: { $ref: "nowhere.json" },
      y: { $ref: "#/nowhere" },
    },
  };
  assert.deepEqual(check(schema, '{"m":{"units":"1"},"o":2,"x":1,"y":1}', references), [
    '$.m.units: expected integer, got "1"',
    "$.o: expected string, got 2",
    "the schema refers to nowhere.json, which is neither in it nor among its references: that part was not checked",
    "the schema refers to #/nowhere, which is neither in it nor among its references: that part was not checked",
  ]);
});

test("schemas that are not usable say so in one sentence", () => {
  assert.throws(() => compile("{"), { message: /^its text is not JSON: / });
  assert.throws(
    () => compileJsonSchema({ schema: "{}", references: [{ name: "a", subject: "a", version: 1, schema: "x" }] }),
    { message: /^the reference a is not JSON: / },
  );
  assert.deepEqual(check("5", "1"), []);
  assert.deepEqual(check("false", "1"), ["$: the schema allows no value here"]);
  assert.deepEqual(
    check(
      { type: 5, enum: "x", required: "a", properties: [], items: 3, pattern: 1, minimum: "x", allOf: {}, $ref: 7 },
      '{"a":1}',
    ),
    [],
  );
});

test("hostile schemas and values are bounded", () => {
  const took = processorTime(() => {
    // a pattern that takes a backtracking engine for ever, and one that RE2 does not have
    assert.deepEqual(check({ pattern: "^(a+)+$" }, `"${"a".repeat(50_000)}!"`).length, 1);
    assert.match(check({ pattern: "(?=a)b" }, '"b"')[0]!, /^the pattern \(\?=a\)b was not checked: it looks ahead/);
    assert.deepEqual(check({ $ref: "#" }, "1"), [
      "the schema refers to itself without an end, or the value is nested too deep: not all of it was checked",
    ]);
    assert.deepEqual(check({ allOf: [{ $ref: "#" }, { $ref: "#" }] }, "1"), [
      "the schema refers to itself without an end, or the value is nested too deep: not all of it was checked",
    ]);
    // each level twice: 2^40 ways
    const $defs = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [
        `d${i}`,
        { anyOf: [{ allOf: [{ $ref: `#/$defs/d${i + 1}` }, false] }, { $ref: `#/$defs/d${i + 1}` }] },
      ]),
    );
    assert.deepEqual(check({ $defs: { ...$defs, d40: { type: "string" } }, $ref: "#/$defs/d0" }, "1"), [
      "the schema takes too many steps for this value: not all of it was checked",
    ]);
    const list = `[${Array(100_000).fill('"x"').join(",")}]`;
    assert.equal(check({ items: { type: "integer" } }, list).length, 50);
    assert.equal(check({ uniqueItems: true }, list).length, 1);
    const deep = `${'{"a":'.repeat(250)}1${"}".repeat(250)}`;
    assert.deepEqual(check({ type: ["object", "number"], properties: { a: { anyOf: [{ $ref: "#" }] } } }, deep), []);
    check({ multipleOf: 3 }, `1${"0".repeat(200_000)}`);
    check({ enum: [1] }, `${"[".repeat(400)}${"]".repeat(400)}`);
  });
  assert.ok(took < 8000, `${took} ms`);
});

test("names that JavaScript's objects have", () => {
  const schema =
    '{"properties":{"__proto__":{"type":"string"},"constructor":{"type":"string"}},"required":["toString"],"additionalProperties":false}';
  assert.deepEqual(check(schema, '{"__proto__":1,"constructor":2,"hasOwnProperty":3}'), [
    "$.__proto__: expected string, got 1",
    "$.constructor: expected string, got 2",
    '$: the member "toString" is missing',
    "$.hasOwnProperty: the schema does not allow this member",
  ]);
});

test("each draft's own words", () => {
  const draft4 = { $schema: "http://json-schema.org/draft-04/schema#", minimum: 1, exclusiveMinimum: true };
  assert.deepEqual(check(draft4, "1"), ["$: 1 is not greater than 1"]);
  assert.deepEqual(check({ exclusiveMinimum: 1 }, "1"), ["$: 1 is not greater than 1"]);
  // until draft 7 what stands beside a $ref says nothing
  const beside = { definitions: { a: {} }, properties: { x: { $ref: "#/definitions/a", type: "string" } } };
  assert.deepEqual(check({ $schema: "http://json-schema.org/draft-07/schema#", ...beside }, '{"x":1}'), []);
  assert.deepEqual(check({ $schema: "https://json-schema.org/draft/2020-12/schema", ...beside }, '{"x":1}'), [
    "$.x: expected string, got 1",
  ]);
  assert.deepEqual(check({ prefixItems: [{ type: "string" }], items: { type: "number" } }, '["a",1,"b"]'), [
    '$[2]: expected number, got "b"',
  ]);
  assert.deepEqual(check({ items: [{ type: "string" }], additionalItems: false }, '["a",1]'), [
    "$[1]: the schema allows no value here",
  ]);
  const unevaluated = { allOf: [{ properties: { a: {} } }], unevaluatedProperties: false };
  assert.deepEqual(check(unevaluated, '{"a":1,"b":2}'), ["$.b: the schema does not allow this member"]);
});

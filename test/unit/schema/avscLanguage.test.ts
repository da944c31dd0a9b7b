import assert from "node:assert/strict";
import { test } from "node:test";
import avsc from "avsc";
import { completionsAt } from "../../../src/schema/avro/language/completions.ts";
import { hoverAt } from "../../../src/schema/avro/language/hover.ts";
import { type AvscOptions, validateAvsc } from "../../../src/schema/avro/language/validate.ts";
import { parseAvro } from "../../../src/schema/avro/schema.ts";
import { mutated } from "./avroMutate.ts";
import { randomSchema, upTo } from "./avroRandom.ts";
import { avro, processorTime, seeded } from "./support.ts";

/** Each problem as "severity code «the text it is about»: message". */
const problems = (schema: unknown, options?: AvscOptions): string[] => {
  const text = typeof schema === "string" ? schema : JSON.stringify(schema);
  return validateAvsc(text, options).map(
    ({ start, end, severity, code, message }) => `${severity} ${code} «${text.slice(start, end)}»: ${message}`,
  );
};

const record = (...fields: unknown[]) => ({ type: "record", name: "R", namespace: "shop", fields });
const field = (name: string, type: unknown, more: object = {}) => ({ name, type, ...more });
const enumOf = (...symbols: string[]) => ({ type: "enum", name: "E", symbols });

test("a right schema has no problems", () => {
  const order = record(
    field("id", "long", { doc: "d", aliases: ["key"], order: "descending" }),
    field("total", { type: "bytes", logicalType: "decimal", precision: 12, scale: 2 }, { default: "\u0000" }),
    field("state", enumOf("NEW", "PAID"), { default: "NEW" }),
    field("parent", ["null", "R"], { default: null }),
    field("old", "shop.E", { default: "PAID" }),
    field(
      "lines",
      { type: "array", items: { ...record(field("qty", "int", { default: 1 })), name: "Line" } },
      { default: [{}] },
    ),
    field("tags", { type: "map", values: "string" }, { default: {} }),
    field("id2", { type: "fixed", name: "Id", size: 16, logicalType: "uuid" }),
    field("at", { type: "long", logicalType: "timestamp-nanos" }),
  );
  assert.deepEqual(problems(order), []);
  assert.deepEqual(problems('"string"'), []);
  assert.deepEqual(problems(record(field("x", "other.T")), { known: new Set(["other.T"]) }), []);
});

test("text that is not JSON is marked where it goes wrong", () => {
  assert.deepEqual(problems('{"type": "int",}'), [
    "error syntax «}»: This is not JSON: a name in double quotes is expected here.",
  ]);
  assert.deepEqual(problems('{"type": flase}'), ["error syntax «flase»: This is not JSON: a value is expected here."]);
  assert.deepEqual(problems('{"type": "int"'), [
    'error syntax «"»: This is not JSON: the text ends where a comma or } is expected.',
  ]);
  assert.deepEqual(problems(""), ["error syntax «»: This is not JSON: a JSON value is missing."]);
});

test("types that are not defined, and what was probably meant", () => {
  assert.deepEqual(
    problems(record(field("a", "strng"), field("b", "Lng"), field("c", "record"), field("d", "S"), field("e", 7))),
    [
      'error unknown-type «"strng"»: The type "strng" is not defined before this place: did you mean string?',
      'error unknown-type «"Lng"»: The type "Lng" is not defined before this place: did you mean long?',
      'error unknown-type «"record"»: A type of kind record is written as an object: {"type": "record", …}.',
      'error unknown-type «"S"»: The type "S" is not defined before this place.',
      "error bad-type «7»: A type is a name, a list of types (a union), or an object.",
    ],
  );
  const bare = [{ type: "fixed", name: "F", size: 1 }, record(field("f", "F"))];
  assert.match(problems(bare)[0]!, /^warning bare-name «"F"»: F has no namespace, and this place is within shop/);
});

test("names, and names that are there twice", () => {
  assert.deepEqual(
    problems({ type: "record", name: "9a", fields: [field("a-b", "int"), field("x", "int"), field("x", "int")] }),
    [
      'error bad-name «"9a"»: "9a" is not a name for a record: letters, digits and _, and no digit at the start.',
      'error bad-name «"a-b"»: "a-b" is not a name for a field: letters, digits and _, and no digit at the start.',
      'error duplicate-field «"x"»: This record has two fields called "x".',
    ],
  );
  const fixed = (name: string) => ({ type: "fixed", name, size: 1 });
  assert.deepEqual(problems(record(field("a", enumOf("A")), field("b", fixed("E")), field("c", fixed("long")))), [
    'error duplicate-name «"E"»: The type shop.E is defined a second time here.',
    'error bad-name «"long"»: A fixed type cannot be called long: that is one of Avro\'s own types.',
  ]);
  assert.match(
    problems({ ...record(), aliases: ["a..b", 1, "x", "x"] }).join("\n"),
    /a part between its dots is empty.*An alias is a string.*"x" is listed twice/s,
  );
  assert.deepEqual(problems('{"type": "int", "type": "long"}'), [
    'error duplicate-attribute «"type"»: "type" is given twice.',
  ]);
});

test("what declarations lack", () => {
  assert.deepEqual(
    problems([
      { type: "record" },
      { type: "enum", name: "E" },
      { type: "fixed", name: "F" },
      { type: "array" },
      { type: "map" },
      {},
    ]).map((each) => each.replace(/^error (.*) «\{»: /, "$1 ")),
    [
      'no-name This record has no "name".',
      'no-fields This record has no "fields".',
      'no-symbols This enum has no "symbols".',
      'no-size This fixed type has no "size".',
      'no-items This array has no "items".',
      'no-values This map has no "values".',
      'no-type This object has no "type".',
    ],
  );
  assert.deepEqual(
    problems(record({}, 5)).map((each) => each.replace(/: .*/, "")),
    ["error no-name «{»", "error no-type «{»", "error bad-field «5»"],
  );
});

test("unions, enums, fixed sizes, orders", () => {
  assert.match(
    problems({ type: { type: "int" } })[0]!,
    /^error nested-type «\{"type":"int"\}»: The "type" of a type is a name/,
  );
  assert.deepEqual(problems([["int"]]), ['error nested-union «["int"]»: A union cannot hold a union directly.']);
  assert.deepEqual(problems("[]"), ["error empty-union «[]»: This union has no branches."]);
  assert.deepEqual(problems(["int", { type: "int", logicalType: "date" }]), [
    'error duplicate-branch «{"type":"int","logicalType":"date"}»: This union has int twice: nothing would tell the two apart.',
  ]);
  assert.deepEqual(problems({ ...enumOf("A", "A", "b c"), default: "Z" }), [
    'error duplicate-symbol «"A"»: This enum has the symbol "A" twice.',
    'error bad-symbol «"b c"»: "b c" is not a name for a symbol: letters, digits and _, and no digit at the start.',
    'error bad-default «"Z"»: The default of an enum is one of its symbols.',
  ]);
  for (const size of ["-1", "1.5", '"4"', "1e99", "2147483648"])
    assert.match(
      problems(`{"type":"fixed","name":"F","size":${size}}`)[0]!,
      /^error bad-size «.*»: The size of a fixed type is a whole number/,
    );
  assert.match(problems(record(field("x", "int", { order: "up" })))[0]!, /^error bad-order «"up"»/);
});

test("defaults are checked against their types, within too", () => {
  const inner = { type: "record", name: "In", fields: [field("x", { type: "array", items: "int" })] };
  const bad = (type: unknown, fallback: unknown): string =>
    problems(record(field("f", type, { default: fallback })))[0] ?? "";
  assert.equal(bad("int", "1"), 'error bad-default «"1"»: The default does not fit int: expected int, got "1".');
  assert.match(bad("int", 3000000000), /3000000000 does not fit an int/);
  assert.match(bad("bytes", "\u0100"), /^error bad-default «"Ā"»: The default does not fit bytes/);
  assert.match(bad({ type: "fixed", name: "F", size: 2 }, "a"), /expected 2 bytes, got 1/);
  assert.match(bad(enumOf("A"), "B"), /expected one of A, got "B"/);
  assert.match(
    bad(inner, { x: [1, "2"] }),
    /«\{"x":\[1,"2"\]\}»: The default does not fit the record shop.In: expected int, got "2" \(at x\[1\]\)\.$/,
  );
  assert.match(bad(inner, {}), /the field is missing and has no default \(at x\)/);
  assert.match(bad("null", 0), /expected null/);
  assert.match(
    bad({ type: "int", logicalType: "date" }, "2024-01-31"),
    /^error bad-default «"2024-01-31"»: The default does not fit int \(date\)/,
  );
  // as Avro's own library has it
  assert.equal(bad({ type: "record", name: "In", fields: [field("x", "int", { default: 1 })] }, { y: 1 }), "");
  // before Avro 1.12 a union's default is of its first branch
  assert.match(
    bad(["string", "null"], null),
    /^warning default-not-of-first-branch «null»: The default is not of the union's first branch, string/,
  );
  assert.match(
    bad(["null", "string"], 5),
    /^error bad-default «5»: The default does not fit null or string: expected one of null, string/,
  );
  assert.equal(bad(["null", "string"], null), "");
  // of a record that is itself wrong, nothing is said
  assert.deepEqual(
    problems(record(field("r", { type: "record", name: "Q", fields: [field("x", "nope")] }, { default: { x: 1 } })))
      .length,
    1,
  );
});

test("logical types that are ignored are warnings", () => {
  const warned = (type: unknown): string => problems(type)[0]!.replace(/^warning bad-logical-type /, "");
  assert.equal(
    warned({ type: "string", logicalType: "date" }),
    '«"date"»: The logical type date stands on int, not on string: it is ignored.',
  );
  assert.equal(
    warned({ type: "int", logicalType: "dat" }),
    '«"dat"»: The logical type "dat" is not one that Avro knows: it is ignored.',
  );
  assert.match(warned({ type: "bytes", logicalType: "decimal" }), /A decimal needs a precision of at least 1/);
  assert.match(
    warned({ type: "bytes", logicalType: "decimal", precision: 2, scale: 3 }),
    /scale \(3\) is at most its precision \(2\)/,
  );
  assert.match(
    warned({ type: "fixed", name: "F", size: 2, logicalType: "decimal", precision: 5 }),
    /2 bytes hold 4 digits, not a decimal's 5/,
  );
  assert.match(
    warned({ type: "fixed", name: "F", size: 8, logicalType: "uuid" }),
    /needs a fixed type of 16 bytes, not 8/,
  );
  assert.match(
    problems(record(field("at", "long", { logicalType: "timestamp-millis" })))[0]!,
    /«"timestamp-millis"»: The logicalType belongs into the type/,
  );
});

test("what has no errors can be used, and what cannot be used has one, for random and damaged schemas", () => {
  const random = seeded(61);
  let right = 0;
  let wrong = 0;
  for (let i = 0; i < 500; i++) {
    let schema = randomSchema(random);
    for (let k = upTo(random, 3); k > 0; k--) schema = mutated(random, schema);
    let text = JSON.stringify(schema, null, upTo(random, 3));
    if (random() < 0.5) {
      const at = upTo(random, text.length);
      text =
        text.slice(0, at) + ["", '"', "x", "0", ",", "{}", "[]"][upTo(random, 7)] + text.slice(at + upTo(random, 4));
    }
    const found = validateAvsc(text);
    for (const { start, end } of found) assert.ok(start >= 0 && start <= end && end <= text.length);
    const hasErrors = found.some(({ severity }) => severity === "error");
    let refusal: unknown = null;
    try {
      parseAvro(avro(text));
    } catch (error) {
      refusal = error;
    }
    if (refusal !== null && !/^[a-z]+$/.test(text.trim())) assert.ok(hasErrors, `${text}\n${refusal}`);
    if (!hasErrors) {
      // avsc takes a union's default for its first branch, and does not know names without their namespace
      if (!found.some(({ code }) => code === "default-not-of-first-branch" || code === "bare-name"))
        assert.doesNotThrow(() => avsc.Type.forSchema(JSON.parse(text) as avsc.Schema, { wrapUnions: true }), text);
      right++;
    } else wrong++;
  }
  assert.ok(right > 120 && wrong > 120, `${right} right, ${wrong} wrong`);
});

// ------------------------------------------------------------------------------------------------ hover, completion

/** The text without its "|", and where that stood. */
function marked(text: string): [text: string, offset: number] {
  const offset = text.indexOf("|");
  assert.ok(offset >= 0);
  return [text.slice(0, offset) + text.slice(offset + 1), offset];
}

function hover(text: string): string | null {
  const [plain, offset] = marked(text);
  const found = hoverAt(plain, offset);
  return found && `«${plain.slice(found.start, found.end)}» ${found.text}`;
}

test("hover says what types, logical types and attributes mean", () => {
  assert.match(hover('{"ty|pe": "int"}')!, /^«"type"» type\nWhat kind of type/);
  assert.match(hover('{"type": "i|nt"}')!, /^«"int"» int\nA whole number of 32 bits/);
  assert.match(hover('["null", "str|ing"]')!, /^«"string"» string\nText/);
  assert.match(
    hover('{"type": "bytes", "logicalType": "dec|imal", "precision": 12, "scale": 2}')!,
    /^«"decimal"» decimal\(12, 2\)\nAn exact decimal/,
  );
  assert.match(
    hover('{"type":"record","name":"R","fields":[{"name":"a","type":"int","def|ault":1}]}')!,
    /^«"default"» default\nWhat a reader takes/,
  );
  assert.match(hover('{"type":"enum","name":"E","symbols":[],"def|ault":"A"}')!, /The symbol that a reader takes/);
  assert.match(
    hover('{"type":"record","name":"R","fields":[{"name":"a","type":"int","order":"ig|nore"}]}')!,
    /does not count/,
  );
  const file = (at: string) =>
    `{"type":"record","name":"R","namespace":"n","fields":[{"name":"e","type":{"type":"enum","name":"E","doc":"State.","symbols":["A","B"]}},{"name":"f","type":${at}}]}`;
  assert.equal(hover(file('"|E"')), '«"E"» enum n.E: A, B\nState.');
  assert.equal(hover(file('["null","n.R|"]')), '«"n.R"» record n.R: 2 fields');
  for (const nothing of ['{"type": "mad|e-up"}', '{"name": "in|t"}', '{"type":"enum","symbols":["in|t"]}', "  |", "|"])
    assert.equal(hover(nothing), null, nothing);
});

/** Labels, and the text after taking one of them. */
function complete(text: string, label?: string): string[] | string {
  const [plain, offset] = marked(text);
  const found = completionsAt(plain, offset, ["other.T"]);
  if (label === undefined) return found.map((each) => each.label);
  const taken = found.find((each) => each.label === label);
  assert.ok(taken, `${label} is not among ${found.map((each) => each.label)}`);
  assert.ok(taken.start <= offset && offset <= taken.end);
  return plain.slice(0, taken.start) + taken.insertText + plain.slice(taken.end);
}

const PRIMITIVES = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"];
const COMPLEX = ["record", "enum", "array", "map", "fixed"];

test("attributes of the object are completed that it does not have yet", () => {
  assert.deepEqual(complete("{|}"), ["type", "name", "namespace", "doc"]);
  assert.deepEqual(complete('{"type": "record", "name": "R", |}'), ["namespace", "doc", "aliases", "fields"]);
  assert.deepEqual(complete('{"type": "enum", "name": "E", "|'), ["namespace", "doc", "aliases", "symbols", "default"]);
  assert.deepEqual(complete('{"type": "fixed", "name": "F", "si|": 4}'), [
    "namespace",
    "doc",
    "aliases",
    "size",
    "logicalType",
  ]);
  assert.deepEqual(complete('{"type": "bytes", "logicalType": "decimal", |}'), ["precision", "scale"]);
  assert.deepEqual(complete('{"type": "array", |}'), ["items"]);
  assert.deepEqual(complete('{"type":"record","name":"R","fields":[{"name": "a", |}]}'), [
    "type",
    "doc",
    "default",
    "order",
    "aliases",
  ]);
  assert.equal(complete('{"type": "record", "na|"}', "name"), '{"type": "record", "name": }');
  assert.equal(complete('{"type": "record", "na|": "R"}', "name"), '{"type": "record", "name": "R"}');
  assert.equal(complete('{"type": "record", |}', "name"), '{"type": "record", "name": }');
});

test("types are completed: Avro's own, and those that the file defines", () => {
  assert.deepEqual(complete("|"), [...PRIMITIVES, ...COMPLEX, "other.T"]);
  assert.equal(complete("|", "map"), '{ "type": "map", "values": "string" }');
  assert.deepEqual(complete('{"type": "|"}'), [...PRIMITIVES, ...COMPLEX, "other.T"]);
  assert.equal(complete('{"type": "r|"}', "record"), '{"type": "record"}');
  assert.equal(complete('{"type": |, "name": "R"}', "record"), '{"type": "record", "name": "R"}');
  assert.equal(complete('{"type": |\n "name": "R"}', "record"), '{"type": "record"\n "name": "R"}');
  const file = (at: string) =>
    `{"type":"record","name":"R","namespace":"n","fields":[{"name":"e","type":{"type":"fixed","name":"x.F","size":2}},{"name":"f","type":${at}}]}`;
  assert.deepEqual(complete(file('"|"')), [...PRIMITIVES, "R", "x.F", "other.T"]);
  assert.equal(complete(file('["null", |]'), "R"), file('["null", "R"]'));
  assert.equal(complete(file('{"type":"array","items":"|"}'), "x.F"), file('{"type":"array","items":"x.F"}'));
  assert.equal(
    complete('{"type":"record","fields":[|]}', "field"),
    '{"type":"record","fields":[{ "name": "", "type": "string" }]}',
  );
});

test("logical types are completed that fit, and values of which there are few", () => {
  assert.deepEqual(complete('{"type": "int", "logicalType": "|"}'), ["date", "time-millis"]);
  assert.deepEqual(complete('{"type": "bytes", "logicalType": |}'), ["decimal", "big-decimal"]);
  assert.deepEqual(complete('{"type": "fixed", "size": 12, "logicalType": "|"}'), ["decimal", "duration"]);
  assert.deepEqual(complete('{"type": "string", "logicalType": "|"}'), ["uuid"]);
  const field = (more: string) => `{"type":"record","name":"R","fields":[{"name":"a",${more}}]}`;
  assert.deepEqual(complete(field('"type":"int","order":"|"')), ["ascending", "descending", "ignore"]);
  assert.equal(
    complete(field('"type":["null","int"],"default": |'), "null"),
    field('"type":["null","int"],"default": null'),
  );
  assert.deepEqual(complete(field('"type":{"type":"enum","name":"E","symbols":["A","B"]},"default":"|"')), ["A", "B"]);
  assert.deepEqual(complete('{"type":"enum","name":"E","symbols":["A","B"],"default":"|"}'), ["A", "B"]);
  assert.deepEqual(complete(field('"type":"int","default":|')), []);
  assert.deepEqual(complete('{"type":"enum","name":"E","symbols":["|"]}'), []);
});

test("hover and completion never throw, wherever one is in whatever is typed", () => {
  const random = seeded(12);
  for (let i = 0; i < 40; i++) {
    let text = JSON.stringify(randomSchema(random), null, upTo(random, 3));
    for (let k = upTo(random, 4); k > 0; k--) {
      const at = upTo(random, text.length);
      text =
        text.slice(0, at) +
        ["", '"', "\\", ":", ",", "{", "]", "}"][upTo(random, 8)] +
        text.slice(at + upTo(random, 3));
    }
    for (let offset = 0; offset <= text.length; offset += 1 + upTo(random, 5)) {
      for (const { start, end } of completionsAt(text, offset))
        assert.ok(start <= offset && offset <= end && end <= text.length);
      const found = hoverAt(text, offset);
      if (found) assert.ok(found.start <= offset && offset <= found.end);
    }
  }
});

test("hostile text is looked at in a time that its length explains", () => {
  const names = ["__proto__", "constructor", "toString"];
  assert.deepEqual(problems(record(...names.map((name) => field(name, "int", { default: 1 })))), []);
  assert.match(problems('{"type": "constructor"}')[0]!, /"constructor" is not defined/);
  assert.deepEqual(
    problems({ type: "record", name: "R", fields: [field("r", "R", { default: {} })] }).map((each) =>
      each.replace(/: .*/, ""),
    ),
    ["error bad-default «{}»"],
  );
  const texts = [
    "[".repeat(200_000),
    '{"type":'.repeat(100_000),
    '"'.repeat(200_000),
    `[${Array.from({ length: 10_000 }, (_, i) => `"t${i}"`)}]`,
    `{"type":"enum","name":"E","symbols":[${Array.from({ length: 20_000 }, (_, i) => `"s${i}"`)}]}`,
  ];
  const took = processorTime(() => {
    for (const text of texts) {
      assert.ok(validateAvsc(text).length <= 200);
      completionsAt(text, text.length >> 1);
      hoverAt(text, text.length >> 1);
    }
  });
  assert.ok(took < 2000, `it took ${took} ms`);
});

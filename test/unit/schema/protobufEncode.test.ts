import assert from "node:assert/strict";
import { test } from "node:test";
import { parseJson } from "../../../src/schema/jsonTree.ts";
import { protobufMessageFormat } from "../../../src/schema/protobuf/decode.ts";
import { encodeProtobuf, messageIndexHeader } from "../../../src/schema/protobuf/encode.ts";
import { protobufExample } from "../../../src/schema/protobuf/example.ts";
import { parseProtobuf } from "../../../src/schema/protobuf/schema.ts";

const ALL = `syntax = "proto3"; package w;
  import "google/protobuf/struct.proto"; import "google/protobuf/duration.proto"; import "google/protobuf/any.proto"; import "google/protobuf/timestamp.proto";
  import "google/protobuf/wrappers.proto"; import "google/protobuf/field_mask.proto"; import "google/protobuf/empty.proto";
  message M { int64 big_id = 1; string name = 2; repeated int32 counts = 3; map<int32, M> by_id = 4; enum State { NEW = 0; PAID = 1; NEG = -1; } State state = 5;
    oneof pay { string card = 6; bytes cash = 7; google.protobuf.NullValue none = 28; } M inner = 8; double ratio = 9; float small = 10; uint64 u = 11; sint64 z = 12; fixed32 f = 13;
    bool on = 14; optional int32 maybe = 15; sfixed64 sf = 16; map<bool, string> flags = 17; repeated State states = 18;
    google.protobuf.Timestamp at = 20; google.protobuf.Duration took = 21; google.protobuf.Struct free = 22; google.protobuf.Value any_value = 23;
    google.protobuf.Any any = 24; google.protobuf.Int64Value wrapped = 25; google.protobuf.FieldMask mask = 26; google.protobuf.Empty nothing = 27;
    repeated google.protobuf.Value list = 29; google.protobuf.BytesValue raw = 30; sint32 z32 = 31 [json_name = "ZIG"]; }`;

const parsed = (schema: string) => parseProtobuf({ schema, references: [] });
const all = parsed(ALL);

/** hex, or each problem with its path */
function encoded(json: string, schema = all, name = "w.M"): string | string[] {
  const result = encodeProtobuf(schema, name, parseJson(json));
  return "bytes" in result
    ? result.bytes.toString("hex")
    : result.problems.map(({ path, message }) => `${path}: ${message}`);
}

/** encoded, and shown again */
function again(json: string, schema = all, name = "w.M"): string {
  const result = encodeProtobuf(schema, name, parseJson(json));
  assert.ok("bytes" in result, JSON.stringify(result));
  const { text, problems } = protobufMessageFormat(schema, name).decode(result.bytes, 0, Number.POSITIVE_INFINITY);
  assert.deepEqual(problems, []);
  return text;
}

test("what is shown can be encoded and is shown the same", () => {
  for (const json of [
    "{}",
    '{"bigId":"-9223372036854775808","name":"é\\u0000\\n","counts":[1,-1,300],"byId":{"-7":{"name":"x"},"0":{}},"state":"PAID","cash":"AQL/"}',
    '{"inner":{"inner":{}},"ratio":-0,"small":0.1,"u":"18446744073709551615","z":"-9223372036854775808","f":4294967295,"on":true,"maybe":0}',
    '{"ratio":"NaN","small":"-Infinity","sf":"-1","flags":{"true":"a","false":""},"states":["NEW",7,"NEG"],"ZIG":-2147483648}',
    '{"at":"0001-01-01T00:00:00Z","took":"-0.000000001s","free":{"a":[1.5,null,{"b":{}}],"":"x"},"anyValue":null,"wrapped":"0","mask":"userName,b.c","nothing":{}}',
    '{"none":null,"list":[null,1,"x",[],{}],"raw":"","at":"9999-12-31T23:59:59.999999999Z"}',
    '{"any":{"@type":"t/w.M","name":"n","inner":{}}}',
    '{"any":{"@type":"t/google.protobuf.Duration","value":"3s"}}',
    '{"any":{"@type":"t/google.protobuf.Any","value":{"@type":"t/w.M"}}}',
    '{"any":{"@type":"t/no.Body","value":"0x0805"}}',
    '{"any":{"@type":"t/google.protobuf.Empty"}}',
    '{"any":{}}',
    '{"at":{"seconds":"253402300800","nanos":5},"took":{"seconds":"1","nanos":-1},"mask":{"paths":["aB"]}}',
  ]) {
    // fields stand in the schema's order
    assert.deepEqual(JSON.parse(again(json)), JSON.parse(json), json);
  }
  assert.equal(again('{"ratio":-0}'), '{"ratio":-0}');
});

test("other spellings of the same", () => {
  for (const [json, text] of [
    ['{"big_id":9007199254740993}', '{"bigId":"9007199254740993"}'],
    ['{"counts":["1",2.0,3e2]}', '{"counts":[1,2,300]}'],
    ['{"state":1}', '{"state":"PAID"}'],
    ['{"cash":"-_8"}', '{"cash":"+/8="}'],
    ['{"ratio":"1.5"}', '{"ratio":1.5}'],
    ['{"name":null,"inner":null,"counts":null,"maybe":null}', "{}"],
    ['{"at":"2024-01-31T13:34:56.5+01:00"}', '{"at":"2024-01-31T12:34:56.500Z"}'],
    ['{"took":"1.0s"}', '{"took":"1s"}'],
    ['{"mask":"user_name"}', '{"mask":"userName"}'],
    ['{"any":{"value":{},"@type":"t/google.protobuf.Empty"}}', '{"any":{"@type":"t/google.protobuf.Empty"}}'],
    ['{"z32":5}', '{"ZIG":5}'],
    // defaults of fields without presence are not written
    ['{"bigId":0,"name":"","on":false,"state":"NEW","counts":[],"byId":{},"card":""}', '{"card":""}'],
  ] as const)
    assert.equal(again(json), text, json);
});

test("bytes are those that other writers make: by number, packed, numbers of two's complement", () => {
  assert.equal(
    encoded('{"state":"NEG","name":"a","bigId":"1","counts":[1,300]}'),
    "0801" + "120161" + "1a0301ac02" + "28ffffffffffffffffff01",
  );
  const proto2 = parsed(
    'syntax="proto2"; message M { repeated int32 a=1; repeated int32 b=2 [packed=true]; optional group G = 3 { optional int32 x=1; } optional int32 d=4 [default=7]; }',
  );
  assert.equal(
    encoded('{"a":[1,2],"b":[1,2],"g":{"x":1},"d":0}', proto2, "M"),
    "08010802" + "12020102" + "1b08011c" + "2000",
  );
});

test("extensions by their full name in brackets", () => {
  const schema = parsed(
    'syntax="proto2"; package p; message M { extensions 100 to 200; } extend M { optional int32 ext=100; } message N { extend M { repeated string inner=101; } }',
  );
  assert.equal(again('{"[p.ext]":5,"[p.N.inner]":["a"]}', schema, "p.M"), '{"[p.ext]":5,"[p.N.inner]":["a"]}');
});

test("what does not fit says where and what was expected", () => {
  for (const [json, ...problems] of [
    [
      '{"bigId":"9223372036854775808"}',
      "$.bigId: 9223372036854775808 does not fit int64 (-9223372036854775808 to 9223372036854775807)",
    ],
    ['{"bigId":1.5}', "$.bigId: expected int64 (a whole number), got 1.5"],
    ['{"bigId":" 1"}', '$.bigId: expected int64 (a whole number), got " 1"'],
    [
      '{"counts":[1,null,"x"]}',
      "$.counts[1]: null cannot be an element",
      '$.counts[2]: expected int32 (a whole number), got "x"',
    ],
    ['{"counts":5}', "$.counts: expected array, got 5"],
    [
      '{"byId":{"x":{},"1":{"f":-1}}}',
      '$.byId.x: expected int32 (a whole number), got "x"',
      '$.byId["1"].f: -1 does not fit fixed32 (0 to 4294967295)',
    ],
    ['{"byId":{"1":{},"01":{}}}', '$.byId["01"]: the key is given twice'],
    ['{"flags":{"1":""}}', '$.flags["1"]: expected true or false, got "1"'],
    ['{"state":"GONE"}', '$.state: expected a value of w.M.State (NEW, PAID, NEG, or a number), got "GONE"'],
    ['{"card":"x","cash":""}', "$.cash: card is given too, and of the oneof pay only one may be"],
    ['{"bigId":1,"big_id":2}', "$.big_id: the field is given twice"],
    ['{"inner":{"#7":"1"}}', '$.inner["#7"]: #7 is a field that the schema does not have: it cannot be encoded'],
    ['{"cash":"a"}', '$.cash: expected bytes in base64, got "a"'],
    ['{"name":"\\ud800"}', "$.name: half a surrogate pair (\\ud800 to \\udfff) cannot be encoded"],
    ['{"ratio":1e400}', "$.ratio: 1e400 is too large for a double"],
    ['{"small":1e39}', "$.small: 1e39 is too large for a float"],
    [
      '{"at":"2024-02-30T00:00:00Z"}',
      '$.at: expected a timestamp like "2024-01-31T12:34:56.789Z", got "2024-02-30T00:00:00Z"',
    ],
    ['{"at":"0000-12-31T00:00:00Z"}', "$.at: a timestamp is of the years 0001 to 9999"],
    ['{"took":"3"}', '$.took: expected a duration like "3.5s", got "3"'],
    ['{"anyValue":9007199254740993}', "$.anyValue: 9007199254740993 would lose digits: numbers of a Value are doubles"],
    ['{"any":{"name":"x"}}', '$.any: "@type" is missing: the type\'s URL, like "type.googleapis.com/package.Message"'],
    ['{"any":{"@type":"t/no.Body","x":1}}', '$.any: the schema has no no.Body: give the bytes as "value": "0x…"'],
    [
      '{"any":{"@type":"t/w.M","nome":1}}',
      /^\$\.any\.nome: the message w\.M has no field "nome": it has bigId, name, .*… \(\d+ in all\)$/,
    ],
    ["[]", "$: expected message w.M (an object), got an array"],
  ] as [string, ...(string | RegExp)[]][]) {
    const found = encoded(json);
    assert.ok(Array.isArray(found), json);
    assert.equal(found.length, problems.length, json);
    for (const [i, problem] of problems.entries()) {
      if (typeof problem === "string") assert.equal(found[i], problem);
      else assert.match(found[i]!, problem);
    }
  }
  assert.throws(() => encoded("{}", all, "w.X"), { message: "the schema has no message called w.X" });
});

test("required fields that are missing, at their place", () => {
  const schema = parsed('syntax="proto2"; message M { required int32 a=1; optional M m=2; }');
  assert.deepEqual(encoded('{"m":{"a":null}}', schema, "M"), [
    "$.a: the required field a is missing",
    "$.m.a: the required field a is missing",
  ]);
});

test("problems are capped, and depth is bounded", () => {
  assert.equal(encoded(`{"counts":[${Array(1000).fill("true").join(",")}]}`).length, 20);
  const deep = (levels: number) => `${'{"inner":'.repeat(levels)}{}${"}".repeat(levels)}`;
  assert.equal(typeof encoded(deep(99)), "string");
  assert.deepEqual(encoded(deep(150)), [`$${".inner".repeat(100)}: nested deeper than 100 levels`]);
  const list = `{"anyValue":${"[".repeat(400)}${"]".repeat(400)}}`;
  assert.match(encoded(list)[0]!, /nested deeper than 100 levels$/);
});

test("a path of message indexes, of which [0] is one zero byte", () => {
  assert.deepEqual([...messageIndexHeader([0])], [0]);
  assert.deepEqual([...messageIndexHeader([1])], [2, 2]);
  assert.deepEqual([...messageIndexHeader([1, 0])], [4, 2, 0]);
  assert.deepEqual([...messageIndexHeader([100])], [2, 200, 1]);
});

test("an example has every field that does not hold its own message, and can be encoded", () => {
  const text = protobufExample(all, "w.M");
  assert.equal(
    text,
    '{"bigId":"0","name":"","counts":[0],"state":"NEW","card":"","ratio":0,"small":0,"u":"0","z":"0","f":0,"on":false,"maybe":0,"sf":"0","flags":{"false":""},' +
      '"states":["NEW"],"at":"2024-01-31T12:34:56.789Z","took":"1.500s","free":{},"anyValue":null,"any":{},"wrapped":"0","mask":"","nothing":{},"list":[null],"raw":"","ZIG":0}',
  );
  assert.equal(typeof encoded(text), "string");
  const wide = parsed(
    `syntax="proto3"; ${Array.from({ length: 30 }, (_, i) => `message M${i} { M${(i + 1) % 30} a=1; M${(i + 2) % 30} b=2; M${(i + 3) % 30} c=3; int32 n=4; }`).join("\n")}`,
  );
  const example = protobufExample(wide, "M0");
  assert.ok(example.length < 100_000);
  assert.equal(typeof encoded(example, wide, "M0"), "string");
});

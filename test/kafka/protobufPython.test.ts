import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { before, test } from "node:test";
import { parseJson } from "../../src/schema/jsonTree.ts";
import { protobufMessageFormat } from "../../src/schema/protobuf/decode.ts";
import { encodeProtobuf } from "../../src/schema/protobuf/encode.ts";
import { parseProtobuf } from "../../src/schema/protobuf/schema.ts";
import { openDescriptorSet } from "../../src/schema/protobuf/workspace.ts";
import { demoPython } from "../harness/demo/python.ts";
import { randomJson, randomSchema } from "../unit/schema/protobufRandom.ts";
import { seeded } from "../unit/schema/support.ts";

// the same schemas and values, read and written by Google's own library and by ours
interface Given {
  schema: string;
  cases: { name: string; hex: string; json: string }[];
}

const WELL_KNOWN = `syntax = "proto3"; package w;
import "google/protobuf/struct.proto"; import "google/protobuf/duration.proto"; import "google/protobuf/any.proto"; import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto"; import "google/protobuf/field_mask.proto"; import "google/protobuf/empty.proto";
message M { google.protobuf.Timestamp at_time = 1; google.protobuf.Duration took = 2; google.protobuf.Struct free = 3; google.protobuf.Value any_value = 4;
  google.protobuf.Any any = 5; google.protobuf.Int64Value i = 6; google.protobuf.FieldMask mask = 7; google.protobuf.Empty nothing = 8;
  repeated google.protobuf.Value list = 9; google.protobuf.BytesValue raw = 10; oneof o { google.protobuf.NullValue none = 11; bool no = 12; }
  map<string, google.protobuf.DoubleValue> doubles = 13; google.protobuf.FloatValue f = 14; google.protobuf.ListValue l = 15;
  int32 __odd_name_2x = 16; M inner = 17; string named = 18 [json_name = "N-a"]; }`;

const VALUES = [
  "{}",
  '{"atTime":"0001-01-01T00:00:00Z","took":"-0.000000001s"}',
  '{"atTime":"9999-12-31T23:59:59.999999999Z","took":"315576000000s"}',
  '{"atTime":"1969-12-31T23:59:59.100Z","took":"1.000001s"}',
  '{"free":{"a":[1.5,null,{"b":{}}],"":"x","c":true},"anyValue":null,"i":"-9223372036854775808","mask":"userName,b.cD","nothing":{}}',
  '{"anyValue":[1e+300,"é"],"none":null,"list":[null,{},[],0],"raw":"AP8=","l":[]}',
  '{"doubles":{"a":"NaN","b":0,"c":-0.5},"f":0.1,"OddName2x":5,"N-a":"x"}',
  '{"any":{"@type":"t/w.M","inner":{"no":false}}}',
  '{"any":{"@type":"t/google.protobuf.Duration","value":"3s"}}',
  '{"any":{"@type":"t/google.protobuf.Int64Value","value":"5"}}',
  '{"any":{"@type":"t/google.protobuf.Struct","value":{"a":1}}}',
  '{"any":{"@type":"t/google.protobuf.Any","value":{"@type":"t/w.M"}}}',
  '{"any":{"@type":"t/google.protobuf.Empty"}}',
];

const PROTO2 = `syntax = "proto2"; package r;
message M { optional group Res = 1 { optional int32 u = 1; repeated group Deep = 2 { optional string s = 1; } } extensions 100 to 200; optional int32 d = 2 [default = 5]; }
extend M { optional int32 ext = 100; repeated M more = 101; }
message N { extend M { optional string inner_ext = 102; } }`;

const EDITION = `edition = "2023"; package r; option features.field_presence = IMPLICIT;
message M { N n = 1 [features.message_encoding = DELIMITED]; repeated int32 p = 2; repeated int32 e = 3 [features.repeated_field_encoding = EXPANDED];
  int32 a = 4; int32 b = 5 [features.field_presence = EXPLICIT]; map<string, N> m = 6; repeated N many = 7 [features.message_encoding = DELIMITED]; }
message N { int32 q = 1; N n = 2; }`;

const DELIMITED = `edition = "2023"; package r; option features.message_encoding = DELIMITED; option features.repeated_field_encoding = EXPANDED;
message M { N n = 1; repeated int32 p = 2; repeated int32 e = 3 [features.repeated_field_encoding = PACKED]; int32 a = 4; map<string, N> m = 6; repeated N many = 7; }
message N { int32 q = 1; N n = 2 [features.message_encoding = LENGTH_PREFIXED]; }`;

let asked: Given[] = [];
let answers: { set: string; results: { json: string; same: boolean }[] }[] = [];

const casesOf = (schema: string, values: [string, string][]): Given => {
  const parsed = parseProtobuf({ schema, references: [] });
  const cases = values.map(([name, json]) => {
    const encoded = encodeProtobuf(parsed, name, parseJson(json));
    assert.ok("bytes" in encoded, `${JSON.stringify(encoded)}\n${json}`);
    // a -0 is a whole number to Python, which has no negative zero among those
    return { name, json: json.replace(/(?<=[:[,])-0(?=[,\]}])/g, "-0.0"), hex: encoded.bytes.toString("hex") };
  });
  return { schema, cases };
};

before(async () => {
  const random = seeded(47);
  asked = [
    casesOf(
      WELL_KNOWN,
      VALUES.map((json) => ["w.M", json]),
    ),
    casesOf(PROTO2, [
      ["r.M", '{"res":{"u":1,"deep":[{"s":"a"},{}]},"d":0,"[r.ext]":5,"[r.more]":[{"d":1}],"[r.N.inner_ext]":"x"}'],
    ]),
    casesOf(EDITION, [
      ["r.M", '{"n":{"q":1},"p":[1,2],"e":[1,2],"b":0,"m":{"a":{"q":2}},"many":[{},{"n":{"q":3}}]}'],
      ["r.M", '{"a":1}'],
    ]),
    casesOf(DELIMITED, [
      ["r.M", '{"n":{"q":0},"p":[1,2],"e":[1,2],"a":0,"m":{"a":{"q":2}},"many":[{},{"n":{"q":3}}]}'],
    ]),
    ...Array.from({ length: 40 }, () => {
      const schema = randomSchema(random);
      return casesOf(
        schema.text,
        schema.messages.flatMap(({ name }) =>
          Array.from({ length: 3 }, (): [string, string] => [`r.${name}`, randomJson(schema, name, random)]),
        ),
      );
    }),
  ];
  const child = spawn(await demoPython(), [join(import.meta.dirname, "protobufPython.py")], {
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1", PYTHONUTF8: "1" },
    stdio: ["pipe", "pipe", "inherit"],
    timeout: 120_000,
  });
  const ended = new Promise<number | null>((resolve, reject) => child.once("error", reject).once("close", resolve));
  child.stdin.end(asked.map((each) => JSON.stringify(each)).join("\n"));
  const output = await text(child.stdout);
  assert.equal(await ended, 0, "Python failed");
  answers = output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
});

/** JSON with numbers at a float's precision: Python writes more or fewer of their digits */
const plain = (json: string): unknown =>
  JSON.parse(json, (_, value) => (typeof value === "number" ? Math.fround(value) : value));

test("what we write, Google's library reads as what was meant, and it makes the same message of the JSON", () => {
  for (const [i, { schema, cases }] of asked.entries()) {
    for (const [k, { hex, json }] of cases.entries()) {
      const { json: theirs, same } = answers[i]!.results[k]!;
      assert.deepEqual(plain(theirs), plain(json), `${schema}\n${hex}`);
      assert.equal(same, true, `${schema}\n${json}\n${hex}`);
    }
  }
});

test("what we show is what Google's library shows, from the text of the schema and from protoc's descriptor set", () => {
  for (const [i, { schema, cases }] of asked.entries()) {
    const { set, results } = answers[i]!;
    const fromText = parseProtobuf({ schema, references: [] });
    const files = openDescriptorSet(Buffer.from(set, "base64"));
    for (const [k, { name, hex }] of cases.entries()) {
      const bytes = Buffer.from(hex, "hex");
      const shown = protobufMessageFormat(fromText, name).decode(bytes, 0, Number.POSITIVE_INFINITY);
      assert.deepEqual([plain(shown.text), shown.problems], [plain(results[k]!.json), []], `${schema}\n${hex}`);
      const compiled = files.schemaOf(name);
      const { text: json } = protobufMessageFormat(compiled, name).decode(bytes, 0, Number.POSITIVE_INFINITY);
      // extensions may stand in another order there
      assert.deepEqual(JSON.parse(json), JSON.parse(shown.text), schema);
      const again = encodeProtobuf(compiled, name, parseJson(shown.text));
      assert.ok("bytes" in again);
      assert.equal(again.bytes.toString("hex"), hex, schema);
    }
  }
});

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { compareJsonSchema } from "../../src/schema/jsonSchema/compare.ts";
import { compareProtobuf } from "../../src/schema/protobuf/compare.ts";
import { parseProtobuf } from "../../src/schema/protobuf/schema.ts";
import type { SchemaChange } from "../../src/schema/schemaChange.ts";
import { useStack } from "../harness/stack.ts";

// what changes break by our words, and by the registry's answers (Apicurio 2.6, Confluent's API)
const prefix = `compare-test-${process.pid}-${Date.now()}`;
let url = "";
let count = 0;

before(async () => {
  url = (await useStack()).registry.url;
});

after(async () => {
  for (let i = 0; i < count; i++)
    for (const how of ["", "?permanent=true"]) await request("DELETE", `/subjects/${prefix}-${i}${how}`);
});

async function request(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const headers = { "content-type": "application/vnd.schemaregistry.v1+json" };
  const response = await fetch(url + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
  if (!response.ok && method !== "DELETE")
    throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return method === "DELETE" ? {} : ((await response.json()) as Record<string, unknown>);
}

/** "B", "F", "BF" or "": which of the two the registry refuses */
async function refused(schemaType: string, older: string, newer: string): Promise<string> {
  const subject = `${prefix}-${count++}`;
  await request("POST", `/subjects/${subject}/versions`, { schemaType, schema: older });
  let found = "";
  for (const level of ["BACKWARD", "FORWARD"]) {
    await request("PUT", `/config/${subject}`, { compatibility: level });
    const answer = await request("POST", `/compatibility/subjects/${subject}/versions/latest?verbose=true`, {
      schemaType,
      schema: newer,
    });
    assert.equal(typeof answer["is_compatible"], "boolean", JSON.stringify(answer));
    if (answer["is_compatible"] === false) found += level[0];
  }
  return found;
}

const broken = (changes: SchemaChange[]): string =>
  (["BACKWARD", "FORWARD"] as const)
    .filter((each) => changes.some(({ breaks }) => breaks.includes(each)))
    .map((each) => each[0])
    .join("");

/** what changes, before and after, what that breaks by our words, and by the registry's where it says otherwise */
type Row = [what: string, older: string, newer: string, ours: string, registry?: string];

// Apicurio also holds the source to its own rules: no field or value may be removed, renamed or change its type in any way, and proto2 may
// not have required fields at all. It does not see what moves between oneofs.
const PROTOBUF: Row[] = [
  ["nothing", "message M { int32 a = 1; }", "message M { int32 a = 1; }", ""],
  ["a field added", "message M { int32 a = 1; }", "message M { int32 a = 1; string b = 2; }", "", "F"],
  ["a field removed", "message M { int32 a = 1; string b = 2; }", "message M { int32 a = 1; }", "", "B"],
  [
    "a field removed and reserved",
    "message M { int32 a = 1; string b = 2; }",
    'message M { int32 a = 1; reserved 2; reserved "b"; }',
    "",
    "BF",
  ],
  ["a field renamed", "message M { int32 a = 1; }", "message M { int32 b = 1; }", "", "BF"],
  ["a field renumbered", "message M { int32 a = 1; }", "message M { int32 a = 2; }", "BF"],
  ["int32 to int64", "message M { int32 a = 1; }", "message M { int64 a = 1; }", "", "BF"],
  ["int32 to string", "message M { int32 a = 1; }", "message M { string a = 1; }", "BF"],
  ["int32 to sint32", "message M { int32 a = 1; }", "message M { sint32 a = 1; }", "BF"],
  ["string to bytes", "message M { string a = 1; }", "message M { bytes a = 1; }", "F", "BF"],
  [
    "another message type",
    "message M { A a = 1; } message A { int32 x = 1; } message B { int32 x = 1; }",
    "message M { B a = 1; } message A { int32 x = 1; } message B { int32 x = 1; }",
    "BF",
  ],
  ["string to repeated", "message M { string a = 1; }", "message M { repeated string a = 1; }", "", "BF"],
  ["int32 to repeated", "message M { int32 a = 1; }", "message M { repeated int32 a = 1; }", "F", "BF"],
  ["repeated to int32", "message M { repeated int32 a = 1; }", "message M { int32 a = 1; }", "B", "BF"],
  [
    "into a oneof that was there",
    "message M { int32 a = 1; oneof o { string b = 2; } }",
    "message M { oneof o { string b = 2; int32 a = 1; } }",
    "B",
    "",
  ],
  [
    "into a new oneof",
    "message M { int32 a = 1; string b = 2; }",
    "message M { oneof o { int32 a = 1; } string b = 2; }",
    "",
  ],
  [
    "out of a oneof",
    "message M { oneof o { string b = 2; int32 a = 1; } }",
    "message M { int32 a = 1; oneof o { string b = 2; } }",
    "F",
    "",
  ],
  [
    "a member of a oneof added",
    "message M { oneof o { string b = 2; } }",
    "message M { oneof o { string b = 2; int32 a = 1; } }",
    "",
    "F",
  ],
  [
    "a member of a oneof removed",
    "message M { oneof o { string b = 2; int32 a = 1; } }",
    "message M { oneof o { string b = 2; } }",
    "",
    "B",
  ],
  [
    "an enum's value added",
    "message M { E e = 1; } enum E { Z = 0; }",
    "message M { E e = 1; } enum E { Z = 0; A = 1; }",
    "",
    "F",
  ],
  [
    "an enum's value removed",
    "message M { E e = 1; } enum E { Z = 0; A = 1; }",
    "message M { E e = 1; } enum E { Z = 0; }",
    "",
    "B",
  ],
  [
    "an enum's value renumbered",
    "message M { E e = 1; } enum E { Z = 0; A = 1; }",
    "message M { E e = 1; } enum E { Z = 0; A = 2; }",
    "BF",
  ],
  [
    "an enum's value renamed",
    "message M { E e = 1; } enum E { Z = 0; A = 1; }",
    "message M { E e = 1; } enum E { Z = 0; B = 1; }",
    "",
    "BF",
  ],
  [
    "an enum to int32",
    "message M { E e = 1; } enum E { Z = 0; A = 1; }",
    "message M { int32 e = 1; } enum E { Z = 0; A = 1; }",
    "",
    "BF",
  ],
  ["a message added", "message M { int32 a = 1; }", "message M { int32 a = 1; } message N { int32 a = 1; }", "F"],
  ["a message removed", "message M { int32 a = 1; } message N { int32 a = 1; }", "message M { int32 a = 1; }", "B"],
  [
    "a message moved",
    "message M { int32 a = 1; } message N { int32 b = 1; }",
    "message N { int32 b = 1; } message M { int32 a = 1; }",
    "",
  ],
  ["another package", "message M { int32 a = 1; }", "package q; message M { int32 a = 1; }", ""],
  [
    "a map's type of value",
    "message M { map<string, int32> a = 1; }",
    "message M { map<string, string> a = 1; }",
    "BF",
  ],
  ["optional", "message M { int32 a = 1; }", "message M { optional int32 a = 1; }", "", "BF"],
  [
    "a required field added",
    "2 message M { optional int32 a = 1; }",
    "2 message M { optional int32 a = 1; required int32 b = 2; }",
    "B",
    "BF",
  ],
  [
    "a required field removed",
    "2 message M { optional int32 a = 1; required int32 b = 2; }",
    "2 message M { optional int32 a = 1; }",
    "F",
    "BF",
  ],
  ["optional to required", "2 message M { optional int32 a = 1; }", "2 message M { required int32 a = 1; }", "B", "BF"],
  ["required to optional", "2 message M { required int32 a = 1; }", "2 message M { optional int32 a = 1; }", "F", "BF"],
];

const protoText = (body: string): string => {
  const text = body.replace(/^2 /, "");
  return `syntax = "${text === body ? "proto3" : "proto2"}"; ${text.startsWith("package") ? "" : "package p; "}${text}`;
};

test("versions of .proto files: what breaks on the wire, the registry refuses, and more", async () => {
  const found: Row[] = [];
  for (const [what, older, newer] of PROTOBUF) {
    const [from, to] = [protoText(older), protoText(newer)];
    const ours = broken(
      compareProtobuf(parseProtobuf({ schema: from, references: [] }), parseProtobuf({ schema: to, references: [] })),
    );
    const registry = await refused("PROTOBUF", from, to);
    found.push(ours === registry ? [what, older, newer, ours] : [what, older, newer, ours, registry]);
  }
  assert.deepEqual(found, PROTOBUF);
});

const string = '{"type":"string"}';
const integer = '{"type":"integer"}';
const object = (a: string, more = ""): string => `"type":"object","properties":{"a":${a}}${more}`;
const JSON_SCHEMA: Row[] = [
  ["nothing", object(string), object(string), ""],
  ["a title", object(string, ',"title":"x"'), object(string, ',"title":"y"'), ""],
  ["a member added, open", object(string), object(`${string},"b":${integer}`), "B"],
  [
    "a member added, closed",
    object(string, ',"additionalProperties":false'),
    object(`${string},"b":${integer}`, ',"additionalProperties":false'),
    "F",
  ],
  ["a member removed, open", object(`${string},"b":${integer}`), object(string), "F"],
  [
    "a member removed, closed",
    object(`${string},"b":${integer}`, ',"additionalProperties":false'),
    object(string, ',"additionalProperties":false'),
    "B",
  ],
  // a member of any value is what an open schema allowed before
  ["a member of any value added", object(string), object(`${string},"b":{}`), "", "B"],
  ["required", object(string), object(string, ',"required":["a"]'), "B"],
  ["no longer required", object(string, ',"required":["a"]'), object(string), "F"],
  ["closed", object(string), object(string, ',"additionalProperties":false'), "B"],
  ["opened", object(string, ',"additionalProperties":false'), object(string), "F"],
  ["integer to number", object(integer), object('{"type":"number"}'), "F"],
  ["number to integer", object('{"type":"number"}'), object(integer), "B"],
  ["string to integer", object(string), object(integer), "BF"],
  ["nullable", object(string), object('{"type":["string","null"]}'), "F"],
  ["no longer nullable", object('{"type":["string","null"]}'), object(string), "B"],
  ["an enum's value added", object('{"enum":["A"]}'), object('{"enum":["A","B"]}'), "F"],
  ["an enum's value removed", object('{"enum":["A","B"]}'), object('{"enum":["A"]}'), "B"],
  ["a minimum raised", object('{"type":"integer","minimum":1}'), object('{"type":"integer","minimum":2}'), "B"],
  ["a minimum lowered", object('{"type":"integer","minimum":2}'), object('{"type":"integer","minimum":1}'), "F"],
  ["a maxLength added", object(string), object('{"type":"string","maxLength":3}'), "B"],
  ["a maxLength removed", object('{"type":"string","maxLength":3}'), object(string), "F"],
  ["a pattern added", object(string), object('{"type":"string","pattern":"^x"}'), "B"],
  ["another pattern", object('{"type":"string","pattern":"^y"}'), object('{"type":"string","pattern":"^x"}'), "BF"],
  ["other elements", object(`{"type":"array","items":${string}}`), object(`{"type":"array","items":${integer}}`), "BF"],
  [
    "an alternative added",
    object(`{"oneOf":[${string},${integer}]}`),
    object(`{"oneOf":[${string},${integer},{"type":"null"}]}`),
    "F",
  ],
  [
    "an alternative removed",
    object(`{"oneOf":[${string},${integer},{"type":"null"}]}`),
    object(`{"oneOf":[${string},${integer}]}`),
    "B",
  ],
  // the registry does not look for what is one of the alternatives now
  ["a type to alternatives", object(string), object(`{"oneOf":[${string},{"type":"null"}]}`), "F", "BF"],
  [
    "behind a reference",
    `${object('{"$ref":"#/definitions/d"}')},"definitions":{"d":${integer}}`,
    `${object('{"$ref":"#/definitions/d"}')},"definitions":{"d":${string}}`,
    "BF",
  ],
  ["a wider multipleOf", object('{"type":"integer","multipleOf":4}'), object('{"type":"integer","multipleOf":2}'), "F"],
  ["unique elements", object('{"type":"array"}'), object('{"type":"array","uniqueItems":true}'), "B"],
];

test("versions of JSON Schemas break what the registry says, with two differences", async () => {
  const found: Row[] = [];
  for (const [what, older, newer] of JSON_SCHEMA) {
    const [from, to] = [older, newer].map(
      (body) => `{"$schema":"http://json-schema.org/draft-07/schema#",${body}}`,
    ) as [string, string];
    const ours = broken(compareJsonSchema({ schema: from, references: [] }, { schema: to, references: [] }));
    const registry = await refused("JSON", from, to);
    found.push(ours === registry ? [what, older, newer, ours] : [what, older, newer, ours, registry]);
  }
  assert.deepEqual(found, JSON_SCHEMA);
});

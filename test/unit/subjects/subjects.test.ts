import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { directReferences } from "../../../src/schema/registry/references.ts";
import { schemaTypeOf } from "../../../src/schema/schemaType.ts";
import { inParallel } from "../../../src/shared/inParallel.ts";
import { asSentence } from "../../../src/shared/sentence.ts";
import { changeCount, changesPage, verdict } from "../../../src/subjects/changeText.ts";
import { levelsOf } from "../../../src/subjects/levels.ts";
import { changeProblems, localProblems, registryProblems } from "../../../src/subjects/problems.ts";
import { schemaText } from "../../../src/subjects/schemaText.ts";
import { emptySchema, recordNameFor } from "../../../src/subjects/templates.ts";

const change = (path: string, ...breaks: ("BACKWARD" | "FORWARD")[]) => ({ path, message: `${path} changed.`, breaks });

describe("a comparison in words", () => {
  const comparison = (backward: boolean, forward: boolean, ...changes: ReturnType<typeof change>[]) => ({
    changes,
    backward,
    forward,
  });

  it("says which readers break", () => {
    const said = (backward: boolean, forward: boolean) =>
      verdict(comparison(backward, forward, change("$.a")), "v1", "v2");
    assert.match(said(true, true), /^No reader breaks/);
    assert.match(said(true, false), /^Readers that still have v1 cannot read what is written with v2/);
    assert.match(said(false, true), /^Readers with v2 cannot read what was written with v1; the other/);
    assert.match(said(false, false), /nor the other way round/);
    assert.equal(verdict(comparison(true, true), "v1", "v2"), "v1 and v2 mean the same.");
  });

  it("counts the changes and those that break readers", () => {
    assert.equal(changeCount(comparison(true, true, change("a"))), "1 change");
    assert.equal(
      changeCount(comparison(true, true, change("a"), change("b", "FORWARD"))),
      "2 changes, of which 1 breaks readers",
    );
    assert.equal(changeCount(comparison(true, true, change("b", "FORWARD"))), "1 change, breaking readers");
  });

  it("is a page with what breaks readers first, a name never making a line of its own", () => {
    const page = changesPage(
      comparison(false, true, change("$.a"), change("$.b\nc", "BACKWARD")),
      "s v1 → v2",
      "v1",
      "v2",
    );
    assert.ok(page.indexOf("$.b c") < page.indexOf("$.a"));
    assert.match(page, /backward {2}no /);
    assert.match(page, /Breaks backward\./);
    assert.ok(!page.includes("\nc"));
  });
});

describe("what a registry says of a schema", () => {
  const text = '{"type":"record","name":"A","fields":[{"name":"a","type":"int"}]}';

  it("loses the wrapping that Confluent and Apicurio put around it, and keeps its place", () => {
    const [confluent, apicurio] = registryProblems(text, "AVRO", [
      "{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE', description:'The field 'a' at path '/fields/0' in the new schema has no default value and is missing in the old schema', additionalInfo:'a'}",
      "io.apicurio.registry.rules.RuleViolationException: Incompatible artifact: x [AVRO], Causes: a at /fields/0",
    ]);
    assert.equal(
      confluent?.message,
      "The field 'a' at path '/fields/0' in the new schema has no default value and is missing in the old schema. (READER_FIELD_MISSING_DEFAULT_VALUE)",
    );
    assert.equal(apicurio?.message, "Incompatible artifact: x [AVRO], Causes: a at /fields/0.");
    for (const { place } of [confluent!, apicurio!])
      assert.equal(place && text.slice(place.start, place.end), '{"name":"a","type":"int"}');
  });

  it("is said once and cut where it is endless", () => {
    const problems = registryProblems(text, "AVRO", ["no", "no", "", "x".repeat(100_000)]);
    assert.deepEqual(
      problems.map(({ message }) => message.length < 2100),
      [true, true],
    );
  });

  it("is replaced by our own comparison where it says nothing: only by what breaks readers", () => {
    const problems = changeProblems(text, "AVRO", [change("$.a", "BACKWARD"), change("$.b")]);
    assert.equal(problems.length, 1);
    assert.equal(problems[0]!.message, "$.a: $.a changed. Breaks backward compatibility.");
    assert.equal(problems[0]!.place && text.slice(problems[0]!.place.start, problems[0]!.place.end), '"a"');
  });
});

describe("what is seen to be wrong without a registry", () => {
  it("is certain of what is not JSON", async () => {
    const { problems, certain } = await localProblems('{\n "a": }', "AVRO");
    assert.equal(certain, true);
    assert.deepEqual(problems[0]?.place, { start: 8, end: 9 });
  });

  it("is only a guess of what is not Avro, or not Protobuf", async () => {
    const avro = await localProblems('{"type":"record","name":"A"}', "AVRO");
    assert.equal(avro.certain, false);
    assert.equal(avro.problems.length, 1);
    const text = 'syntax = "proto3";\nmessage A {\n  int32 a = 1\n}\n';
    const proto = await localProblems(text, "PROTOBUF");
    assert.equal(proto.certain, false);
    assert.equal(text.slice(0, proto.problems[0]!.place!.start).split("\n").length, 4);
    assert.deepEqual(await localProblems('syntax = "proto3"; import "other.proto";', "PROTOBUF"), {
      problems: [],
      certain: false,
    });
  });
});

describe("the references of a new version", () => {
  const reference = (name: string) => ({ name, subject: `${name}-subject`, version: 1, schema: "{}" });
  it("are those that its text names", () => {
    const names = (schema: string, ...all: string[]) =>
      directReferences({ schema, references: all.map(reference) }).map(({ name }) => name);
    assert.deepEqual(names('{"type":"shop.Address"}', "shop.Address", "shop.Street"), ["shop.Address"]);
    assert.deepEqual(names('{"namespace":"shop","type":"Address"}', "shop.Address"), ["shop.Address"]);
    assert.deepEqual(names('import "a/b.proto";', "a/b.proto", "c.proto"), ["a/b.proto"]);
    assert.deepEqual(names('{"$ref":"other.json#/definitions/x"}', "other.json", "json"), ["other.json"]);
  });
});

describe("small parts", () => {
  it("lay out JSON on one line and leave what has lines as it is", () => {
    assert.equal(schemaText({ schema: '{"a":12345678901234567890}' }), '{\n  "a": 12345678901234567890\n}');
    for (const schema of ['{\n"a":1}', "message A {}", "{"]) assert.equal(schemaText({ schema }), schema);
  });

  it("begin schemas that are of their type", () => {
    for (const type of ["AVRO", "PROTOBUF", "JSON"]) assert.equal(schemaTypeOf(emptySchema(type, "Order"), ""), type);
    assert.equal(recordNameFor("orders.created-value"), "OrdersCreated");
    assert.equal(recordNameFor("1-key"), "Record1");
    assert.equal(recordNameFor("-value"), "Record");
  });

  it("know each registry's levels", () => {
    assert.ok(levelsOf("confluent").some(({ value }) => value === "FULL_TRANSITIVE"));
    assert.ok(levelsOf("glue").some(({ value }) => value === "BACKWARD_ALL"));
  });

  it("make sentences of phrases, and leave addresses alone", () => {
    assert.equal(asSentence("the schema is unknown (404)"), "The schema is unknown (404).");
    assert.equal(asSentence("http://a answers"), "http://a answers.");
    assert.equal(asSentence("shop.Order is new."), "shop.Order is new.");
    assert.equal(asSentence(" "), "");
  });

  it("run so many at once, and go on after a failure", async () => {
    let now = 0;
    let most = 0;
    const results = await inParallel([1, 2, 3, 4, 5], 2, async (n) => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now--;
      if (n === 2) throw new Error("two");
      return n;
    });
    assert.equal(most, 2);
    assert.deepEqual(
      results.map((result) => (result.status === "fulfilled" ? result.value : "failed")),
      [1, "failed", 3, 4, 5],
    );
  });
});

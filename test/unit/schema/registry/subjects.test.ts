import assert from "node:assert/strict";
import { test } from "node:test";
import { splitContext, subjectFor, subjectsOf, topicsOf } from "../../../../src/schema/registry/subjects.ts";

test("a subject is named by topic, by record, or by both", () => {
  assert.equal(subjectFor("topic", "orders", "value", "shop.Order"), "orders-value");
  assert.equal(subjectFor("topic", "orders", "key", null), "orders-key");
  assert.equal(subjectFor("record", "orders", "value", "shop.Order"), "shop.Order");
  assert.equal(subjectFor("topic-record", "orders", "value", "shop.Order"), "orders-shop.Order");
  assert.equal(subjectFor("record", "orders", "value", null), null);
  assert.equal(subjectFor("topic-record", "orders", "value", null), null);
});

test("a topic is found in its subjects, hyphens and contexts included", () => {
  const topics = ["orders", "orders-eu", "orders-key"];
  const found = (subject: string) =>
    topicsOf(subject, topics).map(({ topic, strategy, part, recordName }) => [topic, strategy, part ?? recordName]);
  assert.deepEqual(found("orders-value"), [["orders", "topic", "value"]]);
  assert.deepEqual(found("orders-eu-value"), [["orders-eu", "topic", "value"]]);
  assert.deepEqual(found("orders-shop.Order"), [["orders", "topic-record", "shop.Order"]]);
  assert.deepEqual(found("orders-key-value"), [["orders-key", "topic", "value"]]);
  assert.deepEqual(found(":.staging:orders-value"), [["orders", "topic", "value"]]);
  for (const none of ["shop.Order", "-value", "unknown-value", "orders-", "orders-a b"])
    assert.deepEqual(found(none), [], none);
});

test("a topic's subjects are found in a list", () => {
  const subjects = ["orders-key", "orders-value", "orders-eu-value", "orders-shop.Order", "shop.Order", "x"];
  assert.deepEqual(
    subjectsOf("orders", subjects).map(({ subject }) => subject),
    ["orders-key", "orders-value", "orders-shop.Order"],
  );
});

test("a context is split off", () => {
  assert.deepEqual(splitContext(":.a:b-value"), { context: ".a", name: "b-value" });
  assert.deepEqual(splitContext("b:c"), { context: ".", name: "b:c" });
});

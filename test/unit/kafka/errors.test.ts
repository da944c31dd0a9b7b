import assert from "node:assert/strict";
import { test } from "node:test";
import { brokerError, kafkaError } from "../../../src/kafka/errors.ts";

test("every code from -1 to 133 has a name of its own and a sentence", () => {
  const names = new Set<string>();
  for (let code = -1; code <= 133; code++) {
    const error = kafkaError(code);
    assert.equal(error.code, code);
    assert.match(error.name, /^[A-Z_]+$/, `code ${code}`);
    assert.match(error.sentence, /^[A-Z].*\.$/, `code ${code}`);
    names.add(error.name);
  }
  assert.equal(names.size, 135);
});

test("what is retriable is what Kafka's own client retries", () => {
  // the codes whose exceptions extend RetriableException in Kafka 4.1
  const retriable = [
    2, 3, 5, 6, 7, 9, 13, 14, 15, 16, 19, 20, 41, 51, 56, 70, 71, 72, 74, 75, 78, 80, 83, 84, 88, 89, 100, 103, 106,
    122, 123, 133,
  ];
  const ours = Array.from({ length: 135 }, (_, i) => i - 1).filter((code) => kafkaError(code).retriable);
  assert.deepEqual(ours, retriable);
});

test("a code from the future is named by its number", () => {
  assert.deepEqual(kafkaError(999), {
    code: 999,
    name: "ERROR_999",
    sentence: "The broker answered with error 999.",
    retriable: false,
  });
});

test("the broker's own words win over ours, and end in one full stop", () => {
  const error = brokerError(40, "Topic t was not created", "Unknown topic config name: x");
  assert.equal(error.message, "Topic t was not created: Unknown topic config name: x.");
  assert.equal(error.code, "invalid-config");
  assert.equal(error.detail, "INVALID_CONFIG (40)");
  assert.equal(brokerError(29, "No").message, "No: This user may not do that with the topic (ACL).");
});

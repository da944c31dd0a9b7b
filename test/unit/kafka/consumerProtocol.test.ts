import assert from "node:assert/strict";
import { test } from "node:test";
import { readConsumerAssignment } from "../../../src/kafka/protocol/consumerProtocol.ts";
import { MalformedError, Writer } from "../../../src/kafka/protocol/wire.ts";

test("an assignment is read, and what a later version adds is ignored", () => {
  const w = new Writer();
  w.int16(3).array(["orders", "payments"], (topic) => w.string(topic).array([0, 2], (p) => w.int32(p)));
  w.nullableBytes(null).raw(Buffer.from("later"));
  assert.deepEqual(readConsumerAssignment(w.finish()), [
    { topic: "orders", partitions: [0, 2] },
    { topic: "payments", partitions: [0, 2] },
  ]);
});

test("no assignment yet is an empty one", () => assert.deepEqual(readConsumerAssignment(Buffer.alloc(0)), []));

test("bytes that are something else are malformed", () => {
  assert.throws(() => readConsumerAssignment(Buffer.from('{"v":1}')), MalformedError);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeRecordBatch } from "../../../src/kafka/produce/recordBatch.ts";

/** written by MemoryRecords.builder of Kafka 4.1 from the records of the test below; the 300 zero bytes of the last value are left out */
const java =
  "000000000000000000000187ffffffff0283f40e570000000000020000018bcfe568000000018bcfe568faffffffffffffffffffffffffffff" +
  "000000032e000000066b65790a76616c7565060268010268027800000e00f40302010100e80400cf0f0400d804";

test("a batch is byte for byte what Kafka's Java client writes", () => {
  const batch = encodeRecordBatch([
    {
      key: Buffer.from("key"),
      value: Buffer.from("value"),
      headers: [
        { key: "h", value: null },
        { key: "h", value: Buffer.from("x") },
        { key: "", value: new Uint8Array() },
      ],
      timestamp: 1700000000000n,
    },
    { key: null, value: null, headers: [], timestamp: 1700000000250n },
    { key: new Uint8Array(), value: new Uint8Array(300), headers: [], timestamp: 1699999999000n },
  ]);
  assert.equal(batch.toString("hex"), `${java}${"00".repeat(301)}`);
});

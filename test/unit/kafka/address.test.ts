import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAddress } from "../../../src/kafka/address.ts";
import { UserError } from "../../../src/shared/userError.ts";

const good: [text: string, host: string, port: number][] = [
  ["localhost:9092", "localhost", 9092],
  [" kafka-1.example.org:443 ", "kafka-1.example.org", 443],
  ["broker", "broker", 9092],
  ["[::1]:19092", "::1", 19092],
  ["SASL_SSL://broker:9094", "broker", 9094],
  ["PLAINTEXT://[fe80::1]:1", "fe80::1", 1],
];
for (const [text, host, port] of good) {
  test(`"${text}" is an address`, () => assert.deepEqual(parseAddress(text), { host, port }));
}

for (const text of [
  "",
  ":9092",
  "host:0",
  "host:65536",
  "host:abc",
  "a b:9092",
  "http://host:80/path",
  "http://host",
  "::1:9092",
]) {
  test(`"${text}" is not an address`, () => {
    assert.throws(
      () => parseAddress(text),
      (error) => error instanceof UserError && error.code === "bad-address",
    );
  });
}

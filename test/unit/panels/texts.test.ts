import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { exportColumns, exportName, written } from "../../../src/panels/exportTexts.ts";
import { languageOf, partOf, recordText } from "../../../src/panels/recordText.ts";
import { landedText } from "../../../src/panels/resendTexts.ts";
import type { PayloadFormat, PayloadView, RecordDetail } from "../../../src/shared/messages.ts";

const payload = (format: PayloadFormat, text: string, textCut = 0): PayloadView => ({
  format,
  text,
  textCut,
  size: text.length,
  schema: null,
  problems: [],
  notes: [],
});
const detail = (parts: Partial<RecordDetail>): RecordDetail => ({
  seq: 1,
  topic: "orders",
  partition: 2,
  offset: "9007199254740993",
  timestamp: "1764090000123",
  timestampType: "create",
  key: payload("text", "k"),
  value: payload("json", '{\n  "id": 9007199254740993\n}'),
  headers: [],
  batch: {
    baseOffset: "1",
    records: 1,
    codec: "none",
    leaderEpoch: 0,
    transactional: false,
    producerId: "-1",
    producerEpoch: -1,
    sequence: -1,
  },
  ...parts,
});

describe("A record as text", () => {
  it("is JSON, the value first and with every digit", () => {
    const text = recordText(detail({}));
    assert.match(text, /^\{\n {2}"value": \{\n {4}"id": 9007199254740993\n {2}\},\n {2}"key": "k",/);
    const { metadata } = JSON.parse(text) as { metadata: Record<string, unknown> };
    assert.deepEqual([metadata["offset"], metadata["timestamp"]], ["9007199254740993", "2025-11-25T17:00:00.123Z"]);
  });

  it("tells Kafka's null from a text, and keeps headers of one name", () => {
    const headers = [
      { key: "a", value: payload("text", "1") },
      { key: "a", value: null },
      { key: 'q"', value: payload("json", "[1]") },
    ];
    const parsed = JSON.parse(recordText(detail({ key: null, value: payload("text", "null"), headers })));
    assert.deepEqual(
      [parsed.key, parsed.value, parsed.headers],
      [null, "null", [{ a: "1" }, { a: null }, { 'q"': [1] }]],
    );
  });

  it("is JSON also where a value is cut, and says by how much", () => {
    const parsed = JSON.parse(recordText(detail({ value: payload("json", '{"a":', 12_345) })));
    assert.equal(parsed.value, '{"a":… (12,345 more characters)');
    const beginning = (shownBytes: number): unknown =>
      JSON.parse(recordText(detail({ value: { ...payload("json", '{"a":', 1), size: 5000, shownBytes } }))).value;
    assert.equal(beginning(5), '{"a":… (4,995 more bytes)');
    assert.equal(beginning(0), '{"a":… (the beginning of 5,000 bytes)');
  });

  it("has no time where the record has none", () => {
    assert.equal(JSON.parse(recordText(detail({ timestamp: "-1" }))).metadata.timestamp, null);
  });
});

describe("A payload's language", () => {
  it("is that of its format, and XML where text looks like it", () => {
    const languages = [
      payload("json", "{}"),
      payload("avro", "{}"),
      payload("protobuf", "{}"),
      payload("text", '<?xml version="1.0"?><a/>'),
      payload("text", "  <order id='1'>"),
      payload("text", "<3 you"),
      payload("text", "plain"),
      payload("binary", "00 01"),
      payload("empty", ""),
    ].map((one) => languageOf(one).id);
    const plain = "plaintext";
    assert.deepEqual(languages, ["json", "json", "json", "xml", "xml", plain, plain, plain, plain]);
  });
});

describe("A part of a record", () => {
  it("is the key, the value or a header's value, and null where there is none", () => {
    const record = detail({ value: null, headers: [{ key: "h", value: payload("text", "x") }] });
    assert.deepEqual(
      [
        partOf(record, "key")?.text,
        partOf(record, "value"),
        partOf(record, { header: 0 })?.text,
        partOf(record, { header: 5 }),
      ],
      ["k", null, "x", null],
    );
  });
});

describe("An export", () => {
  it("is named after the topic and the time, in characters that every disk takes", () => {
    const now = new Date(2026, 0, 31, 7, 5, 9);
    assert.equal(exportName({ topics: ["orders"], pattern: null }, now), "orders-2026-01-31-07-05-09");
    assert.equal(exportName({ topics: [], pattern: "^a/b" }, now), "messages-2026-01-31-07-05-09");
  });

  it("says what was written", () => {
    assert.equal(
      written({ rows: 12_345, of: 12_345, bytes: 3_400_000 }, "/tmp/a.jsonl", "jsonl"),
      "Wrote 12,345 messages (3.4 MB) to /tmp/a.jsonl.",
    );
  });

  it("says what is not in it, and why", () => {
    assert.equal(
      written({ rows: 1, of: 5, bytes: 10, gone: 2, tombstones: 1, unreadable: 1 }, "/tmp/a", "raw"),
      "Wrote 1 value (10 bytes) to /tmp/a. Not in it: 2 messages no longer kept when their turn came, 1 tombstone without a value, 1 batch that could not be read.",
    );
  });

  it("has the fields that are shown as columns", () => {
    assert.deepEqual(exportColumns(["$.id"]).slice(-2), ["headers", { field: "$.id" }]);
  });
});

describe("Where resent messages went", () => {
  it("is said by partition, as ranges of offsets", () => {
    const landed = [
      { topic: "orders", partition: 0, offset: 7n },
      { topic: "orders", partition: 0, offset: 5n },
      { topic: "orders", partition: 3, offset: 1n },
    ];
    assert.equal(landedText(landed, 0), "3 messages were resent: orders-0 at offsets 5 to 7, orders-3 at offset 1.");
  });

  it("says how many could not be sent", () => {
    assert.equal(
      landedText([{ topic: "t", partition: 0, offset: 0n }], 2),
      "1 message was resent: t-0 at offset 0. 2 messages were not: no longer kept, or not readable as a whole.",
    );
  });

  it("names a few partitions of many", () => {
    const landed = Array.from({ length: 9 }, (_, partition) => ({ topic: "t", partition, offset: 0n }));
    assert.match(landedText(landed, 0), /t-3 at offset 0 and 5 more partitions\.$/);
  });
});

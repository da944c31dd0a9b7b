import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { crc32c } from "../../../src/kafka/log/crc32c.ts";
import { readHeaders, readRecord } from "../../../src/kafka/log/records.ts";
import { PartitionScan } from "../../../src/kafka/log/scan.ts";
import { runWasm } from "../../../src/kafka/log/wasmCodecs.ts";
import { encodeBatch, encodeMarker, encodeRecord, type ScanOptions, scanAll, sourceOf } from "./batches.ts";

interface Seen {
  records: { offset: bigint; timestamp: bigint; key: string | null; value: string | null }[];
  problems: { first: number; last: number; why: string }[];
  bytes: number;
}

function scan(log: Buffer, options: ScanOptions = {}) {
  const seen: Seen = { records: [], problems: [], bytes: 0 };
  const text = (data: Buffer, span: { start: number; end: number } | null) =>
    span && data.toString("utf8", span.start, span.end);
  const result = scanAll(
    log,
    3,
    {
      records({ batch, positions, times, count, bytes }) {
        assert.equal(batch.partition, 3);
        seen.bytes += bytes;
        for (let i = 0; i < count; i++) {
          const r = readRecord(batch, positions[i]!);
          assert.equal(times[i], Number(r.timestamp));
          seen.records.push({
            offset: r.offset,
            timestamp: r.timestamp,
            key: text(r.data, r.key),
            value: text(r.data, r.value),
          });
        }
      },
      unreadable: (_, first, last, why) => seen.problems.push({ first, last, why }),
    },
    options,
  );
  return { ...result, counted: result.records, ...seen };
}

const offsets = (seen: { records: { offset: bigint }[] }) => seen.records.map((r) => Number(r.offset));
const some = (n: number, size = 20) => Array.from({ length: n }, (_, i) => ({ key: `k${i}`, value: "v".repeat(size) }));

describe("the CRC-32C", () => {
  test("has the check value of RFC 3720", () => {
    assert.equal(crc32c(Buffer.from("123456789")), 0xe3069283);
    assert.equal(crc32c(Buffer.alloc(32)), 0x8a9136aa);
  });
  test("is the same as bit by bit, for every length around its strides", () => {
    const bytes = Buffer.from(Array.from({ length: 9000 }, (_, i) => (i * 2654435761) >>> 13));
    const slow = (to: number): number => {
      let c = 0xffffffff;
      for (let i = 3; i < to; i++) {
        c ^= bytes[i]!;
        for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1;
      }
      return ~c >>> 0;
    };
    for (const length of [0, 1, 7, 8, 9, 1023, 2047, 2048, 2049, 2055, 4095, 4096, 4101, 8191, 8900]) {
      assert.equal(crc32c(bytes, 3, 3 + length), slow(3 + length), `${length} bytes`);
    }
  });
  test("is the same wherever the bytes lie", () => {
    const text = Buffer.from("The quick brown fox jumps over the lazy dog, twice over");
    for (let shift = 0; shift < 20; shift++) {
      const moved = Buffer.concat([Buffer.alloc(shift, 7), text, Buffer.alloc(3)]);
      assert.equal(crc32c(moved, shift, shift + text.length), crc32c(text));
    }
  });
});

describe("scanning record batches", () => {
  test("gives offsets, timestamps, keys, values and headers as they were written", () => {
    const log = encodeBatch({
      baseOffset: 41n,
      baseTimestamp: 1_700_000_000_000n,
      records: [
        { key: "a", value: "1", timestampDelta: 0n },
        {
          key: null,
          value: "2",
          timestampDelta: -5n,
          headers: [
            { key: "h", value: "x" },
            { key: "n", value: null },
          ],
        },
        { key: "", value: null, timestampDelta: 3_000_000_000n, offsetDelta: 7 },
      ],
    });
    const seen = scan(log, { from: 41 });
    assert.deepEqual(seen.records, [
      { offset: 41n, timestamp: 1_700_000_000_000n, key: "a", value: "1" },
      { offset: 42n, timestamp: 1_699_999_999_995n, key: null, value: "2" },
      { offset: 48n, timestamp: 1_703_000_000_000n, key: "", value: null },
    ]);
    assert.equal(seen.next, 49);
    assert.equal(seen.bytes, 3);
    scanAll(
      log,
      0,
      {
        records({ batch, positions, count }) {
          assert.equal(count, 1);
          const record = readRecord(batch, positions[0]!);
          const { headers, problem } = readHeaders(record, 10);
          assert.equal(problem, null);
          assert.deepEqual(
            headers.map((h) => [h.key, h.value && record.data.toString("utf8", h.value.start, h.value.end)]),
            [
              ["h", "x"],
              ["n", null],
            ],
          );
        },
        unreadable: () => assert.fail(),
      },
      { from: 42, to: 43 },
    );
  });

  test("takes the batch's time where the broker set it", () => {
    const seen = scan(
      encodeBatch({ attributes: 0x08, maxTimestamp: 77n, records: [{ value: "x", timestampDelta: 5n }] }),
    );
    assert.equal(seen.records[0]?.timestamp, 77n);
  });

  test("starts, stops and counts at any record of a batch", () => {
    const log = Buffer.concat([
      encodeBatch({ records: some(10) }),
      encodeBatch({ baseOffset: 10n, records: some(10) }),
    ]);
    assert.deepEqual(offsets(scan(log, { from: 8, to: 12 })), [8, 9, 10, 11]);
    const counted = scan(log, { from: 3, records: 2 });
    assert.deepEqual([offsets(counted), counted.next], [[3, 4], 5]);
    const exactly = scan(log, { from: 0, records: 10 });
    assert.deepEqual([exactly.records.length, exactly.next], [10, 10]);
  });

  test("pauses at a deadline and goes on from there, transactions included", () => {
    const log = Buffer.concat([
      encodeBatch({ baseOffset: 0n, producerId: 7n, attributes: 0x10, records: some(2) }),
      encodeBatch({ baseOffset: 2n, records: some(2) }),
      encodeBatch({ baseOffset: 4n, producerId: 7n, attributes: 0x10, records: some(2) }),
      encodeBatch({ baseOffset: 6n, records: some(2) }),
    ]);
    const seen: number[] = [];
    const max = Number.MAX_SAFE_INTEGER;
    const aborted = [{ producerId: 7n, firstOffset: 0n }];
    const pausing = new PartitionScan(
      { buffer: log, start: 0, end: log.length, source: sourceOf(0), aborted },
      { from: 0, visible: 0, to: max, end: 8, batchBytes: 1 << 20 },
      {
        records: ({ batch, positions, count }) => {
          for (const at of positions.subarray(0, count)) seen.push(Number(readRecord(batch, at).offset));
        },
        unreadable: () => assert.fail(),
      },
    );
    const results = Array.from({ length: 4 }, () => pausing.run(max, 0));
    assert.deepEqual(
      results.map(({ next, more }) => [next, more]),
      [
        [2, true],
        [4, true],
        [6, true],
        [8, false],
      ],
    );
    assert.deepEqual(seen, [2, 3, 6, 7]);
  });

  test("says what is cut at the end and how much of it is there", () => {
    const first = encodeBatch({ records: some(3) });
    const second = encodeBatch({ baseOffset: 3n, records: some(3) });
    const seen = scan(Buffer.concat([first, second.subarray(0, 80)]));
    assert.deepEqual(offsets(seen), [0, 1, 2]);
    assert.deepEqual(seen.cut, { there: 80, claimed: second.length });
    assert.equal(seen.next, 3);
  });

  const codecs: [string, number, (b: Buffer) => Buffer][] = [
    ["gzip", 1, (b) => gzipSync(b)],
    ["raw snappy", 2, (b) => runWasm("snappy_compress", b)],
    ["xerial snappy", 2, xerial],
    ["lz4", 3, (b) => runWasm("lz4_compress", b)],
    ["zstd", 4, (b) => zstdCompressSync(b)],
  ];
  for (const [name, attributes, compress] of codecs) {
    test(`reads ${name}`, () => {
      const seen = scan(encodeBatch({ records: some(3000), attributes, compress }));
      assert.equal(seen.records.length, 3000);
      assert.deepEqual(seen.records[2999], {
        offset: 2999n,
        timestamp: 1_700_000_000_000n,
        key: "k2999",
        value: "v".repeat(20),
      });
    });
    test(`refuses ${name} that decompresses beyond the limit, and reads on`, () => {
      const bomb = encodeBatch({ records: [{ value: Buffer.alloc(3 << 20) }], attributes, compress });
      const seen = scan(Buffer.concat([bomb, encodeBatch({ baseOffset: 1n, records: some(1) })]));
      assert.deepEqual(offsets(seen), [1]);
      assert.deepEqual(seen.problems, [
        { first: 0, last: 0, why: "The batch at offset 0 cannot be read: it decompresses to more than 1 MB." },
      ]);
    });
    test(`says that ${name} is damaged, however often, and reads on`, () => {
      const bad = encodeBatch({ records: some(50), attributes, compress: (b) => compress(b).subarray(0, -9) });
      const good = encodeBatch({ baseOffset: 50n, records: some(50), attributes, compress });
      for (let i = 0; i < 20; i++) {
        const seen = scan(Buffer.concat([bad, good]));
        assert.equal(seen.records.length, 50);
        assert.deepEqual([seen.problems[0]?.first, seen.problems[0]?.last], [0, 49]);
        assert.match(seen.problems[0]!.why, /damaged|cut short/);
      }
    });
  }
});

describe("damaged batches", () => {
  const good = (base: number) => encodeBatch({ baseOffset: BigInt(base), records: some(2) });

  test("a wrong checksum is a problem with the offsets, and reading goes on after it", () => {
    const bad = encodeBatch({ baseOffset: 2n, records: some(5) });
    bad[bad.length - 3]! ^= 1;
    const seen = scan(Buffer.concat([good(0), bad, good(7)]));
    assert.deepEqual(offsets(seen), [0, 1, 7, 8]);
    assert.deepEqual([seen.problems[0]?.first, seen.problems[0]?.last], [2, 6]);
    assert.match(seen.problems[0]!.why, /checksum is [0-9a-f]{8}, but [0-9a-f]{8} was stored/);
  });

  test("at the end of the log its last offset is believed when the number of records agrees", () => {
    const bad = encodeBatch({ baseOffset: 2n, records: some(5) });
    bad[bad.length - 3]! ^= 1;
    const log = Buffer.concat([good(0), bad]);
    assert.deepEqual([scan(log, { end: 7 }).problems[0]?.last, scan(log, { end: 7 }).next], [6, 7]);
    assert.equal(scan(log, { end: 6 }).next, 3, "no batch reaches beyond the end of the log");
    log.writeInt32BE(3, log.length - bad.length + 23);
    assert.equal(scan(log, { end: 7 }).next, 3);
  });

  test("records before a damaged one are kept", () => {
    const raw = Buffer.concat([...some(3).map(encodeRecord), Buffer.from([0x7e, 1, 2])]);
    const seen = scan(Buffer.concat([encodeBatch({ raw, count: 5, lastOffsetDelta: 4 }), good(5)]));
    assert.deepEqual(offsets(seen), [0, 1, 2, 5, 6]);
    assert.deepEqual(seen.problems, [
      {
        first: 3,
        last: 4,
        why: "The batch at offset 0 is damaged after 3 of its 5 records: a record's lengths do not fit.",
      },
    ]);
  });

  for (const [what, raw] of [
    ["a negative length", Buffer.from([0x01, 0, 0, 0, 0, 0, 0, 0])],
    ["a length beyond the batch", Buffer.from([0xfe, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0])],
    ["a length of ten bytes", Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0])],
    ["a key longer than the record", Buffer.from([0x0e, 0, 0, 0, 0xfe, 0x7f, 1, 0])],
    ["a negative offset", Buffer.from([0x0c, 0, 0, 0x03, 1, 1, 0, 0])],
  ] as const) {
    test(`a record with ${what}`, () => {
      const seen = scan(Buffer.concat([encodeBatch({ raw, count: 1, lastOffsetDelta: 0 }), good(1)]));
      assert.deepEqual(offsets(seen), [1, 2]);
      assert.match(seen.problems[0]!.why, /damaged after 0 of its 1 records/);
    });
  }

  test("a claim of two thousand million records takes no memory", () => {
    const seen = scan(encodeBatch({ records: some(1), count: 0x7fffffff }));
    assert.match(seen.problems[0]!.why, /claims 2147483647 records in/);
  });

  test("a batch that claims 2 GB is cut, one that claims less than a header ends this response", () => {
    const huge = good(0);
    huge.writeInt32BE(0x7fffffff, 8);
    assert.equal(scan(huge).cut?.claimed, 0x7fffffff + 12);
    const tiny = good(4);
    tiny.writeInt32BE(-5, 8);
    const seen = scan(Buffer.concat([good(2), tiny]), { from: 2 });
    assert.deepEqual([offsets(seen), seen.problems[0]?.first, seen.next], [[2, 3], 4, 5]);
  });

  test("message formats v0 and v1 are named", () => {
    const old = good(0);
    old[16] = 1;
    const seen = scan(Buffer.concat([old, good(2)]));
    assert.deepEqual(offsets(seen), [2, 3]);
    assert.match(seen.problems[0]!.why, /message format v1, from before Kafka 0.11/);
  });

  test("an unknown codec is named", () => {
    assert.match(scan(encodeBatch({ records: some(1), attributes: 6 })).problems[0]!.why, /codec 6, which is unknown/);
  });

  test("random bytes never throw and never loop", () => {
    let seed = 1;
    const random = () => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) >>> 16;
    for (let round = 0; round < 2000; round++) {
      const log = Buffer.concat([good(0), good(2)]);
      for (let i = 0; i < 4; i++) log[random() % log.length] = random();
      // with a right checksum, so that what lies behind it is reached
      log.writeUInt32BE(crc32c(log, 21, log.length / 2), 17);
      const seen = scan(log);
      assert.ok(seen.next >= 0 && seen.records.length <= 4);
    }
  });
});

describe("transactions", () => {
  const log = Buffer.concat([
    encodeBatch({ baseOffset: 0n, producerId: 7n, attributes: 0x10, records: some(2) }),
    encodeBatch({ baseOffset: 2n, producerId: 8n, attributes: 0x10, records: some(2) }),
    encodeBatch({ baseOffset: 4n, records: some(1) }),
    encodeMarker(5n, 7n, 0),
    encodeMarker(6n, 8n, 1),
    encodeBatch({ baseOffset: 7n, producerId: 7n, attributes: 0x10, records: some(1) }),
    encodeMarker(8n, 7n, 1),
  ]);
  test("aborted records are hidden until the producer's abort marker", () => {
    const seen = scan(log, { aborted: [{ producerId: 7n, firstOffset: 0n }] });
    assert.deepEqual([offsets(seen), seen.next], [[2, 3, 4, 7], 9]);
  });
  test("without the list all records are shown, never a marker", () => {
    assert.deepEqual(offsets(scan(log)), [0, 1, 2, 3, 4, 7]);
  });
});

/** Java's framing: a header, then blocks of 32 kB, each with its length. */
function xerial(bytes: Buffer): Buffer {
  const parts: Buffer[] = [Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1])];
  for (let at = 0; at < bytes.length; at += 32768) {
    const block = runWasm("snappy_compress", bytes.subarray(at, at + 32768));
    const size = Buffer.alloc(4);
    size.writeInt32BE(block.length);
    parts.push(size, block);
  }
  return Buffer.concat(parts);
}

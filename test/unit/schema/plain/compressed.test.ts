import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { runWasm } from "../../../../src/kafka/log/wasmCodecs.ts";
import { crc32c, xxHash32 } from "../../../../src/schema/plain/checksums.ts";
import { COMPRESSIONS, type Compression, detectCompressed, unpack } from "../../../../src/schema/plain/compressed.ts";
import { processorTime, seeded } from "../support.ts";
import { fromHex, pick, type Random, randomBytes, upTo } from "./support.ts";

const snappy = (data: Uint8Array): Buffer => runWasm("snappy_compress", data);
const lz4 = (data: Uint8Array): Buffer => runWasm("lz4_compress", data);

const uint32 = (value: number, littleEndian = false): Buffer => {
  const bytes = Buffer.alloc(4);
  if (littleEndian) bytes.writeUInt32LE(value >>> 0);
  else bytes.writeUInt32BE(value);
  return bytes;
};

/** pieces of some size, as a stream is divided */
function* pieces(data: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size);
}

/** xerial's framing, written independently of the code under test */
function xerial(data: Buffer): Buffer {
  const parts = [fromHex("82534e415050590000000001 00000001")];
  for (const piece of pieces(data, 1000)) {
    const block = snappy(piece);
    parts.push(uint32(block.length), block);
  }
  return Buffer.concat(parts);
}

/** snappy's framing format, with a chunk as it is, padding and a chunk to skip */
function framed(data: Buffer): Buffer {
  const parts = [fromHex("ff060000734e61507059"), fromHex("fe030000000000"), fromHex("8001000055")];
  for (const [i, piece] of [...pieces(data, 1000)].entries()) {
    const crc = crc32c(piece);
    const masked = (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
    const body = Buffer.concat([uint32(masked, true), i % 2 === 0 ? snappy(piece) : piece]);
    const head = uint32(body.length, true).subarray(0, 3);
    parts.push(Buffer.from([i % 2]), head, body);
  }
  return Buffer.concat(parts);
}

const PACK: Record<Compression, (data: Buffer) => Buffer> = {
  gzip: (data) => gzipSync(data),
  zlib: (data) => deflateSync(data),
  zstd: (data) => zstdCompressSync(data),
  lz4,
  snappy,
  "snappy-xerial": xerial,
  "snappy-framed": framed,
};

/** data as it comes: repetitive, random, or both */
function randomData(random: Random): Buffer {
  const parts = Array.from({ length: upTo(random, 6) }, () =>
    random() < 0.5
      ? Buffer.from(pick(random, ["abc", "x", '{"id":17,"name":"Ann"}', "ż"]).repeat(upTo(random, 400)))
      : randomBytes(random, upTo(random, 300)),
  );
  return Buffer.concat(parts);
}

test("checksums are those of their specifications", () => {
  assert.equal(crc32c(Buffer.from("123456789")), 0xe3069283);
  assert.equal(crc32c(Buffer.alloc(32)), 0x8a9136aa);
  assert.equal(xxHash32(Buffer.alloc(0)), 0x02cc5d05);
  assert.equal(xxHash32(Buffer.from("abc")), 0x32d153ff);
  assert.equal(xxHash32(Buffer.from("Nobody inspects the spammish repetition")), 0xe2293b2f);
});

test("what other implementations have packed is detected and unpacked", () => {
  const random = seeded(91);
  for (const compression of COMPRESSIONS) {
    for (let i = 0; i < 60; i++) {
      const data = randomData(random);
      const packed = PACK[compression](data);
      const padded = Buffer.concat([Buffer.from("xyz"), packed]);
      assert.ok(unpack(padded, 3, compression, data.length).equals(data), `${compression} of ${data.length} bytes`);
      if (compression !== "snappy" && packed.length >= 8) assert.equal(detectCompressed(padded, 3), compression);
    }
  }
});

test("more than the limit is refused by its number", () => {
  const data = Buffer.from("0123456789".repeat(1000));
  for (const compression of COMPRESSIONS) {
    const packed = PACK[compression](data);
    assert.equal(unpack(packed, 0, compression, 10_000).length, 10_000);
    assert.throws(() => unpack(packed, 0, compression, 9_999), { message: "it unpacks to more than 9999 bytes" });
  }
});

test("a bomb costs no more than its limit", () => {
  const bomb = Buffer.alloc(64 * 1024 * 1024);
  for (const compression of ["gzip", "zlib", "zstd", "lz4"] as const) {
    const packed = PACK[compression](bomb);
    const before = process.memoryUsage().rss;
    const took = processorTime(() => {
      assert.throws(() => unpack(packed, 0, compression, 1_000_000), /^Error: it unpacks to more than 1000000 bytes$/);
    });
    assert.ok(took < 500, `${compression} took ${Math.round(took)} ms`);
    assert.ok(process.memoryUsage().rss - before < 40_000_000, compression);
  }
  // raw snappy that claims four gigabytes, which so few bytes cannot hold
  const claim = fromHex("ffffffff0f 00 61");
  assert.throws(() => unpack(claim, 0, "snappy", 2 ** 32), /damaged at byte 0/);
});

test("data that is cut anywhere, damaged or followed by more is refused in a sentence", () => {
  const random = seeded(92);
  const data = Buffer.from("the same words again, the same words again; and 0123456789 besides. ".repeat(20));
  for (const compression of COMPRESSIONS) {
    const packed = PACK[compression](data);
    const attempt = (bytes: Buffer): Buffer | null => {
      try {
        return unpack(bytes, 0, compression, 1_000_000);
      } catch (error) {
        assert.equal((error as Error).constructor, Error, (error as Error).stack);
        assert.match((error as Error).message, /^its (gzip|zlib|zstd|lz4|snappy) data |^it unpacks to more/);
        return null;
      }
    };
    for (let size = 0; size < packed.length; size++) {
      const part = attempt(packed.subarray(0, size));
      // a stream of chunks may end after any of them
      if (part) assert.ok(compression.startsWith("snappy-") && data.subarray(0, part.length).equals(part), compression);
    }
    if (compression !== "snappy") assert.equal(attempt(Buffer.concat([packed, Buffer.from("and more")])), null);
    for (let i = 0; i < 300; i++) {
      const damaged = Buffer.from(packed);
      damaged[upTo(random, damaged.length)]! ^= 1 << upTo(random, 8);
      attempt(damaged);
    }
  }
});

test("several gzip members, zstd frames and lz4 frames are one after another", () => {
  for (const compression of ["gzip", "zstd", "lz4"] as const) {
    const skipped = compression === "gzip" ? Buffer.alloc(0) : fromHex("502a4d18 03000000 aabbcc");
    const both = Buffer.concat([PACK[compression](Buffer.from("one")), skipped, PACK[compression](Buffer.from("two"))]);
    assert.equal(unpack(both, 0, compression, 6).toString(), "onetwo");
    assert.throws(() => unpack(both, 0, compression, 5), /more than 5 bytes/);
  }
});

test("lz4 frames with linked blocks, checksums and sizes are read", () => {
  const content = Buffer.from("abcdabcdabcdabcd");
  // a match of 4 that reaches back into the block before, then letters
  const literal = (text: string) => Buffer.concat([Buffer.from([text.length << 4]), Buffer.from(text)]);
  const linked = Buffer.concat([fromHex("00 0800"), literal("abcd")]);
  const head = fromHex("5c 40 1000000000000000");
  const check = Buffer.from([(xxHash32(head) >>> 8) & 255]);
  const block = (bytes: Buffer) => Buffer.concat([uint32(bytes.length, true), bytes, uint32(xxHash32(bytes), true)]);
  const frame = (blocks: Buffer[]) =>
    Buffer.concat([fromHex("04224d18"), head, check, ...blocks, uint32(0), uint32(xxHash32(content), true)]);
  const good = frame([block(literal("abcdabcd")), block(linked)]);
  assert.equal(unpack(good, 0, "lz4", 100).toString(), content.toString());
  for (let i = 4; i < good.length; i++) {
    const damaged = Buffer.from(good);
    damaged[i]! ^= 0x10;
    assert.throws(() => unpack(damaged, 0, "lz4", 100), /^Error: its lz4 data/, `byte ${i}`);
  }
});

test("ordinary payloads have no signs of compression", () => {
  for (const text of ["hello world", "x^2 + y^2", '{"a":1,"b":2}', "12345678", "h\u0001abcdefgh"]) {
    const found = detectCompressed(Buffer.from(text));
    assert.ok(found === null || found === "zlib");
    if (found) assert.throws(() => unpack(Buffer.from(text), 0, found, 1000));
  }
  assert.equal(detectCompressed(Buffer.alloc(100)), null);
});

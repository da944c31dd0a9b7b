import assert from "node:assert/strict";
import { test } from "node:test";
import { COMPRESSIONS, detectCompressed, pack, unpack } from "../../../../src/schema/plain/compressed.ts";
import { seeded } from "../support.ts";
import { pick, type Random, randomBytes, upTo } from "./support.ts";

/** Bytes that repeat themselves more or less, near and far. */
function repetitive(random: Random, size: number): Buffer {
  const parts: Buffer[] = [];
  for (let length = 0; length < size; ) {
    const before = parts.length > 0 ? Buffer.concat(parts) : Buffer.alloc(0);
    const from = upTo(random, before.length);
    const part =
      random() < 0.6 && before.length > 0
        ? before.subarray(from, from + 1 + upTo(random, 3000))
        : random() < 0.3
          ? Buffer.alloc(1 + upTo(random, 700), upTo(random, 3))
          : randomBytes(random, 1 + upTo(random, 200));
    parts.push(Buffer.from(part));
    length += part.length;
  }
  return Buffer.concat(parts);
}

test("what is packed unpacks to the same bytes, and is recognised where the format has a sign", () => {
  const random = seeded(31);
  const payloads = [
    Buffer.alloc(0),
    Buffer.of(7),
    ...[3, 4, 5, 11, 12, 13, 16, 17, 59, 60, 61, 64, 65, 255, 256, 257, 270].flatMap((size) => [
      Buffer.alloc(size, 1),
      randomBytes(random, size),
    ]),
    Buffer.from('{"id":1,"name":"größe"}'.repeat(40)),
    // around the blocks of the framings, and beyond LZ4's of 4 MB
    ...[32_767, 32_768, 65_535, 65_536, 65_537, 131_073].map((size) => randomBytes(random, size)),
    Buffer.concat([Buffer.alloc(4 * 1024 * 1024 + 5, 2), randomBytes(random, 300)]),
    ...Array.from({ length: 40 }, () => repetitive(random, pick(random, [20, 300, 5000, 100_000]))),
  ];
  for (const compression of COMPRESSIONS) {
    for (const bytes of payloads) {
      const packed = pack(bytes, compression);
      const what = `${compression}, ${bytes.length} bytes: ${bytes.toString("hex", 0, 100)}`;
      assert.ok(unpack(packed, 0, compression, 2 * bytes.length + 100).equals(bytes), what);
      if (compression !== "snappy" && packed.length >= 10) assert.equal(detectCompressed(packed), compression, what);
    }
    const text = Buffer.from("the same again, ".repeat(1000));
    assert.ok(pack(text, compression).length < text.length / 10, compression);
  }
});

test("packing takes linear time, also of what repeats without end or not at all", () => {
  const random = seeded(5);
  for (const compression of ["lz4", "snappy"] as const) {
    for (const make of [
      (size: number) => Buffer.alloc(size, 9),
      (size: number) => Buffer.from(Float64Array.from({ length: size / 8 }, random).buffer),
    ]) {
      const time = (size: number): number => {
        const bytes = make(size);
        const start = process.cpuUsage();
        for (let i = 0; i < 3; i++) pack(bytes, compression);
        const { user, system } = process.cpuUsage(start);
        return user + system;
      };
      time(1 << 18);
      const [small, large] = [time(1 << 18), time(1 << 21)];
      // 8 times as much; quadratic would be 64
      assert.ok(large < 40 * Math.max(small, 3000), `${compression}: ${small} and ${large} µs`);
    }
  }
});

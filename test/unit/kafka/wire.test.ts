import assert from "node:assert/strict";
import { test } from "node:test";
import { MalformedError, Reader, Writer } from "../../../src/kafka/protocol/wire.ts";

for (const flexible of [false, true]) {
  test(`what is written is read back (${flexible ? "flexible" : "plain"} version)`, () => {
    const w = new Writer(1);
    w.flexible = flexible;
    w.int8(-1)
      .int16(-2)
      .int32(-3)
      .uint32(4_000_000_000)
      .int64(-(2n ** 63n))
      .float64(1.5)
      .boolean(true);
    w.string("Grüße")
      .nullableString(null)
      .string("")
      .bytes(Buffer.from([1, 2]))
      .nullableBytes(null);
    w.array([1, 2, 300], (n) => w.int32(n).tags()).nullableArray(null, () => {});
    w.uvarint(300)
      .varint(-150)
      .varlong(-(2n ** 62n))
      .uuid("00112233-4455-6677-8899-aabbccddeeff")
      .tags();
    const r = new Reader(w.finish());
    r.flexible = flexible;
    assert.deepEqual([r.int8(), r.int16(), r.int32(), r.uint32()], [-1, -2, -3, 4_000_000_000]);
    assert.deepEqual([r.int64(), r.float64(), r.boolean()], [-(2n ** 63n), 1.5, true]);
    assert.deepEqual([r.string(), r.nullableString(), r.string()], ["Grüße", null, ""]);
    assert.deepEqual([[...r.bytes()], r.nullableBytes()], [[1, 2], null]);
    const numbers = r.array(() => {
      const n = r.int32();
      r.tags();
      return n;
    });
    assert.deepEqual(numbers, [1, 2, 300]);
    assert.equal(
      r.nullableArray(() => 0),
      null,
    );
    assert.deepEqual([r.uvarint(), r.varint(), r.varlong()], [300, -150, -(2n ** 62n)]);
    assert.equal(r.uuid(), "00112233-4455-6677-8899-aabbccddeeff");
    r.tags();
    assert.equal(r.remaining, 0);
  });
}

test("varints have Kafka's encoding", () => {
  const hex = (write: (w: Writer) => unknown) => {
    const w = new Writer();
    write(w);
    return w.finish().toString("hex");
  };
  assert.equal(
    hex((w) => w.varint(-1)),
    "01",
  );
  assert.equal(
    hex((w) => w.varint(2147483647)),
    "feffffff0f",
  );
  assert.equal(
    hex((w) => w.varint(-2147483648)),
    "ffffffff0f",
  );
  assert.equal(
    hex((w) => w.varlong(-(2n ** 63n))),
    "ffffffffffffffffff01",
  );
  assert.equal(
    hex((w) => w.uvarint(0xffffffff)),
    "ffffffff0f",
  );
});

test("tagged fields are passed over, and handed to whoever knows them", () => {
  const r = new Reader(Buffer.from([2, 0, 2, 0xaa, 0xbb, 5, 1, 0xcc, 42]));
  r.flexible = true;
  const seen: [number, number, number][] = [];
  r.tags((tag, size) => seen.push([tag, size, r.int8()]));
  assert.deepEqual(seen, [
    [0, 2, -86],
    [5, 1, -52],
  ]);
  assert.equal(r.int8(), 42);
});

const malformed: [what: string, bytes: number[], read: (r: Reader) => unknown][] = [
  ["a number that is cut short", [0, 0], (r) => r.int32()],
  ["a string longer than what is there", [0x7f, 0xff, 65], (r) => r.string()],
  ["bytes longer than what is there", [0x7f, 0xff, 0xff, 0xff, 65], (r) => r.bytes()],
  ["an array of two billion elements", [0x7f, 0xff, 0xff, 0xff], (r) => r.array(() => 0)],
  ["a varint without end", [0xff, 0xff, 0xff, 0xff, 0xff, 0xff], (r) => r.uvarint()],
  ["a varlong without end", Array<number>(12).fill(0xff), (r) => r.varlong()],
];
for (const [what, bytes, read] of malformed) {
  test(`${what} is malformed`, () => assert.throws(() => read(new Reader(Buffer.from(bytes))), MalformedError));
}

test("a varlong is the same number, read as a short one", () => {
  for (const value of [
    0n,
    1n,
    -1n,
    63n,
    -64n,
    64n,
    2n ** 27n - 1n,
    -(2n ** 27n),
    2n ** 27n,
    -(2n ** 31n),
    2n ** 62n,
    -(2n ** 63n),
  ]) {
    const bytes = new Writer().varlong(value).finish();
    const reader = new Reader(bytes);
    assert.equal(BigInt(reader.shortVarlong()), value);
    assert.equal(reader.remaining, 0);
    assert.throws(() => new Reader(bytes.subarray(0, -1)).shortVarlong());
  }
});

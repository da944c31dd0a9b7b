import assert from "node:assert/strict";
import { test } from "node:test";
import protobuf from "protobufjs";
import { decodeWithoutSchema, looksLikeProtobuf } from "../../../src/schema/protobuf/withoutSchema.ts";
import { processorTime, seeded } from "./support.ts";

const ORDER = protobuf
  .parse(
    `syntax="proto3"; message Order { int64 id=1; string customer=2; repeated Item items=3; double total=4; bytes sign=5; float f=6; fixed64 at=7;
      message Item { string sku=1; int32 qty=2; } }`,
    { keepCase: true },
  )
  .root.lookupType("Order");
const order = (more: object): Buffer =>
  Buffer.from(ORDER.encode(ORDER.fromObject({ id: 5, customer: "Ann", ...more })).finish());

const tree = (bytes: Buffer | number[], maxChars = Number.POSITIVE_INFINITY): string =>
  decodeWithoutSchema(Buffer.from(bytes), 0, maxChars).text;

test("a message without a schema is shown by its fields' numbers", () => {
  const items = [{ sku: "3f2b8a90-1111-4222-8333-444455556666", qty: 1 }, { sku: "A-1" }];
  assert.equal(
    tree(order({ items, total: 12.5, sign: Buffer.from([0, 255, 1]), f: 0.1, at: 1_700_000_000_000 })),
    '{"1":5,"2":"Ann","3":[{"1":"3f2b8a90-1111-4222-8333-444455556666","2":1},{"1":"A-1"}],"4":12.5,"5":"0x00ff01","6":0.1,"7":"1700000000000"}',
  );
  assert.equal(decodeWithoutSchema(order({}), 0, 100).problems.length, 0);
  assert.equal(
    decodeWithoutSchema(Buffer.concat([Buffer.from([1, 2, 3]), order({})]), 3, 100).text,
    '{"1":5,"2":"Ann"}',
  );
});

test("numbers keep every digit", () => {
  assert.equal(tree([8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]), '{"1":"18446744073709551615"}');
  assert.equal(tree([9, 255, 255, 255, 255, 255, 255, 255, 127]), '{"1":"9223372036854775807"}');
  assert.equal(tree([13, 1, 0, 0, 0]), '{"1":1}');
  assert.equal(tree([8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]), '{"1":9007199254740991}');
});

test("groups, empty bytes, text that could be a message", () => {
  assert.equal(tree([11, 8, 1, 19, 20, 12, 18, 0]), '{"1":{"1":1,"2":{}},"2":""}');
  // "01" would be field 6 with the number 49
  assert.equal(tree([10, 2, 0x30, 0x31]), '{"1":"01"}');
  assert.equal(tree([10, 5, 10, 3, 97, 98, 99]), '{"1":{"1":"abc"}}');
  assert.equal(tree([10, 5, ...Buffer.from("é\n\u0001!")]), '{"1":"é\\n\\u0001!"}');
});

test("what is not a message is one sentence", () => {
  for (const [bytes, message] of [
    [[8], "not a Protobuf message: the value ends too early"],
    [[10, 255, 255, 255, 255, 15, 1], "not a Protobuf message: a length of 4294967295 bytes, where only 1 is left"],
    [[11, 8, 1], "not a Protobuf message: a group does not end"],
    [[12], "not a Protobuf message: a group ends that did not begin"],
    [[0], "not a Protobuf message: 0 is not a field's tag"],
  ] as const)
    assert.throws(() => tree([...bytes]), { message });
});

test("hostile bytes are bounded", () => {
  const took = processorTime(() => {
    assert.throws(() => tree(Buffer.alloc(100_000, 0x1b)), /ends too early|does not end/);
    let nested = Buffer.from([8, 1]);
    for (let i = 0; i < 2000; i++) {
      const size: number[] = [];
      for (let n = nested.length; ; n >>= 7) {
        if (n < 128) {
          size.push(n);
          break;
        }
        size.push((n & 127) | 128);
      }
      nested = Buffer.concat([Buffer.from([10, ...size]), nested]);
    }
    assert.match(tree(nested), /^(\{"1":){33}"0x[0-9a-f]+"\}+$/);
    const wide = decodeWithoutSchema(Buffer.alloc(4_000_000, Buffer.from([10, 0])), 0, 1000);
    assert.deepEqual([wide.cut, wide.text.length < 10_000], [true, true]);
  });
  assert.ok(took < 3000, `${took} ms`);
});

test("messages look like Protobuf; text, JSON, numbers and as good as all random bytes do not", (t) => {
  assert.equal(looksLikeProtobuf(order({})), true);
  assert.equal(looksLikeProtobuf(order({ items: [{ sku: "x" }], sign: Buffer.from([0, 1, 2]) })), true);
  assert.equal(looksLikeProtobuf(Buffer.concat([Buffer.from([0]), order({})]), 1), true);
  for (const text of ["", "0123", "hello world", '{"a":1}', "2024-01-31T12:34:56Z", "(1(1"])
    assert.equal(looksLikeProtobuf(Buffer.from(text)), false, text);
  const random = seeded(3);
  for (let i = 0; i < 1000; i++) {
    const long = Buffer.alloc(8);
    long.writeBigInt64BE(BigInt(Math.floor(random() * 2 ** 45)));
    assert.equal(looksLikeProtobuf(long), false, long.toString("hex"));
  }
  // not a guess that may be made for anybody: it is offered, and taken by a person
  for (const [size, most] of [
    [4, 0.015],
    [8, 0.006],
    [16, 0.003],
    [64, 0.002],
    [256, 0.001],
  ] as const) {
    let found = 0;
    const tries = size > 16 ? 4_000 : 12_000;
    for (let i = 0; i < tries; i++) {
      const bytes = Buffer.allocUnsafe(size);
      for (let k = 0; k < size; k++) bytes[k] = random() * 256;
      if (looksLikeProtobuf(bytes)) found++;
    }
    t.diagnostic(`${size} random bytes: ${((100 * found) / tries).toFixed(3)} % look like Protobuf`);
    assert.ok(found / tries <= most, `${size} bytes: ${found} of ${tries}`);
  }
});

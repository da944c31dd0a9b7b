import assert from "node:assert/strict";
import { test } from "node:test";
import { FrameReader } from "../../../src/kafka/frames.ts";

const frame = (id: number, body: Buffer): Buffer => {
  const head = Buffer.alloc(8);
  head.writeInt32BE(body.length + 4, 0);
  head.writeInt32BE(id, 4);
  return Buffer.concat([head, body]);
};

function collect(wanted: (id: number) => boolean = () => true) {
  const got: [number, string][] = [];
  const frames = new FrameReader(
    (id) => wanted(id),
    (id, body) => got.push([id, body.toString()]),
  );
  return { got, frames };
}

const three = Buffer.concat([
  frame(1, Buffer.from("one")),
  frame(2, Buffer.alloc(0)),
  frame(3, Buffer.from("three".repeat(50))),
]);
const bodies = [
  [1, "one"],
  [2, ""],
  [3, "three".repeat(50)],
];

for (const size of [1, 2, 3, 5, 7, 8, 9, 64, 1000]) {
  test(`answers come out whole from chunks of ${size} bytes`, () => {
    const { got, frames } = collect();
    for (let at = 0; at < three.length; at += size) {
      // as the socket does: one buffer, filled again for each chunk
      const reused = Buffer.from(three.subarray(at, at + size));
      frames.push(reused);
      reused.fill(0xee);
    }
    assert.deepEqual(got, bodies);
  });
}

test("an answer that nobody waits for is passed over", () => {
  const { got, frames } = collect((id) => id !== 3 && id !== 1);
  for (const byte of three) frames.push(Buffer.from([byte]));
  frames.push(frame(4, Buffer.from("four")));
  assert.deepEqual(got, [
    [2, ""],
    [4, "four"],
  ]);
});

test("a refused size ends the reading, and the head tells what came", () => {
  const frames = new FrameReader(
    (_, size) => {
      if (size > 1000) throw new Error("too large");
      return true;
    },
    () => {},
  );
  assert.throws(() => frames.push(Buffer.from("HTTP/1.1 400 Bad Request\r\n")), /too large/);
  assert.equal(frames.head.toString(), "HTTP/1.1");
});

test("a large answer is read in place, and what follows it in chunks again", () => {
  const { got, frames } = collect();
  const body = Buffer.from("large ".repeat(50_000));
  const stream = Buffer.concat([frame(1, body), frame(2, Buffer.from("small"))]);
  let at = 0;
  let inPlace = 0;
  while (at < stream.length) {
    const target = frames.target();
    const take = Math.min(target?.length ?? 100_000, 70_000, stream.length - at);
    if (target) {
      stream.copy(target, 0, at, at + take);
      frames.advance(take);
      inPlace += take;
    } else frames.push(stream.subarray(at, at + take));
    at += take;
  }
  assert.deepEqual(got, [
    [1, body.toString()],
    [2, "small"],
  ]);
  assert.ok(inPlace > body.length / 2);
});

test("nothing is read in place of an answer that nobody waits for", () => {
  const { frames } = collect(() => false);
  frames.push(frame(1, Buffer.alloc(500_000)).subarray(0, 100_000));
  assert.equal(frames.target(), null);
});

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

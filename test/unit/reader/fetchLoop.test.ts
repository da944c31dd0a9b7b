import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type FetchLimits, FetchLoop } from "../../../src/reader/fetchLoop.ts";
import { PartitionReader } from "../../../src/reader/partition.ts";
import { UserError } from "../../../src/shared/userError.ts";
import { encodeBatch, sourceOf } from "../log/batches.ts";
import { Collector, FakeLog } from "./fakeLog.ts";

const LIMITS: FetchLimits = { answer: 1 << 20, partition: 1 << 18, batch: 1 << 20, patience: 5000, deletedAfter: 100 };
const query = { topics: new Map([["t", null]]), isolation: "read_uncommitted" as const, control: false };

/** `batches` batches of `size` records from `base` on */
const log = (batches: number, size: number, base = 0, pad = 0) =>
  Array.from({ length: batches }, (_, b) =>
    encodeBatch({
      baseOffset: BigInt(base + b * size),
      records: Array.from({ length: size }, (_, i) => ({ value: `${base + b * size + i}${"x".repeat(pad)}` })),
    }),
  );

const toEnd = (fake: FakeLog, from = 0) =>
  [...fake.partitions].map(
    ([partition, p]) =>
      new PartitionReader(sourceOf(partition), p.leader, { from, to: p.end, end: p.end, logStart: p.logStart }),
  );

async function read(fake: FakeLog, partitions = toEnd(fake), limits = LIMITS) {
  const sink = new Collector();
  const loop = new FetchLoop(fake, query, partitions, limits, sink);
  await loop.run(new AbortController().signal);
  return { sink, partitions, loop };
}

const upTo = (n: number, from = 0) => Array.from({ length: n - from }, (_, i) => from + i);

describe("the fetch loop", () => {
  test("reads every partition to its end, in order, whatever the sizes of answers", async () => {
    const fake = new FakeLog();
    for (let p = 0; p < 5; p++) fake.add(p, log(40, 7 + p, 0, 30));
    const { sink } = await read(fake, toEnd(fake), { ...LIMITS, answer: 3000, partition: 900 });
    for (let p = 0; p < 5; p++) assert.deepEqual(sink.offsets.get(p), upTo(40 * (7 + p)));
    assert.ok(sink.flushed > 10);
  });

  test("keeps two requests in flight over disjoint partitions, and starts small", async () => {
    const fake = new FakeLog();
    for (let p = 0; p < 4; p++) fake.add(p, log(20, 10, 0, 100));
    await read(fake, toEnd(fake), { ...LIMITS, answer: 4 << 20, partition: 1 << 20 });
    assert.equal(fake.mostInFlight, 2);
    const [a, b] = fake.requests.map(({ request }) => request.topics[0]!.partitions.map((p) => p.partition));
    assert.deepEqual([...a!, ...b!].sort(), [0, 1, 2, 3]);
    assert.ok(fake.requests[0]!.request.topics[0]!.partitions.every((p) => p.maxBytes <= 128 * 1024));
  });

  test("ends exactly at a count", async () => {
    const fake = new FakeLog().add(0, log(10, 10)).add(1, log(10, 10));
    const sink = new Collector();
    sink.most = 37;
    await new FetchLoop(fake, query, toEnd(fake), LIMITS, sink).run(new AbortController().signal);
    assert.equal(sink.count, 37);
  });

  test("starts in the middle of a batch, and an offset beyond the end is waited for", async () => {
    const fake = new FakeLog().add(0, log(3, 10));
    assert.deepEqual((await read(fake, toEnd(fake, 17))).sink.offsets.get(0), upTo(30, 17));

    const late = new FakeLog().add(0, log(3, 10));
    const reader = new PartitionReader(sourceOf(0), 1, {
      from: 30,
      to: Number.POSITIVE_INFINITY,
      end: 30,
      logStart: 0,
    });
    reader.minOffset = 34;
    const sink = new Collector();
    sink.most = 2;
    const running = new FetchLoop(late, query, [reader], LIMITS, sink).run(new AbortController().signal);
    late.add(0, [...late.partitions.get(0)!.batches, ...log(1, 3, 30), ...log(1, 3, 33)]);
    await running;
    assert.deepEqual(sink.offsets.get(0), [34, 35]);
  });

  test("a gap before the end, left by compaction, does not keep it waiting", async () => {
    const fake = new FakeLog().add(0, log(2, 10), { end: 50 }).add(1, log(2, 5));
    const { sink, partitions } = await read(fake);
    assert.deepEqual([sink.offsets.get(0), sink.offsets.get(1)], [upTo(20), upTo(10)]);
    assert.equal(partitions[0]!.position, 50);
  });

  test("follows a leader that has moved", async () => {
    const fake = new FakeLog().add(0, log(5, 10)).add(1, log(5, 10));
    const partitions = toEnd(fake);
    fake.partitions.get(0)!.leader = 2;
    const { sink } = await read(fake, partitions);
    assert.deepEqual(sink.offsets.get(0), upTo(50));
    assert.ok(fake.requests.some(({ leader }) => leader === 2));
  });

  test("tries again after a lost connection and retriable errors", async () => {
    const fake = new FakeLog().add(0, log(5, 10), { errors: [5, 78] });
    fake.failures.set(1, new UserError("The connection was lost.", { code: "closed" }));
    const { sink, partitions } = await read(fake);
    assert.deepEqual(sink.offsets.get(0), upTo(50));
    assert.equal(partitions[0]!.problem, null);
  });

  test("gives up on a partition that has no leader, and reads the others", async () => {
    const fake = new FakeLog().add(0, log(2, 10)).add(1, log(2, 10), { leader: -1 });
    const { sink, partitions } = await read(fake, toEnd(fake), { ...LIMITS, patience: 50 });
    assert.deepEqual(sink.offsets.get(0), upTo(20));
    assert.equal(partitions[1]!.failed, true);
    assert.match(partitions[1]!.problem!, /no leader/);
  });

  test("says how many messages are gone when its offset is no longer there", async () => {
    const fake = new FakeLog().add(0, log(3, 10, 20), { logStart: 20 });
    const { sink, partitions } = await read(fake, toEnd(fake, 5));
    assert.deepEqual(sink.offsets.get(0), upTo(50, 20));
    assert.match(partitions[0]!.note!, /Up to 15 messages were deleted .* at offset 20/);
  });

  test("a topic that is deleted ends it with a sentence", async () => {
    const fake = new FakeLog().add(0, log(1, 10));
    const partitions = toEnd(fake);
    partitions[0]!.to = Number.POSITIVE_INFINITY;
    fake.partitions.clear();
    fake.deleted = true;
    const loop = new FetchLoop(
      fake,
      query,
      partitions,
      { ...LIMITS, patience: Number.POSITIVE_INFINITY },
      new Collector(),
    );
    await assert.rejects(loop.run(new AbortController().signal), /Topic t no longer exists/);
  });

  test("a topic that was deleted and created anew is never mixed with the old one", async () => {
    const fake = new FakeLog().add(0, log(1, 10));
    fake.topicId = "b";
    const partitions = toEnd(fake);
    partitions[0]!.to = Number.POSITIVE_INFINITY;
    fake.partitions.get(0)!.errors = [100];
    const sink = new Collector();
    const known = { ...query, topics: new Map([["t", "a"]]) };
    const loop = new FetchLoop(fake, known, partitions, { ...LIMITS, patience: Number.POSITIVE_INFINITY }, sink);
    await assert.rejects(loop.run(new AbortController().signal), /Topic t was deleted and created anew/);
    assert.equal(sink.count, 0);
  });

  test("a damaged batch is a problem and what follows is read", async () => {
    const [a, b, c] = log(3, 10) as [Buffer, Buffer, Buffer];
    b[70]! ^= 255;
    const { sink } = await read(new FakeLog().add(0, [a, b, c]));
    assert.deepEqual(sink.offsets.get(0), [...upTo(10), ...upTo(30, 20)]);
    assert.deepEqual(
      sink.problems.map(({ first, last }) => [first, last]),
      [[10, 19]],
    );
  });

  test("a last batch that claims 2 GB is stepped over", async () => {
    const [a, b] = log(2, 10) as [Buffer, Buffer];
    b.writeInt32BE(0x7fffffff, 8);
    const { sink, partitions } = await read(new FakeLog().add(0, [a, b]));
    assert.deepEqual(sink.offsets.get(0), upTo(10));
    assert.ok(partitions[0]!.finished);
    assert.match(sink.problems[0]!.why, /claims 2147483659 bytes/);
  });

  test("paused it asks for nothing; resumed it goes on without loss", async () => {
    const fake = new FakeLog().add(0, log(20, 10, 0, 200));
    const sink = new Collector();
    const loop = new FetchLoop(fake, query, toEnd(fake), { ...LIMITS, partition: 5000 }, sink);
    let paused = false;
    sink.onRecords = () => {
      if (paused || sink.count < 50) return;
      paused = true;
      setImmediate(() => loop.pause());
    };
    const running = loop.run(new AbortController().signal);
    await new Promise((resolve) => setTimeout(resolve, 60));
    const [seen, asked] = [sink.count, fake.requests.length];
    assert.ok(paused && seen < 200);
    await new Promise((resolve) => setTimeout(resolve, 40));
    assert.deepEqual([sink.count, fake.requests.length], [seen, asked]);
    loop.resume();
    await running;
    assert.deepEqual(sink.offsets.get(0), upTo(200));
  });
});

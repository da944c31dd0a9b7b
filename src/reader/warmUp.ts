import { gzipSync, zstdCompressSync } from "node:zlib";
import { crc32c } from "../kafka/log/crc32c.ts";
import { PartitionScan, type ScanSink } from "../kafka/log/scan.ts";
import { runWasm } from "../kafka/log/wasmCodecs.ts";
import { Writer } from "../kafka/protocol/wire.ts";

const RECORDS = 100;
/** sizes of values, bytes: lengths and numbers of one, two and three bytes */
const SIZES = [10, 100, 1000, 20_000];
const CODECS: readonly ((records: Buffer) => Buffer)[] = [
  (records) => records,
  (records) => gzipSync(records, { level: 1 }),
  (records) => runWasm("snappy_compress", records),
  (records) => runWasm("lz4_compress", records),
  (records) => zstdCompressSync(records),
];

/** ms of work in all, and at a time */
const TIME = 250;
const SLICE = 8;
/** ms between two slices */
const PAUSE = 15;

/**
 * Walks over made-up logs, while the thread has nothing else to do, until V8 has compiled the inner loops for everything that they meet: a long scan would otherwise spend its
 * first tenths of a second in the interpreter, and go back there at each path that it has not seen. Gives what ends it.
 */
export function warmUpWhenIdle(busy: () => boolean): () => void {
  const steps = warmUp();
  let spent = 0;
  const timer = setInterval(() => {
    if (busy()) return;
    const start = performance.now();
    while (performance.now() - start < SLICE) steps.next();
    spent += performance.now() - start;
    if (spent > TIME) clearInterval(timer);
  }, PAUSE);
  timer.unref();
  return () => clearInterval(timer);
}

function* warmUp(): Generator<void, never> {
  const bytes = Buffer.alloc(8192, 7);
  for (let length = 0; length < 200; length++) crc32c(bytes, length, 20 * length);
  yield;
  const logs: Buffer[] = [];
  for (const [codec, compress] of CODECS.entries()) {
    for (const size of SIZES) {
      logs.push(Buffer.concat([0, 1, 2, 3].map((i) => batch(size, i * RECORDS, codec, compress))));
      yield;
    }
  }
  const source = { topic: "", partition: 0 };
  const all = Number.MAX_SAFE_INTEGER;
  const sink: ScanSink = { records: () => {}, unreadable: () => {} };
  for (let i = 0; ; i++) {
    // mostly what most topics are like
    const log = logs[i % 3 === 2 ? (i * 7) % logs.length : (i % CODECS.length) * SIZES.length + 1]!;
    const fetched = { buffer: log, start: 0, end: log.length, source, aborted: null };
    const limits = { from: i % RECORDS, visible: 0, to: all, end: all, batchBytes: 1 << 24 };
    new PartitionScan(fetched, limits, sink).run(all, all);
    yield;
  }
}

function batch(size: number, base: number, codec: number, compress: (records: Buffer) => Buffer): Buffer {
  const records = new Writer(RECORDS * (size + 60));
  for (let i = 0; i < RECORDS; i++) {
    const body = new Writer(size + 200);
    const key = i % 3;
    body
      .int8(0)
      .varlong(BigInt((i - 5) * size))
      .varint(i);
    body.varint(key === 0 ? -1 : 40 * key);
    if (key > 0) body.raw(Buffer.alloc(40 * key, i));
    body.varint(i % 20 === 9 ? -1 : size);
    if (i % 20 !== 9) body.raw(Buffer.alloc(size, "some text that can be compressed"));
    body.varint(0);
    const bytes = body.finish();
    records.varint(bytes.length).raw(bytes);
  }
  const checked = new Writer(RECORDS * (size + 60));
  checked
    .int16(codec)
    .int32(RECORDS - 1)
    .int64(1_700_000_000_000n)
    .int64(1_700_000_000_000n);
  checked.int64(-1n).int16(-1).int32(-1).int32(RECORDS).raw(compress(records.finish()));
  const tail = Buffer.from(checked.finish());
  const head = new Writer();
  head
    .int64(BigInt(base))
    .int32(tail.length + 9)
    .int32(0)
    .int8(2)
    .uint32(crc32c(tail));
  return Buffer.concat([head.finish(), tail]);
}

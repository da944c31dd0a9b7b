import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32, deflateRawSync, zstdCompressSync } from "node:zlib";
import avsc from "avsc";
import { runWasmBriefly } from "../../../src/kafka/log/wasmCodecs.ts";
import { canonicalForm, fingerprintOf } from "../../../src/schema/avro/canonical.ts";
import {
  type ContainerHeader,
  decodeContainer,
  isContainer,
  openContainer,
  readContainer,
} from "../../../src/schema/avro/container.ts";
import { parseAvro } from "../../../src/schema/avro/schema.ts";
import {
  byFingerprint,
  decodeSingleObject,
  encodeSingleObject,
  fingerprintText,
  singleObjectFingerprint,
} from "../../../src/schema/avro/singleObject.ts";
import { parseJson } from "../../../src/schema/jsonTree.ts";
import { unpackSnappy } from "../../../src/schema/plain/snappy.ts";
import type { Decoded } from "../../../src/schema/schemaFormats.ts";
import { randomSchema } from "./avroRandom.ts";
import { avro, long, processorTime, seeded } from "./support.ts";

const parsed = (schema: unknown) => parseAvro(avro(schema));

test("the canonical form and its fingerprint are those of Avro's own test data", () => {
  // schema, canonical form, CRC-64-AVRO as a signed integer
  const cases: [unknown, string, bigint][] = [
    ["null", '"null"', 7195948357588979594n],
    [{ type: "boolean" }, '"boolean"', -6970731678124411036n],
    ["int", '"int"', 8247732601305521295n],
    ["long", '"long"', -3434872931120570953n],
    ["float", '"float"', 5583340709985441680n],
    ["double", '"double"', -8181574048448539266n],
    ["bytes", '"bytes"', 5746618253357095269n],
    ["string", '"string"', -8142146995180207161n],
    [["int", { type: "boolean" }], '["int","boolean"]', 5392556393470105090n],
    [{ fields: [], type: "record", name: "foo" }, '{"name":"foo","type":"record","fields":[]}', -4824392279771201922n],
    [
      { fields: [], type: "record", name: "a.b.foo", namespace: "x.y", doc: "d", aliases: ["foo"] },
      '{"name":"a.b.foo","type":"record","fields":[]}',
      -4616218487480524110n,
    ],
    [
      {
        fields: [
          { type: "boolean", aliases: [], name: "f1", default: true },
          { order: "descending", name: "f2", doc: "Hello", type: "int" },
        ],
        type: "record",
        name: "foo",
      },
      '{"name":"foo","type":"record","fields":[{"name":"f1","type":"boolean"},{"name":"f2","type":"int"}]}',
      -4860222112080293046n,
    ],
    [
      { namespace: "x.y.z", type: "enum", name: "foo", doc: "foo bar", symbols: ["A1", "A2"] },
      '{"name":"x.y.z.foo","type":"enum","symbols":["A1","A2"]}',
      -4448647247586288245n,
    ],
    [
      { namespace: "x.y.z", type: "fixed", name: "foo", size: 32 },
      '{"name":"x.y.z.foo","type":"fixed","size":32}',
      -3064184465700546786n,
    ],
    [{ items: { type: "null" }, type: "array" }, '{"type":"array","items":"null"}', -589620603366471059n],
    [{ values: "string", type: "map" }, '{"type":"map","values":"string"}', -8732877298790414990n],
    [
      { name: "PigValue", type: "record", fields: [{ name: "value", type: ["null", "int", "long", "PigValue"] }] },
      '{"name":"PigValue","type":"record","fields":[{"name":"value","type":["null","int","long","PigValue"]}]}',
      -1759257747318642341n,
    ],
    [{ type: "long", logicalType: "timestamp-millis" }, '"long"', -3434872931120570953n],
  ];
  for (const [schema, form, fingerprint] of cases) {
    assert.equal(canonicalForm(parsed(schema)), form);
    assert.equal(fingerprintOf(parsed(schema)), BigInt.asUintN(64, fingerprint), form);
  }
});

test("avsc makes the same canonical form of random schemas", () => {
  const random = seeded(8);
  for (let i = 0; i < 200; i++) {
    const schema = randomSchema(random);
    const theirs = JSON.stringify(avsc.Type.forSchema(schema as avsc.Schema).schema());
    const ours = canonicalForm(parsed(schema));
    assert.deepEqual(JSON.parse(ours), JSON.parse(theirs));
    assert.equal(canonicalForm(parsed(ours)), ours);
  }
});

test("single objects: a value is written with its schema's fingerprint and found by it", () => {
  const type = parsed({ type: "record", name: "R", fields: [{ name: "id", type: "long" }] });
  const encoded = encodeSingleObject(type, parseJson('{"id":9223372036854775807}'));
  assert.ok("bytes" in encoded);
  const { bytes } = encoded;
  assert.deepEqual([...bytes.subarray(0, 2)], [0xc3, 0x01]);
  assert.equal(singleObjectFingerprint(bytes), fingerprintOf(type));
  assert.deepEqual([...bytes.subarray(10)], long(9223372036854775807n));
  const known = byFingerprint([parsed("int"), type]);
  assert.equal(decodeSingleObject(bytes, (fingerprint) => known.get(fingerprint)).text, '{"id":9223372036854775807}');
  assert.throws(
    () => decodeSingleObject(bytes, () => undefined),
    new Error(`no schema is known with the fingerprint ${fingerprintText(fingerprintOf(type))}`),
  );
  for (let size = 0; size < 10; size++) {
    assert.equal(singleObjectFingerprint(bytes.subarray(0, size)), null);
    assert.throws(() => decodeSingleObject(bytes.subarray(0, size), () => type), /do not start with C3 01/);
  }
  for (let size = 10; size < bytes.length; size++)
    assert.throws(() => decodeSingleObject(bytes.subarray(0, size), () => type), /ends after 0 of its 1 field/);
  assert.ok("problems" in encodeSingleObject(type, parseJson('{"id":"x"}')));
  // the fingerprint of Avro's own test data, little-endian
  const int = encodeSingleObject(parsed("int"), parseJson("1"));
  assert.ok("bytes" in int);
  assert.equal(int.bytes.readBigInt64LE(2), 8247732601305521295n);
});

// ------------------------------------------------------------------------------------------------------- containers

const SCHEMA = {
  type: "record",
  name: "R",
  fields: [
    { name: "id", type: "long" },
    { name: "s", type: "string" },
  ],
};
const SYNC = Buffer.from("0123456789abcdef");

const sized = (bytes: Uint8Array | string): Buffer =>
  Buffer.concat([Buffer.from(long(BigInt(Buffer.byteLength(bytes as string)))), Buffer.from(bytes as string)]);

function header(codec: string | null, schema: unknown = SCHEMA): Buffer {
  const entries = [
    ["avro.schema", JSON.stringify(schema)],
    ...(codec === null ? [] : [["avro.codec", codec]]),
    ["k", "ü"],
  ];
  const map = entries.flatMap(([key, value]) => [sized(key!), sized(value!)]);
  return Buffer.concat([
    Buffer.from("Obj\x01"),
    Buffer.from(long(BigInt(entries.length))),
    ...map,
    Buffer.from([0]),
    SYNC,
  ]);
}

const block = (count: number, data: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(long(BigInt(count))), sized(data), SYNC]);

const value = (id: bigint, s: string): Buffer => Buffer.concat([Buffer.from(long(id)), sized(s)]);

const snappy = (data: Buffer): Buffer => {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(data));
  return Buffer.concat([Buffer.from(runWasmBriefly("snappy_compress", data)), sum]);
};

const CODECS: [string | null, (data: Buffer) => Buffer][] = [
  [null, (data) => data],
  ["null", (data) => data],
  ["deflate", (data) => deflateRawSync(data)],
  ["zstandard", (data) => zstdCompressSync(data)],
  ["snappy", snappy],
];

const text = "the same words again and again, ".repeat(20);
const VALUES = [value(9007199254740993n, text), value(-1n, "é"), value(3n, "")];
const SHOWN = [`{"id":9007199254740993,"s":"${text}"}`, '{"id":-1,"s":"é"}', '{"id":3,"s":""}'];

const container = (codec: string | null, compress: (data: Buffer) => Buffer): Buffer =>
  Buffer.concat([header(codec), block(2, compress(Buffer.concat(VALUES.slice(0, 2)))), block(1, compress(VALUES[2]!))]);

async function collected<T>(from: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const each of from) found.push(each);
  return found;
}

async function all(chunks: Iterable<Uint8Array>): Promise<{ header: ContainerHeader; texts: string[] }> {
  const [first, ...rest] = await collected(readContainer(chunks, 100_000));
  return { header: first as ContainerHeader, texts: rest.map((each) => (each as Decoded).text) };
}

/** Pieces of `size` bytes. */
const pieces = (bytes: Buffer, size: number): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));

for (const [codec, compress] of CODECS) {
  test(`a container with the codec ${codec ?? "left out"}`, async () => {
    const bytes = container(codec, compress);
    assert.ok(isContainer(bytes) && !isContainer(bytes.subarray(1)));
    const opened = openContainer(bytes);
    assert.deepEqual(JSON.parse(opened.header.schema), SCHEMA);
    assert.deepEqual([opened.header.codec, opened.header.metadata.get("k")], [codec ?? "null", "ü"]);
    assert.deepEqual(
      [...opened.values(100_000)].map((each) => each.text),
      SHOWN,
    );
    const decoded = decodeContainer(bytes, 100_000);
    assert.deepEqual([decoded.text, decoded.cut, decoded.problems], [`[${SHOWN.join(",")}]`, false, []]);
    for (const size of [1, 7, 1000, 100_000]) assert.deepEqual((await all(pieces(bytes, size))).texts, SHOWN);
  });
}

test("avsc's containers are read", async () => {
  for (const codec of ["null", "deflate"] as const) {
    const encoder = new avsc.streams.BlockEncoder(SCHEMA as avsc.Schema, { codec, blockSize: 500 });
    const written: Promise<Buffer[]> = collected(encoder as AsyncIterable<Buffer>);
    for (let id = 0; id < 300; id++) encoder.write({ id, s: `value ${id}` });
    encoder.end();
    const bytes = Buffer.concat(await written);
    const expected = Array.from({ length: 300 }, (_, id) => `{"id":${id},"s":"value ${id}"}`);
    assert.deepEqual((await all(pieces(bytes, 100))).texts, expected);
    assert.equal(decodeContainer(bytes, 1_000_000).text, `[${expected.join(",")}]`);
  }
});

test("a long value is cut, and the next one is still right", () => {
  const shown = [...openContainer(container(null, (data) => data)).values(20)];
  assert.deepEqual(
    shown.map(({ cut }) => cut),
    [true, false, false],
  );
  assert.equal(shown[1]!.text, SHOWN[1]);
  const decoded = decodeContainer(
    container(null, (data) => data),
    700,
  );
  assert.ok(decoded.cut && decoded.text.startsWith(`[${SHOWN[0]}`));
});

test("what is truncated anywhere is a sentence, and what came before it is there", async () => {
  for (const [codec, compress] of [CODECS[0]!, CODECS[2]!]) {
    const bytes = container(codec, compress);
    const start = header(codec).length;
    const first = start + block(2, compress(Buffer.concat(VALUES.slice(0, 2)))).length;
    for (let size = 0; size < bytes.length; size++) {
      const part = bytes.subarray(0, size);
      const values: string[] = [];
      let message = "";
      try {
        for await (const each of readContainer([part], 100_000)) if ("text" in each) values.push(each.text);
      } catch (error) {
        message = (error as Error).message;
      }
      if (size < start) {
        assert.match(message, /^the container's header is cut off$/);
        assert.throws(() => decodeContainer(part, 1000), new Error(message));
        continue;
      }
      assert.deepEqual(values, size >= first ? SHOWN.slice(0, 2) : []);
      if (size === start || size === first) assert.equal(message, "");
      else {
        assert.match(message, /^the container ends within a block/);
        assert.deepEqual(decodeContainer(part, 100_000).problems, [`after ${values.length} values: ${message}`]);
      }
    }
  }
});

test("what is damaged or not supported is said", () => {
  const problem = (...parts: Buffer[]): string => decodeContainer(Buffer.concat(parts), 1000).problems.join("; ");
  const one = value(1n, "a");
  for (const codec of ["bzip2", "xz", "made-up"])
    assert.match(
      problem(header(codec), block(1, one)),
      new RegExp(`the codec "${codec}" is not supported: null, deflate`),
    );
  const broken = snappy(one);
  broken[broken.length - 1]! ^= 1;
  assert.match(problem(header("snappy"), block(1, broken)), /its checksum \(CRC-32\) is wrong/);
  assert.match(problem(header("snappy"), block(1, Buffer.from([1]))), /its checksum is missing/);
  assert.match(problem(header("deflate"), block(1, Buffer.from([0xff, 0xff]))), /its deflate data is damaged/);
  assert.match(problem(header("zstandard"), block(1, one)), /its zstandard data is damaged/);
  assert.match(
    problem(header(null), block(2, one)),
    /after 1 value: value 2 of block 1: the value ends after 0 of its 2 fields/,
  );
  assert.match(
    problem(header(null), block(1, Buffer.concat([one, one]))),
    /after 1 value: 3 bytes follow the 1 values of block 1/,
  );
  const unsynced = block(1, one);
  unsynced[unsynced.length - 1]! ^= 1;
  assert.match(problem(header(null), unsynced), /block 1 does not end with the container's sync marker/);
  assert.throws(() => openContainer(Buffer.from("Obj\x02aaaa")), /do not start like an Avro container/);
  assert.throws(
    () => openContainer(header(null, { type: "nothing" })),
    /schema cannot be used: the type "nothing" is not defined/,
  );
  assert.throws(() => openContainer(Buffer.concat([Buffer.from("Obj\x01\x00"), SYNC])), /has no schema/);
});

test("claims of gigabytes, of values without bytes, and what decompresses to gigabytes are bounded", () => {
  const problem = (...parts: Buffer[]): string => decodeContainer(Buffer.concat(parts), 1000).problems.join("; ");
  const huge = Buffer.from(long(2n ** 60n));
  const took = processorTime(() => {
    assert.throws(() => openContainer(Buffer.concat([Buffer.from("Obj\x01"), huge])), /header is cut off/);
    assert.throws(() => openContainer(Buffer.concat([Buffer.from("Obj\x01\x02"), huge])), /header is cut off/);
    assert.match(problem(header(null), Buffer.from([2]), huge), /a block of more than 64 MB/);
    const nulls = decodeContainer(Buffer.concat([header(null, "null"), huge, Buffer.from([0]), SYNC]), 1000);
    assert.deepEqual([nulls.cut, nulls.problems], [true, []]);
    const nothing = openContainer(Buffer.concat([header(null, "null"), huge, Buffer.from([0]), SYNC]));
    assert.throws(() => [...nothing.values(1000)], /block 1 claims more than 10000 values that take no bytes/);
    const bomb = deflateRawSync(Buffer.alloc(70 * 1024 * 1024));
    assert.match(problem(header("deflate"), block(1, bomb)), /it takes more than 64 MB/);
    assert.match(
      problem(header("snappy"), block(1, Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0, 0]))),
      /more than/,
    );
  });
  assert.ok(took < 3000, `it took ${took} ms`);
});

test("snappy blocks are unpacked as they were packed, and damaged ones never read beyond", () => {
  const random = seeded(17);
  for (let i = 0; i < 200; i++) {
    const size = Math.floor(random() * 5000);
    const letters = 1 + Math.floor(random() * 200);
    const data = Buffer.from(Array.from({ length: size }, () => Math.floor(random() * letters)));
    for (let k = 0; k < 5 && size > 100; k++) data.copyWithin(random() * size, random() * size, random() * size);
    const packed = Buffer.from(runWasmBriefly("snappy_compress", data));
    assert.deepEqual(unpackSnappy(packed, 10_000), data);
    const damaged = Buffer.from(packed);
    damaged[Math.floor(random() * damaged.length)] = Math.floor(random() * 256);
    try {
      assert.ok(unpackSnappy(damaged, 10_000).length <= 10_000);
    } catch (error) {
      assert.match((error as Error).message, /its snappy data is damaged|it takes more than/);
    }
  }
});

import { deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { runWasm } from "../../src/kafka/log/wasmCodecs.ts";
import { encodeAvro } from "../../src/schema/avro/encode.ts";
import { type AvroType, parseAvro } from "../../src/schema/avro/schema.ts";
import { encodeSingleObject } from "../../src/schema/avro/singleObject.ts";
import { parseJson } from "../../src/schema/jsonTree.ts";
import { encodeCbor } from "../../src/schema/plain/cborEncode.ts";
import { encodeMsgpack } from "../../src/schema/plain/msgpack.ts";
import { encodeSmile } from "../../src/schema/plain/smileEncode.ts";
import { encodeProtobuf } from "../../src/schema/protobuf/encode.ts";
import { parseProtobuf } from "../../src/schema/protobuf/schema.ts";
import type { FixedFormat } from "../../src/shared/decoding.ts";
import { randomText } from "../unit/schema/avroRandom.ts";
import { seeded } from "../unit/schema/support.ts";

const bytesOf = (encoded: { bytes: Buffer } | { problems: unknown }): Buffer => {
  if (!("bytes" in encoded)) throw new Error(`a seed cannot be encoded: ${JSON.stringify(encoded)}`);
  return encoded.bytes;
};
const hex = (...digits: string[]): Buffer[] => digits.map((each) => Buffer.from(each.replaceAll(" ", ""), "hex"));
const utf8 = (...texts: string[]): Buffer[] => texts.map((text) => Buffer.from(text));

const JSON_TEXTS = [
  '{"id":9007199254740993,"status":"paid","tags":["a","b"],"in":{"a":null,"b":[true,1.5e300,-0]}}',
  "[[[[1]]],{},[]]",
  '{"text":"é😀\\u0000\\n","__proto__":{"x":1},"":-1,"$type":"x"}',
];

export const AVRO_SCHEMAS = [
  {
    type: "record",
    name: "X",
    fields: [
      { name: "l", type: "long" },
      { name: "s", type: "string" },
      { name: "u", type: ["null", "X", "double", { type: "enum", name: "E", symbols: ["A", "B", "C"] }] },
      { name: "a", type: { type: "array", items: ["int", "string"] } },
      { name: "m", type: { type: "map", values: { type: "bytes", logicalType: "decimal", precision: 9, scale: 2 } } },
      { name: "t", type: { type: "long", logicalType: "timestamp-nanos" } },
      { name: "f", type: { type: "fixed", name: "D", size: 12, logicalType: "duration" } },
    ],
  },
  { type: "array", items: { type: "record", name: "Empty", fields: [] } },
  { type: "record", name: "T", fields: [{ name: "c", type: { type: "map", values: ["null", "T"] } }] },
  {
    type: "record",
    name: "L",
    fields: [
      { name: "d", type: { type: "int", logicalType: "date" } },
      { name: "tm", type: { type: "int", logicalType: "time-millis" } },
      { name: "ts", type: { type: "long", logicalType: "local-timestamp-micros" } },
      { name: "id", type: { type: "fixed", name: "U", size: 16, logicalType: "uuid" } },
      { name: "b", type: { type: "bytes", logicalType: "big-decimal" } },
      { name: "p", type: { type: "bytes", logicalType: "decimal", precision: 5000, scale: 4999 } },
      { name: "f", type: "float" },
      { name: "n", type: "null" },
    ],
  },
].map((schema) => JSON.stringify(schema));

export const avroTypes: readonly AvroType[] = AVRO_SCHEMAS.map((schema) => parseAvro({ schema, references: [] }));

/** Values of a type, in Avro's binary encoding. */
export function avroValues(type: AvroType, random: () => number, count: number): Buffer[] {
  const values: Buffer[] = [];
  for (let i = 0; i < 10 * count && values.length < count; i++) {
    const encoded = encodeAvro(type, parseJson(randomText(random, type)));
    if ("bytes" in encoded) values.push(encoded.bytes);
  }
  return values.length > 0 ? values : [Buffer.alloc(4)];
}

export const PROTO = `syntax = "proto3"; package w;
import "google/protobuf/struct.proto"; import "google/protobuf/duration.proto"; import "google/protobuf/any.proto";
import "google/protobuf/timestamp.proto"; import "google/protobuf/wrappers.proto"; import "google/protobuf/field_mask.proto";
message M { google.protobuf.Timestamp at = 1; google.protobuf.Duration took = 2; google.protobuf.Struct free = 3;
  google.protobuf.Value any_value = 4; google.protobuf.Any any = 5; google.protobuf.Int64Value i = 6;
  google.protobuf.FieldMask mask = 7; repeated google.protobuf.Value list = 9; M inner = 17; repeated int64 packed = 18;
  map<string, M> ms = 19; oneof o { string by_name = 20; bytes by_bytes = 21; } map<bool, double> flags = 22; E kind = 23;
  enum E { NONE = 0; SOME = 7; } message Deep { message Er { sint32 n = 1; } Er er = 1; fixed64 fx = 2; float fl = 3; } Deep deep = 24; }
message Second { string name = 1; }`;

export const PROTO2 = `syntax = "proto2"; package r;
message M { required string need = 3; optional group Res = 1 { optional int32 u = 1; repeated group Deep = 2 { optional string s = 1; } }
  extensions 100 to 200; optional int32 d = 2 [default = 5]; }
extend M { optional int32 ext = 100; repeated M more = 101; }`;

const protoValues = (schema: string, name: string, texts: string[]): Buffer[] => {
  const parsed = parseProtobuf({ schema, references: [] });
  return texts.map((text) => bytesOf(encodeProtobuf(parsed, name, parseJson(text))));
};

export const PROTO_SEEDS = protoValues(PROTO, "w.M", [
  '{"at":"9999-12-31T23:59:59.999999999Z","took":"-0.000000001s","free":{"a":[1.5,null,{"b":{}}]},"anyValue":"x","mask":"userName,b.cD"}',
  '{"any":{"@type":"t/w.M","inner":{"kind":"SOME"}},"i":"-9223372036854775808","list":[null,{},[],0]}',
  '{"inner":{"inner":{"inner":{"packed":["1","-1","9223372036854775807"]}}},"ms":{"a":{"byName":"é"},"":{}},"flags":{"true":"NaN"}}',
  '{"byBytes":"AP8=","deep":{"er":{"n":-5},"fx":"18446744073709551615","fl":0.1}}',
]);

export const PROTO2_SEEDS = protoValues(PROTO2, "r.M", [
  '{"need":"x","res":{"u":1,"deep":[{"s":"a"},{}]},"d":0,"[r.ext]":5,"[r.more]":[{"need":"y","d":1}]}',
]);

const varint = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >> 7)]);
const counted = (bytes: Uint8Array): Buffer => Buffer.concat([Buffer.from(varint(2 * bytes.length)), bytes]);

/** An Avro container file; written by hand, since we only read them. */
function containerOf(schema: string, codec: string, values: Buffer[], pack: (data: Buffer) => Buffer): Buffer {
  const sync = Buffer.alloc(16, 7);
  const meta = [utf8("avro.schema", schema), utf8("avro.codec", codec)].flat().map(counted);
  const block = pack(Buffer.concat(values));
  const head = [...utf8("Obj\u0001"), Buffer.from([4]), ...meta, Buffer.from([0]), sync];
  return Buffer.concat([...head, Buffer.from(varint(2 * values.length)), counted(block), sync]);
}

const random = seeded(1);

export const avroSeeds: readonly Buffer[][] = avroTypes.map((type) => avroValues(type, random, 6));

const CONTAINERS = [0, 2, 3].flatMap((i) => [
  containerOf(AVRO_SCHEMAS[i]!, "null", avroSeeds[i]!, (data) => data),
  containerOf(AVRO_SCHEMAS[i]!, "deflate", avroSeeds[i]!, (data) => deflateRawSync(data)),
  containerOf(AVRO_SCHEMAS[i]!, "zstandard", avroSeeds[i]!, (data) => zstdCompressSync(data)),
]);

export const SINGLE = avroTypes.flatMap((type) => {
  const encoded = encodeSingleObject(type, parseJson(randomText(random, type)));
  return "bytes" in encoded ? [encoded.bytes] : [];
});

const XML = utf8(
  '<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE o [<!ENTITY a "b">]><o id="1"><!-- c --><i>a &amp; b</i><![CDATA[<>]]><e/></o>',
  "<a xmlns:x='u'>\n <x:b c='d'>t</x:b>&#x1F600;</a>",
);
const UTF16 = [
  Buffer.concat([...hex("fffe"), Buffer.from("text of an order 😀", "utf16le")]),
  Buffer.from("text", "utf16le").swap16(),
];
const plainText = utf8("some text", "12345678", "", "﻿{}", "é😀\u0000", "true", "<not xml");
const java = hex(
  "aced000577040000000774000178757200135b4c6a6176612e6c616e672e537472696e673badd256e7e91d7b4702000078700000000271007e000070",
  "aced0005737200054b2445787400000000000000030c00007870770400000005740002696e78",
  "aced0005737200136a6176612e7574696c2e41727261794c6973747881d21d99c7619d03000149000473697a6578700000000277040000000274000171737200116a6176612e6c616e672e496e746567657212e2a0a4f781873802000149000576616c7565787200106a6176612e6c616e672e4e756d62657286ac951d0b94e08b0200007870000000057878",
);
const numbers = hex("0001", "0000002a", "0000018bcfe56800", "7fc00001", "ffffffffffffffff", "01");
const json = utf8(...JSON_TEXTS);
const packed = (pack: (data: Buffer) => Buffer): Buffer[] => [...json, ...XML].map((data) => pack(data));
const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** Good payloads of each format that a person may choose. */
export const PLAIN: Readonly<Record<FixedFormat, Buffer[]>> = {
  json,
  text: plainText,
  "utf-16": UTF16,
  "utf-16le": UTF16,
  "latin-1": plainText,
  xml: XML,
  messagepack: [
    ...JSON_TEXTS.map((text) => bytesOf(encodeMsgpack(parseJson(text)))),
    ...hex("c70cff00000001000000000000000a", "d6ff5f5e1000", "dc0001c0", "c403010203"),
  ],
  cbor: [
    ...JSON_TEXTS.map((text) => bytesOf(encodeCbor(parseJson(text), true))),
    ...hex("bf6161019fffff", "c249010000000000000000", "c48221196ab3", "d81c81d81d00", "f97e00", "d9010083010203"),
  ],
  smile: JSON_TEXTS.map((text) => bytesOf(encodeSmile(parseJson(text)))),
  "protobuf-raw": [...PROTO_SEEDS, ...PROTO2_SEEDS],
  "avro-container": CONTAINERS,
  short: numbers,
  integer: numbers,
  long: numbers,
  float: numbers,
  double: numbers,
  boolean: numbers,
  uuid: utf8("01234567-89ab-cdef-0123-456789abcdef"),
  base64: json.map((bytes) => Buffer.from(bytes.toString("base64"))),
  gzip: packed((data) => gzipSync(data)),
  zlib: packed((data) => deflateSync(data)),
  zstd: packed((data) => zstdCompressSync(data)),
  lz4: packed((data) => runWasm("lz4_compress", data)),
  snappy: [
    ...packed((data) => runWasm("snappy_compress", data)),
    ...packed((data) => {
      const block = runWasm("snappy_compress", data);
      return Buffer.concat([...hex("82534e415050590000000001 00000001"), uint32(block.length), block]);
    }),
    ...hex("ff060000734e61507059 fe030000000000 01090000 00000000 6162636465"),
  ],
  java,
  hex: numbers,
};

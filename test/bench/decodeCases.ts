import { decode as decodeMessagePack, encode as encodeMessagePack } from "@msgpack/msgpack";
import avsc from "avsc";
import { decode as decodeCbor, encode as encodeCbor } from "cbor2";
import { type DecodeData, jsonOf, protobufType, type Registered, textOf } from "./decodeData.ts";

/** One kind of message: how it is written, and how a library that was made for just that format reads it. */
export interface DecodeCase {
  name: string;
  /** what our decoder gets */
  payloads: readonly Buffer[];
  library: string;
  /** what the library gets: values alone, without the frame */
  bodies: readonly Buffer[];
  /** used directly: to the values that it makes */
  bare(body: Buffer): unknown;
  /** to what a row shows by way of these values: JSON text of them, or text that was seen to be readable, on one line; null: the bytes are JSON already */
  toText: ((body: Buffer) => string) | null;
  /** whether our time is held against the library's; why not otherwise */
  budget: true | { none: string };
}

/** A decimal of Avro as text, as avsc lets its users read a logical type. */
class DecimalText extends avsc.types.LogicalType {
  override _fromValue(value: Buffer): string {
    const digits = BigInt.asIntN(8 * value.length, BigInt(`0x${value.toString("hex")}`)).toString();
    return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
  }
}

function avro(name: string, { schema, payloads, bodies }: Registered): DecodeCase {
  const parsed = JSON.parse(schema) as avsc.Schema;
  const bare = avsc.Type.forSchema(parsed, { wrapUnions: false });
  const asText = avsc.Type.forSchema(parsed, { wrapUnions: false, logicalTypes: { decimal: DecimalText } });
  return {
    name,
    payloads,
    library: "avsc",
    bodies,
    bare: (body) => bare.fromBuffer(body),
    toText: (body) => JSON.stringify(asText.fromBuffer(body)),
    budget: true,
  };
}

function protobuf(name: string, { schema, payloads, bodies }: Registered): DecodeCase {
  const type = protobufType(schema);
  const options = { longs: String, enums: String, bytes: String };
  return {
    name,
    payloads,
    library: "protobufjs",
    bodies,
    bare: (body) => type.decode(body),
    toText: (body) => JSON.stringify(type.toObject(type.decode(body), options)),
    budget: true,
  };
}

function json(name: string, payloads: Buffer[]): DecodeCase {
  const bare = (body: Buffer): unknown => JSON.parse(body.toString("utf8"));
  return { name, payloads, library: "JSON.parse", bodies: payloads, bare, toText: null, budget: true };
}

/** what text that a person can read does not have */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001a\u001c-\u001f\u007f-\u0084\u0086-\u009f]/;

function text(name: string, payloads: Buffer[]): DecodeCase {
  // it refuses what is not UTF-8, as ours does; a Buffer's toString takes anything for text
  const strict = new TextDecoder("utf-8", { fatal: true });
  const bare = (body: Buffer): string => strict.decode(body);
  const toText = (body: Buffer): string => {
    const text = strict.decode(body);
    return CONTROL.test(text) ? "" : text.replaceAll("\n", "↵");
  };
  return { name, payloads, library: "TextDecoder", bodies: payloads, bare, toText, budget: true };
}

function selfDescribed(
  name: string,
  library: string,
  values: unknown[],
  encode: (value: unknown) => Uint8Array,
  bare: (body: Buffer) => unknown,
): DecodeCase {
  const payloads = values.map((value) => Buffer.from(encode(value)));
  const toText = (body: Buffer): string => JSON.stringify(bare(body));
  return { name, payloads, library, bodies: payloads, bare, toText, budget: true };
}

/** All kinds of messages, `count` of each. */
export function decodeCases(data: DecodeData, count: number): DecodeCase[] {
  const many = (make: (bytes: number) => Buffer, bytes: number): Buffer[] =>
    Array.from({ length: bytes > 5000 ? Math.ceil(count / 10) : count }, () => make(bytes));
  const values = many(jsonOf, 165).map((bytes) => JSON.parse(bytes.toString("utf8")) as unknown);
  return [
    avro("Avro, small", data.avroSmall),
    avro("Avro, wide", data.avroWide),
    avro("Avro, nested", data.avroNested),
    protobuf("Protobuf, small", data.protobufSmall),
    protobuf("Protobuf, nested", data.protobufNested),
    json("JSON, 165 B", many(jsonOf, 165)),
    json("JSON, 1 kB", many(jsonOf, 1000)),
    json("JSON, 10 kB", many(jsonOf, 10_000)),
    {
      ...json("JSON with its schema", data.jsonSchema.payloads),
      bodies: data.jsonSchema.bodies,
      budget: { none: "JSON.parse checks no schema" },
    },
    text("text, a line", many(textOf, 20)),
    text("text, 1 kB", many(textOf, 1000)),
    selfDescribed("MessagePack", "@msgpack/msgpack", values, encodeMessagePack, decodeMessagePack),
    selfDescribed("CBOR", "cbor2", values, encodeCbor, (body) => decodeCbor(body)),
  ];
}

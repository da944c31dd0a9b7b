import avsc from "avsc";
import protobuf from "protobufjs";
import type { DecodeContext, RegisteredSchema } from "../../src/schema/api.ts";
import { wireHeader } from "../../src/schema/registry/wireConfluent.ts";
import { order, random } from "./data.ts";

/** Messages of one schema, as a serializer of the registry writes them: its frame, then the value. */
export interface Registered {
  id: number;
  type: "AVRO" | "PROTOBUF" | "JSON";
  schema: string;
  /** the values alone */
  bodies: Buffer[];
  /** with the frame before them */
  payloads: Buffer[];
}

const next = random(7);
const words = ["paid", "open", "blue", "harbour", "Gdańsk", "leave at the door", "2nd floor", "Tromsø", "rush", "gift"];
const word = (): string => words[next() % words.length]!;
const hex = (digits: number): string => next().toString(16).padStart(8, "0").slice(0, digits);
const uuid = (): string => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(8)}${hex(4)}`;
const maybe = <T>(value: T): T | null => (next() % 4 === 0 ? null : value);
const millis = (): number => 1_700_000_000_000 + (next() % 30_000_000) * 1000 + (next() % 1000);

const long = (logicalType: string) => ({ type: "long", logicalType });
const small = {
  type: "record",
  name: "Order",
  fields: [
    { name: "orderId", type: "long" },
    { name: "customer", type: "string" },
    { name: "total", type: "double" },
    { name: "status", type: { type: "enum", name: "Status", symbols: ["NEW", "PAID", "SHIPPED"] } },
    { name: "note", type: ["null", "string"] },
    { name: "at", type: long("timestamp-millis") },
    { name: "paid", type: "boolean" },
    { name: "qty", type: "int" },
  ],
};
const smallValue = (i: number) => ({
  orderId: 1_000_000_000 + i,
  customer: `customer-${next() % 97}`,
  total: (next() % 100_000) / 100,
  status: ["NEW", "PAID", "SHIPPED"][i % 3]!,
  note: maybe("leave at the door"),
  at: millis(),
  paid: i % 2 === 0,
  qty: i % 12,
});

const wide = {
  type: "record",
  name: "Shipment",
  fields: [
    ...Array.from({ length: 8 }, (_, i) => ({ name: `label${i}`, type: ["null", "string"] })),
    ...Array.from({ length: 6 }, (_, i) => ({ name: `count${i}`, type: i % 2 === 0 ? "int" : "long" })),
    ...Array.from({ length: 4 }, (_, i) => ({ name: `weight${i}`, type: ["null", "double"] })),
    { name: "id", type: { type: "string", logicalType: "uuid" } },
    { name: "day", type: { type: "int", logicalType: "date" } },
    { name: "slot", type: { type: "int", logicalType: "time-millis" } },
    { name: "createdAt", type: long("timestamp-millis") },
    { name: "changedAt", type: ["null", long("timestamp-micros")] },
    { name: "localAt", type: long("local-timestamp-millis") },
    { name: "price", type: { type: "bytes", logicalType: "decimal", precision: 18, scale: 2 } },
    { name: "reference", type: ["null", "string", "long"] },
    { name: "hash", type: { type: "fixed", name: "Hash", size: 8 } },
    { name: "express", type: "boolean" },
  ],
};
const wideValue = (i: number) => ({
  ...Object.fromEntries(Array.from({ length: 8 }, (_, k) => [`label${k}`, maybe(word())])),
  ...Object.fromEntries(Array.from({ length: 6 }, (_, k) => [`count${k}`, next() % 10 ** (k + 2)])),
  ...Object.fromEntries(Array.from({ length: 4 }, (_, k) => [`weight${k}`, maybe((next() % 1_000_000) / 1000)])),
  id: uuid(),
  day: 19_700 + (next() % 400),
  slot: next() % 86_400_000,
  createdAt: millis(),
  changedAt: maybe(millis() * 1000 + (next() % 1000)),
  localAt: millis(),
  price: Buffer.from(`00${hex(8)}`, "hex"),
  reference: [null, word(), next()][i % 3],
  hash: Buffer.from(hex(8) + hex(8), "hex"),
  express: i % 5 === 0,
});

const nested = {
  type: "record",
  name: "Basket",
  fields: [
    { name: "id", type: "long" },
    {
      name: "owner",
      type: { type: "record", name: "Owner", fields: ["name", "email"].map((name) => ({ name, type: "string" })) },
    },
    {
      name: "items",
      type: {
        type: "array",
        items: {
          type: "record",
          name: "Item",
          fields: [
            { name: "sku", type: "string" },
            { name: "qty", type: "int" },
            { name: "price", type: "double" },
            { name: "tags", type: { type: "array", items: "string" } },
          ],
        },
      },
    },
    { name: "attributes", type: { type: "map", values: "string" } },
    { name: "stock", type: { type: "map", values: { type: "array", items: "long" } } },
  ],
};
const nestedValue = (i: number) => ({
  id: 9_000_000_000 + i,
  owner: { name: word(), email: `customer-${i}@example.com` },
  items: Array.from({ length: 1 + (i % 5) }, () => ({
    sku: `sku-${next() % 10_000}`,
    qty: next() % 9,
    price: (next() % 10_000) / 100,
    tags: Array.from({ length: next() % 3 }, word),
  })),
  attributes: { channel: "web", region: "eu", campaign: word() },
  stock: { east: [next() % 100, next() % 1000], west: [next()] },
});

const protoSmall = `syntax = "proto3"; message Order { int64 order_id = 1; string customer = 2; double total = 3; string note = 4;
  int64 at = 5; bool paid = 6; int32 qty = 7; }`;
const protoSmallValue = (i: number) => {
  const { orderId, customer, total, note, at, paid, qty } = smallValue(i);
  return { order_id: orderId, customer, total, ...(note === null ? {} : { note }), at, paid, qty };
};
const protoNested = `syntax = "proto3"; message Order { int64 order_id = 1; string customer = 2; repeated Item items = 3; map<string, string> tags = 4;
  enum State { NEW = 0; PAID = 1; } State state = 5; oneof pay { string card = 6; int32 cash = 7; } repeated int64 seen = 8;
  message Item { string sku = 1; int32 qty = 2; double price = 3; } }`;
const protoNestedValue = (i: number) => ({
  order_id: 1_000_000_000 + i,
  customer: `customer-${next() % 97}`,
  items: Array.from({ length: 1 + (i % 5) }, () => ({
    sku: `sku-${next() % 10_000}`,
    qty: 1 + (next() % 9),
    price: (next() % 10_000) / 100,
  })),
  tags: { channel: "web", region: "eu", campaign: word() },
  state: i % 2,
  card: "visa",
  seen: [millis(), millis()],
});

const jsonSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Order",
  type: "object",
  required: ["orderId", "state", "total"],
  properties: {
    orderId: { type: "string", pattern: "^O-" },
    customerId: { type: "integer", minimum: 0 },
    state: { type: "string", enum: ["created", "paid", "packed", "shipped", "delivered", "returned"] },
    total: { type: "number", minimum: 0 },
    currency: { type: "string", minLength: 3, maxLength: 3 },
    items: { type: "integer" },
  },
};

/** The type that protobufjs makes of a file with a message called Order. */
export const protobufType = (schema: string): protobuf.Type =>
  protobuf.parse(schema, new protobuf.Root(), { keepCase: true }).root.lookupType("Order");

/** JSON of about as many bytes: orders, as many as fit, in an array if there are several. */
export function jsonOf(bytes: number): Buffer {
  if (bytes < 300) return Buffer.from(order(next() % 10_000_000, next));
  const parts: string[] = [];
  for (let size = 2; size < bytes; size += parts.at(-1)!.length + 1) parts.push(order(next() % 10_000_000, next));
  return Buffer.from(`[${parts.join(",")}]`);
}

/** As many lines of a log as fill `bytes`; one does for 20. */
export function textOf(bytes: number): Buffer {
  let text = "";
  while (text.length < bytes)
    text += `${text === "" ? "" : "\n"}order ${next() % 10_000_000} of ${word()} is ${word()}`;
  return Buffer.from(text);
}

export interface DecodeData {
  avroSmall: Registered;
  avroWide: Registered;
  avroNested: Registered;
  protobufSmall: Registered;
  protobufNested: Registered;
  jsonSchema: Registered;
  context: DecodeContext;
}

/** The messages that have schemas, `count` of each, and a registry that knows these. Ids count up from 1, as a registry's do. */
export function decodeData(count: number): DecodeData {
  const schemas: RegisteredSchema[] = [];
  const registered = (
    type: Registered["type"],
    schema: string,
    encode: (i: number) => Uint8Array,
    before: number[] = [],
  ): Registered => {
    const id = schemas.length + 1;
    schemas.push({ id, type, schema, references: [], subject: `bench-${id}-value`, version: 1 });
    const bodies = Array.from({ length: count }, (_, i) => Buffer.from(encode(i)));
    const frame = Buffer.concat([wireHeader(id), Buffer.from(before)]);
    return { id, type, schema, bodies, payloads: bodies.map((body) => Buffer.concat([frame, body])) };
  };
  const avro = (schema: object, value: (i: number) => object): Registered => {
    const type = avsc.Type.forSchema(schema as avsc.Schema, { wrapUnions: false });
    return registered("AVRO", JSON.stringify(schema), (i) => type.toBuffer(value(i)));
  };
  const proto = (schema: string, value: (i: number) => object): Registered => {
    const type = protobufType(schema);
    // the short form of the indexes [0]
    return registered("PROTOBUF", schema, (i) => type.encode(type.fromObject(value(i))).finish(), [0]);
  };
  const data = {
    avroSmall: avro(small, smallValue),
    avroWide: avro(wide, wideValue),
    avroNested: avro(nested, nestedValue),
    protobufSmall: proto(protoSmall, protoSmallValue),
    protobufNested: proto(protoNested, protoNestedValue),
    jsonSchema: registered("JSON", JSON.stringify(jsonSchema), () => jsonOf(165)),
  };
  const context: DecodeContext = {
    topic: "bench",
    part: "value",
    schemas: {
      cached: (id) => schemas[Number(id) - 1],
      byId: (id) => Promise.reject(new Error(`schema id ${id} is unknown to this benchmark`)),
    },
  };
  return { ...data, context };
}

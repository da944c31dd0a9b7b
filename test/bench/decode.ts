// How fast previews and views are made, one core: node test/bench/decode.ts [--check]
import avsc from "avsc";
import protobuf from "protobufjs";
import type { DecodeContext, RegisteredSchema } from "../../src/schema/api.ts";
import { compileAvro } from "../../src/schema/avro/decode.ts";
import { parseAvro } from "../../src/schema/avro/schema.ts";
import { createDecoder } from "../../src/schema/decoder.ts";
import { wireHeader } from "../../src/schema/registry/wireConfluent.ts";
import { protobufRatios } from "./protobufDecode.ts";

const MESSAGES = 1000;
const SECONDS = 1;

const avroSchema = {
  type: "record",
  name: "Order",
  fields: [
    { name: "orderId", type: "long" },
    { name: "customer", type: "string" },
    { name: "total", type: "double" },
    { name: "status", type: { type: "enum", name: "Status", symbols: ["NEW", "PAID", "SHIPPED"] } },
    { name: "note", type: ["null", "string"] },
    { name: "at", type: { type: "long", logicalType: "timestamp-millis" } },
    { name: "paid", type: "boolean" },
    { name: "qty", type: "int" },
  ],
};
const protoSchema = `syntax = "proto3"; message Order { int64 order_id = 1; string customer = 2; double total = 3; string note = 4;
  int64 at = 5; bool paid = 6; int32 qty = 7; }`;

const orders = Array.from({ length: MESSAGES }, (_, i) => ({
  orderId: 1_000_000_000 + i,
  customer: `customer-${i % 97}`,
  total: i * 1.25,
  status: ["NEW", "PAID", "SHIPPED"][i % 3]!,
  note: i % 4 === 0 ? null : "leave at the door",
  at: 1_700_000_000_000 + i * 997,
  paid: i % 2 === 0,
  qty: i % 12,
}));

const schema = (id: number, type: string, text: string): RegisteredSchema => ({
  id,
  type,
  schema: text,
  references: [],
  subject: "orders-value",
  version: 1,
});
const schemas = [schema(1, "AVRO", JSON.stringify(avroSchema)), schema(2, "PROTOBUF", protoSchema)];
const context: DecodeContext = {
  topic: "orders",
  part: "value",
  schemas: {
    cached: (id) => schemas[Number(id) - 1],
    byId: (id) => Promise.resolve(schemas[Number(id) - 1]!),
  },
};

/** one after the other, results dropped */
const each = (bodies: Buffer[], run: (body: Buffer) => unknown) => (): void => {
  for (const body of bodies) run(body);
};

const avroType = avsc.Type.forSchema(avroSchema as avsc.Schema);
const protoType = protobuf.parse(protoSchema, { keepCase: true }).root.lookupType("Order");
const bodies = {
  avro: orders.map((order) => avroType.toBuffer(order)),
  protobuf: orders.map(({ orderId, note, ...order }) =>
    Buffer.from(
      protoType.encode(protoType.fromObject({ ...order, order_id: orderId, ...(note ? { note } : {}) })).finish(),
    ),
  ),
};
const json = orders.map((order) => Buffer.from(JSON.stringify(order)));
const payloads: Record<string, Buffer[]> = {
  avro: bodies.avro.map((body) => Buffer.concat([wireHeader(1), body])),
  protobuf: bodies.protobuf.map((body) => Buffer.concat([wireHeader(2), Buffer.from([0]), body])),
  json,
  text: orders.map((order) =>
    Buffer.from(`order ${order.orderId} of ${order.customer} is ${order.status}: ${order.note}`),
  ),
  binary: bodies.avro.map((body) => Buffer.concat([Buffer.from([0xff]), body])),
};
/** the libraries used directly, for scale: values, not text */
const bare: Record<string, () => void> = {
  avro: each(bodies.avro, (body) => avroType.fromBuffer(body)),
  protobuf: each(bodies.protobuf, (body) => protoType.decode(body)),
  json: each(json, (body) => JSON.parse(body.toString("utf8"))),
};

/** messages per second */
function rate(run: () => void): number {
  for (let i = 0; i < 20; i++) run();
  let messages = 0;
  const start = process.cpuUsage();
  const spent = (): number => process.cpuUsage(start).user / 1e6;
  while (spent() < SECONDS) {
    run();
    messages += MESSAGES;
  }
  return messages / spent();
}

const decoder = createDecoder();
const thousands = (n: number): string => `${Math.round(n / 1000).toLocaleString("en")} k/s`.padStart(12);
console.log("format      bytes     preview        view  bare library");
for (const [format, messages] of Object.entries(payloads)) {
  const size = Math.round(messages.reduce((sum, bytes) => sum + bytes.length, 0) / messages.length);
  await decoder.view(messages[0]!, context, 1000);
  const preview = rate(each(messages, (bytes) => decoder.preview(bytes, context, 300)));
  const view = rate(each(messages, (bytes) => decoder.view(bytes, context, 1_000_000)));
  const library = bare[format] ? thousands(rate(bare[format])) : "";
  console.log(`${format.padEnd(9)} ${String(size).padStart(7)}${thousands(preview)}${thousands(view)}${library}`);
}

// a document of ten megabytes in the detail pane, whole, beside parsing and writing it anew; in turns, so that what else the machine does counts little
const document = Buffer.from(
  `[${Array(Math.ceil(10_000_000 / json[0]!.length))
    .fill(json[0]!.toString())
    .join(",")}]`,
);
const milliseconds = (run: () => void): number => {
  const start = process.cpuUsage();
  run();
  return process.cpuUsage(start).user / 1000;
};
const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const ours: number[] = [];
const ratios: number[] = [];
for (let i = 0; i < 5; i++) {
  const view = milliseconds(() => decoder.view(document, context, Number.POSITIVE_INFINITY));
  ours.push(view);
  ratios.push(view / milliseconds(() => JSON.stringify(JSON.parse(document.toString("utf8")), null, 2)));
}
console.log(
  `\n10 MB of JSON laid out: ${Math.round(median(ours))} ms, ${median(ratios).toFixed(2)} × JSON.parse and JSON.stringify`,
);
const { flat, nested } = protobufRatios(protoSchema, bodies.protobuf);
console.log(`Protobuf to JSON text takes ${flat} times as long as with protobufjs (flat), ${nested} times (nested)`);
// Avro to JSON text, by us and by avsc, in turn: only the ratio says anything on a machine that does other work too
const decode = compileAvro(parseAvro(schemas[0]!));
const avroOurs = each(bodies.avro, (body) => decode(body, 0, 1_000_000).text.length);
const theirs = each(bodies.avro, (body) => JSON.stringify(avroType.fromBuffer(body)).length);
const avroRatios = Array.from({ length: 5 }, () => rate(avroOurs) / rate(theirs)).toSorted((a, b) => a - b);
console.log(
  `\nAvro to JSON text: ${avroRatios[2]!.toFixed(2)} times the rate of avsc with JSON.stringify (median of five)`,
);
if (process.argv.includes("--check") && avroRatios[2]! < 1 / 1.5) {
  console.error("Decoding is slower than 1 / 1.5 of that.");
  process.exitCode = 1;
}

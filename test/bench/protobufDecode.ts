import protobuf from "protobufjs";
import { protobufMessageFormat } from "../../src/schema/protobuf/decode.ts";
import { parseProtobuf } from "../../src/schema/protobuf/schema.ts";
import { median } from "./table.ts";

const NESTED = `syntax = "proto3"; message Order { int64 order_id = 1; string customer = 2; repeated Item items = 3; map<string, string> tags = 4;
  enum State { NEW = 0; PAID = 1; } State state = 5; oneof pay { string card = 6; int32 cash = 7; } message Item { string sku = 1; int32 qty = 2; double price = 3; } }`;

const nested = Array.from({ length: 1000 }, (_, i) => ({
  order_id: 1_000_000_000 + i,
  customer: `customer-${i % 97}`,
  items: [0, 1, 2].map((k) => ({ sku: `sku-${i}-${k}`, qty: k + 1, price: k * 2.5 })),
  tags: { channel: "web", region: "eu" },
  state: i % 2,
  card: "visa",
}));

const ROUNDS = 9;

/**
 * How many times as long as protobufjs we take to make JSON text of a message, the median of interleaved rounds: it decodes, makes a plain
 * object with 64-bit integers as strings, and stringifies that.
 */
export function protobufRatios(flatSchema: string, flat: Buffer[]): Record<"flat" | "nested", string> {
  const type = protobuf.parse(NESTED, new protobuf.Root(), { keepCase: true }).root.lookupType("Order");
  const bodies = nested.map((order) => Buffer.from(type.encode(type.fromObject(order)).finish()));
  return { flat: ratio(flatSchema, flat), nested: ratio(NESTED, bodies) };
}

function ratio(schema: string, bodies: Buffer[]): string {
  const type = protobuf.parse(schema, new protobuf.Root(), { keepCase: true }).root.lookupType("Order");
  const format = protobufMessageFormat(parseProtobuf({ schema, references: [] }), "Order");
  const options = { longs: String, enums: String, bytes: String };
  const theirs = (): void => {
    for (const body of bodies) JSON.stringify(type.toObject(type.decode(body), options));
  };
  const ours = (): void => {
    for (const body of bodies) format.decode(body, 0, 1_000_000);
  };
  const ratios: number[] = [];
  for (let i = -3; i < ROUNDS; i++) {
    const [their, our] = [time(theirs), time(ours)];
    if (i >= 0) ratios.push(our / their);
  }
  return median(ratios).toFixed(2);
}

/** microseconds of processor time */
function time(run: () => void): number {
  const start = process.cpuUsage();
  for (let i = 0; i < 20; i++) run();
  return process.cpuUsage(start).user;
}

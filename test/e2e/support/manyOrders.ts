import { spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { orders, writeOrders } from "../../bench/data.ts";

/** The fields of an order that tests look at. */
export interface Order {
  orderId: string;
  customerId: number;
  state: string;
  total: number;
  items: number;
  city: string;
}

/** Writes the first `count` orders of the benches to a topic, with kcat: a second for some 300,000. */
export async function produceOrders(bootstrap: string, topic: string, count: number): Promise<void> {
  const kcat = spawn("kcat", ["-P", "-b", bootstrap, "-t", topic, "-K", "\t", "-X", "linger.ms=50"], {
    stdio: ["pipe", "ignore", "inherit"],
    timeout: 120_000,
  });
  const ended = once(kcat, "exit");
  await writeOrders(kcat.stdin, count);
  const [code] = await ended;
  if (code !== 0) throw new Error(`kcat could not produce: exit code ${code}`);
}

/** Values of the first `count` orders that are wanted, as they were written. */
export function wantedOrders(count: number, wanted: (order: Order) => boolean): string[] {
  const found: string[] = [];
  for (const { value } of orders(count)) if (wanted(JSON.parse(value) as Order)) found.push(value);
  return found;
}

/** Each line of a file, without holding all of them. */
export async function forEachLine(file: string, line: (text: string) => void): Promise<void> {
  for await (const text of createInterface({ input: createReadStream(file, "utf8"), crlfDelay: Infinity })) line(text);
}

import { once } from "node:events";
import type { Writable } from "node:stream";

export const MESSAGES = 1_000_000;

const CITIES = ["Lisbon", "Osaka", "Quito", "Tromsø", "Nairobi", "Halifax", "Perth", "Gdańsk"];
const STATES = ["created", "paid", "packed", "shipped", "delivered", "returned"];

/** A repeatable stream of numbers below 2^32 (Marsaglia's xorshift32). */
export function random(seed: number): () => number {
  let x = seed;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
}

/** Order number `i` as JSON: 165 bytes on average, with the variety that real orders have. */
export function order(i: number, next: () => number): string {
  const cents = next() % 100_000;
  return (
    `{"orderId":"O-${String(i).padStart(7, "0")}","customerId":${next() % 250_000},"state":"${STATES[next() % 6]}",` +
    `"total":${(cents / 100).toFixed(2)},"currency":"EUR","items":${1 + (next() % 9)},"city":"${CITIES[next() % 8]}",` +
    `"at":"2025-0${1 + (next() % 9)}-1${next() % 10}T1${next() % 10}:2${next() % 10}:3${next() % 10}Z","trace":"${next().toString(16).padStart(8, "0")}"}`
  );
}

export interface KeyedOrder {
  key: string;
  value: string;
}

/** The first `count` orders, each under the key of its customer; the same ones every time. */
export function* orders(count: number): Generator<KeyedOrder> {
  const next = random(42);
  for (let i = 0; i < count; i++) yield { key: `C-${next() % 250_000}`, value: order(i, next) };
}

/** Writes `count` orders as lines "key TAB value". */
export function writeOrders(out: Writable, count: number): Promise<void> {
  return writeLines(out, count, (i, next) => `C-${next() % 250_000}\t${order(i, next)}\n`);
}

/** Writes `count` JSON values of exactly `size` bytes (at least 40) as lines "key TAB value". */
export function writeSized(out: Writable, count: number, size: number): Promise<void> {
  const next = random(7);
  const words = Array.from({ length: 20_000 }, () => `${next().toString(36)} ${CITIES[next() % 3]}`).join(" ");
  return writeLines(out, count, (i, pick) => {
    const head = `{"id":${String(i).padStart(9, "1")},"note":"`;
    let note = "";
    while (note.length < size - head.length - 2) {
      const from = pick() % (words.length / 2);
      note += words.slice(from, from + size - head.length - 2 - note.length);
    }
    return `K-${i}\t${head}${note}"}\n`;
  });
}

async function writeLines(
  out: Writable,
  count: number,
  line: (i: number, next: () => number) => string,
): Promise<void> {
  const next = random(42);
  let lines: string[] = [];
  let characters = 0;
  for (let i = 0; i < count; i++) {
    const text = line(i, next);
    lines.push(text);
    characters += text.length;
    if (characters < 1_000_000 && i < count - 1) continue;
    if (!out.write(lines.join(""))) await once(out, "drain");
    lines = [];
    characters = 0;
  }
  out.end();
}

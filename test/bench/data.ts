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

/** Writes `count` messages as lines "key TAB value", for kcat -P -K. */
export async function writeMessages(out: Writable, count: number): Promise<void> {
  const next = random(42);
  const lines: string[] = [];
  for (let i = 0; i < count; i++) {
    lines.push(`C-${next() % 250_000}\t${order(i, next)}\n`);
    if (lines.length === 5000 || i === count - 1) {
      if (!out.write(lines.join(""))) await once(out, "drain");
      lines.length = 0;
    }
  }
  out.end();
}
